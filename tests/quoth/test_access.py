"""Passwords are kept as hashes, wrong ones cost time, and nothing tells names from strangers."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from quoth.access import Cost, Patience, Users, fits, hashed, is_loopback
from quoth.config import IndexConfig
from quoth.errors import AccessError, InvalidNameError
from tests.vectorstore.making import make_document, put
from vectorstore import LocalLibrary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHEAP = Cost(n=16, r=1, p=1)
PASSWORD = "correct horse ✓"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LocalLibrary]:
    opened = LocalLibrary(tmp_path / "library", IndexConfig(device="cpu"))
    yield opened
    opened.close()


@pytest.fixture
def users(library: LocalLibrary) -> Users:
    return Users(library, CHEAP)


def test_a_hash_fits_its_password_alone_and_is_salted() -> None:
    kept = hashed(PASSWORD, CHEAP)
    assert fits(PASSWORD, kept)
    assert not fits(PASSWORD + " ", kept)
    assert hashed(PASSWORD, CHEAP) != kept


def test_the_usual_cost_of_a_guess_is_what_is_recommended() -> None:
    kept = hashed(PASSWORD)
    assert kept.startswith("scrypt$32768$8$3$")
    assert fits(PASSWORD, kept)


def test_a_password_is_nowhere_in_the_library(tmp_path: Path, users: Users) -> None:
    users.add("ada", PASSWORD)
    users._library.close()
    for file in (tmp_path / "library").iterdir():
        assert PASSWORD.encode() not in (file.read_bytes() if file.is_file() else b"")


def test_only_the_right_name_with_the_right_password_fits(users: Users) -> None:
    users.add("ada", PASSWORD)
    assert users.check("ada", PASSWORD)
    assert not users.check("ada", "")
    assert not users.check("bob", PASSWORD)
    assert not users.check("", "")
    assert users.names() == ("ada",)


def test_a_stranger_costs_as_many_hashes_as_a_user(
    users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib

    users.add("ada", PASSWORD)
    counted: list[dict[str, int]] = []
    real = hashlib.scrypt

    def counting(password: bytes, **given: int) -> bytes:
        counted.append({key: given[key] for key in "nrp"})
        return real(password, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(hashlib, "scrypt", counting)
    users.check("ada", "wrong")
    users.check("bob", "wrong")
    assert counted == [{"n": 16, "r": 1, "p": 1}] * 2


def test_another_password_changes_the_stamp_and_so_does_leaving(users: Users) -> None:
    users.add("ada", PASSWORD)
    first = users.stamp("ada")
    users.add("ada", PASSWORD)
    assert users.stamp("ada") not in ("", first)
    users.remove("ada")
    assert users.stamp("ada") == ""
    with pytest.raises(AccessError, match="no user ada"):
        users.remove("ada")


@pytest.mark.parametrize("name", ["", " ada", "a\nb", "a\u202eb", "x" * 65])
def test_a_name_is_a_line_of_visible_letters(users: Users, name: str) -> None:
    with pytest.raises(InvalidNameError):
        users.add(name, PASSWORD)


def test_a_short_password_is_refused(users: Users) -> None:
    with pytest.raises(AccessError, match="9 characters; use 10"):
        users.add("ada", "123456789")
    assert users.names() == ()


def test_who_may_come_in_survives_a_change_of_the_library(
    tmp_path: Path, library: LocalLibrary, users: Users
) -> None:
    users.add("ada", PASSWORD)
    with library.writing():
        put(library, make_document(1))
        library.replace_all([], "another@1")
    assert users.check("ada", PASSWORD)
    connection = sqlite3.connect(tmp_path / "library" / "library.sqlite")
    assert connection.execute("SELECT count(*) FROM users").fetchone() == (1,)
    connection.close()


def test_waiting_begins_after_a_few_failures_and_doubles_up_to_a_limit() -> None:
    now = 0.0
    patience = Patience(free=2, longest=8.0, clock=lambda: now)
    waits = []
    for _ in range(8):
        waits.append(patience.seconds_left("here"))
        now += waits[-1]
        patience.failed("here")
    assert waits == [0, 0, 1, 2, 4, 8, 8, 8]
    assert patience.seconds_left("elsewhere") == 0
    patience.passed("here")
    assert patience.seconds_left("here") == 0


def test_a_flood_of_addresses_is_forgotten_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quoth.access._REMEMBERED", 2)
    patience = Patience(free=1, clock=lambda: 0.0)
    for key in ("a", "b", "c"):
        patience.failed(key)
    assert [patience.seconds_left(key) > 0 for key in "abc"] == [False, True, True]


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("a.b", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_only(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
