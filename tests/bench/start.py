"""How big the program is, how soon it has said its first line, beside helm."""

import os
import shutil
import statistics
import subprocess
import time

from measure import milliseconds, repeat, row, say

HUBWRIGHT = os.environ["HUBWRIGHT"]
TIMES = 100


def first_line(command: list[str]) -> float:
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdout.readline()
        took = time.perf_counter() - began
        process.stdout.read()
    return took


def size(program: str) -> str:
    return f"{os.path.getsize(os.path.realpath(program)) / 2**20:.1f} MiB"


def main() -> None:
    start = repeat([HUBWRIGHT, "--help"], TIMES)
    row("`hubwright --help`, whole process", "–", milliseconds(start))
    plan = [first_line([HUBWRIGHT, "plan", "trial-kubernetes"]) for _ in range(TIMES)]
    row("first line of `hubwright plan trial-kubernetes`", "–", milliseconds(plan))
    row("the program, stripped", "–", size(HUBWRIGHT))
    helm = os.environ.get("HELM4") or shutil.which("helm")
    if not helm:
        say("no helm to compare with: set HELM4")
        return
    peer = repeat([helm, "--help"], TIMES)
    ratio = statistics.median(start) / statistics.median(peer)
    row("`hubwright --help` against `helm --help`", "–", f"ratio {ratio:.2f} ({milliseconds(peer)}; helm is {size(helm)})")


if __name__ == "__main__":
    main()
