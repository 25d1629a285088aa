"""Sets other vector stores beside a filled library: the same vectors, the same questions, in turn.

Each store runs in a process of its own (benchmarks/scale_others.py). All are filled side by side,
then each is asked with every effort that it knows. The cheapest that finds as much as the library
does is measured in turn with the library's and the others', for a busy machine is busy for all.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from benchmarks.reporting import ROOT, Table, tell
from benchmarks.scale_others import STORES
from benchmarks.scale_searching import ask_dense
from quoth.config import IndexConfig
from vectorstore import LocalLibrary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmarks.scale_filling import Filled

    Figures = dict[str, Any]

_ROUNDS = 5
# What a store does at the end of its filling, such as training an index, can't be interrupted.
_GRACE = 3


@dataclass(frozen=True, slots=True)
class Arena:
    """Where stores meet: `python` has the others, `place` holds `asked` and `library`.

    `seconds` is how long they may fill, `n` how many vectors there are.
    """

    python: Path
    place: Path
    seconds: float
    n: int

    def compare(self) -> dict[str, Figures]:
        """The figures of each store, or why it was `skipped` beside those that there are."""
        with ExitStack() as running:
            others = {name: running.enter_context(_Other(self, name)) for name in STORES}
            tell(f"filling {', '.join(others)}", last=True)
            with ThreadPoolExecutor(len(others)) as threads:
                filled = list(threads.map(self._filled, others.values()))
            found = dict(zip(others, filled, strict=True))
            library = LocalLibrary(self.place / "library", IndexConfig(device="cpu"), create=False)
            running.enter_context(closing(library))
            wanted = ask_dense(library, self.place / "asked")["recall"]
            for name, other in _not_skipped(others, found).items():
                tell(f"asking {name} with every effort")
                found[name] |= _tried(other, found[name].pop("efforts"), wanted)
            taking_part = _not_skipped(others, found)
            for _ in range(_ROUNDS):
                tell("asking all in turn")
                ours = ask_dense(library, self.place / "asked")
                for name, other in taking_part.items():
                    theirs = other.told({"ask": found[name]["effort"]})
                    found[name].setdefault("rounds", []).append((ours, theirs))
        return {
            name: figures | summary(figures.get("rounds", ())) for name, figures in found.items()
        }

    def _filled(self, other: _Other) -> Figures:
        """Fill it; it is ended at once where it did not get ready, to leave the cores to others."""
        found = other.told({"fill": self.seconds})
        if not found.get("all", True):
            found["skipped"] = f"{found['n']} of {self.n} vectors in {found['seconds']:.0f} s"
        if "skipped" in found:
            other.end()
        return found


def _not_skipped(others: Mapping[str, _Other], found: Mapping[str, Figures]) -> dict[str, _Other]:
    return {name: other for name, other in others.items() if "skipped" not in found[name]}


def _tried(other: _Other, efforts: Sequence[Any], wanted: float) -> Figures:
    """What was found with each effort, and which to take."""
    trials: list[Figures] = []
    for effort in efforts:
        trials.append(other.told({"ask": effort}))
        if "skipped" in trials[-1]:
            return trials[-1]
    return {"trials": trials, "effort": cheapest(trials, wanted)["effort"]}


def cheapest(trials: Sequence[Figures], wanted: float) -> Figures:
    """The trial that found enough in the least of the processor's time; else what found most."""
    enough = [trial for trial in trials if trial["recall"] >= wanted]
    if enough:
        return min(enough, key=lambda trial: float(trial["cpu"]))
    return max(trials, key=lambda trial: float(trial["recall"]))


def summary(pairs: Sequence[tuple[Figures, Figures]]) -> Figures:
    """Medians over the rounds; `ratio` is how many times longer than ours the other took."""
    if not pairs:
        return {}
    ours, theirs = zip(*pairs, strict=True)
    failed = [answer for answer in theirs if "skipped" in answer]
    if failed:
        return {"skipped": failed[0]["skipped"]}

    def median(runs: Sequence[Figures], key: str) -> float:
        return statistics.median(float(run[key]) for run in runs)

    keys = ("recall", "p50", "p95", "cpu")
    return {
        **{key: median(theirs, key) for key in keys},
        "ours": {key: median(ours, key) for key in keys},
        "ratio": statistics.median(b["p50"] / a["p50"] for a, b in pairs),
        "processor_ratio": statistics.median(b["cpu"] / a["cpu"] for a, b in pairs),
    }


class _Other:
    """The process of a store; a context manager."""

    def __init__(self, arena: Arena, name: str) -> None:
        script = ROOT / "benchmarks" / "scale_others.py"
        place = arena.place / f"other-{name}"
        self._command = [
            str(arena.python),
            str(script),
            name,
            str(arena.place / "asked"),
            str(place),
        ]
        self._limit = _GRACE * arena.seconds
        self._log = arena.place / f"{name}.log"

    def __enter__(self) -> Self:
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End the process; what it stored stays."""
        self._process.kill()
        self._process.wait()

    def told(self, task: Mapping[str, Any]) -> Figures:
        """What the store answers to a task, or why it does not, as `skipped`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        watch = threading.Timer(self._limit, self._process.kill)
        watch.start()
        try:
            self._process.stdin.write(json.dumps(task) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        finally:
            watch.cancel()
        if not answer:
            return {"skipped": self._reason()}
        found: Figures = json.loads(answer)
        return found

    def _reason(self) -> str:
        if self._process.wait() == -9:
            return f"not done after {self._limit:.0f} s"
        return (self._log.read_text().strip().splitlines() or ["it failed"])[-1]


def comparison(others: Mapping[str, Figures], filled: Filled) -> Table:
    """A row for each store, and one for Quoth in the same rounds. Times are milliseconds."""
    rows = [["store", "fill, s", "recall@10", "p50", "p95", "processor", "times Quoth", "effort"]]
    for name, found in others.items():
        fill = _fill(found["seconds"], found["cpu_to_fill"]) if "seconds" in found else ""
        if "skipped" in found:
            rows.append([name, fill, *[""] * 5, found["skipped"]])
            continue
        ratios = f"{found['ratio']:.1f} / {found['processor_ratio']:.1f}"
        rows.append([name, fill, *_cells(found), ratios, str(found["effort"])])
        fill = _fill(filled.writing + filled.settling, filled.processor)
        rows.append(["  quoth, words indexed too", fill, *_cells(found["ours"]), "", ""])
    return Table("the same vectors, one question at a time, in turn with Quoth", rows)


def _fill(seconds: float, processor: float) -> str:
    return f"{seconds:.0f} / {processor:.0f}"


def _cells(found: Figures) -> list[str]:
    times = [f"{1000 * found[key]:.1f}" for key in ("p50", "p95", "cpu")]
    return [f"{found['recall']:.4f}", *times]


def write_vectors(file: Path, batches: Any, n: int, dimension: int) -> None:
    """Put all vectors into one file of NumPy's, for stores that are not Quoth."""
    vectors = np.lib.format.open_memmap(file, mode="w+", dtype=np.float32, shape=(n, dimension))
    start = 0
    for batch in batches:
        vectors[start : start + len(batch)] = batch
        start += len(batch)
    vectors.flush()
