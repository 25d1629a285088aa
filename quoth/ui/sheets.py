"""A page's picture in a frame of its own, with what lies on it; knows markup, no Streamlit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quoth.ui import texts
from quoth.ui.markup import Html, element, picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import Page


def sheet(png: bytes, words: str, *upon: Html, top: float | None = None) -> Html:
    """The picture, which `words` tell, in a frame that opens where `top` in [0, 1] is."""
    here = "" if top is None else element("span", class_="q-here", style=f"top:{100 * top:.2f}%")
    paper = element("div", picture(png, words), here, *upon, class_="q-paper")
    return element(
        "div", paper, class_="q-sheet", tabindex="0", role="group", aria_label=texts.PICTURE_FRAME
    )


def alternative(page: Page, name: str, marked: Sequence[str]) -> str:
    """What the picture shows, in words, for those who don't see it."""
    shown = texts.PICTURE_OF.format(page=page.number, name=name)
    quoted = ", ".join(f"“{' '.join(text.split())}”" for text in marked)
    return texts.PICTURE_MARKED.format(shown, quoted) if marked else shown
