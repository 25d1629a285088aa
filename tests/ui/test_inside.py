"""The page on what is inside an answer, over an engine without models."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from quoth.datatypes import Message
from quoth.interpretation import Share
from quoth.ui import inside_view
from tests.samples import HOSTILE, answer
from tests.ui.fake_engine import UNEXAMINED, FakeQuoth
from tests.ui.test_pages import _ask, _button, _markup, _page, _script, _shown


def inside(quoth: FakeQuoth, *questions: str) -> AppTest:
    """The page in a tab that has asked these questions."""
    name = quoth.conversations.create(questions[0])
    for question in questions:
        list(quoth.conversations.stream(name, question))
    app = AppTest.from_function(_script, args=("inside", quoth), default_timeout=20)
    app.session_state["conversation"] = name
    app.run()
    assert not app.exception
    return app


def examined(app: AppTest) -> AppTest:
    app.button(key="inside-examine").click().run()
    _, work = app.session_state["inside-examined"]
    assert work.wait(60)
    app.run()
    assert not app.exception
    return app


def test_without_an_answer_there_is_nothing_to_look_into(quoth: FakeQuoth) -> None:
    assert "Ask a question in the chat first" in _shown(_page("inside", quoth))


def test_an_answer_in_the_chat_offers_the_look(quoth: FakeQuoth) -> None:
    assert _button(_ask(_page("chat", quoth), "q"), "Look inside").key == "inside-1"


def test_the_latest_answer_is_shown_and_any_can_be_chosen(quoth: FakeQuoth) -> None:
    app = inside(quoth, "first", "second")
    assert app.selectbox(key="inside-choice").value == 2
    app.selectbox(key="inside-choice").set_value(1).run()
    assert not app.exception
    app.session_state["inside-turn"] = 2  # what the button under an answer does
    assert app.run().selectbox(key="inside-choice").value == 2


def test_sentences_are_laid_against_sources_and_compared_once(quoth: FakeQuoth) -> None:
    app = inside(quoth, "How long?")
    shown = _shown(app)
    assert "It lasts two years. Repairs are free. It covers the moon." in shown
    assert "The warranty lasts two years kettle.pdf, page 190%45%30%" in shown
    assert "var(--q-accent) 38%" in _markup(app)
    app.segmented_control(key="inside-by").set_value("Similarity").run()
    assert "80%80%80%" in _shown(app)
    assert quoth.aligned == 1


def test_the_model_reads_the_answer_on_demand_with_what_was_said_before(quoth: FakeQuoth) -> None:
    app = inside(quoth, "first", "second")
    assert quoth.examined == []
    examined(app)
    assert quoth.examined == [(Message("user", "first"), Message("assistant", answer().text))]
    assert 'class="q-token q-surprise1 q-chosen" title="Token 1: 60.7%">It</span>' in _markup(app)
    assert "Written here: “It”, which the model gave 60.7%." in _shown(app)
    app.run()
    assert len(quoth.examined) == 1


def test_settings_are_seen_at_work_and_change_no_answer(quoth: FakeQuoth) -> None:
    app = examined(inside(quoth, "q"))
    assert "With these settings 1 token can be drawn." in _shown(app)
    assert "At temperature 0 the likeliest token always wins" in _shown(app)
    app.slider(key="inside-temperature").set_value(1.0).run()
    app.slider(key="inside-top_p").set_value(1.0).run()
    assert "With these settings 3 tokens can be drawn." in _shown(app)
    app.slider(key="inside-top_k").set_value(2).run()
    assert "With these settings 2 tokens can be drawn." in _shown(app)
    assert "generation" not in app.session_state or (
        app.session_state["generation"] == quoth.config.generation
    )


def test_after_the_last_token_stands_what_would_come_next(quoth: FakeQuoth) -> None:
    app = examined(inside(quoth, "q"))
    app.slider(key="inside-position").set_value(12).run()
    assert not app.exception
    assert "The answer ends here" in _shown(app)
    assert "q-chosen" not in _markup(app)


def test_a_model_that_cannot_be_asked_is_one_line(quoth: FakeQuoth) -> None:
    app = examined(inside(quoth, UNEXAMINED))
    assert [error.value for error in app.error] == ["no model \\<b\\>here\\<\\/b\\>\\; choose one"]
    assert app.button(key="inside-examine")


def test_quoted_words_are_said_not_to_be_the_models_own(quoth: FakeQuoth) -> None:
    quoth.answers["q"] = answer(extractive=True, stop_reason="extractive")
    assert "These words are not the model&#x27;s own." in _shown(inside(quoth, "q"))


def test_an_answer_from_nothing_has_no_sources_to_compare(quoth: FakeQuoth) -> None:
    quoth.align = lambda given: replace(  # type: ignore[method-assign]
        FakeQuoth.align(quoth, given), sources=(), support=((),) * 3, similarity=((),) * 3
    )
    assert "The model read no passage." in _shown(inside(quoth, "q"))


def test_hostile_tokens_are_text(quoth: FakeQuoth) -> None:
    markup = _markup(examined(inside(quoth, "q")))
    assert "<img" not in markup
    assert "&lt;img·src" in markup


def test_all_that_is_left_out_is_in_the_last_bar() -> None:
    shares = [Share(n, f"t{n}", 0.01, 0.02) for n in range(30)] + [Share(-1, "", 0.7, 0.4)]
    shown = inside_view.shown_shares(shares)
    assert len(shown) == 21
    assert shown[-1].probability == pytest.approx(0.8)
    assert sum(s.chance for s in shown) == pytest.approx(1)


def test_bars_of_tokens_that_read_the_same_are_told_apart() -> None:
    shares = [Share(1, "�", 0.5, 1), Share(2, "�", 0.3, 0), Share(3, "\n ", 0.1, 0)]
    data, _ = inside_view.share_chart(shares, written=1)
    assert data["label"][::2] == ["� (written)", "�", "⏎·"]
    both, _ = inside_view.share_chart(shares, written=9)
    assert both["label"][::2] == ["�", "� #2", "⏎·"]


def test_what_is_hostile_is_data_of_the_chart() -> None:
    shares = [Share(1, HOSTILE[0], 1, 1)]
    data, spec = inside_view.share_chart(shares, written=1)
    assert "evil" in data["label"][0]
    assert "evil" not in json.dumps(spec)
