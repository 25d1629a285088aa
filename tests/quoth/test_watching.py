"""Waiting for folders to change: by notification, by looking, and while they are gone."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from quoth.config import SyncConfig
from quoth.watching import rounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

QUICK = SyncConfig(debounce_milliseconds=50)


def later(action: Callable[[], object], seconds: float = 0.3) -> None:
    threading.Timer(seconds, action).start()


def test_the_first_round_comes_at_once_and_one_more_when_the_watch_stands(tmp_path: Path) -> None:
    found = rounds([tmp_path], QUICK, ignored=tmp_path / "library")
    assert [next(found), next(found)] == ["", ""]


def test_a_change_brings_a_round(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    found = rounds([tmp_path], QUICK, ignored=tmp_path / "library")
    next(found), next(found)
    later(lambda: (tmp_path / "sub" / "new.md").write_text("new"))
    assert next(found) == ""
    assert (tmp_path / "sub" / "new.md").exists()


def test_changes_of_the_library_itself_bring_none(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    found = rounds([tmp_path], QUICK, ignored=library)
    next(found), next(found)
    later(lambda: (library / "library.sqlite").write_text("busy"))
    later(lambda: (tmp_path / "new.md").write_text("new"), 1.5)
    assert next(found) == ""
    assert (tmp_path / "new.md").exists()


def test_a_folder_that_goes_and_comes_brings_a_round_each_time(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    found = rounds([folder], QUICK, ignored=tmp_path / "library")
    next(found), next(found)
    folder.rename(tmp_path / "away")
    assert next(found) == ""
    later(lambda: (tmp_path / "away").rename(folder))
    while not folder.exists():
        next(found)
    next(found)
    later(lambda: (folder / "new.md").write_text("new"))
    while not (folder / "new.md").exists():
        next(found)


def test_looking_from_time_to_time_needs_no_notification(tmp_path: Path) -> None:
    waited: list[float] = []
    config = SyncConfig(poll_seconds=7)
    found = rounds([tmp_path], config, ignored=tmp_path / "library", wait=waited.append)
    assert [next(found) for _ in range(4)] == [""] * 4
    assert waited == [7, 7, 7]


def test_where_the_system_does_not_notify_it_says_so_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import watchfiles

    def refuse(*_: object, **__: object) -> Iterator[object]:
        raise OSError(28, "no space left on device: too many watches")
        yield

    monkeypatch.setattr(watchfiles, "watch", refuse)
    waited: list[float] = []
    found = rounds([tmp_path], QUICK, ignored=tmp_path / "library", wait=waited.append)
    assert next(found) == ""
    assert "too many watches" in next(found)
    assert waited == [30.0]
