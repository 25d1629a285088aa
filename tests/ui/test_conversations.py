"""Conversations on the chat page: kept, listed, searched, renamed, branched, rated, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quoth.datatypes import Message
from quoth.ui import talking
from quoth.ui.answer_view import streaming
from tests.samples import answer, record
from tests.ui.fake_engine import ENDLESS, FakeQuoth
from tests.ui.test_pages import _ask, _button, _page, _shown

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from streamlit.testing.v1 import AppTest


def _listed(app: AppTest) -> list[str]:
    return [b.label for b in app.button if (b.key or "").startswith("open-")]


def _opened(quoth: FakeQuoth, name: str) -> AppTest:
    app = _page("chat", quoth)
    app.button(key=f"open-{name}").click().run()
    assert not app.exception
    return app


def _only(quoth: FakeQuoth) -> str:
    (listed,) = quoth.conversations.list()
    return listed.id


def test_another_tab_and_another_server_find_the_conversation(
    tmp_path: Path, quoth: FakeQuoth
) -> None:
    _ask(_page("chat", quoth), "How long is the warranty?")
    quoth.conversations._store.close()
    later = FakeQuoth(tmp_path, [record()])
    app = _opened(later, _only(later))
    assert "It lasts two years.1 Repairs are free.2" in _shown(app)
    assert "120 of 1,000 tokens read" in _shown(app)
    assert later.asked == [], "it is shown again without a model"


def test_a_reload_finds_the_conversation_by_the_address(quoth: FakeQuoth) -> None:
    app = _ask(_page("chat", quoth), "How long?")
    assert app.query_params["conversation"] == _only(quoth)
    reloaded = _page("chat", quoth)
    assert "It lasts two years" not in _shown(reloaded)
    reloaded.query_params["conversation"] = _only(quoth)
    assert "It lasts two years" in _shown(reloaded.run())


def test_one_page_back_is_the_conversation_before(quoth: FakeQuoth) -> None:
    app = _ask(_page("chat", quoth), "first")
    first = _only(quoth)
    _button(app, "New chat").click().run()
    _ask(app, "second")
    app.query_params["conversation"] = first
    assert "first" in _shown(app.run())
    assert "What would you" not in _shown(app)
    assert app.session_state["conversation"] == first


def test_an_address_of_nothing_is_a_new_chat(quoth: FakeQuoth) -> None:
    app = _page("chat", quoth)
    app.query_params["conversation"] = "0123456789abcdef"
    assert "What would you like to know?" in _shown(app.run())
    assert "conversation" not in app.query_params


def test_a_question_goes_on_in_the_conversation_that_is_open(quoth: FakeQuoth) -> None:
    _ask(_page("chat", quoth), "first")
    app = _opened(quoth, _only(quoth))
    _ask(app, "second")
    assert quoth.asked[1]["history"] == (
        Message("user", "first"),
        Message("assistant", answer().text),
    )
    assert [turn.question for turn in quoth.conversations.get(_only(quoth)).turns] == [
        "first",
        "second",
    ]


def test_the_search_looks_into_titles_questions_and_answers(quoth: FakeQuoth) -> None:
    app = _ask(_page("chat", quoth), "How long?")
    _button(app, "New chat").click().run()
    quoth.answers["Where?"] = answer("Where?", sentences=answer().sentences[:1])
    _ask(app, "Where?")
    assert _listed(app) == ["Where\\?", "How long\\?"]
    app.text_input(key="conversation-search").set_value("MOON").run()
    assert _listed(app) == ["How long\\?"]
    app.text_input(key="conversation-search").set_value("nowhere").run()
    assert "No conversation has these words." in _shown(app)


def test_a_conversation_gets_another_title(quoth: FakeQuoth) -> None:
    app = _ask(_page("chat", quoth), "How long?")
    app.text_input(key=f"title-{_only(quoth)}").set_value("Kettles <b>").run()
    assert _listed(app) == ["Kettles \\<b\\>"]
    assert "Kettles &lt;b&gt;" in _shown(app)


def test_asking_otherwise_leaves_the_conversation_as_it_was(quoth: FakeQuoth) -> None:
    app = _ask(_ask(_page("chat", quoth), "one"), "two")
    old = _only(quoth)
    app.button(key=f"edit-{old}-2").click().run()
    app.text_area[0].set_value("three")
    _button(app, "Ask this instead").click().run()
    assert not app.exception
    new, same = quoth.conversations.list()
    assert (same.id, new.branched_from) == (old, old)
    assert [turn.question for turn in quoth.conversations.get(new.id).turns] == ["one", "three"]
    assert [turn.question for turn in quoth.conversations.get(old).turns] == ["one", "two"]
    assert quoth.asked[-1]["history"] == (
        Message("user", "one"),
        Message("assistant", answer().text),
    )


def test_the_first_question_asked_otherwise_names_its_conversation(quoth: FakeQuoth) -> None:
    app = _ask(_page("chat", quoth), "one")
    app.button(key=f"edit-{_only(quoth)}-1").click().run()
    app.text_area[0].set_value("other")
    _button(app, "Ask this instead").click().run()
    assert [listed.title for listed in quoth.conversations.list()] == ["other", "one"]


def test_thumbs_and_a_note_are_kept(quoth: FakeQuoth) -> None:
    app = _ask(_page("chat", quoth), "q")
    name = _only(quoth)
    app.feedback(key=f"rate-{name}-1").set_value(0).run()
    app.text_input(key=f"note-{name}-1").set_value("it is three years").run()
    (turn,) = quoth.conversations.rated()
    assert (turn.rating, turn.note) == ("bad", "it is three years")
    again = _opened(quoth, name)
    assert again.feedback(key=f"rate-{name}-1").value == 0
    again.feedback(key=f"rate-{name}-1").set_value(1).run()
    (turn,) = quoth.conversations.rated()
    assert (turn.rating, turn.note) == ("good", "it is three years")


def test_deleting_asks_first(quoth: FakeQuoth) -> None:
    app = _ask(_page("chat", quoth), "secret")
    _button(app, "Delete").click().run()
    assert "“secret” is deleted for good" in _shown(app)
    assert len(quoth.conversations.list()) == 1


def test_what_a_server_left_half_written_is_shown_as_stopped(quoth: FakeQuoth) -> None:
    name = quoth.conversations.create("q")
    quoth.conversations.stream(name, "q")
    quoth.conversations._store.write_turn("", name, 1, "writing", text="It lasts tw")
    app = _opened(quoth, name)
    assert "It lasts tw" in _shown(app)
    assert "Stopped. This is what was written so far" in _shown(app)
    assert not app.chat_input(key="question").proto.disabled


def test_an_answer_that_cannot_be_kept_is_shown_with_the_reason(
    quoth: FakeQuoth, monkeypatch: pytest.MonkeyPatch
) -> None:
    from quoth.errors import StorageFullError

    def full(*_: object, **__: object) -> None:
        raise StorageFullError("the disk is full; free some space")

    monkeypatch.setattr(quoth.conversations._store, "write_turn", full)
    shown = _ask(_page("chat", quoth), "q")
    assert "It lasts two years." in _shown(shown)
    (error,) = shown.error
    assert error.value.startswith("the disk is full")


def test_one_conversation_has_one_answer_at_a_time(quoth: FakeQuoth) -> None:
    name = quoth.conversations.create("q")
    app = _opened(quoth, name)
    talking._jobs.clear()
    job = talking.AnswerJob(lambda stopped, _: quoth.stream(ENDLESS, cancelled=stopped))
    talking._jobs()[name] = job
    app.chat_input(key="question").set_value("again").run()
    assert quoth.conversations.get(name).turns == ()
    job.stop()
    assert job.wait(10)


def test_whoever_waits_is_told_how_many_are_before() -> None:
    assert "Reading the documents" in streaming("", 0)
    assert "1 answer is written before yours" in streaming("", 1)
    assert "2 answers are written before yours" in streaming("", 2)
    assert "before yours" not in streaming("The kettle", 2)
