from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest import ReaderPool, archives, discover, read_document
from quoth.config import IngestConfig
from quoth.errors import DamagedFileError, LimitError, MissingFileError
from tests.ingest.making import word_file

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG = IngestConfig()
FILES = {"notes.txt": b"Notes.", "deep/er/table.csv": b"a,b\n1,2\n", "photo.xyz": b"no"}


def zipped(path: Path, files: Mapping[str, bytes] = FILES) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, files: Mapping[str, bytes] = FILES, mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


MAKERS = {
    "a.zip": zipped,
    "a.tar": tarred,
    "a.tar.gz": lambda path: tarred(path, mode="w:gz"),
    "a.tgz": lambda path: tarred(path, mode="w:gz"),
    "a.tar.bz2": lambda path: tarred(path, mode="w:bz2"),
}


@pytest.mark.parametrize("name", MAKERS)
def test_each_file_in_an_archive_is_a_file_of_its_own(tmp_path: Path, name: str) -> None:
    archive = MAKERS[name](tmp_path / name)
    for given in (archive, tmp_path):
        found = discover([given], hidden=False)
        assert found.files == (Path(f"{archive}!/deep/er/table.csv"), Path(f"{archive}!/notes.txt"))
        assert (found.problems, found.skipped) == ((), {".xyz": 1})
    document = read_document(found.files[0], CONFIG)
    assert (document.source, document.title) == (f"{archive}!/deep/er/table.csv", "table")
    assert document.text == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"


def test_a_child_process_reads_from_an_archive(tmp_path: Path) -> None:
    word = word_file(tmp_path / "a.docx", lambda word: word.add_paragraph("In the archive."))
    archive = zipped(tmp_path / "b.zip", {"sub/a.docx": word.read_bytes()})
    with ReaderPool(CONFIG) as pool:
        document = pool.submit(Path(f"{archive}!/sub/a.docx")).result()
    assert document.text == "In the archive.\n"
    assert document.id == read_document(word, CONFIG).id, "the same bytes are the same document"


def test_names_that_lead_out_are_left_out_and_said(tmp_path: Path) -> None:
    bad = {
        "../../up.txt": b"x",
        "/etc/passwd.txt": b"x",
        "C:\\win.txt": b"x",
        "a/../../b.txt": b"x",
    }
    for archive in (zipped(tmp_path / "a.zip", {**bad, "ok.txt": b"ok"}),
                    tarred(tmp_path / "a.tar", {**bad, "ok.txt": b"ok"})):  # fmt: skip
        found = discover([archive], hidden=False)
        assert "ok.txt" in {file.name for file in found.files}
        assert not {"up.txt", "passwd.txt", "b.txt"} & {file.name for file in found.files}
        assert (
            "with a name that leads out of it or is not UTF-8); unpack it"
            in found.problems[0].reason
        )


def test_a_name_that_is_not_utf8_is_left_out_and_said(tmp_path: Path) -> None:
    archive = tarred(tmp_path / "a.tar", {"ok.txt": b"ok", "b\udcff.txt": b"x"})
    found = discover([archive], hidden=False)
    assert [file.name for file in found.files] == ["ok.txt"]
    assert "1 file left out (with a name" in found.problems[0].reason


def test_links_and_devices_in_a_tar_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("SECRET")
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name, kind in (
            ("a.txt", tarfile.SYMTYPE),
            ("b.txt", tarfile.LNKTYPE),
            ("c.txt", tarfile.CHRTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, str(tmp_path / "secret.txt")
            archive.addfile(info)
    found = discover([tmp_path / "a.tar"], hidden=False)
    assert found.files == ()
    assert "holds nothing to read" in found.problems[0].reason


def test_archives_in_archives_are_counted_as_skipped(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip").read_bytes()
    (tmp_path / "inner.zip").unlink()
    found = discover([zipped(tmp_path / "a.zip", {"in.zip": inner, "b.txt": b"b"})], hidden=False)
    assert [file.name for file in found.files] == ["b.txt"]
    assert found.problems == ()
    assert found.skipped == {".zip": 1}


def test_encrypted_members_are_left_out_and_said(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.txt": b"secret", "b.txt": b"open"})
    data = bytearray(archive.read_bytes())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + at] |= 1
    archive.write_bytes(data)
    found = discover([archive], hidden=False)
    assert [file.name for file in found.files] == ["b.txt"]
    assert "1 file left out (under a password" in found.problems[0].reason


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_bombs_are_refused(tmp_path: Path, name: str) -> None:
    files = {f"{number}.txt": bytes(30_000_000) for number in range(4)}
    make = zipped if name == "a.zip" else lambda path, files: tarred(path, files, "w:gz")
    (problem,) = discover([make(tmp_path / name, files)], hidden=False).problems
    assert problem.reason.startswith(f"{name} expands to ")
    assert problem.reason.endswith("if you trust it, unpack it and ingest its folder")


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    archive = tarred(tmp_path / "a.tar", {f"{number}.txt": b"" for number in range(20_001)})
    assert "holds 20,001 files" in discover([archive], hidden=False).problems[0].reason


def test_a_member_above_the_limit_is_refused_by_itself(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"big.txt": b"word " * 300_000})
    with pytest.raises(LimitError, match=r"^big\.txt has 2 MB and the limit is 1;"):
        read_document(Path(f"{archive}!/big.txt"), IngestConfig(max_megabytes=1))


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tar.bz2"])
def test_a_damaged_archive_is_one_line(tmp_path: Path, name: str) -> None:
    MAKERS[name](tmp_path / name)
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:60])
    (problem,) = discover([tmp_path / name], hidden=False).problems
    assert problem.reason.startswith(f"{name} is damaged: ")


