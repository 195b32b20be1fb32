"""The full screen in a terminal: first frame with a dead cluster, keys to screen, an idle core, memory; beside `htop` or `less` if
there are. Then as it looks on at 5,000 pods of which 1,000 change in a second, and at the same pods when nothing changes."""

import fcntl
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
import urllib.request

from measure import memory_of, milliseconds, processor_seconds_of, quantile, row

HUBWRIGHT = os.environ["HUBWRIGHT"]
STARTS = 50
KEYS = 200
IDLE = 20
PODS = 5000
RATE = 1000
# Times that the help is opened while pods change; a heading of it, which stands nowhere else.
HELPS = 200
HELP = b" Keys "

# Nothing listens on port 1 of loopback.
DEAD = "https://127.0.0.1:1"
KUBECONFIG = """{{apiVersion: v1, kind: Config, current-context: bench,
 clusters: [{{name: bench, cluster: {{server: "{}"}}}}], users: [{{name: nobody, user: {{}}}}],
 contexts: [{{name: bench, context: {{cluster: bench, user: nobody}}}}]}}"""
# A deployment that is remembered, so that it can be looked at.
ANSWERS = "schema: 1\ntitle: bench\ntarget: {context: bench, namespace: hub}\n"
JOURNAL = '''{"v":1,"seq":1,"at":"2026-01-01T12:00:00Z","event":"run-started","run":"1","command":"install","deployment":"bench/hub","plan":"","resumed":false,"steps":[]}
{"v":1,"seq":2,"at":"2026-01-01T12:01:00Z","event":"run-finished","outcome":"done","took_ms":60000,"changed":true,"summary":[]}
'''


