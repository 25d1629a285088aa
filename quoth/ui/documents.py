"""The documents page: add, look through, open and remove; knows the engine's public calls."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from quoth.datatypes import Coverage, DocumentRecord
from quoth.ui import adding, collection_editing, document_editing, reader, texts
from quoth.ui.citations import Source
from quoth.ui.markup import Html, element, plain
from quoth.ui.widgets import chip, collection_select, draw, file_name, style

if TYPE_CHECKING:
    from collections.abc import Callable

    from quoth.engine import Quoth

_PART_WIDTH = 200  # pixels
_ON_A_PAGE = 20
_ORDERS: dict[str, tuple[Callable[[DocumentRecord], Any], bool]] = {
    texts.BY_NAME: (lambda record: file_name(record.sources[0]).casefold(), False),
    texts.BY_DATE: (lambda record: record.added_at, True),
    texts.BY_SIZE: (lambda record: record.n_characters, True),
}


def show(quoth: Quoth) -> None:
    """Draw the documents page."""
    style()
    st.title(texts.DOCUMENTS, anchor=False)
    with st.container(border=True):
        adding.show_upload(quoth)
        run = st.container()
    document_editing.say_removed()
    _list(quoth)
    with run:
        adding.show_run(quoth)


def _list(quoth: Quoth) -> None:
    records = quoth.documents()
    title = element("div", texts.LIBRARY, class_="q-card-title")
    draw(element("div", title, _totals(records), class_="q-list-title"))
    if not records:
        draw(element("p", texts.NO_DOCUMENTS, class_="q-lead"))
    else:
        chosen = _filtered(records, quoth.collections())
        if not chosen:
            draw(element("p", texts.NO_MATCH, class_="q-lead"))
        tags = {tag for record in records for tag in record.tags}
        for record in _part(chosen):
            _row(quoth, record, tags)
    collection_editing.show(quoth)


def _totals(records: tuple[DocumentRecord, ...]) -> Html:
    parts = (
        texts.count(len(records), texts.DOCUMENTS_N),
        texts.count(sum(record.n_pages for record in records), texts.PAGES_N),
        texts.count(sum(record.n_chunks for record in records), texts.CHUNKS_N),
    )
    return element("div", " · ".join(parts), class_="q-place")


def _filtered(
    records: tuple[DocumentRecord, ...], collections: tuple[str, ...]
) -> tuple[DocumentRecord, ...]:
    words_column, collection_column, order_column = st.columns((3, 2, 2))
    words = words_column.text_input(texts.FILTER, key="filter", icon=":material/search:")
    with collection_column:
        collection = collection_select(collections, None, "list-collection")
    order = order_column.selectbox(texts.ORDER, list(_ORDERS), key="list-order")
    found = [
        record
        for record in records
        if collection in ("", record.collection) and matches(record, words)
    ]
    key, latest_first = _ORDERS[order]
    return tuple(sorted(found, key=key, reverse=latest_first))


def matches(record: DocumentRecord, words: str) -> bool:
    """Whether every word is in the title, file names, tags or format, in any case."""
    text = " ".join((record.title, *record.sources, *record.tags, format_name(record))).casefold()
    return all(word in text for word in words.casefold().split())


def _part(records: tuple[DocumentRecord, ...]) -> tuple[DocumentRecord, ...]:
    parts = -(-len(records) // _ON_A_PAGE)
    if parts <= 1:
        return records
    number = st.number_input(
        texts.PART_OF.format(parts), 1, parts, key="list-part", width=_PART_WIDTH
    )
    return records[(number - 1) * _ON_A_PAGE : number * _ON_A_PAGE]


def _row(quoth: Quoth, record: DocumentRecord, known_tags: set[str]) -> None:
    key = f"{record.collection}-{record.id}"
    name = plain(file_name(record.sources[0]))
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"row-{key}"):
        draw(_card(record))
        opened = st.button(
            texts.OPEN, key=f"open-{key}", help=texts.OPEN_NAMED.format(name), type="tertiary",
            icon=":material/menu_book:",
        )  # fmt: skip
        edited = st.button(
            texts.EDIT, key=f"edit-{key}", help=texts.EDIT_NAMED.format(name), type="tertiary",
            icon=":material/edit:",
        )  # fmt: skip
        removed = st.button(
            texts.REMOVE, key=f"remove-{key}", help=texts.REMOVE_NAMED.format(name),
            type="tertiary", icon=":material/delete:",
        )  # fmt: skip
    if opened:
        reader.open_source(quoth, Source(record.id, record.sources[0], 1, (), 0, ""))
    if edited:
        document_editing.edit(quoth, record, known_tags)
    if removed:
        document_editing.confirm_removal(quoth, record)


def _card(record: DocumentRecord) -> Html:
    name = file_name(record.sources[0])
    facts = (
        format_name(record),
        texts.count(record.n_pages, texts.PAGES_N),
        texts.count(record.n_chunks, texts.CHUNKS_N),
        texts.count(record.n_characters, texts.CHARACTERS_N),
        _date(record.added_at),
    )
    told = record.title not in {"", name, name.rpartition(".")[0]}
    title = element("span", record.title, class_="q-place") if told else ""
    return element(
        "div",
        element("div", element("b", name), " ", title),
        element(
            "div",
            chip(record.collection),
            *(chip(tag) for tag in record.tags),
            " ",
            " · ".join(facts),
            class_="q-facts",
        ),
        coverage_marks(record),
        *(element("div", warning, class_="q-warning") for warning in record.warnings),
        class_="q-document",
    )


def format_name(record: DocumentRecord) -> str:
    """What kind of file it is, as people say it; its suffix where there is no word."""
    kind = texts.FORMATS.get(record.media_type.removesuffix("-template"))
    suffix = file_name(record.sources[0]).rpartition(".")[2]
    return kind or suffix.upper()


def coverage_marks(record: DocumentRecord) -> str:
    """How many pages were read, read by OCR, empty or failed; nothing where no reader says."""
    coverage = Coverage.from_metadata(record.metadata)
    if coverage is None:
        return ""
    counts = {
        "read": coverage.n_text,
        "ocr": len(coverage.ocr),
        "empty": len(coverage.empty),
        "unread": len(coverage.failed),
    }
    marks = (
        chip(texts.count(number, texts.COVERAGE[kind]), f"q-{kind}")
        for kind, number in counts.items()
        if number
    )
    return element("div", *marks, class_="q-coverage")


def _date(added_at: str) -> str:
    """The library's UTC time as a local day and minute."""
    return datetime.fromisoformat(added_at).astimezone().strftime("%Y-%m-%d %H:%M")
