"""The cluster of the benchmarks: kubectl and helm of the test bed, and one kept connection to its API server.

Must not measure anything.
"""

import http.client
import json
import base64
import os
import pathlib
import ssl
import subprocess
import sys
import time
import urllib.parse

KUBECTL = os.environ.get("KUBECTL", "kubectl")
HELM = os.environ.get("HELM4", "helm")
BED = pathlib.Path(__file__).parent / "../testbed"
# What uninstalled charts leave, and the next installation would find: their definitions of kinds.
DEFINITIONS = ["rayclusters.ray.io", "rayjobs.ray.io", "rayservices.ray.io", "raycronjobs.ray.io", "daskclusters.gateway.dask.org"]


def tell(*command: object) -> None:
    """A command whose output is for the person."""
    subprocess.run([str(word) for word in command], check=True, stdout=sys.stderr)


def ask(*command: object) -> str:
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def clear(namespace: str) -> None:
    """Takes everything of a deployment away, last made first, and waits until it is gone."""
    releases = json.loads(ask(HELM, "list", "-n", namespace, "-o", "json")) if exists(namespace) else []
    newest_first = sorted(releases, key=lambda release: release["updated"], reverse=True)
    for release in newest_first:
        tell(HELM, "uninstall", release["name"], "-n", namespace, "--wait", "--timeout", "180s")
    tell(KUBECTL, "delete", "namespace", namespace, "--ignore-not-found", "--timeout=300s")
    tell(KUBECTL, "delete", "crd", *DEFINITIONS, "--ignore-not-found")
    time.sleep(3)


def exists(namespace: str) -> bool:
    return bool(ask(KUBECTL, "get", "namespace", namespace, "--ignore-not-found", "-o", "name").strip())


class Api:
    """One connection to the API server that is kept open: what it takes to connect is not measured."""

    def __init__(self) -> None:
        config = json.loads(ask(KUBECTL, "config", "view", "--raw", "--minify", "-o", "json"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        trust = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        server = urllib.parse.urlsplit(cluster["server"])
        self.connection = http.client.HTTPSConnection(server.hostname, server.port, context=trust, timeout=30)
        self.headers = {"Authorization": f"Bearer {user['token']}", "Accept": "application/json"}

    def call(self, method: str, path: str, body: dict | None = None, content: str = "application/json") -> dict:
        self.connection.request(method, path, json.dumps(body) if body else None, self.headers | {"Content-Type": content})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"error: {method} {path} ended with {answer.status}: {text[:300]!r}")
        return json.loads(text)

    def merge(self, path: str, body: dict) -> dict:
        return self.call("PATCH", path, body, "application/merge-patch+json")
