"""Opens a document on the page a quote is on, as it looks or as text, with the words marked.

Asks the engine for documents, and `pictures` for what pages look like.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from quoth.errors import QuothError
from quoth.pages import is_shown
from quoth.ui import pictures, texts
from quoth.ui.citations import Segment, Source, segments
from quoth.ui.markup import Html, element, join, picture, plain
from quoth.ui.widgets import draw, file_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quoth.datatypes import Page, Quote
    from quoth.engine import Quoth

_KEY, _BESIDE = "reader-page", "reader-source"
_SHOWN = 12_000  # characters of one page; a text file is one page of any length
_LEAD = 500  # characters before the first mark that stay in sight


def open_source(quoth: Quoth, source: Source) -> None:
    """Show the document in a dialog, on the source's page, with its quotes marked."""
    st.session_state[_KEY] = source.page
    _dialog(quoth, source)


def open_beside(source: Source) -> None:
    """From the next run on, show the document beside the chat, on the source's page."""
    st.session_state[_KEY] = source.page
    st.session_state[_BESIDE] = source


def close_beside() -> None:
    """From the next run on, show the chat alone."""
    st.session_state.pop(_BESIDE, None)


def is_beside() -> bool:
    """Whether a document is open beside the chat, which then needs a wide page."""
    return _BESIDE in st.session_state


@contextmanager
def beside(quoth: Quoth) -> Iterator[None]:
    """A place for the chat, with the open document to its right if there is one."""
    source = st.session_state.get(_BESIDE)
    if source is None:
        yield
        return
    chat, reading = st.columns((6, 5), gap="medium")
    with reading, st.container(border=True, key="reader"):
        _panel(quoth, source)
    with chat:
        yield


@st.fragment
def _panel(quoth: Quoth, source: Source) -> None:
    """The document; turning its pages draws nothing else anew."""
    if st.button(texts.CLOSE_READER, key="reader-close", type="tertiary", icon=":material/close:"):
        close_beside()
        st.rerun()
    show_document(quoth, source)


@st.dialog(texts.READER, width="large")
def _dialog(quoth: Quoth, source: Source) -> None:
    show_document(quoth, source)


def show_document(quoth: Quoth, source: Source) -> None:
    """Draw the page that is turned to, at first the source's, with what turns the pages."""
    try:
        document = quoth.document(source.document_id)
    except QuothError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    page = document.pages[
        min(max(st.session_state.get(_KEY, source.page), 1), len(document.pages)) - 1
    ]
    _turn_pages(page, len(document.pages), source)
    if not is_shown(document.media_type):
        draw(element("p", texts.NO_PICTURE_OF_THESE, class_="q-place"))
    elif _choose_view() == texts.VIEW_PAGE and _show_picture(quoth, source, page):
        return
    draw(page_body(page, source))


def _choose_view() -> str:
    return st.segmented_control(
        texts.VIEW,
        (texts.VIEW_PAGE, texts.VIEW_TEXT),
        default=texts.VIEW_PAGE,
        required=True,
        key="reader-view",
        label_visibility="collapsed",
    )


def _show_picture(quoth: Quoth, source: Source, page: Page) -> bool:
    """Show the page as it looks; where it can't be shown, say why and give False."""
    try:
        with st.spinner(texts.DRAWING):
            seen = pictures.picture(quoth, source.document_id, page, source.quotes)
        problem = seen.problem
    except QuothError as error:
        problem = str(error)
    if problem:
        draw(element("p", texts.NO_PICTURE.format(problem), class_="q-warning", role="status"))
        return False
    marked = [quote.text for quote in source.quotes if _on(page, quote)]
    if marked and seen.top is None:
        draw(element("p", texts.NO_BOXES, class_="q-warning", role="status"))
    draw(sheet(seen, alternative(page, file_name(source.source), marked)))
    return True


def alternative(page: Page, name: str, marked: Sequence[str]) -> str:
    """What the picture shows, in words, for those who don't see it."""
    shown = texts.PICTURE_OF.format(page=page.number, name=name)
    quoted = ", ".join(f"“{' '.join(text.split())}”" for text in marked)
    return texts.PICTURE_MARKED.format(shown, quoted) if marked else shown


def sheet(seen: pictures.Picture, words: str) -> Html:
    """The picture in a frame that opens where the first highlight is."""
    here = "" if seen.top is None else element(
        "span", class_="q-here", style=f"top:{100 * seen.top:.2f}%"
    )  # fmt: skip
    paper = element("div", picture(seen.png, words), here, class_="q-paper")
    return element(
        "div", paper, class_="q-sheet", tabindex="0", role="group", aria_label=texts.PICTURE_FRAME
    )


def _turn_pages(page: Page, last: int, source: Source) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="left"):
        st.button(
            texts.PREVIOUS, disabled=page.number <= 1, on_click=_go, args=(page.number - 1,),
            icon=":material/chevron_left:", key="reader-previous",
        )  # fmt: skip
        st.button(
            texts.NEXT, disabled=page.number >= last, on_click=_go, args=(page.number + 1,),
            icon=":material/chevron_right:", key="reader-next",
        )  # fmt: skip
        title = element("b", file_name(source.source))
        where = place_of(page, last)
        draw(
            element("div", title, element("span", where, class_="q-place"), class_="q-reader-title")
        )


def place_of(page: Page, n_pages: int) -> str:
    """The page's number, and its label where that says something else."""
    where = texts.PAGE_OF.format(page.number, n_pages)
    labelled = page.label not in {"", str(page.number)}
    return texts.PAGE_LABELLED.format(where, page.label) if labelled else where


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
