"""The full screen in a terminal: first frame with a dead cluster, keys to screen, an idle core, memory; beside `htop` or `less` if there are."""

import fcntl
import os
import pty
import select
import shutil
import signal
import statistics
import struct
import tempfile
import termios
import time

from measure import memory_of, milliseconds, processor_seconds_of, quantile, row

HUBWRIGHT = os.environ["HUBWRIGHT"]
STARTS = 50
KEYS = 200
IDLE = 20

# Nothing listens on port 1 of loopback.
DEAD = """{apiVersion: v1, kind: Config, current-context: dead,
 clusters: [{name: dead, cluster: {server: "https://127.0.0.1:1"}}], users: [{name: nobody, user: {}}],
 contexts: [{name: dead, context: {cluster: dead, user: nobody}}]}"""


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
        """Seconds from a key to the last byte of what it changed."""
        began = time.perf_counter()
        os.write(self.fd, key)
        if not select.select([self.fd], [], [], 2)[0]:
            raise SystemExit(f"error: {key!r} changed nothing")
        os.read(self.fd, 65536)
        return time.perf_counter() - began

    def end(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def environment(folder: str) -> dict[str, str]:
    config = os.path.join(folder, "config")
    with open(config, "w", encoding="utf-8") as file:
        file.write(DEAD)
    return os.environ | {"KUBECONFIG": config, "HUBWRIGHT_STATE": os.path.join(folder, "state"), "TERM": "xterm-256color", "LANG": "C.UTF-8"}


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


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        said = environment(folder)
        starts = [first_frame([HUBWRIGHT], said) for _ in range(STARTS)]
        row("first frame of `hubwright` in a terminal, a dead cluster configured", "≤ 50 ms", milliseconds(starts))
        if command := peer():
            others = [first_frame(command, said) for _ in range(10)]
            ratio = statistics.median(starts) / statistics.median(others)
            row(f"the same against `{command[0]}`", "–", f"ratio {ratio:.2f} ({milliseconds(others)})")
        screen = Screen([HUBWRIGHT], said)
        screen.until_quiet(1)
        keys = []
        for number in range(KEYS):
            keys.append(screen.press(b"\x1b[B" if number % 2 == 0 else b"\x1b[A"))
            time.sleep(0.02)
        row("key → screen", "p99 ≤ 16 ms", f"median {statistics.median(keys) * 1000:.1f} ms, p99 {quantile(keys, 0.99) * 1000:.1f} ms")
        before = processor_seconds_of(screen.pid)
        time.sleep(IDLE)
        share = (processor_seconds_of(screen.pid) - before) / IDLE
        row("processor while nobody presses a key", "≤ 1 % of a core", f"{share * 100:.2f} %")
        now, most = memory_of(screen.pid)
        row("resident memory of the wizard (`VmRSS`; the most ever: `VmHWM`)", "≤ 40 MB", f"{now:.1f} MiB; {most:.1f} MiB")
        screen.end()


if __name__ == "__main__":
    main()
