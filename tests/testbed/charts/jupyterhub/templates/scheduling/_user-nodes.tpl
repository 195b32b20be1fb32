{{- /* Where user pods may run, for those of the chart's pods that must run where users' do. */ -}}

{{- /* The required half of the node affinity, as image pullers have it. */ -}}
{{- define "userNodes.required" -}}
{{- $terms := .Values.singleuser.extraNodeAffinity.required -}}
{{- if eq .Values.scheduling.userPods.nodeAffinity.matchNodePurpose "require" -}}
{{- $terms = prepend $terms (include "userNodes.purpose" . | fromYaml) -}}
{{- end }}
{{- with $terms -}}
requiredDuringSchedulingIgnoredDuringExecution:
  nodeSelectorTerms:
    {{- toYaml . | nindent 4 }}
{{- end }}
{{- end }}

{{- define "userNodes.preferred" -}}
{{- $terms := .Values.singleuser.extraNodeAffinity.preferred -}}
{{- if eq .Values.scheduling.userPods.nodeAffinity.matchNodePurpose "prefer" -}}
{{- $terms = prepend $terms (dict "weight" 100 "preference" (include "userNodes.purpose" . | fromYaml)) -}}
{{- end }}
{{- with $terms -}}
preferredDuringSchedulingIgnoredDuringExecution:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "userNodes.purpose" -}}
matchExpressions: [{key: hub.jupyter.org/node-purpose, operator: In, values: [user]}]
{{- end }}

{{- /* The whole affinity of a user's pod. */ -}}
{{- define "userNodes.affinity" -}}
{{- $nodes := printf "%s\n%s" (include "userNodes.required" .) (include "userNodes.preferred" .) | fromYaml }}
{{- include "settings" (dict "nodeAffinity" $nodes) }}
{{- range $key, $rules := dict "podAffinity" .Values.singleuser.extraPodAffinity "podAntiAffinity" .Values.singleuser.extraPodAntiAffinity }}
{{- $terms := dict }}
{{- with $rules.required }}{{ $_ := set $terms "requiredDuringSchedulingIgnoredDuringExecution" . }}{{ end }}
{{- with $rules.preferred }}{{ $_ := set $terms "preferredDuringSchedulingIgnoredDuringExecution" . }}{{ end }}
{{- include "settings" (dict $key $terms) }}
{{- end }}
{{- end }}

{{- /* What one user is promised and allowed. */ -}}
{{- define "userResources" -}}
{{- range $kind, $key := dict "requests" "guarantee" "limits" "limit" }}
{{- $amounts := dict }}
{{- range $name := list "cpu" "memory" }}
{{- with index $.Values.singleuser $name $key }}{{ $_ := set $amounts $name . }}{{ end }}
{{- end }}
{{- include "settings" (dict $kind (merge $amounts (index $.Values.singleuser.extraResource (printf "%ss" $key)))) }}
{{- end }}
{{- end }}
