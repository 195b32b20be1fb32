{{- /* Labels. Every helper here takes (list $ COMPONENT): what to select pods by, what pods carry, what other objects carry. */ -}}

{{- define "selector" -}}
component: {{ index . 1 }}
app: jupyterhub
release: {{ (index . 0).Release.Name | quote }}
{{- end }}

{{- define "podLabels" -}}
{{ include "selector" . }}
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/name: jupyterhub
app.kubernetes.io/instance: {{ (index . 0).Release.Name | quote }}
{{- end }}

{{- define "labels" -}}
{{- $chart := printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version | replace "+" "_" -}}
{{ include "podLabels" . }}
chart: {{ $chart }}
heritage: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ $chart }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
{{- end }}

{{- /* The metadata of an object in the namespace: (list $ COMPONENT NAME). */ -}}
{{- define "metadata" -}}
name: {{ index . 2 }}
labels:
  {{- include "labels" . | nindent 2 }}
{{- end }}
