"""Scores an extracted text against what is known to stand on a page. Knows no reader.

Similarity is the normalised Indel similarity of the words (letters and digits, case folded, NFKC)
joined by single spaces, as rapidfuzz gives it: 1 is the same text. A truth that has words cut at the
ends of lines, as they are printed, can't say how they are spelled: beside it no hyphen counts.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\(?-?\d[\d,.]*\)?")
_EDGE = 20
_CUT = re.compile(r"[^\W\d_]-\n[^\W\d_]")
# PDFium has U+FFFE or U+0002 in the place of a hyphen at the end of a line.
_HYPHEN = re.compile(r"(?<=\w)[-\u2010\xad\ufffe\x02]+(?:[ \t]*\r?\n)?(?=\w)")


def words(text: str) -> str:
    """The words of a text, case folded, with single spaces."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def similarity(truth: str, text: str) -> float:
    """In [0, 1]."""
    from rapidfuzz.distance import Indel

    if _CUT.search(truth):
        truth, text = _HYPHEN.sub("", truth), _HYPHEN.sub("", text)
    return float(Indel.normalized_similarity(words(truth), words(text)))


def passes(test: dict[str, Any], text: str) -> bool:
    """Whether a text passes a test of olmOCR-bench: present, absent, order or table."""
    checks = {"present": _present, "absent": _absent, "order": _in_order, "table": _in_table}
    return checks[test["type"]](test, text)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    for odd, plain in (("‘", "'"), ("’", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("—", "-")):
        text = text.replace(odd, plain)
    return " ".join(text.split())


def _find(part: str, text: str, allowed: int) -> int:
    """Where a part stands in a text with at most so many edits; -1 when it does not."""
    from rapidfuzz import fuzz

    if not allowed:
        return text.find(part)
    found = fuzz.partial_ratio_alignment(part, text)
    need = 100 * (1 - allowed / max(len(part), 1))
    return found.dest_start if found is not None and found.score >= need else -1


def _present(test: dict[str, Any], text: str) -> bool:
    text = _plain(text)
    if "first_n" in test:
        text = text[: test["first_n"]]
    if "last_n" in test:
        text = text[-test["last_n"] :]
    return _find(_plain(test["text"]), text, test.get("max_diffs", 0)) >= 0


def _absent(test: dict[str, Any], text: str) -> bool:
    return not _present(test, text)


def _in_order(test: dict[str, Any], text: str) -> bool:
    text, allowed = _plain(text), test.get("max_diffs", 0)
    before = _find(_plain(test["before"]), text, allowed)
    after = _find(_plain(test["after"]), text, allowed)
    return 0 <= before < after


def _tables(text: str) -> Iterator[list[list[str]]]:
    """The Markdown tables of a text as rows of cells."""
    rows: list[list[str]] = []
    for line in [*text.split("\n"), ""]:
        if line.startswith("|"):
            if not re.fullmatch(r"[|\s:-]+", line) or "-" not in line:
                cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
                rows.append([_plain(cell.replace("\\|", "|")) for cell in cells])
        elif rows:
            yield rows
            rows = []


def _in_table(test: dict[str, Any], text: str) -> bool:
    return any(
        _cell_fits(test, rows, y, x)
        for rows in _tables(text)
        for y, row in enumerate(rows)
        for x, cell in enumerate(row)
        if _alike(test["cell"], cell)
    )


def _alike(wanted: str, cell: str) -> bool:
    from rapidfuzz import fuzz

    return fuzz.ratio(_plain(wanted), cell) >= 90


def _cell_fits(test: dict[str, Any], rows: list[list[str]], y: int, x: int) -> bool:
    """olmOCR-bench's relations: the neighbour that holds text, or any cell above or to the left."""
    row, column = rows[y], [r[x] if x < len(r) else "" for r in rows]
    near = {
        "left": row[:x][::-1][:1],
        "right": row[x + 1 :][:1],
        "up": column[:y][::-1][:1],
        "down": column[y + 1 :][:1],
        "left_heading": row[:x],
        "top_heading": column[:y],
    }
    return all(
        any(_alike(test[side], cell) for cell in cells)
        for side, cells in near.items()
        if test.get(side)
    )


def statement_rows(evidence: str) -> list[tuple[str, list[str]]]:
    """(label, figures) of each row of a financial statement given a cell a line, label first."""
    rows: list[tuple[str, list[str]]] = []
    label: list[str] = []
    figures: list[str] = []
    for line in [*evidence.split("\n"), "end"]:
        cells = line.replace("$", " ").replace("%", " ").split()
        if cells and all(_NUMBER.fullmatch(cell) for cell in cells):
            figures += cells
        elif cells:
            if figures:
                rows.append((" ".join(label), figures))
                label, figures = [], []
            label = [line.strip()]
    return [
        (label, figures)
        for label, figures in rows
        if label and len(figures) > 1 and not _is_year(figures)
    ]


def _is_year(figures: list[str]) -> bool:
    return all(re.fullmatch(r"(?:19|20)\d\d", figure) for figure in figures)


def row_is_kept(label: str, figures: list[str], text: str) -> bool:
    """Whether one line of a text holds the label's words and, after them, the figures in order."""
    wanted = words(label).replace(" ", "")
    pattern = re.compile(r".*?".join(re.escape(figure) for figure in figures))
    for line in text.split("\n"):
        if wanted in words(line).replace(" ", "") and pattern.search(line):
            return True
    return False
