"""What drawing a page anew does to a click that comes just before it."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

import quoth.ui


def _clicked_meanwhile() -> None:
    """A page on which a link is followed after the last drawing, then drawn anew."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

    from quoth.ui.widgets import draw_again

    context = get_script_run_ctx()
    assert context is not None
    assert context.script_requests is not None
    runs = st.session_state.setdefault("runs", [])
    runs.append(context.page_script_hash)
    if len(runs) > 1:
        return
    context.script_requests.request_rerun(RerunData(page_script_hash="the link's page"))
    draw_again()


def test_a_link_that_is_followed_while_a_page_is_drawn_anew_is_not_lost() -> None:
    app = AppTest.from_function(_clicked_meanwhile).run()
    assert not app.exception
    assert app.session_state["runs"][1:] == ["the link's page"]


def test_pages_are_drawn_anew_in_one_way_only() -> None:
    files = Path(quoth.ui.__file__).parent.glob("*.py")
    assert [file.name for file in files if "st.rerun" in file.read_text()] == ["widgets.py"]
