# Dask Gateway on this machine. What differs between deployments is in `dask.json` beside this file, secrets only in the
# environment. Clusters are processes of the same person: there is one machine, and one who owns it.
import json
import os
import sys
from pathlib import Path

from dask_gateway_server.backends.base import PublicException
from dask_gateway_server.backends.local import UnsafeLocalBackend

ROOT = Path(os.environ["HUBWRIGHT_DEPLOYMENT"])
GIVEN = json.loads(Path(__file__).with_name("dask.json").read_text())

os.umask(0o077)


class OneShareEach(UnsafeLocalBackend):
    """The server has limits for a cluster, none for a person."""

    async def start_cluster(self, user, cluster_options):
        limit = GIVEN.get("clusters_per_user")
        running = await self.list_clusters(username=user.name)
        if limit is not None and len(running) >= limit:
            names = ", ".join(sorted(cluster.name for cluster in running))
            raise PublicException(f"{user.name} may run {limit} clusters at once, and runs {names}: stop one first")
        return await super().start_cluster(user, cluster_options)


c = get_config()  # noqa: F821
c.Proxy.prefix = "/services/dask-gateway"
c.DaskGateway.backend_class = OneShareEach
c.UnsafeLocalBackend.clusters_directory = str(ROOT / "run" / "dask")
c.UnsafeLocalBackend.inherited_environment = ["PATH", "LANG", "LC_ALL", "TZ", "HOME", "TMPDIR", "HUBWRIGHT_DEPLOYMENT"]
# One after the other, for each of SIGINT, SIGTERM and SIGKILL.
c.UnsafeLocalBackend.sigint_timeout = 5
c.UnsafeLocalBackend.sigterm_timeout = 2
c.UnsafeLocalBackend.sigkill_timeout = 2
c.UnsafeLocalBackend.cluster_status_period = 5
c.Proxy.proxy_status_period = 5
# distributed 2026.6 removed the `dask-scheduler` and `dask-worker` programs that the server starts by default.
c.ClusterConfig.scheduler_cmd = [sys.executable, "-m", "dask", "scheduler"]
# Without a host the workers listen everywhere, without a folder they leave theirs in /tmp.
c.ClusterConfig.worker_cmd = [sys.executable, "-m", "dask", "worker", "--host", "127.0.0.1"]
c.ClusterConfig.worker_cmd += ["--local-directory", str(ROOT / "run" / "scratch")]
if GIVEN.get("hub"):
    c.DaskGateway.authenticator_class = "dask_gateway_server.auth.JupyterHubAuthenticator"
    c.JupyterHubAuthenticator.jupyterhub_api_url = GIVEN["hub"]
    c.JupyterHubAuthenticator.jupyterhub_api_token = os.environ["HUBWRIGHT_DASK_TOKEN"]
    c.JupyterHubAuthenticator.jupyterhub_service_name = "dask-gateway"
else:
    c.DaskGateway.authenticator_class = "dask_gateway_server.auth.SimpleAuthenticator"
    c.SimpleAuthenticator.password = os.environ["DASK_PASSWORD"]

for section, traits in GIVEN.get("config", {}).items():
    for trait, value in traits.items():
        c[section][trait] = value
