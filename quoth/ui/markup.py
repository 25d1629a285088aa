"""Text of documents, models and people becomes harmless markup here, and nowhere else.

Two borders: `element` and `picture` for HTML, and `plain` for Streamlit's Markdown. Knows nothing of ours.
"""

from __future__ import annotations

import base64
import html
import re

_WORD_JOINER = "\u2060"
_PNG = b"\x89PNG\r\n\x1a\n"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Links, e-mail addresses, :emoji: and :icon: are also looked for after escapes are resolved.
_AUTOMATIC = re.compile(
    r"(?i)(?<=http)(?=s?://)|(?<=www)(?=\.)|(?<=@)|(?<=:)(?=[\w+-])|(?<=[-<>=!])(?=[-<>=])"
)
_TAGS = frozenset(
    (
        "a",
        "b",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "h2",
        "li",
        "mark",
        "ol",
        "p",
        "section",
        "small",
        "span",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    )
)


class Html(str):
    """Markup that `element` made. Any other string is text."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str) -> Html:
    """An HTML element. Children that are not Html, and all attributes, are escaped.

    `class_` is written `class`, `aria_label` `aria-label`. Raises ValueError for a tag that is
    not among the known ones, an event handler, or a link that leaves the page.
    """
    if tag not in _TAGS:
        raise ValueError(f"no such element here: {tag}")
    written = "".join(_attribute(name, value) for name, value in attributes.items())
    return Html(f"<{tag}{written}>{join(*children)}</{tag}>")


def picture(png: bytes, alternative: str, **attributes: str) -> Html:
    """An image that is itself in the page; `alternative` says what it shows. Only PNG is taken."""
    if not png.startswith(_PNG):
        raise ValueError("only a PNG can be shown")
    source = f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
    others = "".join(_attribute(name, value) for name, value in attributes.items())
    return Html(f'<img src="{source}"{_attribute("alt", alternative)}{others}>')


def join(*children: str) -> Html:
    """The children one after the other; those that are not Html are escaped."""
    return Html(
        "".join(child if isinstance(child, Html) else html.escape(child) for child in children)
    )


def quote_number(number: int) -> Html:
    """What ends marked words: the number they are cited as, nothing for the 0 of what is not cited."""
    return element("sup", str(number)) if number else Html()


def plain(text: str) -> str:
    """One line of Markdown that shows `text` as it is: no markup, link, image, emoji or formula.

    White space is collapsed. Invisible word joiners (U+2060) keep Streamlit from finding links,
    emoji and arrows in the finished text, where a backslash does not.
    """
    one_line = " ".join(text.split())
    joined = _AUTOMATIC.sub(_WORD_JOINER, one_line)
    return _PUNCTUATION.sub(r"\\\1", joined)


def _attribute(name: str, value: str) -> str:
    name = name.rstrip("_").replace("_", "-")
    if name.startswith("on") or name in {"src", "srcset", "formaction"}:
        raise ValueError(f"no such attribute here: {name}")
    if name == "href" and not value.startswith("#"):
        raise ValueError("a link may not leave the page")
    return f' {name}="{html.escape(value)}"'
