"""Where others can reach the page it shows nothing to strangers, and to each user their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from quoth.config import Config, PageConfig
from quoth.ui import access
from tests.samples import record
from tests.ui.fake_engine import PASSWORD, FakeQuoth
from tests.ui.test_door import listen
from tests.ui.test_pages import _ask, _button, _markup, _shown

if TYPE_CHECKING:
    from pathlib import Path


def _script(quoth: object) -> None:
    from quoth.ui import access, chat

    if access.admitted(quoth):  # type: ignore[arg-type]
        chat.show(quoth)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's test runner has no browser behind it, and no cookies."""
    monkeypatch.setattr(access, "_told_by_browser", lambda: ("", "192.0.2.7"))


@pytest.fixture
def quoth(tmp_path: Path) -> FakeQuoth:
    access._patience.clear()
    made = FakeQuoth(tmp_path, [record()])
    made.config = Config(page=PageConfig(sign_in=True))
    for name in ("ada", "bob"):
        made.users.add(name, PASSWORD)
    return made


def _tab(quoth: FakeQuoth) -> AppTest:
    app = AppTest.from_function(_script, args=(quoth,), default_timeout=20).run()
    assert not app.exception
    return app


def _sign_in(app: AppTest, name: str, password: str = PASSWORD) -> AppTest:
    app.text_input[0].set_value(name)
    app.text_input[1].set_value(password)
    _button(app, "Sign in").click().run()
    assert not app.exception
    return app


def test_a_stranger_sees_nothing_of_the_library(quoth: FakeQuoth) -> None:
    app = _tab(quoth)
    assert "Sign in to Quoth" in _shown(app)
    assert not app.chat_input
    assert "kettle" not in str(app.main)
    assert "1 document" not in _markup(app)


def test_the_right_password_opens_the_page_and_a_wrong_one_does_not(quoth: FakeQuoth) -> None:
    app = _sign_in(_tab(quoth), "ada", "wrong")
    assert app.error[0].value == "The name or the password is wrong."
    assert not app.chat_input
    _sign_in(app, "ada")
    assert "Signed in as ada" in _shown(app)
    assert app.chat_input


def test_users_do_not_see_each_others_conversations(quoth: FakeQuoth) -> None:
    ada = _ask(_sign_in(_tab(quoth), "ada"), "my secret")
    name = quoth.conversations.of("ada").list()[0].id
    bob = _sign_in(_tab(quoth), "bob")
    assert "my secret" not in str(bob.main) + str(bob.sidebar)
    bob.query_params["conversation"] = name
    bob.run()
    assert "my secret" not in str(bob.main) + str(bob.sidebar)
    assert "What would you like to know?" in _shown(bob)
    assert "my secret" in _shown(ada.run())
    assert quoth.conversations.list() == (), "nor are they those of the machine"


def test_whoever_comes_after_in_the_same_tab_finds_nothing(quoth: FakeQuoth) -> None:
    app = _ask(_sign_in(_tab(quoth), "ada"), "my secret")
    _button(app, "Sign out").click().run()
    assert "Sign in to Quoth" in _shown(app)
    _sign_in(app, "bob")
    assert "my secret" not in str(app.main) + str(app.sidebar)


def test_another_password_signs_everyone_out(quoth: FakeQuoth) -> None:
    app = _ask(_sign_in(_tab(quoth), "ada"), "my secret")
    quoth.users.add("ada", PASSWORD + "!")
    assert "Sign in to Quoth" in _shown(app.run())
    assert "my secret" not in str(app.main) + str(app.sidebar)


def test_guessing_is_slowed_down_for_all_names_at_once(quoth: FakeQuoth) -> None:
    app = _tab(quoth)
    for name in ("ada", "bob", "eve", "ada", "bob"):
        _sign_in(app, name, "guess")
    _sign_in(app, "ada")
    assert app.error[0].value.startswith("Too many wrong passwords. Try again in ")
    assert not app.chat_input


def test_without_users_it_says_how_to_let_someone_in(tmp_path: Path) -> None:
    quoth = FakeQuoth(tmp_path, [record()])
    quoth.config = Config(page=PageConfig(sign_in=True))
    app = _tab(quoth)
    assert "quoth users add NAME" in app.warning[0].value
    assert not app.text_input


@pytest.mark.parametrize(
    ("address", "asks"),
    [("127.0.0.1", False), ("::1", False), ("localhost", False), (None, True), ("0.0.0.0", True)],
)
def test_only_this_machine_need_not_sign_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str | None, asks: bool
) -> None:
    listen(monkeypatch, address)
    app = _tab(FakeQuoth(tmp_path, [record()]))
    assert bool(app.warning) is asks
    assert bool(app.chat_input) is not asks
