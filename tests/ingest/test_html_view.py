from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import page_markup, read_document
from ingest.readers.html import read
from ingest.readers.html_view import letters, look, quiet_style
from quoth.config import IngestConfig
from quoth.errors import LimitError
from tests.generation.injections import ALL

if TYPE_CHECKING:
    from pathlib import Path

    from quoth.datatypes import PageMarkup

CONFIG = IngestConfig()
PAGE = """<html><head><title>Kettles</title><style>b { color: #c00 }</style></head><body>
<nav>two years ago</nav>
<h1>Kettles</h1>
<p style="text-align: center">The warranty lasts <b>two</b> years. Keep the receipt.</p>
<p style="display:none">two years in hiding</p>
<table><tr><th>Model</th><th>Watts</th></tr><tr><td>Borealis</td><td>2200</td></tr></table>
<ul><li>It boils.<li>It whistles.</ul><p>two years</p></body></html>"""
EMPTY = "<p>Nothing.</p>"


def shown(markup: str, *quotes: str) -> PageMarkup:
    """The page with the first place of each quote in the reader's text marked."""
    text = read(markup.encode(), "a.html", CONFIG).text
    return look(markup, "a.html", text, [(text.index(q), text.index(q) + len(q)) for q in quotes])


def marked(page: PageMarkup) -> list[str]:
    return re.findall("<mark[^>]*>(.*?)</mark>", page.markup, re.DOTALL)


def test_a_page_keeps_its_own_look() -> None:
    page = shown(PAGE).markup
    assert "<style>b { color: #c00 }</style>" in page
    assert '<p style="text-align: center">' in page
    assert "<td>2200</td>" in page
    assert "two years ago" in page, "navigation is part of how it looks"


def test_a_quote_is_marked_over_elements_cells_and_items() -> None:
    assert marked(shown(PAGE, "lasts two years.")) == ["lasts ", "two", " years."]
    assert marked(shown(PAGE, "| Borealis | 2200 |")) == ["Borealis", "2200"]
    assert marked(shown(PAGE, "- It boils.\n- It wh")) == ["It boils.", "It wh"]


def test_where_a_text_stands_twice_the_one_that_was_quoted_is_marked() -> None:
    page = shown(PAGE, "two years. Keep")
    text = read(PAGE.encode(), "a.html", CONFIG).text
    last = look(PAGE, "a.html", text, [(text.rindex("two years"), len(text))])
    assert marked(page) == ["two", " years. Keep"]
    assert marked(last) == ["two years"]
    assert last.markup.index("<mark") > last.markup.index("whistles")


def test_only_the_first_mark_is_scrolled_to_and_the_page_cannot_pretend_to_be_it() -> None:
    markup = f'<p id="quote" class="quoth-quote">Before.</p>{PAGE}'
    page = shown(markup, "lasts two years.").markup
    assert page.count('id="quote"') == 1
    assert re.search(r'<mark[^>]*id="quote"[^>]*>lasts ', page)
    assert "<p>Before." in page


def test_what_is_not_on_the_page_is_said_not_to_be() -> None:
    page = look(EMPTY, "a.html", "Nothing. Else.", [(0, 8), (9, 14), (0, 0)])
    assert page.found == (True, False, False)


class _Harmless(HTMLParser):
    """Fails at anything that runs, loads, leads away or sends."""

    def __init__(self) -> None:
        super().__init__()
        self.policies: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        forbidden = {"script", "iframe", "object", "embed", "link", "base", "form", "input", "svg"}
        assert tag not in forbidden | {"video", "audio", "source", "math", "frame", "area"}
        if tag == "meta":
            assert dict(attrs).keys() <= {"charset", "http-equiv", "content"}
            self.policies += [str(value) for name, value in attrs if name == "http-equiv"]
            return
        for name, value in attrs:
            assert not name.startswith("on")
            assert name not in {"href", "srcset", "action", "background", "poster", "srcdoc"}
            assert name != "src" or str(value).startswith("data:image/png;base64,")
            assert name != "style" or "url" not in str(value)


def check_harmless(page: str) -> None:
    reader = _Harmless()
    reader.feed(page)
    reader.close()
    styles = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    assert not any(re.search(r"(?i)url\(|@import|@font-face|image-set\(|\\", s) for s in styles)
    assert reader.policies == ["Content-Security-Policy"]