class Screen:
    """A program in a terminal of its own."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.began = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def until_quiet(self, quiet: float = 0.3) -> float:
        """Reads what comes; seconds from the start to the first byte that draws."""
        first = None
        while select.select([self.fd], [], [], quiet)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                break
            if first is None and b"hubwright" in data or first is None and len(data) > 200:
                first = time.perf_counter() - self.began
        if first is None:
            raise SystemExit("error: nothing was drawn")
        return first

    def press(self, key: bytes) -> float:
        """Seconds from a key to the first byte of what it changes."""
        # What is left of the key before would pass for an answer.
        self.read_for(0.02)
        began = time.perf_counter()
        os.write(self.fd, key)
        if not select.select([self.fd], [], [], 2)[0]:
            raise SystemExit(f"error: {key!r} changed nothing")
        os.read(self.fd, 65536)
        return time.perf_counter() - began

    def shows(self, wanted: bytes, key: bytes = b"", seconds: float = 20) -> float:
        """Seconds from a key until a word stands on the screen, whatever else is drawn meanwhile."""
        began = time.perf_counter()
        os.write(self.fd, key)
        drawn = b""
        while wanted not in re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", drawn):
            if time.perf_counter() > began + seconds or not select.select([self.fd], [], [], seconds)[0]:
                raise SystemExit(f"error: {wanted!r} did not come after {key!r}")
            drawn += os.read(self.fd, 65536)
        return time.perf_counter() - began

    def read_for(self, seconds: float) -> None:
        """Reads what comes, as a terminal does, and throws it away."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                os.read(self.fd, 65536)

    def share(self, seconds: float) -> float:
        """Share of one processor while nobody presses a key."""
        before = processor_seconds_of(self.pid)
        self.read_for(seconds)
        return (processor_seconds_of(self.pid) - before) / seconds

    def end(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def environment(folder: str, server: str = DEAD) -> dict[str, str]:
    config = pathlib.Path(folder, "config")
    config.write_text(KUBECONFIG.format(server), encoding="utf-8")
    deployment = pathlib.Path(folder, "state", "bench--hub")
    deployment.mkdir(parents=True, exist_ok=True)
    (deployment / "answers.yaml").write_text(ANSWERS, encoding="utf-8")
    (deployment / "journal.jsonl").write_text(JOURNAL, encoding="utf-8")
    return os.environ | {"KUBECONFIG": str(config), "HUBWRIGHT_STATE": str(deployment.parent), "TERM": "xterm-256color", "LANG": "C.UTF-8"}


def first_frame(command: list[str], said: dict[str, str]) -> float:
    screen = Screen(command, said)
    took = screen.until_quiet()
    screen.end()
    return took


def peer() -> list[str] | None:
    for name in (["htop"], ["top"], ["less", "/etc/services"]):
        if shutil.which(name[0]):
            return name
    return None


def begin(said: dict[str, str]) -> None:
    starts = [first_frame([HUBWRIGHT], said) for _ in range(STARTS)]
    row("first frame of `hubwright` in a terminal, a dead cluster configured", "≤ 50 ms", milliseconds(starts))
    if command := peer():
        others = [first_frame(command, said) for _ in range(10)]
        ratio = statistics.median(starts) / statistics.median(others)
        row(f"the same against `{command[0]}`", "–", f"ratio {ratio:.2f} ({milliseconds(others)})")


def at_rest(said: dict[str, str]) -> None:
    screen = Screen([HUBWRIGHT], said)
    screen.until_quiet(1)
    keys = []
    for number in range(KEYS):
        keys.append(screen.press(b"\x1b[B" if number % 2 == 0 else b"\x1b[A"))
    row("key → screen", "p99 ≤ 16 ms", f"median {statistics.median(keys) * 1000:.1f} ms, p99 {quantile(keys, 0.99) * 1000:.1f} ms")
    row("processor while nobody presses a key", "≤ 1 % of a core", f"{screen.share(IDLE):.2%}")
    row("resident memory of the wizard (`VmRSS`; the most ever: `VmHWM`)", "≤ 40 MB", memory(screen))
    screen.end()


def memory(screen: Screen) -> str:
    now, most = memory_of(screen.pid)
    return f"{now * 1.048576:.1f} MB; {most * 1.048576:.1f} MB"


def in_a_crowd(folder: str) -> None:
    """Looks on at the deployment that is remembered: the first of the second group."""
    crowd = subprocess.Popen([sys.executable, pathlib.Path(__file__).with_name("crowd.py"), str(PODS)], stdout=subprocess.PIPE, text=True)
    try:
        server = f"http://127.0.0.1:{crowd.stdout.readline().strip()}"
        screen = Screen([HUBWRIGHT], environment(folder, server))
        screen.until_quiet(1)
        screen.shows(b"worker-", b"\tw")
        screen.read_for(60)
        what = f"looking on at {PODS:,} pods"
        row(f"{what} that do not change: processor", "≤ 1 % of a core", f"{screen.share(IDLE):.2%}")
        row(f"{what}: resident memory (`VmRSS`; the most ever: `VmHWM`)", "≤ 40 MB", memory(screen))
        urllib.request.urlopen(f"{server}/rate/{RATE}", data=b"").close()
        screen.read_for(5)
        before, began, keys = processor_seconds_of(screen.pid), time.perf_counter(), []
        for number in range(HELPS):
            keys.append(screen.shows(HELP, b"?"))
            screen.read_for(0.05 + number % 7 / 100)
            os.write(screen.fd, b"\x1b")
            screen.read_for(0.15)
        busy = (processor_seconds_of(screen.pid) - before) / (time.perf_counter() - began)
        took = f"median {statistics.median(keys) * 1000:.1f} ms, p99 {quantile(keys, 0.99) * 1000:.1f} ms"
        row(f"key → screen while {RATE:,} of {PODS:,} pods change in a second", "p99 ≤ 16 ms", f"{took}; {busy:.0%} of a core")
        screen.end()
    finally:
        crowd.kill()
        crowd.wait()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        said = environment(folder)
        begin(said)
        at_rest(said)
        in_a_crowd(folder)


if __name__ == "__main__":
    main()
