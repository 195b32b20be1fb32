"""The trial hub on this machine: how long it takes beside plain pip, what it occupies, how soon it is up again."""

import os
import shutil
import statistics
import subprocess
import tempfile
import time

from measure import row, say

HUBWRIGHT = os.environ["HUBWRIGHT"]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
LOCK = os.path.join(os.path.dirname(__file__), "../../assets/local/requirements.lock")
PORTS = ["--set", "machine.port=24080", "--set", "machine.first-port=24100"]


class Deployment:
    """The trial in a folder of its own, with the packages that the machine's caches have."""

    def __init__(self, folder: str):
        self.folder = os.path.join(folder, "d")
        self.environment = os.environ | {"HUBWRIGHT_STATE": os.path.join(folder, "state")}

    def run(self, *words: str) -> float:
        began = time.perf_counter()
        ended = subprocess.run([HUBWRIGHT, *words], env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        took = time.perf_counter() - began
        if ended.returncode != 0:
            raise SystemExit(f"error: `{' '.join(words)}` ended with {ended.returncode}\n{ended.stdout}{ended.stderr}")
        return took

    def install(self, *words: str) -> float:
        return self.run("install", "trial", "--yes", "--set", f"machine.folder={self.folder}", *PORTS, *words)

    def processes(self) -> list[int]:
        marker = f"HUBWRIGHT_DEPLOYMENT={self.folder}".encode()
        ours = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if marker in file.read().split(b"\0"):
                        ours.append(int(name))
            except OSError:
                pass
        return ours

    def memory(self) -> float:
        """MiB that the processes occupy: each shared page counted in parts."""
        total = 0
        for process in self.processes():
            try:
                with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:
                    total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
            except OSError:
                pass
        return total / 1024

    def disk(self) -> float:
        """MiB of the folder."""
        said = subprocess.run(["du", "-sm", "--apparent-size", self.folder], capture_output=True, text=True, check=True)
        return float(said.stdout.split()[0])

    def remove(self) -> None:
        self.run("uninstall", "--this-machine", "-n", "hub", "--delete-data", "--yes")


def plain_pip(folder: str) -> float:
    """What a person would type with the same lock file."""
    began = time.perf_counter()
    subprocess.run(["python3", "-m", "venv", f"{folder}/venv"], check=True)
    pip = [f"{folder}/venv/bin/pip", "install", "--quiet", "--require-hashes", "-r", LOCK]
    subprocess.run(pip, check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - began
    shutil.rmtree(f"{folder}/venv")
    return took


def most_memory_while(deployment: Deployment, words: list[str]) -> float:
    """The most memory that the deployment occupies while a command runs."""
    most = 0.0
    with subprocess.Popen([HUBWRIGHT, *words], env=deployment.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, deployment.memory())
            time.sleep(0.5)
    return most


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="hw-bench-", dir=os.environ.get("BENCH_FOLDER")) as folder:
        deployment = Deployment(folder)
        say("a round that fills the caches")
        deployment.install()
        deployment.remove()
        plain_pip(folder)
        whole, pip = [], []
        for number in range(ROUNDS):
            say(f"round {number + 1} of {ROUNDS}")
            pip.append(plain_pip(folder))
            whole.append(deployment.install())
            if number + 1 < ROUNDS:
                deployment.remove()
        again = []
        for _ in range(ROUNDS):
            deployment.run("stop", "--this-machine", "-n", "hub")
            again.append(deployment.run("start", "--this-machine", "-n", "hub"))
        idle = deployment.memory()
        most = most_memory_while(deployment, ["verify", "--this-machine", "-n", "hub"])
        disk = deployment.disk()
        deployment.remove()
    row("nothing → verified trial hub on this machine, packages at hand", "≤ 300 s", f"{statistics.median(whole):.0f} s")
    ratio = statistics.median(whole) / statistics.median(pip)
    row("the same against `pip install` of the same lock file alone", "–", f"ratio {ratio:.2f} ({statistics.median(pip):.0f} s)")
    row("`hubwright stop` → `start` until all is ready", "≤ 15 s", f"{statistics.median(again):.1f} s")
    row("memory of all its processes (PSS), idle; the most while it is verified", "≤ 2,048 MiB", f"{idle:.0f} MiB; {most:.0f} MiB")
    row("disk, everything", "≤ 1,536 MiB", f"{disk:.0f} MiB")


if __name__ == "__main__":
    main()
