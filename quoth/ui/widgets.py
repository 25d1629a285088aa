"""Small pieces that several pages draw; knows Streamlit and markup, never the engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from quoth.errors import QuothError
from quoth.ui import texts
from quoth.ui.citations import Source, segments
from quoth.ui.markup import Html, element, join, plain, quote_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_STYLE = Path(__file__).with_name("style.css")


def style() -> None:
    """Load the page's own style sheet; it holds no text of documents."""
    st.html(_STYLE)


def draw(markup: Html) -> None:
    """Put escaped markup on the page."""
    st.html(markup)


def draw_again() -> None:
    """Run the whole page anew, unless the person has asked for something: then that is run.

    `st.rerun` alone takes the place of a click that came since the last drawing, which is lost.
    """
    st.empty()  # drawing anything lets Streamlit see what was asked, and leave this run for it
    st.rerun()


def show_error(message: str) -> None:
    """What went wrong, on one line and as text."""
    st.error(plain(message), icon=":material/error:")


def succeeds(change: Callable[[], object]) -> bool:
    """Whether it worked; if not, why is on the page."""
    try:
        change()
    except QuothError as error:
        show_error(str(error))
        return False
    return True


def confirm(question: str, note: str, do: str, change: Callable[[], object]) -> None:
    """In a dialog: ask, and take away what `change` does if that is meant; closes unless it fails."""
    draw(element("p", question))
    if note:
        draw(element("p", note, class_="q-lead"))
    with st.container(horizontal=True):
        agreed = st.button(do, type="primary", icon=":material/delete:", key="agreed")
        kept = st.button(texts.KEEP, key="kept")
    if kept or (agreed and succeeds(change)):
        draw_again()


def card_title(title: str, lead: str = "") -> None:
    """The title of a part of a page, and a sentence under it."""
    under = element("p", lead, class_="q-lead") if lead else ""
    draw(element("div", element("div", title, class_="q-card-title"), under))


def collection_select(names: tuple[str, ...], chosen: str | None, key: str, **changes: Any) -> str:
    """Choose a collection; "" is all of them."""
    options = ["", *names]
    picked: str = st.selectbox(
        texts.COLLECTION,
        options,
        index=options.index(chosen) if chosen in options else 0,
        format_func=lambda name: name or texts.ALL_COLLECTIONS,
        key=key,
        **changes,
    )
    return picked


def choose(label: str, options: tuple[str, ...], key: str, **changes: Any) -> str:
    """Choose one of a few that are all in sight; at first the first of them."""
    chosen: str = st.segmented_control(
        label, options, default=options[0], required=True, key=key, **changes
    )
    return chosen


def chip(text: str, kind: str = "") -> Html:
    """A short label in a rounded box; `kind` names its look in the style sheet."""
    return element("span", text, class_=f"q-chip {kind}".strip())


def place(page: int, headings: tuple[str, ...], last_page: int = 0) -> str:
    """Where something is: its page or pages, and the titles above it."""
    pages = (
        texts.PAGES_RANGE.format(page, last_page) if last_page > page else texts.PAGE.format(page)
    )
    return under_headings(pages, headings)


def under_headings(told: str, headings: tuple[str, ...]) -> str:
    """What is told of a passage, and the titles above it."""
    return " · ".join((told, " › ".join(headings))) if headings else told


def file_name(source: str) -> str:
    """The last part of a path, as people call the file."""
    return source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or source


def marked_text(source: Source) -> Html:
    """The source's passage with its quotes highlighted, and numbered where they are cited."""
    return join(
        *(
            piece.text
            if piece.number is None
            else element("mark", piece.text, quote_number(piece.number))
            for piece in segments(source)
        )
    )


def source_card(source: Source, anchor: str) -> Html:
    """File, page, headings and the passage; with quotes it opens on the quote alone.

    `anchor` and a number make the id that citations link to.
    """
    numbers = (
        element("span", str(number), class_="q-number", id=f"{anchor}-{number}")
        for number in source.numbers
        if number
    )
    title = element(
        "span",
        element("b", file_name(source.source)),
        element("span", place(source.page, source.headings), class_="q-place"),
        class_="q-source-title",
    )
    # What is not cited is an excerpt, which stands for the passage as a whole.
    shown = source.quotes[:1] if any(source.numbers) else source.quotes
    first = " … ".join(quote.text for quote in shown) or source.text
    preview = element("span", " ".join(first.split()), class_="q-preview")
    names = ", ".join(dict.fromkeys(file_name(other) for other in source.also_in))
    also_in = element("p", texts.ALSO_IN.format(names), class_="q-place") if names else ""
    body = element("div", marked_text(source), also_in, class_="q-passage")
    summary = element("summary", element("span", *numbers, class_="q-numbers"), title, preview)
    return element("details", summary, body, class_="q-source")


def table(titles: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Html:
    """A small table; every cell is text."""
    head = element("tr", *(element("th", title, scope="col") for title in titles))
    body = (element("tr", *(element("td", cell) for cell in row)) for row in rows)
    inner = element("table", element("thead", head), element("tbody", *body), class_="q-table")
    return element("div", inner, class_="q-scroll")


def legend(entries: Iterable[tuple[str, str, str]]) -> Html:
    """What each colour stands for: (colour, name, a remark or "")."""
    items = (
        element("li", dot(colour), f"{name} ", element("small", remark) if remark else "")
        for colour, name, remark in entries
    )
    return element("ul", *items, class_="q-legend")


def dot(colour: str) -> Html:
    """A spot of a colour of ours, beside what it stands for."""
    return element("span", class_="q-dot", style=f"background:{colour}")
