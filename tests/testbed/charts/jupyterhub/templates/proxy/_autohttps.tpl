{{- /* Let's Encrypt is wanted: anything for yes, nothing for no. */ -}}
{{- define "autohttps.wanted" -}}
{{- $https := .Values.proxy.https -}}
{{- if and $https.enabled $https.hosts (eq $https.type "letsencrypt") }}yes{{ end }}
{{- end }}

{{- /* Traefik's configuration at start: where to listen, where certificates come from. */ -}}
{{- define "autohttps.static" -}}
{{- $letsencrypt := .Values.proxy.https.letsencrypt -}}
entryPoints:
  http: {address: ":8080"}
  https: {address: ":8443", transport: {respondingTimeouts: {idleTimeout: 10m0s}}}
certificatesResolvers:
  default:
    acme:
      caServer: {{ $letsencrypt.acmeServer }}
      email: {{ required "proxy.https.letsencrypt.contactEmail is required" $letsencrypt.contactEmail }}
      storage: /etc/acme/acme.json
      httpChallenge: {entryPoint: http}
log: {level: {{ .Values.debug.enabled | ternary "DEBUG" "WARN" }}}
providers:
  file: {filename: /etc/traefik/dynamic.yaml}
{{- end }}

{{- /* Traefik's routes: http is sent to https, https goes to the proxy. */ -}}
{{- define "autohttps.dynamic" -}}
{{- $hsts := .Values.proxy.traefik.hsts -}}
http:
  middlewares:
    hsts:
      headers: {stsIncludeSubdomains: {{ $hsts.includeSubdomains }}, stsPreload: {{ $hsts.preload }}, stsSeconds: {{ $hsts.maxAge | int64 }}}
    redirect: {redirectScheme: {permanent: true, scheme: https}}
    scheme: {headers: {customRequestHeaders: {X-Scheme: https}}}
  routers:
    default:
      entryPoints: [https]
      middlewares: [hsts, scheme]
      rule: PathPrefix(`/`)
      service: default
      tls:
        certResolver: default
        options: default
        domains:
          {{- range .Values.proxy.https.hosts }}
          - main: {{ . }}
          {{- end }}
    insecure:
      entryPoints: [http]
      middlewares: [redirect]
      rule: PathPrefix(`/`)
      service: default
  services:
    default: {loadBalancer: {servers: [{url: "http://proxy-http:8000/"}]}}
tls:
  options:
    default: {minVersion: VersionTLS12, sniStrict: true}
{{- end }}
