from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest import discover


def write(path: Path, text: str = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_files_are_sorted_and_each_once_however_often_named(tmp_path: Path) -> None:
    b, a = write(tmp_path / "b.txt"), write(tmp_path / "sub" / "a.md")
    found = discover(
        [tmp_path, b, tmp_path / "sub", tmp_path / "sub" / ".." / "b.txt"], hidden=False
    )
    assert found.files == (b, a)
    assert found.problems == ()


def test_relative_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.txt")
    monkeypatch.chdir(tmp_path)
    assert discover(["a.txt"], hidden=False).files == (tmp_path / "a.txt",)


def test_files_of_other_types_are_counted_by_suffix(tmp_path: Path) -> None:
    for name in ("a.txt", "b.GIF", "c.gif", "Makefile"):
        write(tmp_path / name)
    found = discover([tmp_path], hidden=False)
    assert [file.name for file in found.files] == ["a.txt"]
    assert found.skipped == {".gif": 2, "": 1}


def test_a_file_named_is_taken_whatever_its_type(tmp_path: Path) -> None:
    odd, hidden = write(tmp_path / "table.csv"), write(tmp_path / ".secret.md")
    assert discover([odd, hidden], hidden=False).files == (hidden, odd)


def test_hidden_names_are_taken_only_when_asked(tmp_path: Path) -> None:
    seen = write(tmp_path / "a.txt")
    hidden = [write(tmp_path / ".b.txt"), write(tmp_path / ".git" / "c.txt")]
    assert discover([tmp_path], hidden=False).files == (seen,)
    assert set(discover([tmp_path], hidden=True).files) == {seen, *hidden}


def test_loops_of_links_end(tmp_path: Path) -> None:
    file = write(tmp_path / "sub" / "a.txt")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    (tmp_path / "twin").symlink_to(tmp_path / "sub")
    assert discover([tmp_path], hidden=False).files == (file,)


def test_a_library_is_not_ingested(tmp_path: Path) -> None:
    write(tmp_path / "lib" / "library.sqlite")
    write(tmp_path / "lib" / "a.txt")
    file = write(tmp_path / "a.txt")
    assert discover([tmp_path], hidden=False).files == (file,)
    found = discover([tmp_path / "lib"], hidden=False)
    assert found.files == ()
    assert "lib is a Quoth library itself" in found.problems[0].reason


def test_what_gives_nothing_is_one_line_each_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "pictures" / "a.gif")
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "gone")
    names = ("missing.pdf", "empty", "pictures", "dangling.txt")
    problems = discover([tmp_path / name for name in names], hidden=False).problems
    assert [problem.status for problem in problems] == ["failed"] * 4
    assert [Path(problem.source).name for problem in problems] == list(names)
    reasons = [problem.reason for problem in problems]
    assert reasons[0] == "missing.pdf does not exist; check the path"
    assert reasons[1].startswith("empty holds nothing to read; Quoth reads PDF")
    assert reasons[2].startswith("pictures holds nothing to read")
    assert reasons[3] == "dangling.txt is a link to nothing; mend or remove it"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    (reason,) = (problem.reason for problem in discover([tmp_path], hidden=False).problems)
    assert reason == "closed cannot be read (Permission denied); check its permissions"


def test_a_name_that_is_no_text_is_reported(tmp_path: Path) -> None:
    seen = write(tmp_path / "a.txt")
    strange = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(strange)).write_text("text")
    found = discover([tmp_path, os.fsdecode(strange)], hidden=False)
    assert found.files == (seen,)
    for problem in found.problems:
        assert "caf\\udce9.txt has a name that is not UTF-8; rename it" in problem.reason
        problem.source.encode()
    assert len(found.problems) == 2


def test_an_empty_folder_may_be_no_problem(tmp_path: Path) -> None:
    assert len(discover([tmp_path], hidden=False).problems) == 1
    assert discover([tmp_path], hidden=False, may_be_empty=True).problems == ()


def test_the_folders_walked_are_told_with_those_that_links_lead_to(tmp_path: Path) -> None:
    write(tmp_path / "named" / "sub" / "a.txt")
    linked = write(tmp_path / "elsewhere" / "deep" / "b.txt")
    (tmp_path / "named" / "link").symlink_to(tmp_path / "elsewhere")
    found = discover([tmp_path / "named"], hidden=False)
    assert linked in found.files
    assert found.folders == (tmp_path / "elsewhere", tmp_path / "named")