def test_a_member_that_breaks_off_is_damaged_and_one_that_is_gone_is_missing(
    tmp_path: Path,
) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.txt": b"some words to be packed"})
    data = bytearray(archive.read_bytes())
    at = data.index(b"a.txt") + 5
    data[at : at + 8] = bytes(8)
    archive.write_bytes(data)
    with pytest.raises(DamagedFileError, match=r"^a\.txt is damaged: it breaks off inside a\.zip"):
        read_document(Path(f"{archive}!/a.txt"), CONFIG)
    with pytest.raises(MissingFileError, match=r"^gone\.txt does not exist"):
        read_document(Path(f"{archive}!/gone.txt"), CONFIG)


def test_a_document_that_is_named_zip_is_a_document(tmp_path: Path) -> None:
    word = word_file(tmp_path / "a.docx", lambda word: word.add_paragraph("Words."))
    path = word.rename(tmp_path / "a.zip")
    assert discover([path], hidden=False).files == (path,)
    assert read_document(path, CONFIG).text == "Words.\n"


def test_hidden_files_and_names_in_utf8_without_its_flag(tmp_path: Path) -> None:
    archive = zipped(
        tmp_path / "a.zip", {"__MACOSX/._a.txt": b"x", ".b/c.txt": b"x", "u.txt": b"x"}
    )
    data = archive.read_bytes()
    archive.write_bytes(data.replace(b"u.txt", "ü.t".encode() + b"x"))
    assert [file.name for file in discover([archive], hidden=False).files] == []
    archive = zipped(tmp_path / "b.zip", {"xx.txt": b"x"})
    archive.write_bytes(archive.read_bytes().replace(b"xx.txt", "ü.txt".encode()))
    assert [file.name for file in discover([archive], hidden=False).files] == ["ü.txt"]


def test_a_changed_archive_is_looked_into_again(tmp_path: Path) -> None:
    zipped(tmp_path / "a.zip", {"a.txt": b"old"})
    member = Path(f"{tmp_path / 'a.zip'}!/a.txt")
    assert archives.bytes_of(member, 10) == b"old"
    zipped(tmp_path / "a.zip", {"a.txt": b"newer"})
    assert archives.bytes_of(member, 10) == b"newer"
    archives.forget()


def test_a_file_with_the_mark_in_its_name_is_a_plain_file(tmp_path: Path) -> None:
    folder = tmp_path / "odd!"
    folder.mkdir()
    (folder / "a.txt").write_text("plain")
    assert read_document(folder / "a.txt", CONFIG).text == "plain"


def test_a_file_in_an_archive_can_be_named_by_itself(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip")
    member = Path(f"{archive}!/deep/er/table.csv")
    assert discover([member], hidden=False).files == (member,)
    for wrong in (f"{archive}!/gone.txt", f"{tmp_path}/b.zip!/notes.txt"):
        found = discover([wrong], hidden=False)
        assert (found.files, len(found.problems)) == ((), 1)
        assert "does not exist" in found.problems[0].reason
    archive.write_bytes(b"PK cut off")
    assert "is damaged" in discover([member], hidden=False).problems[0].reason
    with pytest.raises(FileNotFoundError):
        archives.bytes_of(Path(f"{zipped(archive)}!/gone.txt"), 10)
