"""How well PDFs are read, beside PDFium's and pypdf's own text: words, order, tables, speed.

Similarity is of words (see benchmarks.reading_truth), once of everything and once without the lines
that run through the pages, which Quoth leaves out on purpose.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from benchmarks.reading_awkward import awkward_bars, awkward_tables, read_all
from benchmarks.reading_truth import passes, row_is_kept, similarity, statement_rows
from benchmarks.reporting import Bar, Result, Skipped, Table, tell
from ingest import read_document
from quoth.config import IngestConfig
from quoth.errors import QuothError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from benchmarks.reporting import Options

Pages = tuple[str, ...]
_KINDS = ("present", "order", "table", "absent")
_SPEED_FILES = ("BESTBUY_2023_10K.pdf", "AMAZON_2017_10K.pdf", "BLOCK_2020_10K.pdf")
_SIMILAR, _BESIDE, _PAGES_A_SECOND, _MEGABYTES = 0.9, 0.9, 25.0, 400.0
_OUTER = 2


def run(options: Options) -> Result:
    """Score each group of documents; skipped where the data is absent."""
    truth, bench = options.data / "pdf_text_gt", options.data / "pdf_text_gt" / "olmocr_bench"
    if not truth.is_dir():
        raise Skipped(f"{truth} is absent; give the folder of the data with --data or QUOTH_DATA")
    words = _similarities(truth)
    tests = _tests(bench)
    statements = _statements(options.data / "financebench")
    speed, megabytes = _speed(options.data / "financebench" / "pdfs")
    hard = () if options.quick else read_all(options.data / "hard_files")
    megabytes = max([megabytes, *(one.megabytes for one in hard)])
    return Result(
        figures={
            "similarity": {row.name: row.figures() for row in words},
            "tests": tests,
            "statement_rows": statements,
            "pages_per_second": speed,
            "megabytes": megabytes,
            "hard_files": {one.name: one.figures() for one in hard},
        },
        tables=[
            _words_table(words),
            _counts_table("olmOCR-bench (tests passed)", tests),
            _counts_table("rows of statements with their figures beside the label", statements),
            *(awkward_tables(hard) if hard else ()),
        ],
        bars=[*_bars(words, statements, speed, megabytes), *(awkward_bars(hard) if hard else ())],
        notes=("speed is of one core's own time, layout included, OCR off",),
    )


@dataclass(frozen=True, slots=True)
class _Similarity:
    """A document's similarity to its truth by each reader: of all words, and without running lines."""

    name: str
    whole: dict[str, float]
    body: dict[str, float]

    def figures(self) -> dict[str, dict[str, float]]:
        return {"whole": self.whole, "body": self.body}


def _by_quoth(file: Path, page: int | None = None) -> Pages:
    pages = _whole(file)
    return pages if page is None else pages[page : page + 1]


@cache
def _whole(file: Path) -> Pages:
    try:
        return tuple(page.text for page in read_document(file, IngestConfig()).pages)
    except QuothError:
        return ()


def _by_pdfium(file: Path, page: int | None = None) -> Pages:
    import pypdfium2

    pages = []
    with contextlib.closing(pypdfium2.PdfDocument(file)) as pdf:
        for index in range(len(pdf)) if page is None else (page,):
            with (
                contextlib.closing(pdf[index]) as one,
                contextlib.closing(one.get_textpage()) as text,
            ):
                pages.append(str(text.get_text_range()).replace("\r\n", "\n"))
    return tuple(pages)


def _by_pypdf(file: Path, page: int | None = None) -> Pages:
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    pages = pypdf.PdfReader(file).pages
    wanted = pages if page is None else [pages[page]]
    return tuple(one.extract_text() for one in wanted)


READERS: dict[str, Callable[..., Pages]] = {
    "quoth": _by_quoth,
    "pdfium": cache(_by_pdfium),
    "pypdf": cache(_by_pypdf),
}


def _similarities(folder: Path) -> list[_Similarity]:
    pairs = [
        (file, file.with_suffix(".md")) for file in sorted((folder / "markitdown").glob("*.pdf"))
    ]
    book = folder / "geotopo"
    pairs += [(book / "GeoTopo-komprimiert.pdf", book / "GeoTopo-book.ground-truth.txt")]
    found = []
    for file, truth in pairs:
        tell(file.name)
        expected = truth.read_text(encoding="utf-8")
        running = _running_lines(READERS["pdfium"](file))
        texts = {name: "\n".join(reader(file)) for name, reader in READERS.items()}
        whole = {name: similarity(expected, text) for name, text in texts.items()}
        bare = _without(expected, running)
        body = {name: similarity(bare, _without(text, running)) for name, text in texts.items()}
        found.append(_Similarity(file.name, whole, body))
    return found


