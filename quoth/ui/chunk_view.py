"""Shows how a page was cut: its chunks in two tints on its picture, and a list that tells of each.

Knows Streamlit and the engine's public calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from quoth.ui import pictures, texts
from quoth.ui.markup import Html, element
from quoth.ui.sheets import sheet
from quoth.ui.widgets import draw, file_name, under_headings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import Chunk, Page
    from quoth.engine import Quoth
    from quoth.ui.citations import Source
    from quoth.ui.pictures import Picture

Numbered = tuple[int, "Chunk"]

_KEPT = 8  # documents
_SECONDS = 3600


def show_chunks(quoth: Quoth, source: Source, page: Page) -> None:
    """Draw the page with its chunks, and the list of these. Raises what `Quoth.page_view` raises."""
    with st.spinner(texts.DRAWING):
        cut = _cut(str(quoth.path.absolute()), source.document_id, quoth)
        here = on_page(cut, page)
        seen = pictures.chunked(quoth, source.document_id, page, [chunk for _, chunk in here])
    words = texts.PICTURE_OF.format(page=page.number, name=file_name(source.source))
    draw(sheet(seen.png, texts.PICTURE_CHUNKS.format(words, len(here)), *labels(here, seen)))
    draw(listing(here, page) if here else element("p", texts.PAGE_EMPTY, class_="q-place"))


def on_page(cut: Sequence[Chunk], page: Page) -> tuple[Numbered, ...]:
    """The chunks that have text on the page, with their numbers in the document, from 1."""
    numbered = enumerate(cut, start=1)
    return tuple((n, one) for n, one in numbered if one.start < page.end and page.start < one.end)


def labels(here: Sequence[Numbered], seen: Picture) -> tuple[Html, ...]:
    """Each chunk's number where it begins, a link to its line in the list."""
    return tuple(
        element(
            "a", str(number), href=f"#chunk-{number}", class_=f"q-chunk q-chunk{at % 2}",
            style=f"left:max(5%,{100 * corner[0]:.2f}%);top:{100 * corner[1]:.2f}%",
            title=_told(chunk), aria_label=texts.CHUNK_NAMED.format(number, _told(chunk)),
        )
        for at, ((number, chunk), corner) in enumerate(zip(here, seen.corners, strict=True))
        if corner is not None
    )  # fmt: skip


def listing(here: Sequence[Numbered], page: Page) -> Html:
    """The chunks with their size and the titles above them; a click opens the text."""
    lines = (
        element(
            "details",
            element(
                "summary",
                element("span", str(number), class_=f"q-chunk q-chunk{at % 2}"),
                element("span", _told(chunk)),
            ),
            element("div", chunk.text, class_="q-passage"),
            class_="q-chunk-line",
            id=f"chunk-{number}",
        )
        for at, (number, chunk) in enumerate(here)
    )
    over = sum(chunk.start < page.start or chunk.end > page.end for _, chunk in here)
    note = element("p", texts.count(over, texts.CHUNKS_OVER), class_="q-place") if over else ""
    return element("div", *lines, note, class_="q-chunk-list")


def _told(chunk: Chunk) -> str:
    size = texts.CHUNK_SIZE.format(tokens=chunk.n_tokens, characters=len(chunk.text))
    return under_headings(size, chunk.headings)


# The engine is no part of the key, its library is: no library is shown another's chunks.
@st.cache_data(max_entries=_KEPT, ttl=_SECONDS, show_spinner=False)
def _cut(library: str, document_id: str, _quoth: Quoth) -> tuple[Chunk, ...]:
    del library
    return _quoth.chunks(document_id)
