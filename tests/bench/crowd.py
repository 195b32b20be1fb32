"""An API server on loopback that has nothing but a crowd of pods, for what is measured of the one who looks on: it answers
lists and watches of pods as Kubernetes does, changes as many of them a second as it is told, and knows no other object.

    crowd.py PODS      prints its port; `POST /rate/N` makes N pods change in every second

Must not measure anything.
"""

import itertools
import json
import sys
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Changes are sent in so many portions a second.
PORTIONS = 50
OWNERS = 7


def condition(kind: str, true: bool) -> dict:
    return {"type": kind, "status": str(true), "lastTransitionTime": "2026-01-01T12:00:00Z", "lastProbeTime": None}


def pod(number: int, version: int, ready: bool) -> dict:
    """A pod as a worker of Ray is: with environment, volumes, and the fields that managers leave."""
    name = f"worker-{number:05}"
    owner = {"apiVersion": "ray.io/v1", "kind": "RayCluster", "name": f"ray-{number % OWNERS}", "uid": f"owner-{number % OWNERS}", "controller": True}
    fields = {f"k:{{\"name\":\"FIELD_{field}\"}}": {".": {}, "f:name": {}, "f:value": {}} for field in range(30)}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "hub",
            "uid": f"uid-{number}",
            "resourceVersion": str(version),
            "creationTimestamp": "2026-01-01T12:00:00Z",
            "labels": {"ray.io/cluster": owner["name"], "ray.io/node-type": "worker", "ray.io/group": "small"},
            "ownerReferences": [owner],
            "managedFields": [{"manager": "kubelet", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": fields}}],
        },
        "spec": {
            "nodeName": f"node-{number % 100}",
            "restartPolicy": "Never",
            "containers": [
                {
                    "name": "ray-worker",
                    "image": "quay.io/example/ray:2.60.0",
                    "env": [{"name": f"VARIABLE_{field}", "value": "a value of some length"} for field in range(20)],
                    "resources": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}},
                    "volumeMounts": [{"name": "shared", "mountPath": "/home/shared"}, {"name": "shm", "mountPath": "/dev/shm"}],
                }
            ],
            "volumes": [{"name": "shared", "persistentVolumeClaim": {"claimName": "shared"}}, {"name": "shm", "emptyDir": {"medium": "Memory"}}],
        },
        "status": {
            "phase": "Running",
            "startTime": "2026-01-01T12:00:00Z",
            "conditions": [condition(kind, ready or kind in ("PodScheduled", "Initialized")) for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")],
            "containerStatuses": [
                {
                    "name": "ray-worker",
                    "image": "quay.io/example/ray:2.60.0",
                    "imageID": "sha256:0",
                    "ready": ready,
                    "started": True,
                    "restartCount": 0,
                    "state": {"running": {"startedAt": "2026-01-01T12:00:00Z"}},
                    "lastState": {},
                }
            ],
        },
    }


class Crowd:
    """The pods, and how many change in a second."""

    def __init__(self, pods: int) -> None:
        self.pods = pods
        self.rate = 0
        self.version = itertools.count(1_000_000)

    def page(self, begin: int, limit: int) -> dict:
        end = min(begin + limit, self.pods) if limit else self.pods
        left = {"continue": str(end)} if end < self.pods else {}
        return {"apiVersion": "v1", "kind": "PodList", "metadata": {"resourceVersion": "1000000"} | left, "items": [pod(number, 1, True) for number in range(begin, end)]}

    def changes(self):
        """What one portion of a second brings, without end; a pod is not ready in one round and ready in the next."""
        turn = 0
        while True:
            portion = []
            for _ in range(self.rate // PORTIONS):
                number, ready = turn * 7919 % self.pods, turn // self.pods % 2 == 1
                portion.append({"type": "MODIFIED", "object": pod(number, next(self.version), ready)})
                turn += 1
            yield b"".join(json.dumps(change).encode() + b"\n" for change in portion)


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    crowd: Crowd

    def log_message(self, *_: object) -> None:
        pass

    def tell(self, what: dict) -> None:
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.crowd.rate = int(self.path.rsplit("/", 1)[1])
        self.tell({})

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        asked = {key: values[0] for key, values in urllib.parse.parse_qs(url.query).items()}
        of_pods = url.path.endswith("/pods")
        if url.path == "/version":
            self.tell({"major": "1", "minor": "36", "gitVersion": "v1.36.0", "gitCommit": "", "gitTreeState": "", "buildDate": "", "goVersion": "", "compiler": "", "platform": ""})
        elif "watch" in asked:
            self.watch(of_pods, float(asked.get("timeoutSeconds", 25)))
        elif of_pods:
            self.tell(self.crowd.page(int(asked.get("continue", 0)), int(asked.get("limit", 0))))
        else:
            self.tell({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": "1"}, "items": []})

    def watch(self, of_pods: bool, seconds: float) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        began = time.monotonic()
        if not of_pods:
            time.sleep(seconds)
        # Portions are made before they are due: what it takes to make them is no part of the second.
        for number, portion in zip(range(round(seconds * PORTIONS)), self.crowd.changes() if of_pods else ()):
            time.sleep(max(0.0, began + number / PORTIONS - time.monotonic()))
            if portion:
                self.wfile.write(f"{len(portion):x}\r\n".encode() + portion + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")


def main() -> None:
    Answer.crowd = Crowd(int(sys.argv[1]))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
