"""How awkward real files end: as a document whose coverage report is true, or as one clear line.

All go through one process that reads, OCR included, passwords given, as an ingest run's do.
"""

from __future__ import annotations

import contextlib
import csv
import os
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.reporting import Bar, Table, tell
from ingest import ReaderPool, with_passwords
from quoth.config import IngestConfig
from quoth.datatypes import Coverage
from quoth.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quoth.datatypes import Document

_SLOWEST = 60.0
_LONGEST_LINE = 300
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Ending:
    """How a file ended: "added", "added in part" or an error's class.

    `seconds` are the clock's, `processor` those of the reading process: what other programs take of
    the machine lies between the two.

    `said` is the line of a refusal. `wrong` says what is untrue in a coverage report, or unclear in
    a refusal; "" when nothing is. `megabytes` is the peak of the reading process so far.
    """

    name: str
    category: str
    end: str
    seconds: float
    processor: float
    megabytes: float
    said: str = ""
    wrong: str = ""

    def figures(self) -> dict[str, object]:
        """For JSON, without the name."""
        return {key: value for key, value in asdict(self).items() if key != "name"}


def read_all(folder: Path) -> tuple[Ending, ...]:
    """Every file of the folder's manifest, in its order."""
    with (folder / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    passwords = list(dict.fromkeys(row["password"] for row in rows if row["password"]))
    with ReaderPool(with_passwords(IngestConfig(), passwords)) as pool:
        return tuple(_ending(pool, folder, row) for row in rows)


def _ending(pool: ReaderPool, folder: Path, row: dict[str, str]) -> Ending:
    tell(row["file"])
    began, before = time.perf_counter(), sum(_processor_of_children())
    future = pool.submit(folder / row["file"])
    error = future.exception()
    seconds = time.perf_counter() - began
    # A process that died took its times with it.
    processor = max(0.0, sum(_processor_of_children()) - before)
    end, said, wrong = _refused(row, error) if error else _added(row, future.result())
    megabytes = max([0.0, *_peaks_of_children()])
    name, category = row["file"], row["category"]
    return Ending(name, category, end, seconds, processor, megabytes, said, wrong)


def _refused(row: dict[str, str], error: BaseException) -> tuple[str, str, str]:
    said, name = str(error), Path(row["file"]).name
    clear = (
        isinstance(error, ReadError)
        and said.startswith(name)
        and "\n" not in said
        and len(said) <= _LONGEST_LINE + len(name)
    )
    return type(error).__name__, said, "" if clear else "no clear line"


def _added(row: dict[str, str], document: Document) -> tuple[str, str, str]:
    coverage = Coverage.from_metadata(document.metadata)
    if coverage is None:
        return "added", "", "no coverage report"
    wrong = "; ".join(_untruths(coverage, document, row))
    return "added in part" if coverage.failed else "added", "", wrong


def _untruths(coverage: Coverage, document: Document, row: dict[str, str]) -> list[str]:
    """What the report says and the pages do not bear out."""
    silent = {page.number for page in document.pages if not page.text.strip()}
    told = {*coverage.empty, *coverage.failed}
    untrue = []
    if coverage.n_pages != len(document.pages):
        untrue.append(f"{coverage.n_pages} pages of {len(document.pages)}")
    if row["pdfium_pages"] and coverage.n_pages != int(row["pdfium_pages"]):
        untrue.append(f"{coverage.n_pages} pages, PDFium counts {row['pdfium_pages']}")
    if silent - told:
        untrue.append(f"no word of empty pages {sorted(silent - told)[:_SHOWN]}")
    if set(coverage.empty) - silent or set(coverage.ocr) & silent:
        untrue.append("pages with text said to be empty, or the reverse")
    recognised_or_lost = bool(coverage.ocr or coverage.failed)
    if recognised_or_lost and not set(coverage.warnings()) <= set(document.warnings):
        untrue.append("no warning of what was not simply read")
    return untrue


def _children() -> Iterator[Path]:
    """What the system tells of each child of this process."""
    for listed in Path("/proc/self/task").glob("*/children"):
        yield from (Path("/proc") / child for child in listed.read_text().split())


def _peaks_of_children() -> Iterator[float]:
    """The most memory in MB that each has had since it began."""
    for child in _children():
        with contextlib.suppress(OSError, IndexError):
            status = (child / "status").read_text().split("VmHWM:")[1]
            yield int(status.split()[0]) / 1000


def _processor_of_children() -> Iterator[float]:
    """The seconds of a core that each has had."""
    for child in _children():
        with contextlib.suppress(OSError, IndexError):
            fields = (child / "stat").read_text().rpartition(")")[2].split()
            yield (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def awkward_tables(found: Sequence[Ending]) -> list[Table]:
    """How many ended how, by category; the slowest; what was wrong with any."""
    ends = sorted({one.end for one in found})
    counts = Counter((one.category, one.end) for one in found)
    rows = [
        [category, *(str(counts[category, end]) for end in ends)]
        for category in sorted({one.category for one in found})
    ]
    slowest = sorted(found, key=lambda one: -one.seconds)[:_SHOWN]
    tables = [
        Table("how awkward files end", [["category", *ends], *rows]),
        Table(
            "the slowest",
            [
                ["file", "seconds", "of a core"],
                *([one.name, f"{one.seconds:.1f}", f"{one.processor:.1f}"] for one in slowest),
            ],
        ),
    ]
    wrong = [[one.name, one.wrong] for one in found if one.wrong]
    return [*tables, Table("not as it should be", [["file", "what"], *wrong])] if wrong else tables


def awkward_bars(found: Sequence[Ending]) -> list[Bar]:
    """The bars over all files."""
    slowest = max(one.seconds for one in found)
    n_wrong = sum(bool(one.wrong) for one in found)
    return [
        Bar("seconds of the slowest awkward file", _SLOWEST, slowest, at_least=False),
        Bar("awkward files that end otherwise", 0, n_wrong, at_least=False),
    ]
