"""What someone sees before there is anything to ask, and questions to begin with."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

import quoth as package
from quoth.ui import adding, session, texts
from quoth.ui.markup import element, plain
from quoth.ui.uploads import Saved
from quoth.ui.widgets import card_title, draw, draw_again, file_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quoth.engine import Quoth

EXAMPLES = Path(package.__file__).parent.parent / "examples"
QUESTIONS = EXAMPLES / "questions.toml"  # in site-packages, `examples` is someone else's
_OFFERED = 4


def show(quoth: Quoth) -> None:
    """A welcome with the ways to add documents, instead of an empty chat."""
    steps = (
        element("li", element("b", name), element("span", text))
        for name, text in texts.WELCOME_STEPS
    )
    draw(
        element(
            "div",
            element("div", texts.WELCOME, class_="q-welcome-title"),
            element("p", texts.WELCOME_LEAD, class_="q-lead"),
            element("ol", *steps, class_="q-steps"),
            class_="q-welcome",
        )
    )
    with st.container(border=True):
        card_title(texts.WELCOME_ADD)
        adding.show_upload(quoth, choose_collection=False)
    if QUESTIONS.is_file():
        _offer_examples(quoth)


def _offer_examples(quoth: Quoth) -> None:
    with st.container(border=True):
        card_title(texts.WELCOME_EXAMPLES, texts.WELCOME_EXAMPLES_LEAD)
        busy = session.is_ingesting(quoth)
        if st.button(
            texts.ADD_EXAMPLES, type="primary", icon=":material/auto_stories:", disabled=busy
        ):
            session.start_ingest(quoth, Saved((EXAMPLES,)), session.ingest_collection(quoth))
            draw_again()


def suggestion(quoth: Quoth) -> str | None:
    """The question that was clicked of a few that the documents in the library can answer."""
    held = {file_name(source) for record in quoth.documents() for source in record.sources}
    offered = [question for document, question in _questions() if document in held]
    if not offered:
        return None
    draw(element("div", texts.TRY, class_="q-label q-try"))
    for position, question in enumerate(offered[:_OFFERED]):
        if st.button(plain(question), key=f"try-{position}", width="stretch"):
            return question
    return None


def _questions() -> Iterator[tuple[str, str]]:
    """(document, question) for the first question on each document of the example set."""
    if not QUESTIONS.is_file():
        return
    entries = tomllib.loads(QUESTIONS.read_text(encoding="utf-8")).get("question", ())
    first = {entry["document"]: entry["question"] for entry in reversed(entries)}
    yield from sorted(first.items(), key=lambda pair: len(pair[1]))
