{{- /* extraFiles: files out of the values, kept in a Secret under their keys. Takes the map of files. */ -}}
{{- define "files" -}}
{{- range $key, $file := . }}
{{- if not $file.mountPath }}{{ fail (printf "extraFiles.%s needs a mountPath" $key) }}{{ end }}
{{- if ne 1 (len (compact (list $file.data $file.stringData $file.binaryData))) }}
{{- fail (printf "extraFiles.%s needs one of data, stringData and binaryData" $key) }}
{{- end }}
{{ $key }}: {{ include "fileContent" $file | b64enc | quote }}
{{- end }}
{{- end }}

{{- define "fileContent" -}}
{{- $suffix := ext .mountPath -}}
{{- if .binaryData }}{{ .binaryData | nospace | b64dec }}
{{- else if .stringData }}{{ .stringData }}
{{- else if has $suffix (list ".yaml" ".yml") }}{{ toYaml .data }}
{{- else if eq $suffix ".json" }}{{ toJson .data }}
{{- else if eq $suffix ".toml" }}{{ toToml .data }}
{{- else }}{{ fail (printf "extraFiles with data want a name that ends in .yaml, .yml, .json or .toml, not %s" .mountPath) }}
{{- end }}
{{- end }}
