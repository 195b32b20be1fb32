{{- /* One group of Ray pods: the head, the chart's own workers or an additional worker group. */ -}}

{{- define "fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $default := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- .Values.fullnameOverride | default $default | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- /* Every key of a map that is not empty, as YAML. */ -}}
{{- define "settings" -}}
{{- range $key, $value := . }}
{{- if $value }}
{{ $key }}: {{ toJson $value }}
{{- end }}
{{- end }}
{{- end }}

{{- /* rayStartParams, and initArgs by its old name; KubeRay wants text only. */ -}}
{{- define "startParams" -}}
{{- with merge (dict) (.initArgs | default dict) (.rayStartParams | default dict) }}
rayStartParams:
  {{- range $key, $value := . }}
  {{ $key }}: {{ $value | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{- /* (list $ GROUP CONTAINER): the pod template. */ -}}
{{- define "podTemplate" -}}
{{- $values := (index . 0).Values }}
{{- $group := index . 1 }}
{{- $image := $group.image | default $values.image -}}
metadata:
  labels:
    {{- include "labels" (index . 0) | nindent 4 }}
    {{- include "settings" ($group.labels | default dict) | nindent 4 }}
  {{- include "settings" (pick $group "annotations") | nindent 2 }}
spec:
  {{- include "settings" (pick $group "initContainers" "volumes" "dnsConfig" "nodeSelector" "affinity" "tolerations" "priorityClassName" "priority" "topologySpreadConstraints" "restartPolicy" "runtimeClassName" "serviceAccountName" "resourceClaims") | nindent 2 }}
  {{- include "settings" (dict "imagePullSecrets" $values.imagePullSecrets "securityContext" $group.podSecurityContext) | nindent 2 }}
  containers:
    - name: {{ index . 2 }}
      image: {{ $image.repository }}:{{ $image.tag }}
      imagePullPolicy: {{ $image.pullPolicy }}
      {{- include "settings" (pick $group "command" "args" "envFrom" "volumeMounts" "ports" "resources" "lifecycle" "securityContext") | nindent 6 }}
      {{- include "settings" (dict "env" (concat $values.common.containerEnv ($group.containerEnv | default list))) | nindent 6 }}
    {{- with $group.sidecarContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{- /* (list $ NAME GROUP): a worker group. */ -}}
{{- define "workerGroup" -}}
{{- $group := index . 2 -}}
- groupName: {{ index . 1 }}
  replicas: {{ $group.replicas }}
  minReplicas: {{ $group.minReplicas | default 0 }}
  maxReplicas: {{ $group.maxReplicas | default 2147483647 }}
  numOfHosts: {{ $group.numOfHosts | default 1 }}
  {{- include "startParams" $group | nindent 2 }}
  template:
    {{- include "podTemplate" (list (index . 0) $group "ray-worker") | nindent 4 }}
{{- end }}
