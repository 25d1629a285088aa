"""Opens a document on the page a quote is on, with the words marked; asks the engine for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from quoth.errors import QuothError
from quoth.ui import texts
from quoth.ui.citations import Segment, Source, segments
from quoth.ui.markup import Html, element, join, plain
from quoth.ui.widgets import draw, file_name

if TYPE_CHECKING:
    from quoth.datatypes import Document, Page, Quote
    from quoth.engine import Quoth

_KEY = "reader-page"
_SHOWN = 12_000  # characters of one page; a text file is one page of any length
_LEAD = 500  # characters before the first mark that stay in sight


def open_source(quoth: Quoth, source: Source) -> None:
    """Show the document in a dialog, on the source's page, with its quotes marked."""
    st.session_state[_KEY] = source.page
    _dialog(quoth, source)


@st.dialog(texts.READER, width="large")
def _dialog(quoth: Quoth, source: Source) -> None:
    try:
        document = quoth.document(source.document_id)
    except QuothError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    _turn_pages(document, source)
    number = min(max(st.session_state[_KEY], 1), len(document.pages))
    draw(page_body(document.pages[number - 1], source))


def _turn_pages(document: Document, source: Source) -> None:
    last = len(document.pages)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="left"):
        number = st.session_state[_KEY]
        st.button(
            texts.PREVIOUS, disabled=number <= 1, on_click=_go, args=(number - 1,),
            icon=":material/chevron_left:", key="reader-previous",
        )  # fmt: skip
        st.button(
            texts.NEXT, disabled=number >= last, on_click=_go, args=(number + 1,),
            icon=":material/chevron_right:", key="reader-next",
        )  # fmt: skip
        title = element("b", file_name(source.source))
        where = texts.PAGE_OF.format(number, last)
        draw(
            element("div", title, element("span", where, class_="q-place"), class_="q-reader-title")
        )


def _go(number: int) -> None:
    st.session_state[_KEY] = number


def page_body(page: Page, source: Source) -> Html:
    """The page's text with the source's quotes marked; what is far before them is folded away."""
    if not page.text.strip():
        return element("p", texts.PAGE_EMPTY, class_="q-place")
    inside = [(q, n) for q, n in zip(source.quotes, source.numbers, strict=True) if _on(page, q)]
    first = min((quote.start for quote, _ in inside), default=page.start) - page.start
    begin = max(first - _SHOWN // 2, 0)
    text = page.text[begin : begin + _SHOWN]
    whole = Source(
        source.document_id, source.source, page.number, (), page.start + begin, text,
        tuple(number for _, number in inside), tuple(quote for quote, _ in inside),
    )  # fmt: skip
    cut = element("p", texts.PAGE_CUT, class_="q-place") if len(text) < len(page.text) else ""
    return element("div", cut, *_folded(segments(whole)), class_="q-page")


def _on(page: Page, quote: Quote) -> bool:
    return quote.start < page.end and page.start < quote.end


def _folded(pieces: tuple[Segment, ...]) -> tuple[Html, ...]:
    marked = any(piece.number for piece in pieces)
    lead = pieces[0]
    if not marked or lead.number or len(lead.text) <= _LEAD:
        return tuple(map(_piece, pieces))
    line = lead.text.find("\n", len(lead.text) - _LEAD)
    cut = line if line >= 0 else len(lead.text) - _LEAD
    folded = element(
        "details", element("summary", texts.PAGE_BEFORE), element("div", lead.text[:cut])
    )
    return (folded, _piece(Segment(lead.text[cut:].lstrip())), *map(_piece, pieces[1:]))


def _piece(piece: Segment) -> Html:
    if not piece.number:
        return join(piece.text)
    return element("mark", piece.text, element("sup", str(piece.number)))
