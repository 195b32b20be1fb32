"""Resident memory of hubwright while it watches 5,000 simulated pods, beside `kubectl get pods --watch` of the same pods."""

import json
import time

from cluster import BED, KUBECTL, clear, tell
from measure import memory_of, processor_seconds_of, row, say
from watching import Lines, until_it_waits, watching_run

PODS = 5000
NODES = 6
NAMESPACE = "bench-crowd"
# Two renewals of every watch.
SETTLING = 60


def until_all_seen(run: Lines) -> float:
    """Seconds from the first simulated pod's event to the event that shows the last one ready."""
    ready: set[str] = set()
    began = None
    for moment, line in run.follow():
        event = json.loads(line)
        if event["event"] == "pod-changed" and event["name"].startswith("fake-"):
            began = began or moment
            if event["state"] == "Ready":
                ready.add(event["name"])
        if len(ready) == PODS:
            return moment - began
    raise AssertionError("lines end with an error")


def settled(process: int) -> tuple[float, float, float]:
    """Resident MiB after a minute, the most it ever was, and the share of one processor within that minute."""
    before = processor_seconds_of(process)
    time.sleep(SETTLING)
    return *memory_of(process), (processor_seconds_of(process) - before) / SETTLING


def ours() -> float:
    with watching_run(NAMESPACE) as run:
        took = until_all_seen(run)
        until_it_waits(run)
        now, most, busy = settled(run.process.pid)
    row(f"watching {PODS:,} simulated pods: resident memory", "≤ 60 MB", f"{now * 1.048576:.1f} MB, at most {most * 1.048576:.1f} MB")
    row(f"all {PODS:,} pods seen and journaled", "–", f"{took:.1f} s; then {busy:.1%} of one processor")
    return now


def theirs() -> float:
    with Lines([KUBECTL, "get", "pods", "-n", NAMESPACE, "--watch", "--no-headers"]) as watch:
        for _ in watch.follow():
            if watch.count() >= PODS:
                break
        now, most, _ = settled(watch.process.pid)
    say(f"kubectl: {now * 1.048576:.1f} MB, at most {most * 1.048576:.1f} MB")
    return now


def main() -> None:
    clear(NAMESPACE)
    tell(BED / "fake-nodes", NODES)
    tell(BED / "fake-pods", PODS, NAMESPACE)
    try:
        mine, kubectl = ours(), theirs()
        row("the same against `kubectl get pods --watch`", "–", f"ratio {mine / kubectl:.2f} (kubectl {kubectl * 1.048576:.1f} MB)")
    finally:
        tell(BED / "fake-pods", "--remove", NAMESPACE)
        clear(NAMESPACE)
        tell(BED / "fake-nodes", "--remove")


if __name__ == "__main__":
    main()
