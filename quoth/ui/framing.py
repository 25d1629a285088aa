"""Shows a web page of somebody else's in a frame that runs nothing and knows nothing of this page.

That the markup is harmless is `Quoth.page_markup`'s business, and the frame's a second time: a
sandbox without any permission, filled from the browser's own memory. Knows Streamlit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from quoth.errors import DamagedFileError, LimitError, QuothError

if TYPE_CHECKING:
    from quoth.datatypes import Page, PageMarkup
    from quoth.engine import Quoth
    from quoth.ui.pictures import Spans

_KEPT = 16  # pages, of some hundred kilobytes each
_SECONDS = 3600

_STYLE = """
iframe {
  display: block; width: 100%; border: 1px solid #8a8f94; border-radius: .6rem; background: #fff;
  height: min(66vh, max(18rem, 100vh - 26rem)); box-sizing: border-box;
}
iframe:focus-visible { outline: 2px solid #17655f; outline-offset: 2px; }
@media (max-width: 640px) { iframe { height: calc(100vh - 16rem); } }
"""
# The address ends in the name of the quote, so that the browser itself scrolls there.
_SCRIPT = """
export default function ({ data, parentElement }) {
  if (parentElement.shownMarkup === data.markup) return; // a re-run keeps the place one reads at
  parentElement.shownMarkup = data.markup;
  const address = URL.createObjectURL(new Blob([data.markup], { type: "text/html;charset=utf-8" }));
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "");
  frame.setAttribute("referrerpolicy", "no-referrer");
  frame.title = data.title;
  frame.src = address + "#quote";
  frame.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
  parentElement.querySelectorAll("iframe").forEach((old) => old.remove());
  parentElement.appendChild(frame);
}
"""


def markup(quoth: Quoth, document_id: str, page: Page, marked: Spans) -> PageMarkup:
    """The page's markup with the spans marked, kept so that a re-run reads no file again.

    Raises what `Quoth.page_markup` raises.
    """
    made = _made(str(quoth.path.absolute()), document_id, page.number, marked, quoth)
    if isinstance(made, QuothError):
        raise made
    return made


# The engine is no part of the key, its library is: no library is shown another's pages.
@st.cache_data(max_entries=_KEPT, ttl=_SECONDS, show_spinner=False)
def _made(
    library: str, document_id: str, page: int, marked: Spans, _quoth: Quoth
) -> PageMarkup | DamagedFileError | LimitError:
    del library
    try:
        return _quoth.page_markup(document_id, page, spans=marked)
    except (DamagedFileError, LimitError) as error:
        return error  # it fails each time


def show_frame(shown: PageMarkup, title: str) -> None:
    """Show the page, scrolled to its first mark."""
    component = st.components.v2.component("quoth_frame", css=_STYLE, js=_SCRIPT)
    component(key="reader-frame", data={"markup": shown.markup, "title": title})
