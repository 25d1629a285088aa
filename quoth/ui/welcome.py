"""What someone sees before there is anything to ask, and questions to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

import quoth as package
from quoth.ui import adding, session, texts
from quoth.ui.markup import element
from quoth.ui.widgets import draw

if TYPE_CHECKING:
    from quoth.engine import Quoth

EXAMPLES = Path(package.__file__).parent.parent / "examples"


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
    adding.show_run(quoth)
    with st.container(border=True):
        draw(element("div", texts.WELCOME_ADD, class_="q-card-title"))
        adding.show_upload(quoth, choose_collection=False)
    if EXAMPLES.is_dir():
        _offer_examples(quoth)


def _offer_examples(quoth: Quoth) -> None:
    with st.container(border=True):
        draw(element("div", texts.WELCOME_EXAMPLES, class_="q-card-title"))
        draw(element("p", texts.WELCOME_EXAMPLES_LEAD, class_="q-lead"))
        job = session.ingest_job()
        busy = job is not None and job.running
        if st.button(
            texts.ADD_EXAMPLES, type="primary", icon=":material/auto_stories:", disabled=busy
        ):
            session.start_ingest(quoth, (EXAMPLES,), session.DEFAULT_COLLECTION)
            st.rerun()


def suggestion(quoth: Quoth) -> str | None:
    """A question of the example set that was clicked; offered when the examples are there."""
    return None
