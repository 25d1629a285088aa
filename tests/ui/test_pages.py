"""Each page over an engine without models, through Streamlit's own test runner."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from streamlit.testing.v1 import AppTest

from quoth.config import AnswerConfig, Example, GenerationConfig
from quoth.datatypes import Message, Sentence
from quoth.errors import ModelNotFoundError
from tests.samples import answer, record
from tests.ui.fake_engine import REFUSED, FakeQuoth

if TYPE_CHECKING:
    import pytest

APP = Path(__file__).parents[2] / "quoth" / "ui" / "script.py"


def _script(page: str, quoth: object) -> None:
    import importlib

    importlib.import_module(f"quoth.ui.{page}").show(quoth)


def _page(page: str, quoth: FakeQuoth) -> AppTest:
    app = AppTest.from_function(_script, args=(page, quoth), default_timeout=20).run()
    assert not app.exception
    return app


def _markup(app: AppTest) -> str:
    """All of the page's own markup, without the style sheet."""
    bodies = (block.proto.body for block in app.get("html"))
    return " ".join(body for body in bodies if not body.startswith("<style>"))


def _shown(app: AppTest) -> str:
    """The same without its tags."""
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", _markup(app)))


def _ask(app: AppTest, question: str) -> AppTest:
    app.chat_input(key="question").set_value(question).run()
    assert not app.exception
    return app


def _button(app: AppTest, label: str):  # noqa: ANN202
    return next(button for button in app.button if button.label == label)


def test_an_empty_library_is_a_welcome_with_ways_to_add_documents(tmp_path: Path) -> None:
    app = _page("chat", FakeQuoth(tmp_path))
    assert "Ask your own documents" in _shown(app)
    assert len(app.get("file_uploader")) == 1
    assert not app.chat_input


def test_an_answer_shows_its_citations_sources_and_figures(quoth: FakeQuoth) -> None:
    app = _ask(_page("chat", quoth), "How long is the warranty?")
    shown = _shown(app)
    assert "It lasts two years.1 Repairs are free.2" in shown
    assert "kettle.pdf" in shown
    assert "page 1 · Kettle › Warranty" in shown
    assert "page 2" in shown
    assert "1.2 s · first word after 400 ms · 120 tokens read · 24 written" in shown
    assert "<mark>The warranty lasts two years<sup>1</sup></mark>" in _markup(app)


def test_each_citation_links_to_a_place_that_is_there(quoth: FakeQuoth) -> None:
    app = _ask(_ask(_page("chat", quoth), "one"), "two")
    markup = _markup(app)
    links = re.findall(r'href="#([^"]+)"', markup)
    places = re.findall(r'id="([^"]+)"', markup)
    assert len(links) == 4
    assert sorted(links) == sorted(places)
    assert len(set(places)) == len(places)


def test_an_unsupported_sentence_is_marked_with_the_reason(quoth: FakeQuoth) -> None:
    app = _ask(_page("chat", quoth), "What does it cover?")
    assert '<span class="q-unsupported">It covers the moon.</span>' in _markup(app)
    assert "not supported: no passage says so" in _shown(app)


def test_a_refusal_looks_different_and_offers_the_closest_passages(quoth: FakeQuoth) -> None:
    app = _ask(_page("chat", quoth), REFUSED)
    assert "q-refusal" in _markup(app)
    assert "q-answer" not in _markup(app)
    assert "The documents do not say." in _shown(app)
    assert "The closest passages kettle.pdf" in _shown(app)
    assert "Not enough: it does not mention “moon”." in _shown(app)


def test_an_extractive_answer_says_so(quoth: FakeQuoth) -> None:
    quoth.answers["q"] = answer(extractive=True, stop_reason="extractive")
    app = _ask(_page("chat", quoth), "q")
    assert "Taken word for word from the documents" in _shown(app)


