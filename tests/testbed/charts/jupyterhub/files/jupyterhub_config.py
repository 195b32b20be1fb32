"""The hub's configuration: turns the values of the release into traits, each section in its own function.

helm leaves out values that are null: every look-up has to do without its key."""

c = get_config()  # noqa: F821  (of traitlets; the import below hides it, as extraConfig expects)

import glob
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from z2jh import get_config, get_name, get_secret_value, set_config_if_not_none  # noqa: E402

HUB_TRAITS = {
    "active_server_limit": "activeServerLimit",
    "allow_named_servers": "allowNamedServers",
    "authenticate_prometheus": "authenticatePrometheus",
    "base_url": "baseUrl",
    "concurrent_spawn_limit": "concurrentSpawnLimit",
    "named_server_limit_per_user": "namedServerLimitPerUser",
    "redirect_to_server": "redirectToServer",
    "shutdown_on_logout": "shutdownOnLogout",
    "template_paths": "templatePaths",
    "template_vars": "templateVars",
}
SPAWNER_TRAITS = {
    "cpu_guarantee": "cpu.guarantee",
    "cpu_limit": "cpu.limit",
    "environment": "extraEnv",
    "events_enabled": "events",
    "extra_annotations": "extraAnnotations",
    "extra_containers": "extraContainers",
    "extra_labels": "extraLabels",
    "extra_pod_config": "extraPodConfig",
    "extra_resource_guarantees": "extraResource.guarantees",
    "extra_resource_limits": "extraResource.limits",
    "fs_gid": "fsGid",
    "image_pull_policy": "image.pullPolicy",
    "init_containers": "initContainers",
    "lifecycle_hooks": "lifecycleHooks",
    "mem_guarantee": "memory.guarantee",
    "mem_limit": "memory.limit",
    "node_affinity_preferred": "extraNodeAffinity.preferred",
    "node_affinity_required": "extraNodeAffinity.required",
    "node_selector": "nodeSelector",
    "pod_affinity_preferred": "extraPodAffinity.preferred",
    "pod_affinity_required": "extraPodAffinity.required",
    "pod_anti_affinity_preferred": "extraPodAntiAffinity.preferred",
    "pod_anti_affinity_required": "extraPodAntiAffinity.required",
    "pod_name_template": "podNameTemplate",
    "profile_list": "profileList",
    "service_account": "serviceAccountName",
    "start_timeout": "startTimeout",
    "storage_extra_labels": "storage.extraLabels",
    "uid": "uid",
}
DISK_TRAITS = {
    "pvc_name_template": "dynamic.pvcNameTemplate",
    "storage_access_modes": "dynamic.storageAccessModes",
    "storage_capacity": "capacity",
    "storage_class": "dynamic.storageClass",
}


def hub():
    """The hub itself: addresses, limits, templates."""
    c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
    c.JupyterHub.hub_bind_url = "http://:8081"
    c.JupyterHub.hub_connect_url = f"http://{get_name('hub')}:8081"
    c.JupyterHub.cleanup_servers = False
    c.JupyterHub.last_activity_interval = 60
    c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}
    c.ConfigurableHTTPProxy.api_url = f"http://{get_name('proxy-api')}:8001"
    c.ConfigurableHTTPProxy.should_start = False
    for trait, key in HUB_TRAITS.items():
        set_config_if_not_none(c.JupyterHub, trait, f"hub.{key}")
    set_config_if_not_none(c.Spawner, "consecutive_failure_limit", "hub.consecutiveFailureLimit")
    if get_config("debug.enabled"):
        c.JupyterHub.log_level = "DEBUG"
        c.Spawner.debug = True


def database():
    """Where the hub remembers users and servers."""
    kind = get_config("hub.db.type")
    sqlite = {"sqlite-pvc": "sqlite:///jupyterhub.sqlite", "sqlite-memory": "sqlite://"}
    if kind in sqlite:
        c.JupyterHub.db_url = sqlite[kind]
    else:
        set_config_if_not_none(c.JupyterHub, "db_url", "hub.db.url")
    variable = {"mysql": "MYSQL_PWD", "postgres": "PGPASSWORD"}.get(kind)
    password = get_secret_value("hub.db.password", None)
    if variable and password is not None:
        os.environ[variable] = password


