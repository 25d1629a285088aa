"""Lets a click on a citation's number open its quote: markup of ours cannot call Python by itself.

Where its script does not run the number is still a link to the source below the answer. Knows
Streamlit, and nothing of documents: the script gets none of their text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable

_KEY = "citation-clicks"
_SCRIPT = """
export default function ({ setTriggerValue }) {
  const open = (event) => {
    const link = event.target.closest && event.target.closest("a.q-cite");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    setTriggerValue("cited", link.hash.slice(1));
  };
  document.addEventListener("click", open);
  return () => document.removeEventListener("click", open);
}
"""


def listen(open_citation: Callable[[int, int], None]) -> None:
    """Call `open_citation` with a turn's and a quote's number before the next run after a click."""

    def clicked() -> None:
        kind, _, rest = str(st.session_state[_KEY].cited or "").partition("-")
        turn, _, number = rest.partition("-")
        if kind == "source" and turn.isdecimal() and number.isdecimal():
            open_citation(int(turn), int(number))

    component = st.components.v2.component("quoth_citation_clicks", js=_SCRIPT)
    with st.container(key="citation-listener"):
        component(key=_KEY, on_cited_change=clicked)