def test_details_tell_what_was_found_read_and_left_out(quoth: FakeQuoth) -> None:
    shown = _shown(_ask(_page("chat", quoth), "q"))
    assert "120 of 1,000 tokens read, 24 written" in shown
    for part in ("instruction 40", "sources 30", "conversation 41", "question 9", "free 624"):
        assert part in shown
    assert "room for the answer 256" in shown
    assert "Instruction and sourcesUse only the &lt;sources&gt;.Questionq" in shown
    assert "1kettle.pdfpage 1 · Kettle › Warranty0.9000.700meaning #1, words #2" in shown
    assert "over the budget" in shown


def test_the_conversation_goes_along_as_history(quoth: FakeQuoth) -> None:
    app = _ask(_page("chat", quoth), "first")
    _ask(app, "second")
    assert quoth.asked[0]["history"] == ()
    assert quoth.asked[1]["history"] == (
        Message("user", "first"),
        Message("assistant", answer().text),
    )


def test_a_new_chat_begins_without_history(quoth: FakeQuoth) -> None:
    app = _ask(_page("chat", quoth), "first")
    _button(app, "New chat").click().run()
    assert "It lasts two years" not in _shown(app)
    _ask(app, "second")
    assert quoth.asked[-1]["history"] == ()


def test_questions_go_to_the_chosen_collection(tmp_path: Path) -> None:
    quoth = FakeQuoth(tmp_path, [record(), record("b.txt", id="b", collection="work")])
    app = _page("chat", quoth)
    app.selectbox(key="collection-choice").set_value("work").run()
    _ask(app, "q")
    assert quoth.asked[0]["collection"] == "work"


def test_a_collection_that_has_gone_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTH_COLLECTION", "gone")
    quoth = FakeQuoth(tmp_path, [record()])
    _ask(_page("chat", quoth), "q")
    assert quoth.asked[0]["collection"] is None


def test_an_error_while_answering_is_one_line_and_not_markup(quoth: FakeQuoth) -> None:
    quoth.answers["q"] = ModelNotFoundError("no model ![x](http://evil.example/x.png); choose one")
    app = _ask(_page("chat", quoth), "q")
    (error,) = app.error
    assert error.value.startswith("no model \\!\\[x\\]\\(http")
    assert not app.chat_input(key="question").proto.disabled, "one may ask again"


def test_a_hostile_answer_is_text(quoth: FakeQuoth) -> None:
    hostile = Sentence("<img src=x onerror=alert(1)> ![x](http://e.example)", (), 0, "not a claim")
    quoth.answers["q"] = answer(sentences=(hostile,))
    markup = _markup(_ask(_page("chat", quoth), "<script>q</script>")) + _markup(
        _ask(_page("chat", quoth), "q")
    )
    assert "<script" not in markup
    assert "<img" not in markup
    assert "&lt;img src=x onerror=alert(1)&gt; ![x](http://e.example)" in markup


def test_the_library_lists_its_documents_with_their_warnings(quoth: FakeQuoth) -> None:
    shown = _shown(_page("documents", quoth))
    assert "1 document · 2 pages · 2 chunks" in shown
    assert "kettle.pdf Kettle manual" in shown
    assert "2 pages · 2 chunks · 150 characters · 2026-05-04" in shown
    assert "1 of 2 pages has no text" in shown


def test_the_filter_leaves_what_matches(tmp_path: Path) -> None:
    quoth = FakeQuoth(tmp_path, [record(), record("b/tea.txt", id="b", title="Tea")])
    app = _page("documents", quoth)
    app.text_input(key="filter").set_value("TEA").run()
    assert "tea.txt" in _shown(app)
    assert "kettle.pdf" not in _shown(app)
    app.text_input(key="filter").set_value("coffee").run()
    assert "No document matches." in _shown(app)


def test_a_long_list_is_shown_in_parts(tmp_path: Path) -> None:
    quoth = FakeQuoth(tmp_path, [record(f"{n:03}.txt", id=f"d{n}") for n in range(45)])
    app = _page("documents", quoth)
    assert "019.txt" in _shown(app)
    assert "020.txt" not in _shown(app)
    app.number_input(key="list-part").set_value(3).run()
    assert "044.txt" in _shown(app)


