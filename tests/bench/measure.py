"""Starting programs and taking their time; figures; the line of the table. Must not know what is measured."""

import math
import os
import statistics
import sys
import time


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def row(what: str, goal: str, result: str) -> None:
    """One line for `run`, which adds the machine and the date."""
    print(what, goal, result, sep="\t", flush=True)


def seconds_of(command: list[str], environment: dict[str, str] | None = None) -> float:
    """Wall time of a program from its start to its end, its output thrown away. It must end well."""
    silence = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    began = time.perf_counter()
    process = os.posix_spawnp(command[0], command, environment or os.environ, file_actions=silence)
    _, status = os.waitpid(process, 0)
    took = time.perf_counter() - began
    if status != 0:
        raise SystemExit(f"error: `{' '.join(command)}` ended with {os.waitstatus_to_exitcode(status)}")
    return took


def repeat(command: list[str], times: int, environment: dict[str, str] | None = None) -> list[float]:
    """Wall times after a few runs that warm the caches of the disk."""
    for _ in range(3):
        seconds_of(command, environment)
    return [seconds_of(command, environment) for _ in range(times)]


def quantile(values: list[float], part: float) -> float:
    """The smallest value that at least this part of all values does not exceed."""
    return sorted(values)[math.ceil(len(values) * part) - 1]


def milliseconds(values: list[float]) -> str:
    return f"median {statistics.median(values) * 1000:.1f} ms, p95 {quantile(values, 0.95) * 1000:.1f} ms"


def memory_of(process: int) -> tuple[float, float]:
    """Resident MiB of a process: now, and the most it ever had."""
    with open(f"/proc/{process}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    return tuple(int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))


def processor_seconds_of(process: int) -> float:
    with open(f"/proc/{process}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
