{{- /* Names, labels and rights of the operator. */ -}}

{{- define "fullname" -}}
{{- .Values.fullnameOverride | default (contains .Chart.Name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name)) | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "account" -}}
{{- .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "fullname" .) "default") -}}
{{- end }}

{{- define "selector" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "labels" -}}
{{ include "selector" . }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
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

{{- /* Namespaces to watch, none for all. */ -}}
{{- define "watched" -}}
{{- .Values.watchNamespace | default (.Values.singleNamespaceInstall | ternary (list .Release.Namespace) list) | join "," -}}
{{- end }}

{{- /* What the operator may do where it watches. */ -}}
{{- define "rules" -}}
rules:
  - {apiGroups: [ray.io], resources: [rayclusters], verbs: [create, delete, get, list, patch, update, watch]}
  - {apiGroups: [ray.io], resources: [rayclusters/status], verbs: [get, patch, update]}
  - {apiGroups: [ray.io], resources: [rayclusters/finalizers], verbs: [update]}
  - {apiGroups: [""], resources: [pods, services], verbs: [create, delete, get, list, patch, update, watch]}
  - {apiGroups: [""], resources: [pods/resize], verbs: [patch]}
  - {apiGroups: [""], resources: [secrets, serviceaccounts], verbs: [create, delete, get, list, watch]}
  - {apiGroups: [rbac.authorization.k8s.io], resources: [roles, rolebindings], verbs: [create, delete, get, list, watch]}
  - {apiGroups: [events.k8s.io], resources: [events], verbs: [create, patch]}
{{- end }}
