"""`quoth conversations` and `quoth users` over a real library."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from quoth.cli import main
from quoth.config import IndexConfig
from tests.samples import answer
from vectorstore import ConversationStore, LocalLibrary

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def library(tmp_path: Path) -> Path:
    LocalLibrary(tmp_path / "library", IndexConfig(device="cpu")).close()
    return tmp_path / "library"


@pytest.fixture
def kept(library: Path) -> str:
    """The id of a conversation of this machine; ada has another."""
    store = ConversationStore(library)
    for owner in ("ada", ""):
        made = store.create(owner, f"Kettles of {owner or 'all'}")
        given = answer("How long?")
        store.begin_turn(owner, made, given.question)
        store.write_turn(owner, made, 1, "answered", text=given.text, answer=given)
        store.rate(owner, made, 1, "good", "")
    store.close()
    return made


def run(capsys: pytest.CaptureFixture[str], library: Path, *words: str) -> tuple[int, str, str]:
    code = main([*words, "--library", str(library)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_conversations_are_listed_searched_and_each_user_has_their_own(
    capsys: pytest.CaptureFixture[str], library: Path, kept: str
) -> None:
    code, out, _ = run(capsys, library, "conversations", "list")
    assert code == 0
    assert kept in out
    assert "Kettles of all" in out
    assert "ada" not in out.split()  # an id may have these letters
    assert "Kettles of ada" in run(capsys, library, "conversations", "list", "--user", "ada")[1]
    _, out, err = run(capsys, library, "conversations", "list", "--search", "teapot")
    assert (out, err) == ("", "quoth: no conversations hold these words\n")


def test_one_is_shown_and_exported_in_each_format(
    capsys: pytest.CaptureFixture[str], library: Path, kept: str, tmp_path: Path
) -> None:
    assert "It lasts two years. [1]" in run(capsys, library, "conversations", "show", kept)[1]
    export = ("conversations", "export", kept)
    assert run(capsys, library, *export)[1].startswith("# Kettles of all\n")
    assert run(capsys, library, *export, "--as", "html")[1].startswith("<!doctype html>")
    assert json.loads(run(capsys, library, *export, "--as", "json")[1])["id"] == kept
    file = tmp_path / "out.md"
    assert run(capsys, library, *export, "-o", str(file)) == (0, "", "")
    assert file.read_text(encoding="utf-8").startswith("# Kettles")
    code, _, err = run(capsys, library, *export, "-o", str(tmp_path / "no" / "out.md"))
    assert code == 1
    assert "choose another with --output" in err


def test_ratings_are_json_lines(
    capsys: pytest.CaptureFixture[str], library: Path, kept: str
) -> None:
    assert kept
    _, out, _ = run(capsys, library, "conversations", "export", "--ratings")
    (line,) = out.splitlines()
    assert json.loads(line)["expected_documents"] == ["manuals/kettle.pdf"]
    assert run(capsys, library, "conversations", "export")[0] == 2


def test_deleting_takes_one_out_and_no_one_elses(
    capsys: pytest.CaptureFixture[str], library: Path, kept: str
) -> None:
    code, _, err = run(capsys, library, "conversations", "delete", kept, "--user", "ada")
    assert code == 1
    assert err.startswith(f"quoth: no conversation {kept}")
    assert run(capsys, library, "conversations", "delete", kept) == (0, "- Kettles of all\n", "")
    assert run(capsys, library, "conversations", "list")[1] == ""


def test_users_are_added_by_a_line_on_stdin_listed_and_removed(
    capsys: pytest.CaptureFixture[str], library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "add someone with quoth users add" in run(capsys, library, "users", "list")[2]
    monkeypatch.setattr("sys.stdin", io.StringIO("a long password\n"))
    assert run(capsys, library, "users", "add", "ada") == (0, "ada\n", "")
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    code, _, err = run(capsys, library, "users", "add", "bob")
    assert (code, "use 10 or more" in err) == (1, True)
    assert json.loads(run(capsys, library, "users", "list", "--json")[1]) == {"users": ["ada"]}
    assert run(capsys, library, "users", "remove", "ada")[0] == 0
    assert run(capsys, library, "users", "remove", "ada")[0] == 1


@pytest.mark.parametrize("words", [("--listen", "0.0.0.0"), ("--set", "page.sign_in=true")])
def test_a_page_that_others_reach_wants_someone_who_can_sign_in(
    capsys: pytest.CaptureFixture[str], library: Path, words: tuple[str, str]
) -> None:
    code, _, err = run(capsys, library, "ui", *words)
    assert code == 1
    assert "quoth users add NAME" in err
    assert len(err.splitlines()) == 1
