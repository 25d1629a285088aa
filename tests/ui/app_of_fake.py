"""The app's pages over a fake engine, for looking at them: `streamlit run tests/ui/app_of_fake.py`."""

from pathlib import Path

import streamlit as st

from quoth.ui import chat, documents, models
from tests.ui.fake_engine import FakeQuoth, record, refusal


@st.cache_resource
def engine():
    q = FakeQuoth(Path("/tmp/fakelib"), [record()])
    q.answers["off"] = refusal("off")
    return q


def c() -> None:
    chat.show(engine())


def d() -> None:
    documents.show(engine())


def m() -> None:
    models.show(engine())


st.navigation(
    [
        st.Page(c, title="Chat", url_path="chat", default=True),
        st.Page(d, title="Documents", url_path="documents"),
        st.Page(m, title="M", url_path="models"),
    ]
).run()