def _running_lines(pages: Pages) -> set[str]:
    """The letters of lines that stand outermost on at least two pages."""
    outer: Counter[str] = Counter()
    for page in pages:
        lines = [line for line in page.split("\n") if line.strip()]
        outer.update({_letters(line) for line in (*lines[:_OUTER], *lines[-_OUTER:])})
    return {line for line, n in outer.items() if n > 1 and len(pages) > _OUTER}


def _without(text: str, running: set[str]) -> str:
    return "\n".join(line for line in text.split("\n") if _letters(line) not in running)


def _letters(line: str) -> str:
    return "".join(filter(str.isalpha, line.casefold()))


def _tests(folder: Path) -> dict[str, dict[str, tuple[int, int]]]:
    """For each kind of test and reader: tests passed, of how many."""
    lines = (folder / "dataset.jsonl").read_text(encoding="utf-8").splitlines()
    tests = [json.loads(line) for line in lines if line.strip()]
    counts: dict[str, dict[str, tuple[int, int]]] = {}
    for kind in _KINDS:
        ours = [test for test in tests if test["type"] == kind]
        for name, reader in READERS.items():
            texts = ["\n".join(reader(folder / "pdfs" / test["pdf"])) for test in ours]
            passed = sum(passes(test, text) for test, text in zip(ours, texts, strict=True))
            counts.setdefault(kind, {})[name] = (passed, len(ours))
    return counts


def _statements(folder: Path) -> dict[str, dict[str, tuple[int, int]]]:
    """For each filing and reader: rows kept, of how many on the pages that answer questions."""
    counts: dict[str, dict[str, tuple[int, int]]] = {}
    for name, reader in READERS.items():
        seen = set()
        for document, page, evidence in _evidence(folder):
            if (document, page) in seen:
                continue
            seen.add((document, page))
            tell(f"{name}: {document}")
            text = "\n".join(reader(folder / "pdfs" / f"{document}.pdf", page))
            rows = statement_rows(evidence)
            kept = sum(row_is_kept(label, figures, text) for label, figures in rows)
            before = counts.setdefault(document, {}).get(name, (0, 0))
            counts[document][name] = (before[0] + kept, before[1] + len(rows))
    return {document: of for document, of in counts.items() if of["quoth"][1]}


def _evidence(folder: Path) -> Iterator[tuple[str, int, str]]:
    for line in (folder / "qa.jsonl").read_text(encoding="utf-8").splitlines():
        for one in json.loads(line)["evidence"]:
            if (folder / "pdfs" / f"{one['doc']}.pdf").is_file():
                yield one["doc"], one["page0"], one["text"]


def _speed(folder: Path) -> tuple[float, float]:
    """Pages a second of processor time, and the most memory in MB of a process that reads."""
    code = (
        "import sys, time; from pathlib import Path; from ingest import read_document;"
        "from quoth.config import IngestConfig; config = IngestConfig(ocr='off'); pages = 0;"
        "began = time.process_time()\n"
        "for name in sys.argv[1:]: pages += len(read_document(Path(name), config).pages)\n"
        "took = time.process_time() - began\n"
        # Not ru_maxrss, which starts with what the parent had.
        "status = Path('/proc/self/status').read_text().split('VmHWM:')[1]\n"
        "print(pages / took, int(status.split()[0]) / 1000)"
    )
    files = [str(folder / name) for name in _SPEED_FILES if (folder / name).is_file()]

    command = [sys.executable, "-c", code, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    speed, megabytes = map(float, done.stdout.split())
    return speed, megabytes


def _words_table(found: Sequence[_Similarity]) -> Table:
    head = [f"{name}{kind}" for kind in ("", ", body") for name in READERS]
    rows = [
        [
            one.name[:40],
            *(f"{value:.4f}" for part in (one.whole, one.body) for value in part.values()),
        ]
        for one in found
    ]
    return Table("similarity of words to the ground truth", [["document", *head], *rows])


def _counts_table(title: str, counts: dict[str, dict[str, tuple[int, int]]]) -> Table:
    rows = [
        [re.sub(r"_dated.*", "", name), *(f"{of[r][0]}/{of[r][1]}" for r in READERS)]
        for name, of in counts.items()
    ]
    return Table(title, [["", *READERS], *rows])


def _bars(
    words: Sequence[_Similarity],
    statements: dict[str, dict[str, tuple[int, int]]],
    speed: float,
    megabytes: float,
) -> list[Bar]:
    mean = sum(one.body["quoth"] for one in words) / len(words)
    margin = min(one.body["quoth"] - max(one.body["pdfium"], one.body["pypdf"]) for one in words)
    kept, rows = (sum(of["quoth"][n] for of in statements.values()) for n in (0, 1))
    return [
        Bar("mean similarity", _SIMILAR, mean),
        Bar("least lead over the better of PDFium and pypdf", 0.0, margin),
        Bar("statement rows with their figures beside the label", _BESIDE, kept / max(rows, 1)),
        Bar("pages a second", _PAGES_A_SECOND, speed),
        Bar("megabytes of the reading process", _MEGABYTES, megabytes, at_least=False),
    ]
