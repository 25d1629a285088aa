"""Reads collections whose questions are judged by the pages of PDFs that hold the evidence.

The layout, FinanceBench's: qa.jsonl {_id, question, pdf_present, evidence: [{doc, page0}]}, pdfs/*.pdf.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.beir import Judged, lines_of

if TYPE_CHECKING:
    from quoth.datatypes import Chunk

FILES = "pdfs"
_QUESTIONS = "qa.jsonl"


def collections_in(data: Path) -> tuple[str, ...]:
    """The names of the folders below `data` in this layout."""
    return tuple(sorted(folder.name for folder in data.glob("*") if are_judged(folder)))


def are_judged(folder: Path) -> bool:
    """Whether a folder has this layout."""
    return (folder / _QUESTIONS).is_file() and (folder / FILES).is_dir()


def judged(folder: Path) -> Judged:
    """The questions whose documents are there, and the pages that hold their evidence."""
    lines = [
        line
        for line in lines_of(folder / _QUESTIONS)
        if all((folder / FILES / f"{one['doc']}.pdf").is_file() for one in line["evidence"])
    ]
    return Judged(
        {line["_id"]: line["question"] for line in lines},
        {
            line["_id"]: {_page(one["doc"], one["page0"] + 1): 1 for one in line["evidence"]}
            for line in lines
        },
        _QUESTIONS,
    )


def pages_of(chunk: Chunk) -> list[str]:
    """The pages that a chunk stands on, by document and number from 1."""
    name = Path(chunk.source).stem
    return [_page(name, number) for number in range(chunk.first_page, chunk.last_page + 1)]


def _page(document: str, number: int) -> str:
    return f"{document} {number}"
