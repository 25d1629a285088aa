from __future__ import annotations

import hashlib
import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from ingest import document_id, read_document
from ingest.formats import FORMATS
from ingest.readers import reader_for
from quoth.config import IngestConfig
from quoth.errors import (
    DamagedFileError,
    EncryptedFileError,
    LimitError,
    MissingFileError,
    NoTextError,
    ReadError,
    UnsupportedFileError,
)
from tests.ingest.making import make_pdf, word_file

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = IngestConfig()
GIF = b"GIF89a" + bytes(range(256)) * 4
HTML = b"<!DOCTYPE html>\n<html><body><p>Hello there.</p></body></html>"


def refused(path: Path, kind: type[ReadError], config: IngestConfig = CONFIG) -> str:
    with pytest.raises(ReadError) as caught:
        read_document(path, config)
    assert caught.type is kind
    text = str(caught.value)
    assert text.startswith(path.name + " ")
    assert "\n" not in text
    assert ";" in text, "says what to do next"
    return text


def test_an_id_is_of_the_bytes() -> None:
    assert document_id(b"abc") == hashlib.sha256(b"abc").hexdigest()[:16]


def test_the_same_bytes_have_the_same_id_under_any_name(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("the same")
    first, second = (read_document(tmp_path / name, CONFIG) for name in ("a.txt", "b.txt"))
    assert first.id == second.id
    assert (first.source, second.source) == (str(tmp_path / "a.txt"), str(tmp_path / "b.txt"))


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("report.pdf", GIF, "a GIF picture, which Quoth does not read; save it as PNG or JPEG"),
        ("report.pdf", HTML, "not a PDF: its bytes are an HTML page; rename it to end in .html"),
        ("notes.docx", b"just words", "not a Word document: its bytes are plain text; rename it"),
        ("notes.txt", os.urandom(4096), "binary data, which Quoth does not read; save it as PDF"),
        ("notes.md", b"\0\1\2" * 500, "binary data"),
        ("page.html", GIF, "a GIF picture"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
         "an old Word document (.doc), which Quoth does not read; save it as PDF or .docx"),
        ("report.pdf", b"{\\rtf1 hello}", "not a PDF: its bytes are an RTF document"),
        ("table.xlsx", b"no table", "not a spreadsheet: its bytes are plain text"),
        ("photo.heic", b"\0\0\0\x18ftypheic" + bytes(99), "a HEIF picture"),
        ("model.gguf", b"GGUF\3\0\0\0", "a GGUF model"),
    ],
)  # fmt: skip
def test_content_that_contradicts_the_name_is_said_to_be_what_it_is(
    tmp_path: Path, name: str, data: bytes, what: str
) -> None:
    (tmp_path / name).write_bytes(data)
    assert what in refused(tmp_path / name, UnsupportedFileError)


def test_a_misnamed_document_is_read_as_what_it_is_with_a_warning(tmp_path: Path) -> None:
    pdf = make_pdf(tmp_path / "a.pdf", ["Hello from a page."]).rename(tmp_path / "notes.txt")
    word = word_file(tmp_path / "a.docx", lambda word: word.add_paragraph("Hello from Word."))
    page = tmp_path / "page.doc"
    page.write_bytes(HTML)
    for path, kind in (
        (pdf, "a PDF"), (word.rename(tmp_path / "sheet.xlsx"), "a Word document"),
        (page, "an HTML page"),
    ):  # fmt: skip
        document = read_document(path, CONFIG)
        assert "Hello" in document.text
        assert document.warnings == (
            f"read as {kind}, which its bytes are, whatever its name says",
        )


def test_an_archive_under_another_name_is_said_to_be_one(tmp_path: Path) -> None:
    for name, inner, what in (
        ("a.docx", "a.txt", "a ZIP archive, which Quoth does not read; unpack it"),
        ("a.pdf", "content.xml", "an OpenDocument drawing, which Quoth does not read; save it as"),
    ):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(inner, "text")
        assert what in refused(tmp_path / name, UnsupportedFileError)


def test_every_format_has_its_reader() -> None:
    for name in FORMATS:
        assert callable(reader_for(name))


def test_a_type_is_found_without_a_suffix(tmp_path: Path) -> None:
    make_pdf(tmp_path / "pdf", ["Hello from a page."])
    word_file(tmp_path / "docx", lambda word: word.add_paragraph("Hello from Word."))
    (tmp_path / "html").write_bytes(HTML)
    (tmp_path / "README").write_text("Hello there.")
    kinds = [read_document(tmp_path / n, CONFIG).media_type for n in ("pdf", "html", "README")]
    assert kinds == ["application/pdf", "text/html", "text/plain"]
    assert "wordprocessingml" in read_document(tmp_path / "docx", CONFIG).media_type


def test_text_about_pdf_files_stays_text(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Formats\n\nA PDF begins with %PDF-1.7.\n")
    assert read_document(tmp_path / "notes.md", CONFIG).media_type == "text/markdown"


def test_a_pdf_may_begin_late(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "late.pdf", ["Here I am."])
    path.write_bytes(b"junk from a mail server\n" + path.read_bytes())
    assert "Here I am." in read_document(path, CONFIG).text


def test_missing_empty_and_folder_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "blank.txt").write_text(" \n\t\n")
    (tmp_path / "folder.txt").mkdir()
    assert "does not exist" in refused(tmp_path / "gone.pdf", MissingFileError)
    assert "is not a file" in refused(tmp_path / "folder.txt", MissingFileError)
    assert "is empty" in refused(tmp_path / "empty.pdf", NoTextError)
    assert "is empty" in refused(tmp_path / "blank.txt", NoTextError)


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "is not a file" in refused(tmp_path / "pipe.txt", MissingFileError)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    (tmp_path / "closed.txt").touch(mode=0)
    assert "Permission denied" in refused(tmp_path / "closed.txt", MissingFileError)


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(10**12)
    assert "raise ingest.max_megabytes" in refused(tmp_path / "large.txt", LimitError)


def test_too_much_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("word " * 100)
    config = IngestConfig(max_characters=100)
    assert "raise ingest.max_characters" in refused(tmp_path / "long.txt", LimitError, config)


def test_an_encrypted_word_file_needs_its_password(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "secret.docx").write_bytes(ole)
    assert "needs a password; give it with --password" in refused(
        tmp_path / "secret.docx", EncryptedFileError
    )


def test_a_truncated_word_file_is_damaged(tmp_path: Path) -> None:
    path = word_file(tmp_path / "cut.docx", lambda word: word.add_paragraph("Hello."))
    path.write_bytes(path.read_bytes()[:-400])
    assert "is damaged" in refused(path, DamagedFileError)
