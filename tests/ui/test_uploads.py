from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoth.errors import StorageFullError
from quoth.ui.uploads import Saved, forget, forget_unread, safe_name, safe_path, save


@dataclass
class File:
    """A file as Streamlit's uploader gives it."""

    name: str
    content: bytes = b"text"

    @property
    def size(self) -> int:
        return len(self.content)

    def getbuffer(self) -> memoryview:
        return memoryview(self.content)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\notes.md", "notes.md"),
        (".hidden.txt", "hidden.txt"),
        ("..", "document"),
        ("", "document"),
        ("a\x00b\n.txt", "a_b_.txt"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
        ("Übersicht 2024 (final).docx", "Übersicht 2024 (final).docx"),
    ],
)
def test_names_lose_their_folders_and_tricks(given_name: str, kept: str) -> None:
    assert safe_name(given_name) == kept


@given(st.text())
def test_every_name_becomes_one_visible_part_of_a_path(name: str) -> None:
    kept = safe_name(name)
    assert Path(kept).name == kept
    assert not kept.startswith(".")
    assert 1 <= len(kept.encode(errors="surrogatepass")) <= 160


def test_files_lie_below_the_library_and_replace_their_former_version(tmp_path: Path) -> None:
    (path,) = save([File("../a.txt", b"one")], tmp_path, "../work", 1).paths
    assert path == tmp_path / "uploads" / "work" / "a.txt"
    assert save([File("a.txt", b"two")], tmp_path, "work", 1) == Saved((path,), (path,), ())
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in path.parent.iterdir()] == ["a.txt"], "no leftovers"


def test_two_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    paths = save(
        [File("x/a.txt", b"1"), File("y/a.txt", b"2"), File("a.txt", b"3")], tmp_path, "c", 1
    ).paths
    assert [path.read_bytes() for path in paths] == [b"1", b"2", b"3"]
    assert [path.name for path in paths] == ["a.txt", "a (2).txt", "a (3).txt"]


def test_a_file_over_the_limit_is_refused_by_name_and_the_others_are_kept(tmp_path: Path) -> None:
    files = [File("x/big.txt", b"x" * 1_000_001), File("a.txt", b"a")]
    saved = save(files, tmp_path, "c", 1)
    (path,), (refused,) = saved.paths, saved.refused
    assert path.read_bytes() == b"a"
    assert (refused.source, refused.status) == ("big.txt", "failed")
    assert "ingest.max_megabytes = 1" in refused.reason
    assert [entry.name for entry in path.parent.iterdir()] == ["a.txt"]


def test_a_folder_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "uploads").write_text("a file in the way")
    with pytest.raises(StorageFullError, match="cannot be written"):
        save([File("a.txt")], tmp_path, "c", 1)


def test_removing_deletes_the_uploaded_copy_and_nothing_else(tmp_path: Path) -> None:
    (copy,) = save([File("a.txt")], tmp_path, "c", 1).paths
    own = tmp_path / "mine.txt"
    own.write_text("mine")
    sneaky = tmp_path / "uploads" / ".." / "mine.txt"
    forget([str(copy), str(own), str(sneaky)], tmp_path)
    assert not copy.exists()
    assert own.read_text() == "mine"


def test_a_folder_keeps_its_shape_without_what_is_hidden(tmp_path: Path) -> None:
    names = ("papers/a.txt", "papers/2023/a.txt", "papers/.git/config", "papers/.b.txt", "c.txt")
    saved = save([File(name) for name in names], tmp_path, "c", 1, folders=True)
    root = tmp_path / "uploads" / "c"
    assert saved.paths == (root / "papers", root / "c.txt")
    assert saved.files == (root / "papers/a.txt", root / "papers/2023/a.txt", root / "c.txt")
    assert all(path.is_file() for path in saved.files)


@given(st.text())
def test_no_name_leads_out_of_its_folder(name: str) -> None:
    kept = safe_path(name)
    assert not kept.is_absolute()
    assert all(part == safe_name(part) and part != ".." for part in kept.parts)
    assert 1 <= len(kept.parts) <= 8


def test_copies_that_no_document_is_read_from_are_deleted(tmp_path: Path) -> None:
    files = save([File(n) for n in ("a.txt", "b.txt", "c.zip")], tmp_path, "c", 1).files
    forget_unread(files, [str(files[0]), f"{files[2]}!/d/e.txt"], tmp_path)
    assert [path.exists() for path in files] == [True, False, True]
