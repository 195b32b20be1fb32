"""From a pod's readiness in the API server to our event on standard output, beside a `kubectl get pods --watch`.

A pod is made unready and ready again by a patch of its status. The clock starts when the patch is *sent*, so that the API
server's own work is in the figure: what a person waits is never more. Events are journaled and printed before they are
counted. Measured in a quiet namespace, and in one with 5,000 other pods.
"""

import json
import time

from cluster import BED, KUBECTL, Api, ask, clear, tell
from measure import milliseconds, quantile, row
from watching import Lines, until_it_waits, watching_run

NAMESPACE = "bench-ready"
CROWD = 5000
NODES = 7
PODS = 5
TIMES = 200
PAUSE = 0.05


def pod(number: int) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"flip-{number}", "namespace": NAMESPACE, "labels": {"bench": "flip"}},
        "spec": {
            "nodeName": "fake-0",
            "automountServiceAccountToken": False,
            "tolerations": [{"key": "kwok.x-k8s.io/node", "operator": "Exists"}],
            "containers": [{"name": "fake", "image": "registry.k8s.io/pause:3.10"}],
        },
    }


def statuses(api: Api, path: str) -> dict[bool, dict]:
    """The status of a pod when it is ready and when it is not, as patches."""
    status = api.call("GET", path)["status"]

    def when(ready: bool) -> dict:
        word = "True" if ready else "False"
        conditions = [one | {"status": word} if one["type"] in ("Ready", "ContainersReady") else one for one in status["conditions"]]
        containers = [one | {"ready": ready} for one in status["containerStatuses"]]
        return {"status": {"conditions": conditions, "containerStatuses": containers}}

    return {ready: when(ready) for ready in (True, False)}


def shows(name: str, ready: bool):
    """Whether one of our lines says that this pod is ready, or not."""

    def wanted(line: bytes) -> bool:
        event = json.loads(line)
        return event["event"] == "pod-changed" and event["name"] == name and (event["state"] == "Ready") == ready

    return wanted


def prints(name: str, ready: bool):
    """The same of one of kubectl's lines: `NAME 1/1 Running …`."""
    return lambda line: line.split()[:2] == [name.encode(), b"1/1" if ready else b"0/1"]


def flips(api: Api, run: Lines, peer: Lines) -> tuple[list[float], list[float], list[float]]:
    """Seconds from sending a patch to our event, to kubectl's line, and to the API server's answer."""
    paths = [f"/api/v1/namespaces/{NAMESPACE}/pods/flip-{number}" for number in range(PODS)]
    patches = [statuses(api, path) for path in paths]
    ours, theirs, answers = [], [], []
    for flip in range(2 * TIMES):
        ready, number = flip % 2 == 1, flip // 2 % PODS
        begin, peer_begin = run.count(), peer.count()
        sent = time.perf_counter()
        api.merge(f"{paths[number]}/status", patches[number][ready])
        answered = time.perf_counter()
        seen = run.first(shows(f"flip-{number}", ready), begin)
        seen_by_peer = peer.first(prints(f"flip-{number}", ready), peer_begin)
        if ready:
            ours.append(seen - sent)
            theirs.append(seen_by_peer - sent)
            answers.append(answered - sent)
        time.sleep(PAUSE)
    return ours, theirs, answers


def measure(where: str) -> None:
    kubectl = [KUBECTL, "get", "pods", "-n", NAMESPACE, "-l", "bench=flip", "--watch", "--no-headers"]
    with watching_run(NAMESPACE) as run, Lines(kubectl) as peer:
        until_it_waits(run)
        run.until_quiet()
        ours, theirs, answers = flips(Api(), run, peer)
    row(f"pod ready → event, {where}", "p95 ≤ 100 ms", f"{milliseconds(ours)}, at most {max(ours) * 1000:.1f} ms")
    ratio = quantile(ours, 0.95) / quantile(theirs, 0.95)
    row(
        "the same against a line of `kubectl get pods --watch`",
        "–",
        f"ratio of p95 {ratio:.2f} (kubectl: {milliseconds(theirs)}; the API server's answer: {milliseconds(answers)})",
    )


def main() -> None:
    clear(NAMESPACE)
    tell(BED / "fake-nodes", NODES)
    ask(KUBECTL, "create", "namespace", NAMESPACE)
    api = Api()
    for number in range(PODS):
        api.call("POST", f"/api/v1/namespaces/{NAMESPACE}/pods", pod(number))
    tell(KUBECTL, "wait", "pod", "-n", NAMESPACE, "-l", "bench=flip", "--for=condition=Ready", "--timeout=60s")
    try:
        measure("quiet namespace")
        tell(BED / "fake-pods", CROWD, NAMESPACE)
        measure(f"{CROWD:,} other pods")
    finally:
        tell(BED / "fake-pods", "--remove", NAMESPACE)
        clear(NAMESPACE)
        tell(BED / "fake-nodes", "--remove")


if __name__ == "__main__":
    main()
