"""How long `quoth --help` and `import quoth` take in a fresh process."""

from __future__ import annotations

import statistics
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measuring import seconds_of
from benchmarks.reporting import ROOT, Bar, Result, Skipped, Table

if TYPE_CHECKING:
    from benchmarks.reporting import Options

_REPEATS = 10
_HELP_SECONDS = 0.3
_HELP = "from quoth.cli import main; main(['--help'])"


def run(options: Options) -> Result:
    """Median of ten runs of each, in turn."""
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import quoth": [sys.executable, "-c", "import quoth"],
        "quoth --help": _help_command(),
    }
    for name, command in commands.items():
        tried = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if tried.returncode:
            last = (tried.stderr.strip().splitlines() or ["no message"])[-1]
            raise Skipped(f"{name} ended with {tried.returncode}: {last}")
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(3 if options.quick else _REPEATS):
        for name, command in commands.items():
            times[name].append(seconds_of(partial(_start, command)))
    medians = {name: statistics.median(values) for name, values in times.items()}
    rows = [["", "median s", "least s"]]
    rows += [[name, f"{medians[name]:.3f}", f"{min(times[name]):.3f}"] for name in commands]
    bars = [Bar("quoth --help, seconds", _HELP_SECONDS, medians["quoth --help"], at_least=False)]
    figures = {"median_seconds": medians, "seconds": times}
    return Result(figures, [Table("start-up", rows)], bars)


def _help_command() -> list[str]:
    script = Path(sys.executable).with_name("quoth")
    return [str(script), "--help"] if script.exists() else [sys.executable, "-c", _HELP]


def _start(command: list[str]) -> None:
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
