# JupyterHub on this machine. What differs between deployments is in `hub.json` beside this file, secrets only in the
# environment. Every process of a deployment carries HUBWRIGHT_DEPLOYMENT, its folder: that is how they are found again.
import hashlib
import json
import os
import sys
from pathlib import Path

from jupyterhub.spawner import SimpleLocalProcessSpawner
from traitlets import default

ROOT = Path(os.environ["HUBWRIGHT_DEPLOYMENT"])
HOMES = ROOT / "homes"
BIN = str(Path(sys.prefix) / "bin")
GIVEN = json.loads(Path(__file__).with_name("hub.json").read_text())
DASK_ACCESS = "access:services!service=dask-gateway"
# The hub ends its services when it ends well; killed, it would leave them behind with a token that is no longer good.
CULLER = (
    "import ctypes, runpy, sys; ctypes.CDLL(None).prctl(1, 15); sys.argv[0] = 'jupyterhub_idle_culler';"
    " runpy.run_module('jupyterhub_idle_culler', run_name='__main__')"
)

os.umask(0o077)
os.chdir(ROOT / "data")


def folder(name):
    """One folder name per user name, whatever it holds: other than these letters become `=` and their bytes in hex."""
    plain = "abcdefghijklmnopqrstuvwxyz0123456789_-.@"
    start = len(name) - len(name.lstrip("."))
    escaped = "".join(
        letter if letter in plain and at >= start else "".join(f"={byte:02x}" for byte in letter.encode())
        for at, letter in enumerate(name)
    )
    return escaped if len(escaped) <= 120 else escaped[:80] + "=" + hashlib.sha256(name.encode()).hexdigest()[:32]


class Server(SimpleLocalProcessSpawner):
    @default("home_dir")
    def _home(self):
        return str(HOMES / folder(self.user.name))

    def make_preexec_fn(self, name):
        home = self.home_dir

        def preexec():
            os.makedirs(home, 0o700, exist_ok=True)
            os.chdir(home)

        return preexec

    def load_state(self, state):
        """After a reboot the number of the old process may be another's, which the hub would then end."""
        super().load_state(state)
        try:
            environment = Path(f"/proc/{self.pid}/environ").read_bytes().split(b"\0")
        except OSError:
            environment = []
        ours = {f"HUBWRIGHT_DEPLOYMENT={ROOT}".encode(), f"JUPYTERHUB_USER={self.user.name}".encode()}
        if not ours.issubset(environment):
            self.pid = 0


c = get_config()  # noqa: F821
c.JupyterHub.db_url = "sqlite:///jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = "cookie_secret"
c.JupyterHub.hub_ip = "127.0.0.1"
# The proxy is a process of its own. Its routes are lost when it is started anew: the hub looks every 15 seconds.
c.ConfigurableHTTPProxy.should_start = False
c.JupyterHub.last_activity_interval = 15
# Servers outlive a restart of the hub; whoever ends the deployment ends them, by the mark in their environment.
c.JupyterHub.cleanup_servers = False
c.JupyterHub.spawner_class = Server
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--ServerApp.allow_root=True"] if os.geteuid() == 0 else []
c.Spawner.env_keep = ["LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "HUBWRIGHT_DEPLOYMENT"]
c.Spawner.environment = {
    "PATH": os.pathsep.join([BIN, os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin")]),
    "PYTHONNOUSERSITE": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    **GIVEN.get("environment", {}),
    **{name: os.environ[name] for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN") if name in os.environ},
}

c.JupyterHub.services = [
    {"name": "hubwright-check", "display": False, "api_token": os.environ["HUBWRIGHT_CHECK_TOKEN"]}
]
scopes = [f"{scope}!user=hubwright-probe" for scope in ("admin:users", "servers", "access:servers")]
c.JupyterHub.load_roles = [
    {
        "name": "hubwright-check",
        "description": "lets hubwright start one server and run cells in it",
        "scopes": scopes,
        "services": ["hubwright-check"],
    }
]
if GIVEN.get("dask"):
    c.JupyterHub.services.append(
        {
            "name": "dask-gateway",
            "display": False,
            "url": GIVEN["dask"],
            "api_token": os.environ["HUBWRIGHT_DASK_TOKEN"],
        }
    )
    # The roles' own scopes must be named again beside what is added to them.
    scopes.append(DASK_ACCESS)
    c.JupyterHub.load_roles += [
        {"name": "user", "scopes": ["self", DASK_ACCESS]},
        {"name": "server", "scopes": ["users:activity!user", "access:servers!server", DASK_ACCESS]},
    ]
if GIVEN.get("cull"):
    cull = GIVEN["cull"]
    c.JupyterHub.services.append(
        {
            "name": "jupyterhub-idle-culler",
            "display": False,
            "command": [sys.executable, "-c", CULLER, f"--timeout={cull['timeout']}", f"--cull-every={cull['every']}"],
            "environment": {"HUBWRIGHT_DEPLOYMENT": str(ROOT)},
        }
    )
    c.JupyterHub.load_roles.append(
        {
            "name": "jupyterhub-idle-culler",
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
            "services": ["jupyterhub-idle-culler"],
        }
    )
if "HUBWRIGHT_DUMMY_PASSWORD" in os.environ:
    c.DummyAuthenticator.password = os.environ["HUBWRIGHT_DUMMY_PASSWORD"]

for section, traits in GIVEN.get("config", {}).items():
    for trait, value in traits.items():
        c[section][trait] = value
