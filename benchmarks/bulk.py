"""How much of the embedder's own speed a bulk ingest keeps, on the same texts, in turn.

Annual reports are read once, before anything is timed, and kept as plain text: reading a PDF takes
cores from the embedder on a machine that has two, so it is no part of the question. Then the
texts' files are ingested into a new library, and what the run gave its embedder is embedded alone.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.ingest import WARM
from benchmarks.reporting import Bar, Result, Skipped, Table, tell
from benchmarks.watching import WatchedEmbedder
from ingest.isolation import ReaderPool
from quoth import Config, Quoth
from vectorstore import load_embedder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.reporting import Options
    from quoth.datatypes import FloatArray
    from vectorstore import Embedder

_REPORTS, _REPORTS_IF_QUICK = 4, 1
_SHARE = 0.9
_NOTES = (
    "processor: seconds of all threads and of the process that reads, its start included",
    "wall times mean little beside other programs: a run waits for cores that it is not given",
)


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock and of the processor."""

    wall: float
    processor: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A bulk ingest of `n_texts` chunks, and their embedding alone after it."""

    n_texts: int
    whole: Spent
    alone: Spent

    @property
    def shares(self) -> tuple[float, float]:
        """How much of the whole the embedding alone takes, by the clock and of the processor."""
        return (
            self.alone.wall / self.whole.wall,
            self.alone.processor / self.whole.processor,
        )


class _Remembering(WatchedEmbedder):
    """An embedder that keeps the texts that it was given."""

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(embedder)
        self.texts: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """One row for each text."""
        self.texts.extend(texts)
        return super().embed_passages(texts)


def run(options: Options) -> Result:
    """Read, then ingest and embed in turn."""
    embedder = load_embedder(Config().embedder)
    embedder.embed_passages(WARM)
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        names = _write_texts(options, Path(folder))
        for _ in range(1 if options.quick else options.repeats):
            tell("ingesting, and embedding the same texts alone")
            pairs.append(_pair(Path(folder), embedder))
    by_clock, by_processor = (median(pair.shares[i] for pair in pairs) for i in range(2))
    figures = {"files": names, "pairs": [asdict(pair) for pair in pairs]}
    figures |= {"share_by_clock": by_clock, "share_of_processor": by_processor}
    bars = [Bar("of the embedder's speed, by the processor", _SHARE, by_processor)]
    return Result(figures, [_table(names, pairs)], [] if options.quick else bars, _NOTES)


def _write_texts(options: Options, folder: Path) -> list[str]:
    """The text of the smallest annual reports, a file each; their names."""
    source = options.data / "financebench" / "pdfs"
    files = sorted(source.glob("*_10K.pdf"), key=lambda file: file.stat().st_size)
    if not files:
        raise Skipped(f"{source} holds no annual report; give the folder of the data with --data")
    files = files[: _REPORTS_IF_QUICK if options.quick else _REPORTS]
    with ReaderPool(Config().ingest) as pool:
        for file in files:
            tell(f"reading {file.name}")
            text = pool.submit(file).result().text
            (folder / f"{file.stem}.txt").write_text(text, encoding="utf-8")
    return [file.name for file in files]


def _pair(folder: Path, embedder: Embedder) -> Pair:
    remembering = _Remembering(embedder)
    with (
        tempfile.TemporaryDirectory() as place,
        Quoth.open(place, config=Config(), embedder=remembering) as quoth,
    ):
        whole = _spent(lambda: quoth.ingest([folder]))
    texts = remembering.texts
    return Pair(len(texts), whole, _spent(lambda: embedder.embed_passages(texts)))


def _spent(work: Callable[[], object]) -> Spent:
    began, busy = time.perf_counter(), _processor()
    work()
    return Spent(time.perf_counter() - began, _processor() - busy)


def _processor() -> float:
    """Seconds of this process and of those that it has waited for."""
    return sum(os.times()[:4])


def _table(names: Sequence[str], pairs: Sequence[Pair]) -> Table:
    rows = [["chunks", "ingest, s", "alone, s", "share", "processor", "alone", "share"]]
    for pair in pairs:
        by_clock, by_processor = (f"{share:.2f}" for share in pair.shares)
        clock = [f"{spent.wall:.1f}" for spent in (pair.whole, pair.alone)]
        processor = [f"{spent.processor:.1f}" for spent in (pair.whole, pair.alone)]
        rows.append([str(pair.n_texts), *clock, by_clock, *processor, by_processor])
    return Table(f"bulk ingest of {', '.join(names)}, read already, in turn", rows)
