{{- /*
Secrets that nobody has to choose: what the values say, else what the Secret `hub` already holds, else new.
Without a cluster to look into (`helm template`) they are new each time.
*/ -}}

{{- /* (list $ KEY SAID NEW): one such secret. NEW is what a new one would be. */ -}}
{{- define "kept" -}}
{{- $key := index . 1 -}}
{{- $secret := lookup "v1" "Secret" (index . 0).Release.Namespace "hub" | default (dict "data" (dict)) -}}
{{- if index . 2 }}{{ index . 2 }}
{{- else if hasKey $secret.data $key }}{{ index $secret.data $key | b64dec }}
{{- else }}{{ index . 3 }}
{{- end }}
{{- end }}

{{- define "proxyToken" -}}
{{- $said := dig "ConfigurableHTTPProxy" "auth_token" "" .Values.hub.config | default .Values.proxy.secretToken -}}
{{- include "kept" (list . "hub.config.ConfigurableHTTPProxy.auth_token" $said (randAlphaNum 64)) }}
{{- end }}

{{- define "cookieSecret" -}}
{{- $said := dig "JupyterHub" "cookie_secret" "" .Values.hub.config | default .Values.hub.cookieSecret -}}
{{- include "kept" (list . "hub.config.JupyterHub.cookie_secret" $said (randAlphaNum 64 | sha256sum)) }}
{{- end }}

{{- define "cryptKeys" -}}
{{- $said := dig "CryptKeeper" "keys" list .Values.hub.config | join ";" -}}
{{- include "kept" (list . "hub.config.CryptKeeper.keys" $said (randAlphaNum 64 | sha256sum)) }}
{{- end }}

{{- /* (list $ NAME SERVICE): the API token of one of hub.services. */ -}}
{{- define "serviceToken" -}}
{{- $said := (index . 2).api_token | default (index . 2).apiToken -}}
{{- include "kept" (list (index . 0) (printf "hub.services.%s.apiToken" (index . 1)) $said (randAlphaNum 64 | sha256sum)) }}
{{- end }}