def labels():
    """The chart's labels on everything that the hub makes: network policies select by them."""
    chart = f"{get_config('Chart.Name')}-{get_config('Chart.Version')}".replace("+", "_")
    return {
        "app": "jupyterhub",
        "app.kubernetes.io/name": "jupyterhub",
        "release": get_config("Release.Name"),
        "app.kubernetes.io/instance": get_config("Release.Name"),
        "chart": chart,
        "helm.sh/chart": chart,
        "app.kubernetes.io/managed-by": "kubespawner",
    }


def pull_secrets():
    """Names of the Secrets that user pods pull images with."""
    names = []
    if get_config("imagePullSecret.create") and get_config("imagePullSecret.automaticReferenceInjection"):
        names.append(get_name("image-pull-secret"))
    return names + (get_config("imagePullSecrets") or []) + (get_config("singleuser.image.pullSecrets") or [])


def user_pods():
    """What a user's pod looks like, apart from its volumes."""
    spawner = c.KubeSpawner
    spawner.common_labels = labels()
    spawner.namespace = os.environ["POD_NAMESPACE"]
    for trait, key in SPAWNER_TRAITS.items():
        set_config_if_not_none(spawner, trait, f"singleuser.{key}")
    spawner.image = image("singleuser.image")
    spawner.image_pull_secrets = pull_secrets()
    spawner.allow_privilege_escalation = get_config("singleuser.allowPrivilegeEscalation")
    c.Spawner.cmd = get_config("singleuser.cmd")  # null is an answer: the image's own command
    set_config_if_not_none(c.Spawner, "default_url", "singleuser.defaultUrl")
    if get_config("singleuser.cloudMetadata.blockWithIptables"):
        spawner.init_containers = (get_config("singleuser.initContainers") or []) + [metadata_block()]


def image(key):
    """An image of the values, as one word."""
    return ":".join(filter(None, (get_config(f"{key}.name"), get_config(f"{key}.tag"))))


def metadata_block():
    """The privileged container that cuts a user's pod off from the cloud's metadata address."""
    rule = "--append OUTPUT --protocol tcp --destination {} --destination-port 80 --jump DROP"
    return {
        "name": "block-cloud-metadata",
        "image": image("singleuser.networkTools.image"),
        "command": ["iptables", *rule.format(get_config("singleuser.cloudMetadata.ip")).split()],
        "securityContext": {"privileged": True, "runAsUser": 0, "capabilities": {"add": ["NET_ADMIN"]}},
        "resources": get_config("singleuser.networkTools.resources"),
    }


def placement():
    """Which nodes user pods go to, and who decides it."""
    spawner = c.KubeSpawner
    if get_config("scheduling.userScheduler.enabled"):
        spawner.scheduler_name = get_name("user-scheduler")
    if get_config("scheduling.podPriority.enabled"):
        spawner.priority_class_name = get_name("priority")
    spawner.tolerations = (get_config("scheduling.userPods.tolerations") or []) + (
        get_config("singleuser.extraTolerations") or []
    )
    nodes = {"matchExpressions": [{"key": "hub.jupyter.org/node-purpose", "operator": "In", "values": ["user"]}]}
    match get_config("scheduling.userPods.nodeAffinity.matchNodePurpose"):
        case "prefer":
            spawner.node_affinity_preferred.append({"weight": 100, "preference": nodes})
        case "require":
            spawner.node_affinity_required.append(nodes)


def home():
    """The volume that holds a user's home directory, if there is one: (volumes, mounts), both by name."""
    kind = get_config("singleuser.storage.type")
    if kind == "none":
        return {}, {}
    name, claim = "home", get_config("singleuser.storage.static.pvcName")
    if kind == "dynamic":
        name, claim = get_config("singleuser.storage.dynamic.volumeNameTemplate"), "{pvc_name}"
        c.KubeSpawner.storage_pvc_ensure = True
        for trait, key in DISK_TRAITS.items():
            set_config_if_not_none(c.KubeSpawner, trait, f"singleuser.storage.{key}")
    mount = {
        "name": name,
        "mountPath": get_config("singleuser.storage.homeMountPath"),
        "subPath": get_config(f"singleuser.storage.{kind}.subPath"),
    }
    return {name: {"name": name, "persistentVolumeClaim": {"claimName": claim}}}, {name: mount}


