# Runs in a notebook, first: what is installed there, so that a mismatch is named before anything is connected.
import json, platform
from importlib import metadata

packages = {"python": platform.python_version()}
for name in ("jupyterhub", "ray", "dask", "distributed", "dask-gateway", "numpy"):
    try:
        packages[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
print("HUBWRIGHT " + json.dumps({"kind": "versions", "packages": packages}))
