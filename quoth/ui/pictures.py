"""Pictures of pages with quotes highlighted, kept so that a re-run draws none again.

Knows Streamlit's cache and the engine's public calls; draws nothing on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from quoth.errors import DamagedFileError, LimitError, QuothError
from quoth.ui.highlighting import highlighted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quoth.datatypes import Page, Quote
    from quoth.engine import Quoth

Spans = tuple[tuple[int, int], ...]

_KEPT = 32  # pictures, of some hundred kilobytes each
_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as PNG; `top` in [0, 1] is how far down its first highlight is, None without one."""

    png: bytes
    top: float | None


def picture(quoth: Quoth, document_id: str, page: Page, quotes: Iterable[Quote]) -> Picture:
    """The page with those of the quotes that are on it highlighted.

    Raises what `Quoth.page_view` raises; pages that fail each time are not tried again.
    """
    library = str(quoth.path.absolute())
    drawn = _drawn(library, document_id, page.number, spans(page, quotes), quoth)
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
    library: str, document_id: str, page: int, marked: Spans, _quoth: Quoth
) -> Picture | DamagedFileError | LimitError:
    del library
    try:
        view = _quoth.page_view(document_id, page, spans=marked)
    except (DamagedFileError, LimitError) as error:
        return error  # it fails each time
    boxes = [box for each in view.boxes for box in each]
    top = min((box.top / view.height for box in boxes), default=None)
    return Picture(highlighted(view, boxes), top)
