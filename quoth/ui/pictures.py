"""Pictures of pages with quotes highlighted, kept so that a re-run draws none again.

Knows Streamlit's cache and the engine's public calls; draws nothing on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from quoth.errors import DamagedFileError, LimitError, QuothError
from quoth.ui.highlighting import highlighted, tinted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quoth.datatypes import Box, Chunk, Page, PageView, Quote
    from quoth.engine import Quoth

Spans = tuple[tuple[int, int], ...]

_KEPT = 32  # pictures, of some hundred kilobytes each
_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as PNG. `corners` are where what is marked begins, (across, down) in [0, 1].

    None stands for what was not found on the page; `top` is how far down the first one is.
    """

    png: bytes
    corners: tuple[tuple[float, float] | None, ...]

    @property
    def top(self) -> float | None:
        """None where nothing is marked."""
        return min((corner[1] for corner in self.corners if corner is not None), default=None)


def picture(quoth: Quoth, document_id: str, page: Page, quotes: Iterable[Quote]) -> Picture:
    """The page with those of the quotes that are on it highlighted.

    Raises what `Quoth.page_view` raises; pages that fail each time are not tried again.
    """
    return _kept(quoth, document_id, page, spans(page, quotes), in_turn=False)


def chunked(quoth: Quoth, document_id: str, page: Page, cut: Iterable[Chunk]) -> Picture:
    """The page with these chunks in two tints in turn. Raises as `picture` does."""
    return _kept(quoth, document_id, page, tuple((c.start, c.end) for c in cut), in_turn=True)


def _kept(quoth: Quoth, document_id: str, page: Page, marked: Spans, *, in_turn: bool) -> Picture:
    library = str(quoth.path.absolute())
    drawn = _drawn(library, document_id, page.number, marked, in_turn, quoth)
    if isinstance(drawn, QuothError):
        raise drawn
    return drawn


def spans(page: Page, quotes: Iterable[Quote]) -> Spans:
    """The parts of the quotes that are on the page, in its order, overlapping ones joined."""
    clipped = ((max(quote.start, page.start), min(quote.end, page.end)) for quote in quotes)
    found: list[tuple[int, int]] = []
    for start, end in sorted(span for span in clipped if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


# The engine is no part of the key, its library is: no library is shown another's pages.
@st.cache_data(max_entries=_KEPT, ttl=_SECONDS, show_spinner=False)
def _drawn(
    library: str, document_id: str, page: int, marked: Spans, in_turn: bool, _quoth: Quoth
) -> Picture | DamagedFileError | LimitError:
    del library
    try:
        view = _quoth.page_view(document_id, page, spans=marked)
    except (DamagedFileError, LimitError) as error:
        return error  # it fails each time
    corners = tuple(_corner(view, boxes) for boxes in view.boxes)
    if in_turn:
        return Picture(tinted(view, view.boxes), corners)
    return Picture(highlighted(view, [box for boxes in view.boxes for box in boxes]), corners)


def _corner(view: PageView, boxes: Sequence[Box]) -> tuple[float, float] | None:
    if not boxes:
        return None
    first = min(boxes, key=lambda box: (box.top, box.left))
    return first.left / view.width, first.top / view.height
