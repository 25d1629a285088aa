from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.html import parse_html
from ingest.readers.html_view import letters, look
from ingest.text_markup import laid_out
from quoth.datatypes import Heading
from tests.generation.injections import ALL
from tests.ingest.test_html_view import HOSTILE, check_harmless

TEXT = """Plans

The pier is closed.
It opens in May.

- Rope
  - Blue rope
2. Paint

| Pier | Metres |
| --- | --- |
| North | 12 |
"""


def seen(text: str, *headings: Heading) -> str:
    """What is inside the page's body, without the look."""
    return laid_out(text, headings).split("</style>", 1)[1]


def test_a_text_has_its_headings_paragraphs_lists_and_tables() -> None:
    made = seen(TEXT, Heading(0, 1, "Plans"))
    assert "<h1>Plans</h1><p>The pier is closed.\nIt opens in May.</p>" in made
    assert "<ul><li" in made
    assert re.findall(r"margin-left:([\d.]+)rem", made) == ["0.0", "1.2", "0.0"]
    assert "<span>2.</span><span>Paint</span>" in made
    assert "<tr><th>Pier</th><th>Metres</th></tr><tr><td>North</td><td>12</td></tr>" in made


def test_a_title_that_the_text_does_not_spell_stands_above_it() -> None:
    made = seen("## Inner\n\nWords.\n", Heading(0, 2, "a.md"), Heading(0, 3, "Inner"))
    assert made.startswith('<div class="laid-out"><h2>a.md</h2><h3>Inner</h3><p>Words.</p>')


@given(st.text("ab1 \n|-*.<&#\\", max_size=80))
def test_no_letter_is_lost_or_moved_so_that_quotes_are_found(text: str) -> None:
    body = parse_html(f"<div>{seen(text)}</div>").body
    assert body is not None
    assert letters(body.text()) == letters(text)


def test_a_text_never_becomes_markup() -> None:
    hostile = "\n\n".join((*HOSTILE, *ALL))
    for text in (hostile, hostile.replace("\n\n", "\n- "), hostile.replace("\n\n", " |\n| ")):
        made = seen(text, Heading(0, 1, HOSTILE[0]))
        assert not re.search(r"<(?!/?(?:div|h1|p|ul|li|span|table|tr|td|th)\b)", made)
        check_harmless(look(laid_out(text), "a.rtf", text, []).markup)
