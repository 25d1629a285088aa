"""The commands that keep a library's order: sync, collections, tags, filters."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quoth.cli import main
from quoth.datatypes import Where
from quoth.errors import FilterError, UnavailableFolderError
from tests.quoth.fake_engine import FakeQuoth, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
OLD = 1_600_000_000


def real(library: Path, *arguments: str) -> int:
    return main([*arguments, "--library", str(library)])


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    os.utime(file, (OLD, OLD))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "notes" / "kettle.md", "# Kettle\n\nIts warranty lasts two years.\n")
    write(tmp_path / "notes" / "teapot.md", "# Teapot\n\nIt is made of blue stoneware.\n")
    return tmp_path / "notes"


def test_sync_shows_what_came_and_what_went(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "library"
    assert real(library, "sync", str(folder), "--tag", "Home") == 0
    (folder / "teapot.md").unlink()
    capsys.readouterr()
    assert real(library, "sync", str(folder)) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"= {folder / 'kettle.md'}",
        f"- {folder / 'teapot.md'}",
        "2 files: 0 added, 1 unchanged, 0 replaced, 1 removed, 0 failed",
    ]
    assert real(library, "list", "--json", "--collection", "default") == 0
    (kept,) = json.loads(capsys.readouterr().out)["documents"]
    assert kept["tags"] == ["home"]


def test_sync_of_a_folder_that_is_gone_removes_nothing_and_fails(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "library"
    real(library, "sync", str(folder))
    folder.rename(tmp_path / "away")
    capsys.readouterr()
    assert real(library, "sync", str(folder)) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert f"{folder} cannot be read (No such file or directory), so nothing was changed" in err
    real(library, "list", "--json")
    assert len(json.loads(capsys.readouterr().out)["documents"]) == 2


@pytest.mark.parametrize("command", ["ingest", "sync"])
def test_a_path_that_is_not_there_makes_no_library(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library, nowhere = tmp_path / "library", tmp_path / "nowhere"
    assert real(library, command, str(nowhere)) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        f"quoth: {nowhere} does not exist, so no library was made; check the path"
    ]
    assert not library.exists()


def test_sync_takes_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    engine = FakeQuoth()
    assert run(engine, "sync", "papers", "--allow-empty", "--tag", "x", "--collection", "work") == 1
    assert engine.calls["sync"] == {
        "paths": [Path("papers").absolute()],
        "collection": "work",
        "allow_empty": True,
    }
    assert engine.calls["tags"] == ["x"]
    capsys.readouterr()
    assert run(engine, "sync", "papers", "--json") == 1
    assert json.loads(capsys.readouterr().out)["counts"]["removed"] == 0


def test_a_filter_and_several_collections_reach_the_engine() -> None:
    engine = FakeQuoth()
    choice = ("--where", "type=pdf", "--source", "*.pdf", "--collection", "a", "--collection", "b")
    where = Where(sources=("*.pdf",), expression="type=pdf")
    assert run(engine, "search", "warranty", *choice) == 0
    assert engine.calls["search"]["where"] == where
    assert engine.calls["search"]["collection"] == ("a", "b")
    assert run(engine, "ask", "warranty", *choice) == 0
    assert engine.calls["stream"]["where"] == where
    assert engine.calls["stream"]["collection"] == ("a", "b")


def test_the_variable_names_one_collection_spaces_and_all(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = FakeQuoth()
    monkeypatch.setenv("QUOTH_COLLECTION", "my papers")
    run(engine, "search", "warranty")
    assert engine.calls["search"]["collection"] == "my papers"


def test_one_collection_is_taken_where_one_is_written_to(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(FakeQuoth(), "ingest", "x", "--collection", "a", "--collection", "b") == 2
    assert "--collection is taken once here" in capsys.readouterr().err


def test_a_filter_that_is_not_understood_is_a_usage_error(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "library"
    real(library, "ingest", str(folder))
    capsys.readouterr()
    assert real(library, "search", "warranty", "--where", "yeer>2020") == 2
    err = capsys.readouterr().err
    assert err == "quoth: there is no field yeer (character 1 of the filter); did you mean year?\n"
    assert run(FakeQuoth(error=FilterError("no")), "search", "x") == 2


def test_search_finds_only_what_the_filter_allows(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "library"
    real(library, "ingest", str(folder), "--tag", "kitchen")
    assert real(library, "tag", "teapot.md", "--add", "Blue", "--remove", "kitchen") == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{folder / 'teapot.md'}: blue"
    real(library, "search", "warranty", "--where", "has tag BLUE", "--json")
    (hit,) = json.loads(capsys.readouterr().out)["hits"]
    assert hit["source"].endswith("teapot.md")
    real(library, "list", "--where", "not has tag blue", "--json")
    (document,) = json.loads(capsys.readouterr().out)["documents"]
    assert document["sources"] == [str(folder / "kettle.md")]
    assert real(library, "list", "--where", "pages > 99") == 0
    assert "no document fulfils that" in capsys.readouterr().err


def test_collections_are_made_renamed_listed_and_deleted(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "library"
    assert real(library, "collections", "create", "kitchen") == 0
    assert real(library, "collections", "create", "kitchen") == 1
    assert "there is a collection kitchen already" in capsys.readouterr().err
    real(library, "ingest", str(folder), "--collection", "kitchen")
    assert real(library, "collections", "rename", "kitchen", "my kitchen") == 0
    capsys.readouterr()
    assert real(library, "collections", "list") == 0
    assert capsys.readouterr().out.splitlines()[1].split("  ")[0] == "my kitchen"
    assert real(library, "collections", "delete", "my kitchen") == 2
    assert "holds 2 documents; add --yes" in capsys.readouterr().err
    assert real(library, "collections", "delete", "my kitchen", "--yes", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"collections": []}
    assert real(library, "collections", "delete", "my kitchen", "--yes") == 1
    assert "no collection my kitchen" in capsys.readouterr().err
    assert real(library, "verify") == 0


class Watching:
    """A `quoth sync --watch` in a process of its own."""

    def __init__(self, library: Path, folder: Path, *more: str) -> None:
        self.output = library.with_suffix(".txt")
        with self.output.open("w") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-u", "-m", "quoth", "sync", str(folder), "--watch",
                 "--library", str(library), "--set", "sync.debounce_milliseconds=50", *more],
                cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def until(self, fulfilled: Callable[[str], bool]) -> str:
        for _ in range(1200):
            text = self.output.read_text()
            if fulfilled(text):
                return text
            assert self.process.poll() is None, text
            time.sleep(0.05)
        pytest.fail(f"it never came: {text}")


@pytest.fixture
def watching(tmp_path: Path, folder: Path) -> Iterator[Watching]:
    real(tmp_path / "library", "sync", str(folder))
    started = Watching(tmp_path / "library", folder)
    yield started
    started.process.kill()
    started.process.wait()


def test_watch_follows_changes_waits_for_a_missing_folder_and_ends_with_130(
    watching: Watching, folder: Path, tmp_path: Path
) -> None:
    watching.until(lambda text: "2 unchanged" in text)
    (folder / "teapot.md").unlink()
    watching.until(lambda text: f"- {folder / 'teapot.md'}\n2 files" in text)
    folder.rename(tmp_path / "away")
    watching.until(lambda text: "nothing was changed" in text and "waiting for a change" in text)
    write(tmp_path / "away" / "copy.md", (tmp_path / "away" / "kettle.md").read_text())
    (tmp_path / "away").rename(folder)
    text = watching.until(lambda text: f"+ {folder / 'copy.md'}" in text)
    # Only what changed is shown after the first round.
    assert text.count("= ") == 2
    time.sleep(0.5)
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(timeout=20) == 130
    assert watching.output.read_text().endswith("interrupted; what was done is kept\n")


def test_a_round_that_fails_does_not_stop_the_next(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Failing(FakeQuoth):
        rounds = 0

        def sync(self, *arguments: object, **named: object) -> object:
            self.rounds += 1
            if self.rounds < 3:
                raise UnavailableFolderError("papers is gone")
            return super().sync(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("quoth.watching.rounds", lambda *_, **__: iter(["", "", ""]))
    engine = Failing()
    assert run(engine, "sync", "papers", "--watch") == 130
    out, err = capsys.readouterr()
    assert engine.rounds == 3
    assert "manuals/kettle.pdf" in out
    assert "= notes.md" not in out
    assert err.count("papers is gone; waiting for a change") == 1