def extra_files():
    """`singleuser.extraFiles`, which the chart keeps in the Secret `singleuser`."""
    files = get_config("singleuser.extraFiles") or {}
    if not files:
        return {}, {}
    items = [{"key": key, "path": key} | {k: v for k, v in file.items() if k == "mode"} for key, file in files.items()]
    mounts = {
        f"{index}-files": {"name": "files", "mountPath": file["mountPath"], "subPath": key}
        for index, (key, file) in enumerate(files.items())
    }
    return {"files": {"name": "files", "secret": {"secretName": get_name("singleuser"), "items": items}}}, mounts


def extra_volumes():
    """`singleuser.storage.extraVolumes` and `…Mounts`, each a list or a map."""
    volumes = get_config("singleuser.storage.extraVolumes") or {}
    mounts = get_config("singleuser.storage.extraVolumeMounts") or {}
    if isinstance(volumes, list):
        volumes = {volume["name"]: volume for volume in volumes}
    if isinstance(mounts, list):
        mounts = {f"{index}-{mount['name']}": mount for index, mount in enumerate(mounts)}
    return volumes, mounts


def volumes():
    """All volumes of a user's pod."""
    c.KubeSpawner.volumes, c.KubeSpawner.volume_mounts = {}, {}
    for made, mounted in (home(), extra_files(), extra_volumes()):
        c.KubeSpawner.volumes.update(made)
        c.KubeSpawner.volume_mounts.update(mounted)


def culler():
    """The service that stops idle servers, and its role."""
    scopes = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
    command = ["python3", "-m", "jupyterhub_idle_culler"]
    command += [f"--url=http://localhost:8081{get_config('hub.baseUrl').rstrip('/')}/hub/api"]
    for flag, key in (("timeout", "timeout"), ("cull-every", "every"), ("concurrency", "concurrency"), ("max-age", "maxAge")):
        if get_config(f"cull.{key}"):
            command.append(f"--{flag}={get_config(f'cull.{key}')}")
    if get_config("cull.users"):
        command.append("--cull-users")
        scopes.append("admin:users")
    if not get_config("cull.adminUsers"):
        command.append("--cull-admin-users=false")
    if get_config("cull.removeNamedServers"):
        command.append("--remove-named-servers")
    c.JupyterHub.services.append({"name": "jupyterhub-idle-culler", "command": command})
    c.JupyterHub.load_roles.append(
        {"name": "jupyterhub-idle-culler", "scopes": scopes, "services": ["jupyterhub-idle-culler"]}
    )


def services():
    """Services with their tokens, and roles; both maps in the values, lists in the hub."""
    c.JupyterHub.services, c.JupyterHub.load_roles = [], []
    if get_config("cull.enabled"):
        culler()
    for key, service in (get_config("hub.services") or {}).items():
        told = {name: value for name, value in service.items() if name != "apiToken"}
        token = {"api_token": get_secret_value(f"hub.services.{key}.apiToken")}
        c.JupyterHub.services.append({"name": key} | told | token)
    for key, role in (get_config("hub.loadRoles") or {}).items():
        c.JupyterHub.load_roles.append({"name": key} | role)


def passed_through():
    """`hub.config`, section by section, without what the chart keeps in its Secret."""
    c.JupyterHub.cookie_secret = get_secret_value("hub.config.JupyterHub.cookie_secret")
    c.CryptKeeper.keys = get_secret_value("hub.config.CryptKeeper.keys").split(";")
    kept = {
        "JupyterHub": {"proxy_auth_token", "cookie_secret", "services"},
        "ConfigurableHTTPProxy": {"auth_token"},
        "CryptKeeper": {"keys"},
    }
    for section, settings in (get_config("hub.config") or {}).items():
        if not section[:1].isupper():
            sys.exit(f"FATAL: Invalid hub.config section name: {section}. hub.config sections must be class names.")
        c[section].update({k: v for k, v in settings.items() if k not in kept.get(section, ())})


for part in (hub, database, user_pods, placement, volumes, services, passed_through):
    part()
for path in sorted(glob.glob("/usr/local/etc/jupyterhub/jupyterhub_config.d/*.py")):
    with open(path) as file:
        exec(compile(file.read(), path, "exec"))
for name, code in sorted((get_config("hub.extraConfig") or {}).items()):
    print(f"Loading extra config: {name}")
    exec(code)
