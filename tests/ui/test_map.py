"""The map page over an engine without models, and what its chart is made of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PIL.ImageColor import getrgb

from quoth.errors import EmbedderMismatchError
from quoth.ui import map_chart
from quoth.ui.map import central, cluster_table, facts
from tests.samples import HOSTILE, record
from tests.ui.contrast import contrast
from tests.ui.fake_engine import FakeQuoth
from tests.ui.test_pages import _page, _shown

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest


@pytest.fixture
def quoth(tmp_path: Path) -> FakeQuoth:
    return FakeQuoth(tmp_path, [record(), record("b/tea.txt", id="b")])


def laid_out(quoth: FakeQuoth) -> AppTest:
    """The page with the better map, which is there once a look has been taken at the quick one."""
    quoth.map(best=True)
    return _page("map", quoth)


def chart(app: AppTest) -> dict[str, object]:
    (drawn,) = app.get("vega_lite_chart")
    return json.loads(drawn.proto.spec)


def test_the_quick_map_is_there_while_the_better_one_is_made_once(quoth: FakeQuoth) -> None:
    app = _page("map", quoth)
    chart(app)
    while not quoth.mapped_best:
        app.run()
    app.run()
    assert "Topics" in _shown(app)
    assert quoth.mapped.count(True) == 1


def test_topics_are_told_in_words_sizes_and_documents(quoth: FakeQuoth) -> None:
    shown = _shown(laid_out(quoth))
    assert "1warranty, receipt2kettle.pdf (2)" in shown
    assert "2&lt;b&gt;repairs&lt;/b&gt;" in shown
    assert "4 passages of 7,000, chosen evenly." in shown


def test_an_empty_collection_has_no_map(tmp_path: Path) -> None:
    app = _page("map", FakeQuoth(tmp_path))
    assert "No documents yet." in _shown(app)
    assert not app.get("vega_lite_chart")


def test_a_question_and_its_hits_are_shown_and_found_once(quoth: FakeQuoth) -> None:
    app = laid_out(quoth)
    app.text_input(key="map-question").set_value("How long?").run()
    app.run()
    assert not app.exception
    assert quoth.located == ["How long?"]
    assert "What the question finds" in _shown(app)
    assert app.button(key="open-map-hit-1").label == "Read"


def test_a_question_that_cannot_be_searched_is_one_line(quoth: FakeQuoth) -> None:
    quoth.answers["q"] = EmbedderMismatchError("built with <b>another</b> embedder")
    app = laid_out(quoth)
    app.text_input(key="map-question").set_value("q").run()
    assert [error.value for error in app.error] == ["built with \\<b\\>another\\<\\/b\\> embedder"]
    chart(app)


def test_a_topic_is_read_without_the_picture(quoth: FakeQuoth) -> None:
    app = laid_out(quoth)
    app.selectbox(key="map-cluster").select_index(0).run()
    app.button(key="open-map-cluster-1").click().run()
    assert not app.exception
    assert "Page 1 of 2" in _shown(app)


def test_colours_are_topics_or_documents(quoth: FakeQuoth) -> None:
    app = laid_out(quoth)
    assert "tea.txt 2" not in _shown(app)
    app.segmented_control(key="map-colours").set_value("Document").run()
    assert "kettle.pdf 2tea.txt 2" in _shown(app)


def test_texts_of_documents_are_data_of_the_chart_and_no_part_of_its_description(
    quoth: FakeQuoth,
) -> None:
    shown = quoth.map(best=True)
    groups, group_of = map_chart.by_cluster(shown)
    rows = map_chart.columns(shown, groups, group_of)
    assert HOSTILE[0][:60] in rows["text"][1]
    spec = json.dumps(map_chart.specification(4, theme="dark", marked=False))
    assert "evil" not in spec
    assert "href" not in spec
    assert "url" not in spec


def test_rows_are_spots_then_labels_hits_and_the_question(quoth: FakeQuoth) -> None:
    shown = quoth.map(best=True)
    groups, group_of = map_chart.by_document(shown.spots)
    rows = map_chart.columns(shown, groups, group_of, quoth.locate("q", shown))
    assert rows["kind"] == [*["chunk"] * 4, *["label"] * 2, "hit", "question"]
    assert rows["id"] == [0, 1, 2, 3, -1, -1, -1, -1]
    assert len({len(column) for column in rows.values()}) == 1
    assert rows["label"][4:7] == ["warranty · receipt", "<b>repairs</b> · " + HOSTILE[4][:30], "1"]


def test_many_documents_share_the_last_colour(tmp_path: Path) -> None:
    quoth = FakeQuoth(tmp_path, [record(f"{n}.txt", id=f"d{n}") for n in range(20)])
    groups, group_of = map_chart.by_document(quoth.map(best=True).spots)
    assert len(groups) == len(map_chart.PALETTE)
    assert groups[-1] == map_chart.Group("9 other documents", map_chart.OTHERS, 18)
    assert set(group_of) == set(range(len(groups)))


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    quoth = FakeQuoth(tmp_path, [record("a/x.txt", id="a"), record("b/x.txt", id="b")])
    groups, _ = map_chart.by_document(quoth.map(best=True).spots)
    assert [group.label for group in groups] == ["a/x.txt", "b/x.txt"]


def test_a_clusters_most_central_spots_come_first(quoth: FakeQuoth) -> None:
    spots = quoth.map(best=True).spots
    assert {spot.cluster for spot in central(spots, 1)} == {1}
    assert len(central(spots, 1, n=1)) == 1
    assert central(spots, 7) == []


def test_what_is_hostile_is_text_in_the_table(quoth: FakeQuoth) -> None:
    markup = cluster_table(quoth.map(best=True))
    assert "<b>repairs" not in markup
    assert "<script" not in markup


def test_a_whole_map_says_nothing_of_a_sample(quoth: FakeQuoth) -> None:
    from dataclasses import replace

    assert facts(replace(quoth.map(best=True), n_chunks=4)).startswith("4 passages. Laid out")


@pytest.mark.parametrize("paper", ["#fbfaf6", "#15181b"])
@pytest.mark.parametrize("colour", [*map_chart.PALETTE, map_chart.OTHERS])
def test_every_colour_stands_out_from_the_page(colour: str, paper: str) -> None:
    assert contrast(getrgb(colour), getrgb(paper)) >= 3
