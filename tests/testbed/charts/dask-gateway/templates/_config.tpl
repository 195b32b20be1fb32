{{- /* Configuration files of the gateway's server and of its controller, both Python. */ -}}

{{- /* The values, without the token and without code, for the server to read. */ -}}
{{- define "config.values" -}}
{{- $gateway := omit .Values.gateway "extraConfig" }}
{{- $auth := merge (dict "jupyterhub" (omit .Values.gateway.auth.jupyterhub "apiToken")) (omit .Values.gateway.auth "jupyterhub") }}
{{- dict "gateway" (merge (dict "auth" $auth) (omit $gateway "auth")) | toJson | quote }}
{{- end }}

{{- define "config.api" -}}
{{- $api := include "name" (list . "api") -}}
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
_values = json.loads({{ include "config.values" . }})


def get_property(key, default=None):
    """The value at a dotted path, `default` where the path does not exist; for extraConfig too."""
    value = _values
    for step in key.split("."):
        if not isinstance(value, dict) or step not in value:
            return default
        value = value[step]
    return value


def set_traits(section, settings):
    """Sets traits from values, leaving out null."""
    for trait, key in settings.items():
        if get_property(f"gateway.{key}") is not None:
            setattr(section, trait, get_property(f"gateway.{key}"))


c.DaskGateway.address = ":8000"
c.DaskGateway.log_level = "{{ .Values.gateway.loglevel }}"
c.DaskGateway.backend_class = "dask_gateway_server.backends.kubernetes.KubeBackend"
c.KubeBackend.api_url = "http://{{ $api }}.{{ .Release.Namespace }}:8000/api"
c.KubeBackend.gateway_instance = "{{ include "fullname" . }}"

image = [get_property(f"gateway.backend.image.{part}") for part in ("name", "tag")]
c.KubeClusterConfig.image = ":".join(filter(None, image))
roles = {
    f"{role}_{trait}": f"backend.{role}.{key}"
    for role in ("scheduler", "worker")
    for trait, key in {
        "cores": "cores.request",
        "cores_limit": "cores.limit",
        "memory": "memory.request",
        "memory_limit": "memory.limit",
        "extra_container_config": "extraContainerConfig",
        "extra_pod_config": "extraPodConfig",
    }.items()
}
set_traits(
    c.KubeClusterConfig,
    roles
    | {
        "environment": "backend.environment",
        "image_pull_policy": "backend.image.pullPolicy",
        "image_pull_secrets": "backend.imagePullSecrets",
        "namespace": "backend.namespace",
        "worker_threads": "backend.worker.threads",
    },
)

kind = get_property("gateway.auth.type")
if kind == "custom":
    name = get_property("gateway.auth.custom.class")
    c[name.rsplit(".", 1)[-1]].update(get_property("gateway.auth.custom.config") or {})
else:
    name = {"simple": "SimpleAuthenticator", "kerberos": "KerberosAuthenticator", "jupyterhub": "JupyterHubAuthenticator"}[kind]
    name = f"dask_gateway_server.auth.{name}"
c.DaskGateway.authenticator_class = name
set_traits(c.SimpleAuthenticator, {"password": "auth.simple.password"})
set_traits(c.KerberosAuthenticator, {"keytab": "auth.kerberos.keytab"})
if kind == "jupyterhub":
    set_traits(
        c.JupyterHubAuthenticator,
        {"jupyterhub_api_url": "auth.jupyterhub.apiUrl", "jupyterhub_service_name": "auth.jupyterhub.jupyterhubServiceName"},
    )
    if get_property("gateway.auth.jupyterhub.apiUrl") is None:
        if "HUB_SERVICE_HOST" not in os.environ:
            raise ValueError("no Service called hub in this namespace: set gateway.auth.jupyterhub.apiUrl")
        c.JupyterHubAuthenticator.jupyterhub_api_url = (
            "http://{HUB_SERVICE_HOST}:{HUB_SERVICE_PORT}/hub/api".format(**os.environ)
        )
{{- with .Values.gateway.extraConfig }}
{{- if kindIs "string" . }}

# gateway.extraConfig
{{ . }}
{{- else }}
{{- range $name, $code := . }}

# gateway.extraConfig.{{ $name }}
{{ $code }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "config.controller" -}}
{{- $controller := .Values.controller -}}
c.KubeController.address = ":8000"
c.KubeController.api_url = "http://{{ include "name" (list . "api") }}.{{ .Release.Namespace }}:8000/api"
c.KubeController.gateway_instance = "{{ include "fullname" . }}"
c.KubeController.proxy_prefix = "{{ .Values.gateway.prefix }}"
c.KubeController.proxy_web_middlewares = [
    {"name": "{{ include "name" (list . "clusters-prefix") }}", "namespace": "{{ .Release.Namespace }}"}
]
{{- if eq (toString .Values.traefik.service.ports.tcp.port) "web" }}
c.KubeController.proxy_tcp_entrypoint = "web"
{{- end }}
c.KubeController.log_level = "{{ $controller.loglevel }}"
c.KubeController.completed_cluster_max_age = {{ $controller.completedClusterMaxAge }}
c.KubeController.completed_cluster_cleanup_period = {{ $controller.completedClusterCleanupPeriod }}
c.KubeController.backoff_base_delay = {{ $controller.backoffBaseDelay }}
c.KubeController.backoff_max_delay = {{ $controller.backoffMaxDelay }}
c.KubeController.k8s_api_rate_limit = {{ $controller.k8sApiRateLimit }}
c.KubeController.k8s_api_rate_limit_burst = {{ $controller.k8sApiRateLimitBurst }}
{{- end }}
