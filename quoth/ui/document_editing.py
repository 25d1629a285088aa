"""What can be done with one document: tag it, read it again, remove it. Each asks in a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from quoth.ui import session, texts, uploads
from quoth.ui.markup import element, plain
from quoth.ui.widgets import confirm, draw, draw_again, file_name, succeeds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quoth.datatypes import DocumentRecord
    from quoth.engine import Quoth


@st.dialog(texts.EDIT_DOCUMENT)
def edit(quoth: Quoth, record: DocumentRecord, known_tags: Iterable[str]) -> None:
    """Change a document's tags, or read its file again."""
    name = file_name(record.sources[0])
    draw(element("p", element("b", name)))
    tags = st.multiselect(
        texts.TAGS,
        sorted({*known_tags, *record.tags}),
        default=list(record.tags),
        accept_new_options=True,
        help=texts.TAGS_HELP,
        key="edited-tags",
    )
    with st.container(horizontal=True):
        saved = st.button(texts.SAVE, type="primary", key="tags-saved")
        again = st.button(
            texts.READ_AGAIN, icon=":material/refresh:", help=texts.READ_AGAIN_HELP, key="again",
            disabled=session.is_ingesting(quoth),
        )  # fmt: skip
        left = st.button(texts.LEAVE, key="edit-left")
    if saved and not _tag(quoth, record, tags):
        return
    if again:
        session.start_reading_again(quoth, record)
    if saved or again or left:
        draw_again()


def _tag(quoth: Quoth, record: DocumentRecord, tags: Iterable[str]) -> bool:
    """Give the document these tags and no others; False, and why, where that fails."""
    wanted = {tag.strip().casefold() for tag in tags if tag.strip()}
    return succeeds(
        lambda: quoth.tag(
            [record.id],
            add=sorted(wanted - set(record.tags)),
            remove=sorted(set(record.tags) - wanted),
            collection=record.collection,
        )
    )


@st.dialog(texts.REMOVE_TITLE)
def confirm_removal(quoth: Quoth, record: DocumentRecord) -> None:
    """Take a document out, if that is what was meant."""
    name = file_name(record.sources[0])

    def remove() -> None:
        gone = quoth.remove([record.id], collection=record.collection)
        uploads.forget((source for each in gone for source in each.sources), quoth.path)
        st.session_state["removed"] = name
        session.forget_ingest()

    confirm(texts.REMOVE_ASK.format(name), texts.REMOVE_COPY, texts.REMOVE, remove)


def say_removed() -> None:
    """A word on what was removed last, once."""
    name = st.session_state.pop("removed", None)
    if name:
        st.toast(plain(texts.REMOVED.format(name)), icon=":material/check:")
