{{- /* Pieces of pod templates that several workloads share. */ -}}

{{- /* Image and pull policy of a container: takes an image of the values. */ -}}
{{- define "image" -}}
image: {{ .name }}:{{ .tag }}
{{- with .pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
{{- end }}

{{- /* (list $ IMAGE): the Secrets of the image and of the whole chart, each a name or an object. */ -}}
{{- define "pullSecrets" -}}
{{- $values := (index . 0).Values -}}
{{- $all := concat (index . 1).pullSecrets $values.imagePullSecrets -}}
{{- if and $values.imagePullSecret.create $values.imagePullSecret.automaticReferenceInjection }}
{{- $all = append $all "image-pull-secret" }}
{{- end }}
{{- with uniq $all }}
imagePullSecrets:
  {{- range . }}
  - {{ if kindIs "string" . }}name: {{ . }}{{ else }}{{ toJson . }}{{ end }}
  {{- end }}
{{- end }}
{{- end }}

{{- /* (list $ SETTINGS): where a pod of the chart itself may run. */ -}}
{{- define "placement" -}}
{{- $scheduling := (index . 0).Values.scheduling -}}
{{- if $scheduling.podPriority.enabled }}
priorityClassName: {{ (index . 0).Release.Name }}-default-priority
{{- end }}
{{- with (index . 1).nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with concat $scheduling.corePods.tolerations (index . 1).tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "nodePurpose" (list $scheduling.corePods.nodeAffinity.matchNodePurpose "core") }}
affinity:
  nodeAffinity:
    {{- . | nindent 4 }}
{{- end }}
{{- end }}

{{- /* (list HOW PURPOSE): prefer or require nodes that are labelled for a purpose; ignore gives nothing. */ -}}
{{- define "nodePurpose" -}}
{{- $match := printf "matchExpressions: [{key: hub.jupyter.org/node-purpose, operator: In, values: [%s]}]" (index . 1) -}}
{{- if eq (index . 0) "require" -}}
requiredDuringSchedulingIgnoredDuringExecution:
  nodeSelectorTerms:
    - {{ $match }}
{{- else if eq (index . 0) "prefer" -}}
preferredDuringSchedulingIgnoredDuringExecution:
  - weight: 100
    preference:
      {{ $match }}
{{- end }}
{{- end }}

{{- /* Environment from a list, or from a map NAME -> string or object. */ -}}
{{- define "environment" -}}
{{- if kindIs "slice" . }}
{{- toYaml . }}
{{- else }}
{{- range $name, $value := . }}
{{- if kindIs "string" $value }}
- {name: {{ $name | quote }}, value: {{ $value | quote }}}
{{- else if kindIs "map" $value }}
- {{ merge (dict) $value (dict "name" $name) | toJson }}
{{- else }}
{{- fail (printf "extraEnv.%s is neither a text nor a map" $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* (list KIND PROBE PATH PORT): an http probe, when the values enable it. */ -}}
{{- define "probe" -}}
{{- $probe := index . 1 }}
{{- if $probe.enabled }}
{{ index . 0 }}:
  {{- omit $probe "enabled" | toYaml | nindent 2 }}
  httpGet:
    path: {{ index . 2 }}
    port: {{ index . 3 }}
    scheme: {{ eq (index . 3) "https" | ternary "HTTPS" "HTTP" }}
{{- end }}
{{- end }}

{{- /* Every key of a map of optional settings that is not empty, as YAML; for resources, securityContext and the like. */ -}}
{{- define "settings" -}}
{{- range $key, $value := . }}
{{- if $value }}
{{ $key }}:
  {{- toYaml $value | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{- define "history" -}}
{{- if not (kindIs "invalid" .) }}
revisionHistoryLimit: {{ . }}
{{- end }}
{{- end }}

{{- /* (list $ COMPONENT NAME BUDGET) */ -}}
{{- define "disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "metadata" . | nindent 2 }}
spec:
  {{- range $bound := list "maxUnavailable" "minAvailable" }}
  {{- $value := index (index $ 3) $bound }}
  {{- if not (kindIs "invalid" $value) }}
  {{ $bound }}: {{ $value }}
  {{- end }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "selector" . | nindent 6 }}
{{- end }}

{{- /* (list $ SETTINGS NAME): name of a service account that the chart may or may not make. */ -}}
{{- define "serviceAccount" -}}
{{- (index . 1).name | default ((index . 1).create | ternary (index . 2) "default") }}
{{- end }}
