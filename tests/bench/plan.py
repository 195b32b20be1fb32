"""`hubwright plan` and `hubwright render` as whole processes, beside `helm template` of the same charts with the same values.

The two do different things with the same answers: hubwright writes the values, helm the manifests made of them.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

from measure import milliseconds, repeat, row, say, seconds_of
from presets import arguments, names

HUBWRIGHT = os.environ["HUBWRIGHT"]
HERE = pathlib.Path(__file__).parent
TIMES = 50
PEER_TIMES = 10
# Of the presets' references to secrets, `render` wants the value.
ENVIRONMENT = os.environ | {"CLIENT_SECRET": "not-a-secret"}


def slowest(command: str, extra: list[str]) -> None:
    times = {
        preset: repeat([HUBWRIGHT, command, *arguments(preset), *extra], TIMES, ENVIRONMENT)
        for preset in names(HUBWRIGHT)
    }
    worst = max(times, key=lambda preset: statistics.median(times[preset]))
    row(f"`hubwright {command}`, whole process, slowest preset (`{worst}`)", "≤ 20 ms", milliseconds(times[worst]))


def prepare(command: list[os.PathLike | str], environment: dict[str, str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | environment)


def templates(helm: str, folder: pathlib.Path) -> list[list[str]]:
    """One `helm template` for each release of the trial hub, charts on this disk."""
    prepare([HERE / "../testbed/charts/package", folder / "charts"], {"HELM": helm})
    prepare([HUBWRIGHT, "render", "trial-kubernetes", "-o", folder / "files"], {})
    commands = []
    for values in sorted((folder / "files/values").iterdir()):
        release = values.stem.split("-", 1)[1]
        chart = next((folder / "charts").glob(f"{release}-[0-9]*.tgz"))
        commands.append([helm, "template", release, str(chart), "-n", "hub", "-f", str(values)])
    return commands


def beside_helm(helm: str, folder: pathlib.Path) -> None:
    commands = templates(helm, folder)
    render = [HUBWRIGHT, "render", "trial-kubernetes", "-o", str(folder / "again")]
    ours, theirs = [], []
    for _ in range(PEER_TIMES):
        ours.append(seconds_of(render))
        theirs.append(sum(seconds_of(command) for command in commands))
    ratio = statistics.median(ours) / statistics.median(theirs)
    row(
        f"`hubwright render trial-kubernetes` against `helm template` of its {len(commands)} charts with the same values",
        "–",
        f"{statistics.median(ours) * 1000:.1f} ms against {statistics.median(theirs) * 1000:.0f} ms: ratio {ratio:.3f}",
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        slowest("plan", [])
        slowest("render", [f"--output={folder / 'out'}"])
        helm = os.environ.get("HELM4") or shutil.which("helm")
        if helm:
            beside_helm(helm, folder)
        else:
            say("no helm to compare with: set HELM4")


if __name__ == "__main__":
    main()
