{{- /* Network policies: all of them have one shape, made here. */ -}}

{{- /* (list POLICY LABEL PORTS): ingress for pods that carry the label hub.jupyter.org/network-access-LABEL. */ -}}
{{- define "labelledPods" -}}
{{- $label := dict "matchLabels" (dict (printf "hub.jupyter.org/network-access-%s" (index . 1)) "true") -}}
{{- $from := list (dict "podSelector" $label) -}}
{{- if eq (index . 0).interNamespaceAccessLabels "accept" -}}
{{- $from = list (dict "podSelector" $label "namespaceSelector" (dict)) (dict "namespaceSelector" $label) -}}
{{- end -}}
- ports:
    {{- range index . 2 }}
    - port: {{ . }}
    {{- end }}
  from: {{ toJson $from }}
{{- end }}

{{- /* (list $ COMPONENT PORTS): egress to pods of one component. */ -}}
{{- define "toComponent" -}}
- to:
    - podSelector:
        matchLabels:
          {{- include "selector" . | nindent 10 }}
  ports:
    {{- range index . 2 }}
    - port: {{ . }}
    {{- end }}
{{- end }}

{{- /* Ports that are open to everybody, then the values' own rules: takes a policy. */ -}}
{{- define "ingressRules" -}}
{{- with .allowedIngressPorts }}
- ports:
    {{- range . }}
    - port: {{ . }}
    {{- end }}
{{- end }}
{{- with .ingress }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* (list $ POLICY): the rules behind egressAllowRules, then the values' own. */ -}}
{{- define "egressRules" -}}
{{- $metadata := printf "%s/32" (index . 0).Values.singleuser.cloudMetadata.ip -}}
{{- $private := list "10.0.0.0/8" "172.16.0.0/12" "192.168.0.0/16" -}}
{{- $allow := (index . 1).egressAllowRules -}}
{{- if or $allow.dnsPortsCloudMetadataServer $allow.dnsPortsKubeSystemNamespace $allow.dnsPortsPrivateIPs }}
- ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
  to:
    {{- if $allow.dnsPortsCloudMetadataServer }}
    - ipBlock: {cidr: {{ $metadata }}}
    {{- end }}
    {{- if $allow.dnsPortsKubeSystemNamespace }}
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
    {{- end }}
    {{- if $allow.dnsPortsPrivateIPs }}
    {{- include "blocks" $private | nindent 4 }}
    {{- end }}
{{- end }}
{{- if $allow.nonPrivateIPs }}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except: {{ append $private $metadata | toJson }}
{{- end }}
{{- if $allow.privateIPs }}
- to:
    {{- include "blocks" $private | nindent 4 }}
{{- end }}
{{- if $allow.cloudMetadataServer }}
- to:
    {{- include "blocks" (list $metadata) | nindent 4 }}
{{- end }}
{{- with (index . 1).egress }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "blocks" -}}
{{- range . }}
- ipBlock: {cidr: {{ . }}}
{{- end }}
{{- end }}

{{- /* (list $ COMPONENT NAME SELECTED): the head of a policy for the pods of component SELECTED, up to its rules. */ -}}
{{- define "policy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "selector" (list (index . 0) (index . 3)) | nindent 6 }}
  policyTypes: [Ingress, Egress]
{{- end }}
