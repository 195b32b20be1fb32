"""A run of hubwright that watches a namespace and never ends by itself: a Ray cluster whose image is never delivered.

Must not measure anything but when a line arrived.
"""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator

# The bed's registry never answers for tags that begin so; the tag still says its Ray version.
NEVER = "hang-2.60.0-py313"
ANSWERS = {
    "components.jupyterhub": "false",
    "components.dask": "false",
    "ray.tag": NEVER,
    "charts.repository": os.environ.get("HUBWRIGHT_BED_CHARTS", ""),
}


class Lines:
    """The lines that a program prints, each with the moment when it arrived."""

    def __init__(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        self.arrived: list[tuple[float, bytes]] = []
        self.changed = threading.Condition()
        self.over = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            now = time.perf_counter()
            with self.changed:
                self.arrived.append((now, line))
                self.changed.notify_all()
        self.over = True

    def _new(self, begin: int, until: float) -> int:
        """How many lines there are once there are more than `begin`."""
        with self.changed:
            while len(self.arrived) <= begin:
                if time.perf_counter() > until or self.over:
                    raise SystemExit(f"error: `{' '.join(self.process.args)}` did not say what was waited for")
                self.changed.wait(1)
            return len(self.arrived)

    def follow(self, begin: int = 0, seconds: float = 600) -> Iterator[tuple[float, bytes]]:
        """Lines from number `begin` on, as they come, until time is up."""
        until = time.perf_counter() + seconds
        while True:
            end = self._new(begin, until)
            yield from self.arrived[begin:end]
            begin = end

    def first(self, wanted: Callable[[bytes], bool], begin: int = 0, seconds: float = 60) -> float:
        """When the first such line from number `begin` on arrived."""
        return next(moment for moment, line in self.follow(begin, seconds) if wanted(line))

    def count(self) -> int:
        with self.changed:
            return len(self.arrived)

    def until_quiet(self, seconds: float = 5) -> None:
        """Until nothing was said for so long."""
        before = -1
        while before != self.count():
            before = self.count()
            time.sleep(seconds)

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def watching_run(namespace: str) -> Lines:
    """hubwright itself, as it is while it waits, with one event per line."""
    answers = [f"--set={key}={value}" for key, value in ANSWERS.items()]
    options = ["--namespace", namespace, "--patience", "3600", "--no-verify", "--yes", "--json"]
    environment = os.environ | {"HUBWRIGHT_HELM": os.environ["HELM4"]}
    return Lines([os.environ["HUBWRIGHT"], "install", "trial-kubernetes", *answers, *options], environment)


def until_it_waits(run: Lines) -> None:
    """Until everything else of the run is over: helm has ended, and only the image is waited for."""

    def waits(line: bytes) -> bool:
        event = json.loads(line)
        if event["event"] in ("run-finished", "step-failed"):
            raise SystemExit(f"error: the run ended instead of waiting: {line.decode()}")
        return event["event"] in ("step-waiting", "step-blocked") and event["step"] == "ray-cluster"

    run.first(waits, seconds=300)
