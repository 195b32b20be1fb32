"""The whole installation of the trial hub, against the same charts with the same values by `helm upgrade --install --wait`, one
after another, on the same bed in turns. Everything is taken away between two installations.

The serial way runs the commands of `hubwright render`'s README as a careful person would, with `--wait` at each helm command
instead of the waits between them. helm calls a RayCluster ready as soon as the object is there, so the moment when its head
really is ready is reported as well. The verification's time is reported beside, never within.
"""

import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

from cluster import HELM, KUBECTL, clear, tell
from measure import row, say

HUBWRIGHT = os.environ["HUBWRIGHT"]
NAMESPACE = "hub"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
ANSWERS = ["trial-kubernetes", f"--set=charts.repository={os.environ.get('HUBWRIGHT_BED_CHARTS', '')}"]
OURS = os.environ | {"HUBWRIGHT_HELM": HELM}
# What `--wait` does in the serial way, and what comes after the installation.
NOT_HELM = re.compile(r"^(kubectl .*(wait --for|rollout status)|hubwright verify)")


def timed(command: list[str], environment: dict[str, str], folder: pathlib.Path | None = None) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=sys.stderr, env=environment, cwd=folder)
    return time.perf_counter() - began


def by_hubwright() -> tuple[float, float]:
    """Seconds of the installation, and of the verification after it."""
    install = timed([HUBWRIGHT, "install", *ANSWERS, "--no-verify", "--yes", "--plain"], OURS)
    return install, timed([HUBWRIGHT, "verify", "-n", NAMESPACE, "--plain"], OURS)


def commands(folder: pathlib.Path) -> list[str]:
    """The commands of the rendered README, in order; `helm` waits."""
    subprocess.run([HUBWRIGHT, "render", *ANSWERS, "-o", str(folder)], check=True, stdout=subprocess.DEVNULL)
    blocks = re.findall(r"```bash\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    whole = "".join(blocks).replace("\\\n", " ").splitlines()
    return [f"{line} --wait" if line.startswith("helm ") else line for line in whole if not NOT_HELM.match(line)]


def with_names(folder: pathlib.Path) -> dict[str, str]:
    """An environment in which `helm` and `kubectl` are those of the bed."""
    for name, program in (("helm", HELM), ("kubectl", KUBECTL)):
        (folder / name).symlink_to(program)
    return os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}


def by_hand() -> tuple[float, float]:
    """Seconds until the last helm command has ended, and until every pod, Ray's head among them, really is ready."""
    with tempfile.TemporaryDirectory() as names, tempfile.TemporaryDirectory() as folder:
        environment, files = with_names(pathlib.Path(names)), pathlib.Path(folder)
        steps = commands(files)
        began = time.perf_counter()
        for step in steps:
            say(f"{step[:70]}… took {timed(['bash', '-c', step], environment, files):.1f} s")
        helm = time.perf_counter() - began
        tell(KUBECTL, "-n", NAMESPACE, "wait", "raycluster", "--all", "--for=condition=HeadPodReady", "--timeout=300s")
        return helm, time.perf_counter() - began


def main() -> None:
    installs, verifications, serials, really = [], [], [], []
    # The first round warms the disk's caches and is not counted.
    for number in range(ROUNDS + 1):
        clear(NAMESPACE)
        install, verification = by_hubwright()
        clear(NAMESPACE)
        serial, ready = by_hand()
        say(f"round {number}: hubwright {install:.1f} s, verification {verification:.1f} s")
        say(f"round {number}: serial {serial:.1f} s, Ray ready after {ready:.1f} s")
        if number > 0:
            installs.append(install)
            verifications.append(verification)
            serials.append(serial)
            really.append(ready)
    clear(NAMESPACE)
    middle = statistics.median
    ours, theirs = middle(installs), middle(serials)
    row(
        "installing `trial-kubernetes`, against its charts one after another with `helm upgrade --install --wait`",
        "≤ 0.7",
        f"ratio {ours / theirs:.2f} ({ours:.1f} s against {theirs:.1f} s, medians of {ROUNDS} rounds)",
    )
    row(
        "the same against the serial way until Ray's head really is ready",
        "–",
        f"ratio {ours / middle(really):.2f} ({middle(really):.1f} s)",
    )
    row("the verification after it", "–", f"{middle(verifications):.1f} s")


if __name__ == "__main__":
    main()
