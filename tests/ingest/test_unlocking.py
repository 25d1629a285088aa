from __future__ import annotations

import io
from typing import TYPE_CHECKING

import msoffcrypto
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from ingest import document_id, read_document, with_passwords
from quoth.config import IngestConfig
from quoth.errors import EncryptedFileError
from tests.ingest.making import word_file

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = IngestConfig()


def locked(path: Path, password: str) -> Path:
    """A Word document under a password, as Word encrypts it."""
    plain = word_file(path.with_name("plain.docx"), lambda word: word.add_paragraph("Kept secret."))
    with plain.open("rb") as file, path.open("wb") as target:
        OOXMLFile(file).encrypt(password, target)
    return path


def test_an_office_file_opens_by_its_password_and_keeps_its_id(tmp_path: Path) -> None:
    path = locked(tmp_path / "a.docx", "geheim")
    document = read_document(path, with_passwords(CONFIG, ["wrong", "geheim"]))
    assert document.text == "Kept secret.\n"
    assert document.id == document_id(path.read_bytes())
    assert document.warnings == ()


def test_without_its_password_it_is_one_clear_line(tmp_path: Path) -> None:
    path = locked(tmp_path / "a.docx", "geheim")
    with pytest.raises(EncryptedFileError) as failure:
        read_document(path, CONFIG)
    assert str(failure.value) == "a.docx needs a password; give it with --password"
    with pytest.raises(EncryptedFileError, match=r"^a\.docx needs another password; "):
        read_document(path, with_passwords(CONFIG, ["wrong"]))


def test_what_excel_opens_unasked_is_read(tmp_path: Path) -> None:
    path = locked(tmp_path / "a.docx", "VelvetSweatshop")
    assert read_document(path, CONFIG).text == "Kept secret.\n"


@pytest.mark.parametrize("keep", [600, 3000, -200])
def test_a_broken_encrypted_file_says_that_it_needs_a_password(tmp_path: Path, keep: int) -> None:
    path = locked(tmp_path / "a.docx", "geheim")
    path.write_bytes(path.read_bytes()[:keep] + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(EncryptedFileError):
        read_document(path, CONFIG)


def test_the_test_files_are_encrypted(tmp_path: Path) -> None:
    data = locked(tmp_path / "a.docx", "geheim").read_bytes()
    assert msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted()
