from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.readers.html import read
from quoth.config import IngestConfig
from quoth.errors import NoTextError, UnsupportedFileError

if TYPE_CHECKING:
    from quoth.datatypes import Document

CONFIG = IngestConfig()


def document(html: str | bytes) -> Document:
    return read(html.encode() if isinstance(html, str) else html, "page.html", CONFIG)


def test_blocks_are_apart_and_inline_elements_are_not() -> None:
    html = "<body><p>One <b>bo</b>ld\n word.<div>Two<br>lines</div>Three<p>Four</body>"
    assert document(html).text == "One bold word.\n\nTwo\nlines\n\nThree\n\nFour\n"


def test_headings_have_levels_and_offsets() -> None:
    found = document("<h1>A <i>title</i></h1><p>x</p><section><h3>Sub</h3>y</section>")
    assert [(h.level, h.text) for h in found.headings] == [(1, "A title"), (3, "Sub")]
    assert all(found.text.startswith(h.text, h.start) for h in found.headings)
    assert found.title == "A title"


def test_title_language_and_metadata_are_the_pages_own() -> None:
    found = document(
        '<html lang="pt-BR"><head><title> The\n page </title><meta name="author" content="Ada">'
        "</head><body>x</body></html>"
    )
    assert (found.title, found.language, found.metadata) == (
        "The page",
        "pt",
        found.metadata | {"author": "Ada"},
    )


def test_what_is_not_text_is_dropped() -> None:
    html = (
        "<body><style>p{}</style><script>alert(1)</script><noscript>no</noscript><template>t</template>"
        "<nav>Home</nav><p hidden>h</p><p style='Display : none'>d</p><!-- c --><p>kept</p>"
    )
    assert document(html).text == "kept\n"


def test_a_page_that_is_all_navigation_keeps_it() -> None:
    assert document("<nav><a>Home</a></nav>").text == "Home\n"


def test_lists_are_marked_and_nested() -> None:
    html = "<ul><li>one<li><p>two</p><ol><li>deep</ol></ul><p>after"
    assert document(html).text == "- one\n- two\n  - deep\n\nafter\n"


def test_tables_of_data_are_markdown_and_tables_of_layout_are_not() -> None:
    data = "<table><tr><th>Year<th>Sales<tr><td>2023<td>7</table>"
    assert document(data).text == "| Year | Sales |\n| --- | --- |\n| 2023 | 7 |\n"
    assert document(f"<table><tr><td>{data}<td>aside</table>").text == (
        "| Year | Sales |\n| --- | --- |\n| 2023 | 7 |\n\naside\n"
    )


def test_preformatted_text_keeps_its_lines() -> None:
    assert document("<pre>\n  a\n    b\n</pre>").text == "  a\n    b\n"


@pytest.mark.parametrize(
    "data",
    [
        '<meta charset="windows-1252"><p>café – "naïve"'.encode("cp1252"),
        '<?xml version="1.0" encoding="iso-8859-1"?><html><p>café – "naïve"'.replace(
            "–", "&ndash;"
        ).encode("latin-1"),
        '<p>café – "naïve"'.encode(),
        '<p>café – "naïve"'.encode("utf-16"),
        '<meta charset="utf-8"><p>café – "naïve"'.encode("utf-8-sig"),
        '<meta charset="no-such"><p>café – "naïve"'.encode(),
    ],
)
def test_the_encoding_is_found(data: bytes) -> None:
    assert document(data).text == 'café – "naïve"\n'


def test_nesting_deeper_than_pythons_stack_is_read() -> None:
    assert "deep" in document("<div>" * 20_000 + "deep").text


def test_no_text_and_no_html_are_told_apart() -> None:
    with pytest.raises(NoTextError):
        document("<html><script>x</script></html>")
    with pytest.raises(UnsupportedFileError):
        document(bytes(range(256)) * 10)
