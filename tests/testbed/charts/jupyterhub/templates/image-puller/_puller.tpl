{{- /* The DaemonSets that pull images: each image is an init container that does nothing. */ -}}

{{- /* Annotations of a hook of some weight, with an object's own. */ -}}
{{- define "imagePuller.hook" -}}
annotations:
  helm.sh/hook: pre-install,pre-upgrade
  helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
  helm.sh/hook-weight: {{ index . 0 | quote }}
  {{- with index . 1 }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- /* Everything that user pods may need, as a list of {name, image, imagePullPolicy}. */ -}}
{{- define "imagePuller.images" -}}
{{- $user := .Values.singleuser -}}
{{- if $user.cloudMetadata.blockWithIptables }}
- name: image-pull-metadata-block
  {{- include "image" $user.networkTools.image | nindent 2 }}
{{- end }}
- name: image-pull-singleuser
  image: {{ $user.image.name }}:{{ $user.image.tag }}
{{- range $index, $container := concat $user.initContainers $user.extraContainers }}
- name: image-pull-singleuser-init-and-extra-containers-{{ $index }}
  image: {{ $container.image }}
{{- end }}
{{- if .Values.prePuller.pullProfileListImages }}
{{- range $index, $profile := $user.profileList }}
{{- with dig "kubespawner_override" "image" "" $profile }}
- name: image-pull-singleuser-profilelist-{{ $index }}
  image: {{ . }}
{{- end }}
{{- range $option, $settings := $profile.profile_options }}
{{- range $choice, $chosen := $settings.choices }}
{{- with dig "kubespawner_override" "image" "" $chosen }}
- name: image-pull-profile-{{ $index }}-option-{{ $option }}-{{ $choice }}
  image: {{ . }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $image := .Values.prePuller.extraImages }}
- name: image-pull-{{ $name }}
  {{- include "image" $image | nindent 2 }}
{{- end }}
{{- end }}

{{- /* (list $ KIND): the pod template of the puller that is called KIND-image-puller. */ -}}
{{- define "imagePuller.pod" -}}
{{- $puller := (index . 0).Values.prePuller }}
{{- $user := (index . 0).Values.singleuser }}
{{- $scheduling := (index . 0).Values.scheduling }}
{{- $same := include "settings" (dict "resources" $puller.resources "securityContext" $puller.containerSecurityContext) -}}
{{- $account := eq (index . 1) "hook" | ternary $puller.hook.serviceAccountImagePuller $puller.continuous.serviceAccount -}}
{{- if $scheduling.podPriority.enabled }}
priorityClassName: {{ (index . 0).Release.Name }}-image-puller-priority
{{- end }}
{{- include "settings" (pick $user "nodeSelector") }}
{{- with concat $scheduling.userPods.tolerations $user.extraTolerations $puller.extraTolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "userNodes.required" (index . 0) }}
affinity:
  nodeAffinity:
    {{- . | nindent 4 }}
{{- end }}
terminationGracePeriodSeconds: 0
serviceAccountName: {{ $account.name | default (printf "%s-image-puller" (index . 1)) }}
automountServiceAccountToken: false
{{- include "pullSecrets" (list (index . 0) $user.image) }}
initContainers:
  {{- range include "imagePuller.images" (index . 0) | fromYamlArray }}
  - {{- toYaml . | nindent 4 }}
    command: [/bin/sh, -c, echo "Pulling complete"]
    {{- $same | nindent 4 }}
  {{- end }}
containers:
  - name: pause
    image: {{ $puller.pause.image.name }}:{{ $puller.pause.image.tag }}
    {{- include "settings" (dict "resources" $puller.resources "securityContext" $puller.pause.containerSecurityContext) | nindent 4 }}
{{- end }}

{{- /* (list $ KIND): the DaemonSet, whose metadata the caller writes. */ -}}
{{- define "imagePuller.spec" -}}
{{- $puller := (index . 0).Values.prePuller }}
{{- $component := printf "%s-image-puller" (index . 1) -}}
{{- include "history" $puller.revisionHistoryLimit }}
selector:
  matchLabels:
    {{- include "selector" (list (index . 0) $component) | nindent 4 }}
updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 100%}}
template:
  metadata:
    labels:
      {{- include "podLabels" (list (index . 0) $component) | nindent 6 }}
      {{- with $puller.labels }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- include "settings" (pick $puller "annotations") | nindent 4 }}
  spec:
    {{- include "imagePuller.pod" . | nindent 4 }}
{{- end }}

{{- /* What was pulled: a new chart version alone changes nothing, another image does. */ -}}
{{- define "imagePuller.checksum" -}}
{{- include "imagePuller.spec" (list . "hook") | sha256sum }}
{{- end }}

{{- /* The hook is wanted: anything for yes, nothing for no. */ -}}
{{- define "imagePuller.wanted" -}}
{{- $hook := .Values.prePuller.hook -}}
{{- $pulled := dig "data" "checksum_hook-image-puller" "" (lookup "v1" "ConfigMap" .Release.Namespace "hub") -}}
{{- if and $hook.enabled (or (not $hook.pullOnlyOnChanges) (ne $pulled (include "imagePuller.checksum" .))) }}yes{{ end }}
{{- end }}
