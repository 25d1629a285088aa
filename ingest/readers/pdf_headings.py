"""Finds the headings of a PDF: its outline, or else lines in larger or bolder letters."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ingest.assembly import one_line
from quoth.datatypes import Heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pypdfium2 import PdfDocument

    from ingest.readers.pdf_layout import Line

_MOST = 10_000
_FEWEST_ENTRIES = 3
_LARGER = 1.12
_MOST_LEVELS = 4
_LONGEST, _MOST_WORDS, _MOST_LINES = 120, 16, 3
_MOST_PER_PAGE = 6
_FULL = 0.8
_LETTERS = re.compile(r"[^\W\d_]{2}")
_SENTENCE = re.compile(r"[.;,:]$|[.!?]\s+[a-z]")


class Title(NamedTuple):
    """A title, the index of its page, and its level from 1 outermost."""

    text: str
    page: int
    level: int


class _Candidate(NamedTuple):
    text: str
    page: int
    size: float
    bold: bool


@dataclass(slots=True)
class Letters:
    """What the letters of a document look like: how many in which size, and which lines stand out."""

    sizes: Counter[float] = field(default_factory=Counter)
    bold: int = 0
    candidates: list[_Candidate] = field(default_factory=list)

    def see(self, page: int, lines: Sequence[Line]) -> None:
        """Take the lines of a page into account."""
        for line in lines:
            if not line.table:
                self.sizes[_rounded(line.size)] += len(line.text)
                self.bold += len(line.text) * line.bold
        runs = list(_runs(lines))
        for run, after in zip(runs, [*runs[1:], None], strict=False):
            text = one_line(" ".join(line.text for line in run))
            if _may_be_title(text, run, after[0] if after else None):
                first = run[0]
                self.candidates.append(_Candidate(text, page, _rounded(first.size), first.bold))

    def titles(self) -> list[Title]:
        """The lines that are larger than the text, or bold where the text is not."""
        if not self.sizes:
            return []
        body = max(self.sizes, key=lambda size: self.sizes[size])
        bold_text = self.bold > 0.4 * sum(self.sizes.values())
        found = [
            one
            for one in self.candidates
            if one.size >= _LARGER * body
            or (one.bold and not bold_text and one.size >= 0.95 * body)
        ]
        larger = sorted({one.size for one in found if one.size >= _LARGER * body}, reverse=True)
        levels = {size: min(at, _MOST_LEVELS) for at, size in enumerate(larger, 1)}
        lowest = min(len(larger), _MOST_LEVELS) + 1
        per_page = Counter(one.page for one in found)
        return [
            Title(one.text, one.page, levels.get(one.size, lowest))
            for one in found
            if per_page[one.page] <= _MOST_PER_PAGE or one.size in levels
        ][:_MOST]


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _runs(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines together with those that carry on in the same letters."""
    run: list[Line] = []
    for line in lines:
        if run and (line.gap or _letters(line) != _letters(run[0])):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _letters(line: Line) -> tuple[bool, bool, float]:
    return line.table, line.bold, _rounded(line.size)


def _may_be_title(text: str, run: Sequence[Line], after: Line | None) -> bool:
    """Whether it is short, has words, is no sentence, and something else follows it."""
    first = run[0]
    if first.table or not (first.gap or first.bold):
        return False
    if len(run) > _MOST_LINES or len(text) > _LONGEST or len(text.split()) > _MOST_WORDS:
        return False
    if not _LETTERS.search(text) or _SENTENCE.search(text):
        return False
    return after is None or (_letters(after) != _letters(first) and not _carries_on(run[-1], after))


def _carries_on(line: Line, after: Line) -> bool:
    """Whether a paragraph begins in bold letters: its full first line ends within a sentence."""
    full = len(line.text) >= _FULL * len(after.text)
    return full and not after.gap and after.text[:1].islower()


def headings(pdf: PdfDocument, letters: Letters, texts: Sequence[str]) -> list[Heading]:
    """The titles, each where it stands on its page, else where the page starts, in order.

    Titles by letters alone must stand on their page.
    """
    outline = list(_outline(pdf))
    if len(outline) < min(_FEWEST_ENTRIES, len(texts)):
        found = list(_placed(letters.titles(), texts, everywhere=False))
        if found:
            return found
    return list(_placed(outline, texts, everywhere=True))


def _placed(
    titles: Iterable[Title], texts: Sequence[str], *, everywhere: bool
) -> Iterator[Heading]:
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text))
    after = 0
    for title, page, level in titles:
        if not 0 <= page < len(texts):
            continue
        floor = after - starts[page] if starts[page] <= after < starts[page + 1] else 0
        found = find_title(title, texts[page], floor)
        if found is None and not everywhere:
            continue
        after = starts[page] + (floor if found is None else found)
        yield Heading(start=after, level=level, text=title)


def _outline(pdf: PdfDocument) -> Iterator[Title]:
    for count, entry in enumerate(pdf.get_toc(max_depth=10)):
        if count == _MOST:
            return
        destination = entry.get_dest()
        page = destination.get_index() if destination else None
        if page is not None and (title := one_line(entry.get_title())):
            yield Title(title, page, entry.level + 1)


def find_title(title: str, text: str, floor: int) -> int | None:
    """Where the words of a title stand, whatever the space between them; not before `floor`."""
    words = r"\s+".join(re.escape(word) for word in title.split())
    for pattern in (rf"^[^\S\n]*{words}", words):
        found = re.compile(pattern, re.IGNORECASE | re.MULTILINE).search(text, floor)
        if found:
            return found.start()
    return None