def test_uploads_are_kept_read_and_reported_line_by_line(tmp_path: Path) -> None:
    quoth = FakeQuoth(tmp_path)
    quoth.fail_ingest["bad.txt"] = "it holds <b>nothing</b>"
    app = _page("documents", quoth)
    app.get("file_uploader")[0].set_value(
        [("good.txt", b"good", "text/plain"), ("bad.txt", b"bad", "text/plain")]
    ).run()
    _button(app, "Add to the library").click().run()
    assert not app.exception
    assert (tmp_path / "uploads" / "default" / "good.txt").read_bytes() == b"good"
    assert not (tmp_path / "uploads" / "default" / "bad.txt").exists()
    assert "addedgood.txt2 pages · 2 chunks" in _shown(app)
    assert "failedbad.txtit holds &lt;b&gt;nothing&lt;/b&gt;" in _shown(app)
    assert [r.sources[0].rsplit("/", 1)[-1] for r in quoth.records] == ["good.txt"]


def test_removing_asks_first(quoth: FakeQuoth) -> None:
    app = _page("documents", quoth)
    _button(app, "Remove").click().run()
    assert "kettle.pdf is taken out of the library" in _shown(app)
    assert len(quoth.records) == 1


def test_a_document_opens_on_its_first_page(quoth: FakeQuoth) -> None:
    app = _page("documents", quoth)
    _button(app, "Read").click().run()
    assert "Page 1 of 2" in _shown(app)
    assert 'alt="Page 1 of kettle.pdf as it looks"' in _markup(app)


def test_a_changed_setting_counts_for_this_tab_alone(quoth: FakeQuoth) -> None:
    app = _page("models", quoth)
    app.slider(key="setting-temperature").set_value(0.5).run()
    app.number_input(key="setting-seed").set_value(7).run()
    assert app.session_state["generation"] == GenerationConfig(temperature=0.5, seed=7)
    assert quoth.config.generation == GenerationConfig()
    other = _page("models", quoth)
    assert other.slider(key="setting-temperature").value == 0.0


def test_how_soon_it_refuses_is_this_tabs_choice(quoth: FakeQuoth) -> None:
    app = _page("models", quoth)
    app.selectbox(key="setting-refusal").set_value("talkative").run()
    assert app.session_state["answering"] == AnswerConfig(refusal="talkative")
    assert _page("models", quoth).selectbox(key="setting-refusal").value == "balanced"


def test_presets_move_the_widgets_and_reset_brings_the_configuration_back(quoth: FakeQuoth) -> None:
    app = _page("models", quoth)
    app.button(key="preset-creative").click().run()
    assert app.slider(key="setting-temperature").value == 0.9
    assert app.session_state["generation"].top_k == 100
    _button(app, "Back to the configuration").click().run()
    assert app.slider(key="setting-temperature").value == 0.0
    assert app.session_state["generation"] == GenerationConfig()


def test_settings_of_the_tab_are_asked_with_and_keep_the_examples(quoth: FakeQuoth) -> None:
    from dataclasses import replace

    configured = replace(quoth.config.generation, examples=(Example("q", "a"),))
    quoth.config = replace(quoth.config, generation=configured)
    app = _page("chat", quoth)
    app.session_state["generation"] = replace(configured, temperature=0.3)
    _ask(app, "q")
    assert quoth.asked[0]["generation"] == replace(configured, temperature=0.3)


def test_what_runs_is_shown_as_text(quoth: FakeQuoth) -> None:
    shown = _shown(_page("models", quoth))
    assert f"path{quoth.path}" in shown
    assert "context window1,000bytes105 MB" in shown
    assert "memory in use" in shown


def test_a_library_that_cannot_be_opened_is_one_line_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_way = tmp_path / "file.txt"
    in_the_way.write_text("not a folder")
    monkeypatch.setenv("QUOTH_LIBRARY", str(in_the_way))
    app = AppTest.from_file(str(APP), default_timeout=20).run()
    assert not app.exception
    (error,) = app.error
    assert "file\\.txt" in error.value
    assert "\n" not in error.value
