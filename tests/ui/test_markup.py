from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quoth.ui.markup import Html, element, join, plain

HOSTILE = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "![x](http://evil.example/a.png)",
    '"><svg onload=alert(1)>',
    "</div></details><h1>taken over</h1>",
    "&lt;b&gt;",
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def _read(markup: str) -> _Reader:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_children_and_attributes(text: str) -> None:
    read = _read(element("div", element("b", text), title=text))
    assert read.tags == ["div", "b"]
    assert read.text == text
    assert read.attributes == {"title": text}


@settings(deadline=None)
@given(st.text())
def test_any_text_comes_back_as_the_only_content_of_its_element(text: str) -> None:
    read = _read(element("p", text))
    assert read.tags == ["p"]
    # A parser drops or replaces what HTML cannot hold; compare the rest.
    assert read.text.replace("\r", "\n") == text.replace("\r", "\n")


def test_only_what_element_made_counts_as_markup() -> None:
    made = element("b", "1 < 2")
    assert made == "<b>1 &lt; 2</b>"
    assert join(made, "<b>") == "<b>1 &lt; 2</b>&lt;b&gt;"
    assert not isinstance(made + made, Html), "pasted strings are text again"


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ("script", {}),
        ("img", {}),
        ("iframe", {}),
        ("a", {"href": "http://evil.example"}),
        ("a", {"href": "javascript:alert(1)"}),
        ("b", {"onclick": "alert(1)"}),
        ("b", {"src": "http://evil.example"}),
    ],
)
def test_markup_that_could_act_or_leave_the_page_is_refused(
    tag: str, attributes: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=r"here|leave the page"):
        element(tag, **attributes)


@settings(deadline=None)
@given(st.text())
def test_plain_escapes_every_mark_that_markdown_reads(text: str) -> None:
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(plain(text))
    inline = [child for token in tokens for child in token.children or ()]
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    assert {token.type for token in inline} <= {"text", "text_special"}


@settings(deadline=None)
@given(st.text(alphabet="ab .,:@/-<>=_*[]()!`#$&"))
def test_plain_shows_the_same_characters(text: str) -> None:
    from markdown_it import MarkdownIt

    tokens = MarkdownIt().parse(plain(text))
    shown = "".join(child.content for token in tokens for child in token.children or ())
    assert shown.replace("\u2060", "") == " ".join(text.split())
