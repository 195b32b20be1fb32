{{- /* Names, labels and what the three Deployments have in common. */ -}}

{{- define "fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $default := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- .Values.fullnameOverride | default $default | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- /* (list $ PREFIX): the name of one of the chart's objects. */ -}}
{{- define "name" -}}
{{- printf "%s-%s" (index . 1) (include "fullname" (index . 0)) | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- /* (list $ COMPONENT) */ -}}
{{- define "selector" -}}
app.kubernetes.io/name: {{ default (index . 0).Chart.Name (index . 0).Values.nameOverride }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "labels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
gateway.dask.org/instance: {{ include "fullname" . }}
{{- end }}

{{- /* (list $ PREFIX): metadata of an object. */ -}}
{{- define "metadata" -}}
name: {{ include "name" . }}
labels:
  {{- include "labels" (index . 0) | nindent 2 }}
{{- end }}

{{- /* Every key of a map that is not empty, as YAML. */ -}}
{{- define "settings" -}}
{{- range $key, $value := . }}
{{- if $value }}
{{ $key }}: {{ toJson $value }}
{{- end }}
{{- end }}
{{- end }}

{{- /* (list $ PREFIX COMPONENT): service account of a pod, where the chart has to do with such things at all. */ -}}
{{- define "account" -}}
{{- $rbac := (index . 0).Values.rbac -}}
{{- if $rbac.enabled -}}
serviceAccountName: {{ (index $rbac (index . 2)).serviceAccountName | default (include "name" .) }}
{{- end }}
{{- end }}

{{- /* (list $ PREFIX COMPONENT RULES): service account with rights in the whole cluster. */ -}}
{{- define "rights" -}}
{{- $rbac := (index . 0).Values.rbac -}}
{{- if and $rbac.enabled (not (index $rbac (index . 2)).serviceAccountName) }}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "metadata" . | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  {{- include "metadata" . | nindent 2 }}
rules:
  {{- index . 3 | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  {{- include "metadata" . | nindent 2 }}
subjects:
  - {kind: ServiceAccount, name: {{ include "name" . }}, namespace: {{ (index . 0).Release.Namespace }}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{ include "name" . }}}
---
{{- end }}
{{- end }}
