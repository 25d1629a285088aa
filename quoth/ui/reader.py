"""Opens a document on the page a quote is on, as it looks or as text, with the words marked.

Asks the engine for documents, and `pictures` for what pages look like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from quoth.errors import QuothError
from quoth.pages import is_markup, is_picture
from quoth.ui import framing, pictures, texts
from quoth.ui.chunk_view import show_chunks
from quoth.ui.citations import marks
from quoth.ui.laid_out import MarkedText, blocks
from quoth.ui.markup import Html, element
from quoth.ui.sheets import alternative, sheet
from quoth.ui.widgets import choose, draw, file_name, show_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streamlit.delta_generator import DeltaGenerator

    from quoth.datatypes import Document, Page, Quote
    from quoth.engine import Quoth
    from quoth.ui.citations import Source

    Show = Callable[[Quoth, Source, Page], None]

_KEY, _BESIDE = "reader-page", "reader-source"
_SHOWN = 12_000  # characters of one page; a text file is one page of any length
_AS_IT_IS = frozenset(("text/x-source", "application/json", "text/x-tex"))
_ITS_TEXT = _AS_IT_IS | {"text/plain", "text/vtt", "application/x-subrip"}  # looks as it reads
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


def places() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Where the chat goes, and to its right where a document goes that is open beside it.

    Both are always there, and the style hides the empty one: so a document that is opened moves
    nothing of the chat to another place, where all of it would be drawn anew.
    """
    chat, reading = st.columns((6, 5), gap="medium")
    return chat.container(key="chat"), reading


def show_beside(quoth: Quoth, reading: DeltaGenerator) -> None:
    """Draw the document that is open, if there is one: after the chat, which is never in wait of it."""
    source = st.session_state.get(_BESIDE)
    if source is None:
        return
    with reading, st.container(border=True, key="reader"):
        st.button(
            texts.CLOSE_READER, key="reader-close", type="tertiary", icon=":material/close:",
            on_click=close_beside,
        )  # fmt: skip
        _panel(quoth, source)


@st.fragment
def _panel(quoth: Quoth, source: Source) -> None:
    """The document; turning its pages draws nothing else anew."""
    show_document(quoth, source)


@st.dialog(texts.READER, width="large")
def _dialog(quoth: Quoth, source: Source) -> None:
    show_document(quoth, source)


def show_document(quoth: Quoth, source: Source) -> None:
    """Draw the page that is turned to, at first the source's, with what turns the pages."""
    try:
        document = quoth.document(source.document_id)
    except QuothError as error:
        show_error(str(error))
        return
    page = document.pages[
        min(max(st.session_state.get(_KEY, source.page), 1), len(document.pages)) - 1
    ]
    _turn_pages(page, len(document.pages), source)
    ways = _ways_to_show(document.media_type)
    if not ways and document.media_type not in _ITS_TEXT:
        draw(element("p", texts.NO_PICTURE_OF_THESE, class_="q-place"))
    elif ways and (show := ways.get(_choose_view(*ways))) and _succeeds(show, quoth, source, page):
        return
    draw(page_body(page, source, document))


def _ways_to_show(media_type: str) -> dict[str, Show]:
    """What shows such a document's pages, by name; nothing where only its text can be shown."""
    if is_picture(media_type):
        return {texts.VIEW_PAGE: _show_picture, texts.VIEW_CHUNKS: show_chunks}
    return {texts.VIEW_PAGE: _show_frame} if is_markup(media_type) else {}


def _choose_view(*ways: str) -> str:
    key = f"reader-view-{len(ways)}"  # a view that the document before had is none of this one's
    return choose(texts.VIEW, (*ways, texts.VIEW_TEXT), key, label_visibility="collapsed")


def _succeeds(show: Show, quoth: Quoth, source: Source, page: Page) -> bool:
    """Show the page as it looks; where it can't be shown, say why and give False."""
    try:
        show(quoth, source, page)
    except QuothError as error:
        draw(element("p", texts.NO_PICTURE.format(error), class_="q-warning", role="status"))
        return False
    return True


def _show_picture(quoth: Quoth, source: Source, page: Page) -> None:
    with st.spinner(texts.DRAWING):
        seen = pictures.picture(quoth, source.document_id, page, source.quotes)
    marked = _marked_words(source, page)
    if marked and seen.top is None:
        _say_not_found()
    words = alternative(page, file_name(source.source), marked)
    draw(sheet(seen.png, words, top=seen.top))


def _show_frame(quoth: Quoth, source: Source, page: Page) -> None:
    marked = pictures.spans(page, source.quotes)
    with st.spinner(texts.DRAWING):
        seen = framing.markup(quoth, source.document_id, page, marked)
    if not all(seen.found):
        _say_not_found()
    words = alternative(page, file_name(source.source), _marked_words(source, page))
    framing.show_frame(seen, words)


def _marked_words(source: Source, page: Page) -> list[str]:
    return [quote.text for quote in source.quotes if _on(page, quote)]


def _say_not_found() -> None:
    draw(element("p", texts.NO_BOXES, class_="q-warning", role="status"))


def _turn_pages(page: Page, last: int, source: Source) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="left", key="reader-head"
    ):
        # Also where there is one page: so nothing moves when another document is opened.
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
    labelled = page.label and page.label.rpartition(" ")[2] != str(page.number)  # as "slide 2"
    return texts.PAGE_LABELLED.format(where, page.label) if labelled else where


def _go(number: int) -> None:
    st.session_state[_KEY] = number


def page_body(page: Page, source: Source, document: Document) -> Html:
    """The page's text with the source's quotes marked; what is far before them is folded away."""
    if not page.text.strip():
        return element("p", texts.PAGE_EMPTY, class_="q-place")
    found = marks(source, page.start, page.end)
    first = found[0][0] if found else 0
    begin = page.text.find("\n", first - _SHOWN // 2) + 1 if first > _SHOWN // 2 else 0
    text = page.text[begin : begin + _SHOWN]
    cut = element("p", texts.PAGE_CUT, class_="q-place") if len(text) < len(page.text) else ""
    shown = MarkedText(text, tuple((s - begin, e - begin, n) for s, e, n in found))
    if document.media_type in _AS_IT_IS:
        return element("div", cut, shown.words(0, len(text)), class_="q-page q-raw")
    offset = page.start + begin
    headings = {heading.start - offset: heading.level for heading in document.headings}
    return element("div", cut, *_folded(shown, headings), class_="q-page")


def _on(page: Page, quote: Quote) -> bool:
    return quote.start < page.end and page.start < quote.end


def _folded(shown: MarkedText, headings: Mapping[int, int]) -> tuple[Html, ...]:
    """The blocks; those that end long before the first mark are closed at first."""
    limit = shown.marks[0][0] - _LEAD if shown.marks else 0
    laid = [(end, block) for end, block in blocks(shown, headings) if block]
    before = [block for end, block in laid if end < limit]
    if not before:
        return tuple(block for _, block in laid)
    folded = element("details", element("summary", texts.PAGE_BEFORE), element("div", *before))
    return (folded, *(block for end, block in laid if end >= limit))
