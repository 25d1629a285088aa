"""How a document was cut, shown on its page: tints, numbers, and a list that tells of each chunk."""

from __future__ import annotations

import io
import re
from dataclasses import replace

from PIL import Image

from quoth.datatypes import Box, Page, PageView
from quoth.ui.chunk_view import labels, listing, on_page
from quoth.ui.highlighting import TINTS, tinted
from quoth.ui.pictures import Picture
from tests.samples import HOSTILE, PAGE_1, hit
from tests.ui.contrast import contrast
from tests.ui.fake_engine import FakeQuoth, drawn
from tests.ui.test_pages import _markup, _shown
from tests.ui.test_reader import reader

BLANK = PageView(drawn(0), 400, 500)


def colour(png: bytes, x: float, y: float) -> tuple[int, ...]:
    seen = Image.open(io.BytesIO(png)).convert("RGB").getpixel((round(2 * x), round(2 * y)))
    assert isinstance(seen, tuple)
    return seen


def test_neighbours_have_different_tints_that_leave_letters_readable() -> None:
    groups = [(Box(10, 20, 100, 40),), (), (Box(10, 60, 100, 80),), (Box(10, 100, 100, 120),)]
    png = tinted(BLANK, groups)
    first, third, fourth = (colour(png, 50, y) for y in (30, 70, 110))
    assert first == third != fourth
    assert colour(png, 200, 250) == (255, 255, 255)
    for tint in (first, fourth):
        assert contrast((0, 0, 0), tint) > 13
    for edge in TINTS:
        assert contrast(edge, (255, 255, 255)) > 3


def test_a_page_has_the_chunks_that_have_text_on_it() -> None:
    chunk = hit().chunk
    cut = [replace(chunk, start=start, end=end) for start, end in ((0, 50), (50, 110), (110, 130))]
    numbers = [number for number, _ in on_page(cut, Page(2, "x" * 60, 60))]
    assert numbers == [2, 3]
    assert [number for number, _ in on_page(cut, Page(1, "x" * 50, 0))] == [1]


def test_the_switch_shows_the_chunks_with_number_size_and_heading_path(quoth: FakeQuoth) -> None:
    app = reader(quoth)
    app.segmented_control[0].set_value("Chunks").run()
    assert not app.exception
    spans = quoth.viewed[-1][2]
    assert len(spans) == 2
    assert spans[0][1] == spans[1][0]
    shown = _shown(app)
    assert f"20 tokens, {spans[0][1]} characters · Kettle › &lt;script&gt;" in shown
    assert "1 of them goes on over the edge of this page." in shown
    assert "with its 2 chunks tinted in turn" in _markup(app)
    assert 'href="#chunk-1"' in _markup(app)
    assert 'id="chunk-2"' in _markup(app)
    app.button(key="reader-next").click().run()
    assert 'id="chunk-1"' not in _markup(app)
    app.button(key="reader-previous").click().run()
    assert quoth.cut == ["d0c"], "a document is cut once"
    assert len(quoth.viewed) == 3, "a page is drawn once"


def test_a_chunk_whose_place_is_not_known_is_in_the_list_alone() -> None:
    here = ((1, hit().chunk), (2, hit(2, 2).chunk))
    assert len(labels(here, Picture(b"", ((0.1, 0.2), None)))) == 1
    page = Page(1, PAGE_1, 0)
    assert listing(here, page).count("<details") == 2


def test_a_hostile_heading_stays_text() -> None:
    chunk = replace(hit().chunk, headings=(*HOSTILE, '"><script>'), text=HOSTILE[4])
    here = ((1, chunk),)
    drawn_all = "".join((*labels(here, Picture(b"", ((0.1, 0.2),))), listing(here, Page(1, "", 0))))
    assert "<script" not in drawn_all
    assert set(re.findall(r'href="([^"]*)"', drawn_all)) == {"#chunk-1"}