HOSTILE = (
    '<img src=http://evil.example/a.png srcset="http://evil.example/b.png 2x" alt="A">',
    "<img src=x onerror=alert(1)><a href=http://evil.example>x</a><a href=javascript:alert(1)>y</a>",
    '<link rel=stylesheet href="http://evil.example/c.css"><base href="http://evil.example/">',
    "<meta http-equiv=refresh content='0;url=http://evil.example'>",
    "<style>@import 'http://evil.example/a.css'; p{background:URL ( http://evil.example/d.png)}</style>",
    "<style>p{background:u\\72l(http://evil.example)} @\\69mport 'http://evil.example'; </style>",
    "<style>p{background:u/**/rl(//evil.example)} @im@import;port '//evil.example'</style>",
    "<svg><style>&lt;/style>&lt;script>alert(1)&lt;/script></style><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<div style='background:url(http://evil.example/e.png)'>x</div><td background=//evil.example>",
    "<form action=http://evil.example><input name=a><button>Send</button></form>",
    "<iframe src=http://evil.example></iframe><object data=//evil.example></object><embed src=//e>",
    "<video poster=//evil.example src=//evil.example><source src=//evil.example></video>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'><img src='data:image/png;base64,AAAA'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript><template><b>t</template>",
    "</body></html><script>alert(1)</script><!--><script>alert(1)</script>-->",
)


@pytest.mark.parametrize("markup", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_page_runs_nothing_and_asks_nobody(markup: str) -> None:
    check_harmless(shown(f"<p>The warranty.</p>{markup}", "warranty").markup)


@pytest.mark.parametrize("text", ALL, ids=range(len(ALL)))
def test_nor_does_one_with_an_injected_text(text: str) -> None:
    check_harmless(look(f"<p>Said</p>{text}", "a.html", "Said", [(0, 4)]).markup)


def test_pictures_inside_the_page_are_kept() -> None:
    page = shown("<p>A</p><img src='data:image/png;base64,AAAA'><img alt='Far' src=far.png>").markup
    assert '<img src="data:image/png;base64,AAAA">' in page
    assert '<img alt="Far">' in page


@given(st.text(r"ul({@import\/*;}-:'\" <s>" + "r", max_size=60))
def test_no_style_loads_or_ends_its_element(style: str) -> None:
    quiet = quiet_style(style).lower()
    assert not re.search(r"url\s*\(|@import|</|\\", quiet)


TREE = st.recursive(
    st.text("ab 1.&|-", min_size=1, max_size=8).map(lambda t: t.replace("&", "&amp;")),
    lambda inner: st.tuples(
        st.sampled_from(("p", "b", "div", "li", "td", "h2", "pre", "nav", "span")),
        st.lists(inner, max_size=3),
    ).map(lambda pair: f"<{pair[0]}>{''.join(pair[1])}</{pair[0]}>"),
    max_leaves=12,
)


@given(TREE, st.data())
def test_what_is_marked_has_the_letters_that_were_quoted(inner: str, data: st.DataObject) -> None:
    markup = f"<p>first</p>{inner}"
    text = read(markup.encode(), "a.html", CONFIG).text
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, len(text)))
    page = look(markup, "a.html", text, [(start, end)])
    assert page.found == (bool(letters(text[start:end])),)
    assert letters("".join(marked(page)).replace("&amp;", "")) == letters(text[start:end])


def test_a_page_too_deep_or_too_large_is_left_to_its_text() -> None:
    with pytest.raises(LimitError, match="read its text"):
        look("<div>" * 5000 + "x", "a.html", "x", [])
    with pytest.raises(LimitError, match="read its text"):
        look("<p>" + "word " * 2_000_000, "a.html", "x", [])


def test_a_saved_page_is_shown_too(tmp_path: Path) -> None:
    path = tmp_path / "a.mhtml"
    path.write_bytes(
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
        b"Content-Type: text/html; charset=iso-8859-1\r\n\r\n<p>Caf\xe9 hours</p>\r\n--x--\r\n"
    )
    document = read_document(path, CONFIG)
    page = page_markup(path, document.pages[0], document.media_type, CONFIG, spans=[(0, 4)])
    assert marked(page) == ["Café"]
