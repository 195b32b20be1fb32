"""The shipped presets and what completes them, as arguments of the program. Must not measure anything."""

import pathlib
import subprocess

ANSWERS = pathlib.Path(__file__).with_name("answers.txt")


def names(hubwright: str) -> list[str]:
    shown = subprocess.run([hubwright, "presets"], check=True, capture_output=True, text=True).stdout
    return [line.split()[0] for line in shown.splitlines() if line and not line[0].isspace()]


def arguments(preset: str) -> list[str]:
    """`PRESET --set KEY=VALUE …`"""
    pairs = (line.split(" ", 1) for line in ANSWERS.read_text().splitlines())
    return [preset, *(f"--set={answer}" for name, answer in pairs if name == preset)]
