"""A page's text as it was written: nothing of it is lost, and quotes are marked wherever they lie."""

from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from quoth.ui.laid_out import MarkedText, blocks

PAGE = """# Kettles

The **Borealis** kettle; see `quoth ask`.

- It boils.
  - Within reason & <b>safely</b>.
12. It whistles.

| Model | Watts |
|---|--:|
| Borealis | 2200 |

```
boil(water)
```
The end"""


def laid(text: str, quote: str = "", headings: dict[int, int] | None = None) -> str:
    start = text.index(quote) if quote else 0
    marks = ((start, start + len(quote), 7),) if quote else ()
    return "".join(block for _, block in blocks(MarkedText(text, marks), headings or {}))


def test_headings_lists_tables_and_code_look_like_it() -> None:
    shown = laid(PAGE, headings={0: 1})
    assert '<div class="q-h q-h1">Kettles</div>' in shown
    assert 'The <b>Borealis</b> kettle; see <span class="q-code">quoth ask</span>.' in shown
    assert '<span class="q-bullet">•</span><span>It boils.</span>' in shown
    assert 'style="margin-left:1.2rem"' in shown
    assert '<span class="q-bullet">12.</span><span>It whistles.</span>' in shown
    assert "<tr><th>Model</th><th>Watts</th></tr><tr><td>Borealis</td><td>2200</td></tr>" in shown
    assert '<div class="q-code q-code-block">boil(water)</div>' in shown
    assert "&lt;b&gt;safely&lt;/b&gt;" in shown


def test_a_quote_is_marked_in_a_cell_across_bold_words_and_over_lines() -> None:
    assert "<td><mark>2200<sup>7</sup></mark></td>" in laid(PAGE, "2200")
    shown = laid(PAGE, "The **Borealis** kettle")
    assert "<mark>The </mark><b><mark>Borealis</mark></b><mark> kettle<sup>7</sup></mark>" in shown
    shown = laid(PAGE, "It boils.\n  - Within")
    assert "<mark>It boils.</mark>" in shown
    assert "<mark>Within<sup>7</sup></mark> reason" in shown


def test_a_heading_is_what_the_reader_says_and_no_line_of_hashes() -> None:
    assert "q-h" not in laid("# not a heading")
    assert '<div class="q-h q-h3">Deep</div>' in laid("x\nDeep", headings={2: 5})


def test_code_that_never_ends_ends_with_the_page() -> None:
    assert '<div class="q-code q-code-block">a\nb</div>' in laid("```\na\nb")
    assert "q-code-block" in laid("```")


TEXT = st.text("ab1 \n|-#*.<&\\", max_size=120)


@given(TEXT, st.lists(st.tuples(st.integers(0, 120), st.integers(1, 20)), max_size=3), st.data())
def test_no_letter_is_lost_or_moved(
    text: str, spans: list[tuple[int, int]], data: st.DataObject
) -> None:
    marks: list[tuple[int, int, int]] = []
    for start, length in sorted(spans):
        begin = max(start, marks[-1][1] if marks else 0)
        if begin < min(start + length, len(text)):
            marks.append((begin, min(start + length, len(text)), len(marks) + 1))
    heading = data.draw(st.integers(0, max(len(text) - 1, 0)))
    shown = "".join(b for _, b in blocks(MarkedText(text, tuple(marks)), {heading: 1}))
    plain = html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<sup>\d+</sup>", "", shown)))
    assert re.sub(r"[^ab1]", "", plain) == re.sub(r"[^ab1]", "", text)
    marked = "".join(html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<sup>\d+</sup>", "", inner)))
                     for inner in re.findall(r"<mark>(.*?)</mark>", shown, re.DOTALL))  # fmt: skip
    # A number before an item is its sign, and signs are not marked.
    quoted = "".join(text[start:end] for start, end, _ in marks)
    assert re.sub(r"[^ab]", "", marked) == re.sub(r"[^ab]", "", quoted)
