"""The reader: a page's picture with highlights, drawn once, and the text where there is none."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from streamlit.testing.v1 import AppTest

from quoth.datatypes import Box, Page, PageView, Quote
from quoth.errors import DamagedFileError, LimitError, MissingFileError
from quoth.ui.citations import sources
from quoth.ui.highlighting import EDGE, OPACITY, YELLOW, highlighted
from quoth.ui.markup import picture
from quoth.ui.pictures import spans
from quoth.ui.reader import place_of
from tests.samples import PAGE_1, answer, quote, record
from tests.ui import fake_engine
from tests.ui.contrast import contrast
from tests.ui.fake_engine import FakeQuoth, drawn
from tests.ui.test_pages import _ask, _button, _markup, _page, _shown

if TYPE_CHECKING:
    from pathlib import Path

BLANK = PageView(drawn(0), 400, 500)
COORDINATES = st.floats(0, 380)


def decoded(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def changed(before: bytes, after: bytes) -> tuple[int, int, int, int] | None:
    return ImageChops.difference(decoded(before), decoded(after)).getbbox()


def shown_png(app: AppTest) -> bytes:
    found = re.search(r'src="data:image/png;base64,([^"]+)"', _markup(app))
    assert found
    return base64.b64decode(found[1])


def _reader_script(quoth: object, source: object) -> None:
    from quoth.ui import reader

    reader.show_document(quoth, source)


def reader(quoth: FakeQuoth) -> AppTest:
    """The reader on the page itself: the test runner closes a dialog at each re-run."""
    source = sources(answer())[0]
    app = AppTest.from_function(_reader_script, args=(quoth, source), default_timeout=20).run()
    assert not app.exception
    return app


def cited(quoth: FakeQuoth, position: int = 0) -> AppTest:
    """The reader, opened at the first page's quote or the second's."""
    app = _ask(_page("chat", quoth), "How long is the warranty?")
    app.button(key=f"source-1-open-{position}").click().run()
    assert not app.exception
    return app


@settings(deadline=None, max_examples=30)
@given(COORDINATES, COORDINATES, st.floats(1, 20), st.floats(1, 20))
def test_only_the_boxes_and_their_outline_change(x: float, y: float, w: float, h: float) -> None:
    box = Box(x, y, x + w, y + h)
    after = changed(BLANK.png, highlighted(BLANK, [box]))
    assert after is not None
    for found, wanted in zip(after, (box.left, box.top, box.right, box.bottom), strict=True):
        assert abs(found / 2 - wanted) <= 4  # points: the room around, the outline, rounding


def test_without_boxes_the_picture_is_left_alone() -> None:
    assert highlighted(BLANK, ()) is BLANK.png


def test_where_boxes_overlap_nothing_is_darker() -> None:
    overlapping = [Box(50, 300, 150, 320), Box(100, 310, 200, 330)]
    picture = decoded(highlighted(BLANK, overlapping))
    assert picture.getpixel((120 * 2, 315 * 2)) == picture.getpixel((60 * 2, 310 * 2))


@pytest.mark.parametrize(
    ("ink", "paper", "least"),
    [("black", "white", 15), ("#595959", "white", 5), ("white", "black", 7)],
)
def test_text_under_the_stroke_stays_readable_and_the_stroke_visible(
    ink: str, paper: str, least: float
) -> None:
    sheet = Image.new("RGB", (200, 200), paper)
    sheet.paste(Image.new("RGB", (20, 20), ink), (90, 90))
    png = io.BytesIO()
    sheet.save(png, "PNG")
    seen = decoded(highlighted(PageView(png.getvalue(), 200, 200), [Box(50, 50, 150, 150)]))
    letter, under, beside = (seen.getpixel(at) for at in ((100, 100), (60, 60), (10, 10)))
    assert contrast(letter, under) > least
    assert under != beside
    assert contrast(EDGE, beside) > 3
    assert EDGE in [seen.getpixel((x, 100)) for x in range(44, 50)]
    assert 0 < OPACITY < 1
    assert YELLOW[0] > YELLOW[1] > YELLOW[2]


def test_quotes_are_cut_to_their_page_sorted_and_joined() -> None:
    page = Page(2, "x" * 100, 50)

    def marked(*ranges: tuple[int, int]) -> tuple[tuple[int, int], ...]:
        return spans(page, [Quote("d", "s", 2, a, b, "") for a, b in ranges])

    assert marked((10, 60)) == ((50, 60),)
    assert marked((140, 190), (70, 80)) == ((70, 80), (140, 150))
    assert marked((60, 80), (70, 90), (90, 95)) == ((60, 95),)
    assert marked((0, 50), (150, 160)) == ()


def test_a_label_is_told_where_it_differs_from_the_number() -> None:
    assert place_of(Page(3, "", 0, "iii"), 9) == "Page 3 of 9, labelled iii"
    assert place_of(Page(3, "", 0, "3"), 9) == "Page 3 of 9"


def test_only_a_png_becomes_an_image_and_its_words_are_escaped() -> None:
    with pytest.raises(ValueError, match="PNG"):
        picture(b"<svg onload=alert(1)>", "x")
    assert 'alt="&quot;&gt;&lt;script&gt;"' in picture(BLANK.png, '"><script>')


def test_a_citation_opens_the_page_as_it_looks_with_its_quote_highlighted(
    quoth: FakeQuoth,
) -> None:
    app = cited(quoth)
    where = changed(drawn(1), shown_png(app))
    assert where is not None
    assert where[1] // 2 in range(90, 100)
    assert where[3] // 2 in range(110, 118)
    warranty = quote("The warranty lasts two years")
    assert quoth.viewed == [("d0c", 1, ((warranty.start, warranty.end),))]
    assert "highlighted: “The warranty lasts two years”" in _markup(app)
    assert "top:19.60%" in _markup(app), "the frame opens at the highlight"


def test_a_page_is_drawn_once(quoth: FakeQuoth) -> None:
    app = reader(quoth)
    app.run()
    assert len(quoth.viewed) == 1
    app.button(key="reader-next").click().run()
    app.button(key="reader-previous").click().run()
    assert [page for _, page, _ in quoth.viewed] == [1, 2]


def test_the_highlight_stays_on_its_own_page(quoth: FakeQuoth) -> None:
    app = reader(quoth)
    app.button(key="reader-next").click().run()
    assert shown_png(app) == drawn(2)
    assert "Page 2 of 2" in _shown(app)
    assert app.button(key="reader-next").disabled


def test_two_libraries_do_not_see_each_others_pages(tmp_path: Path) -> None:
    one, two = (FakeQuoth(tmp_path / name, [record()]) for name in ("one", "two"))
    cited(one)
    cited(two)
    assert len(two.viewed) == 1


def test_quotes_that_lie_apart_are_both_highlighted(quoth: FakeQuoth) -> None:
    first, second = quote("The warranty lasts two years"), quote("Keep the receipt.")
    sentence = replace(answer().sentences[0], quotes=(first, second))
    quoth.answers["q"] = answer(sentences=(sentence,))
    app = _ask(_page("chat", quoth), "q")
    app.button(key="source-1-open-0").click().run()
    assert [spans for _, _, spans in quoth.viewed] == [
        tuple((q.start, q.end) for q in (first, second))
    ]


def test_text_is_one_press_away(quoth: FakeQuoth) -> None:
    app = reader(quoth)
    app.segmented_control[0].set_value("Text").run()
    assert not app.exception
    assert "<mark>The warranty lasts two years<sup>1</sup></mark>" in _markup(app)
    assert "<img" not in _markup(app)


def test_a_file_that_is_gone_leaves_the_text_and_a_line_that_says_so(quoth: FakeQuoth) -> None:
    quoth.fail_view = MissingFileError("<b>kettle.pdf</b> is gone; ingest it again")
    app = cited(quoth)
    assert "can&#x27;t be shown as it looks: &lt;b&gt;kettle.pdf" in _shown(app)
    assert PAGE_1.split(". ", maxsplit=1)[0] in _shown(app)
    quoth.fail_view = None
    app.button(key="source-1-open-0").click().run()
    assert "<img" in _markup(app), "a file that is there again is shown again"


def test_a_page_that_fails_each_time_is_not_tried_again(quoth: FakeQuoth) -> None:
    quoth.fail_view = DamagedFileError("page 1 can't be shown; it is damaged")
    app = cited(quoth)
    app.button(key="source-1-open-0").click().run()
    assert "it is damaged" in _shown(app)
    assert len(quoth.viewed) == 1


def test_other_formats_say_why_they_have_no_picture(
    quoth: FakeQuoth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        fake_engine, "DOCUMENT", replace(fake_engine.DOCUMENT, media_type="text/x-rst")
    )
    app = _page("documents", quoth)
    _button(app, "Read").click().run()
    assert "Pages of this format are not shown as they look." in _shown(app)
    assert "Keep the receipt." in _shown(app)
    assert quoth.viewed == []


def test_a_web_page_is_shown_in_a_frame_once_and_text_is_one_press_away(
    quoth: FakeQuoth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        fake_engine, "DOCUMENT", replace(fake_engine.DOCUMENT, media_type="text/html")
    )
    app = reader(quoth)
    (frame,) = app.get("bidi_component")
    assert "As it <mark>looks</mark>" in str(frame.proto)
    warranty = quote("The warranty lasts two years")
    app.run()
    assert quoth.viewed == [("d0c", 1, ((warranty.start, warranty.end),))]
    app.segmented_control[0].set_value("Text").run()
    assert "<mark>The warranty lasts two years<sup>1</sup></mark>" in _markup(app)
    assert not app.get("bidi_component")


def test_a_web_page_that_cannot_be_shown_leaves_its_text(
    quoth: FakeQuoth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        fake_engine, "DOCUMENT", replace(fake_engine.DOCUMENT, media_type="text/html")
    )
    quoth.fail_view = LimitError("<b>a.html</b> is too large to be shown as it looks")
    app = reader(quoth)
    assert "&lt;b&gt;a.html&lt;/b&gt; is too large" in _shown(app)
    assert "Keep the receipt." in _shown(app)
    app.run()
    assert len(quoth.viewed) == 1
