"""Sets other vector stores beside a filled library: the same vectors, the same questions, in turn.

Each store runs in a process of its own (benchmarks/scale_others.py). It is asked with every effort
that it knows; the cheapest that finds as much as the library does is then measured in turn with
the library, for a busy machine is busy for both.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from benchmarks.reporting import ROOT, Table, tell
from benchmarks.scale_searching import ask_dense
from quoth.config import IndexConfig
from vectorstore import LocalLibrary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Figures = dict[str, Any]

STORES = ("chroma", "lancedb", "qdrant", "qdrant-memory")
_ROUNDS = 5
# What a store does at the end of its filling, such as training an index, can't be interrupted.
_GRACE = 3


class _GaveUpError(Exception):
    """A store failed, or took too long."""


@dataclass(frozen=True, slots=True)
class Arena:
    """Where stores meet: `python` has the others, `place` holds `asked` and `library`.

    `seconds` is how long each may fill, `n` how many vectors there are.
    """

    python: Path
    place: Path
    seconds: float
    n: int

    def compare(self, names: Sequence[str] = STORES) -> dict[str, Figures]:
        """The figures of each store, or why there are none."""
        return {name: self._one(name) for name in names}

    def _one(self, name: str) -> Figures:
        tell(f"filling {name}", last=True)
        try:
            with _Other(self, name) as other:
                return self._measured(other)
        except _GaveUpError as error:
            return {"skipped": str(error)}

    def _measured(self, other: _Other) -> Figures:
        filled = other.told({"fill": self.seconds})
        if not filled["all"]:
            raise _GaveUpError(f"{filled['n']} of {self.n} vectors in {filled['seconds']:.0f} s")
        library = LocalLibrary(self.place / "library", IndexConfig(device="cpu"), create=False)
        try:
            wanted = ask_dense(library, self.place / "asked")["recall"]
            trials = [other.told({"ask": effort}) for effort in filled["efforts"]]
            best = cheapest(trials, wanted)
            pairs = [
                (ask_dense(library, self.place / "asked"), other.told({"ask": best["effort"]}))
                for _ in range(_ROUNDS)
            ]
        finally:
            library.close()
        return {"fill": filled["seconds"], "trials": trials, **summary(pairs)}


def cheapest(trials: Sequence[Figures], wanted: float) -> Figures:
    """The quickest trial that found enough; without one, that which found most."""
    enough = [trial for trial in trials if trial["recall"] >= wanted]
    if enough:
        return min(enough, key=lambda trial: float(trial["p50"]))
    return max(trials, key=lambda trial: float(trial["recall"]))


def summary(pairs: Sequence[tuple[Figures, Figures]]) -> Figures:
    """Medians over the rounds; `ratio` is how many times longer than ours the other took."""
    ours, theirs = zip(*pairs, strict=True)

    def median(runs: Sequence[Figures], key: str) -> float:
        return statistics.median(float(run[key]) for run in runs)

    return {
        "effort": theirs[0].get("effort"),
        "recall": median(theirs, "recall"),
        "p50": median(theirs, "p50"),
        "p95": median(theirs, "p95"),
        "cpu": median(theirs, "cpu"),
        "ours": {key: median(ours, key) for key in ("recall", "p50", "p95", "cpu")},
        "ratio": statistics.median(b["p50"] / a["p50"] for a, b in pairs),
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
        try:
            with self._log.open("w") as log:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
        except OSError as error:
            raise _GaveUpError(f"{self._command[0]}: {error.strerror}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def told(self, task: Mapping[str, Any]) -> Figures:
        """What the store answers to a task. Raises _GaveUpError."""
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
            raise _GaveUpError(self._reason())
        found: Figures = json.loads(answer)
        return found

    def _reason(self) -> str:
        if self._process.wait() == -9:
            return f"not done after {self._limit:.0f} s"
        return (self._log.read_text().strip().splitlines() or ["it failed"])[-1]


def comparison(others: Mapping[str, Figures], filled: float) -> Table:
    """A row for each store, and one for Quoth in the same rounds. Times are milliseconds."""
    rows = [["store", "fill, s", "recall@10", "p50", "p95", "processor", "times Quoth", "effort"]]
    for name, found in others.items():
        if "skipped" in found:
            rows.append([name, *[""] * 6, found["skipped"]])
            continue
        ours = found["ours"]
        rows.append([name, f"{found['fill']:.0f}", *_cells(found), f"{found['ratio']:.1f}"])
        rows[-1].append(str(found["effort"]))
        rows.append(["  quoth, words indexed too", f"{filled:.0f}", *_cells(ours), "", ""])
    return Table("the same vectors, one question at a time, in turn with Quoth", rows)


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
