"""Awkward real files, from other projects' bug reports; not part of the project."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest import ReaderPool, chunk_document, with_passwords
from quoth.config import IngestConfig
from quoth.errors import EncryptedFileError, NoTextError, ReadError
from tests.ingest.test_chunking import check_invariants

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SHARED = Path(os.environ.get("QUOTH_DATA", Path(__file__).parents[3] / "shared" / "data"))
FOLDER = SHARED / "hard_files"
LARGEST = 400_000

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="needs the data set hard_files")


def rows() -> list[dict[str, str]]:
    with (FOLDER / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    return [row for row in found if int(row["bytes"]) <= LARGEST]


def test_every_file_ends_as_a_document_or_one_read_error(
    count_tokens: Callable[[Sequence[str]], list[int]],
) -> None:
    n_documents = 0
    with ReaderPool(IngestConfig(timeout_seconds=20, ocr="off")) as pool:
        futures = [(row, pool.submit(FOLDER / row["file"])) for row in rows()]
        for row, future in futures:
            error = future.exception()
            if error is not None:
                assert isinstance(error, ReadError), row
                assert str(error).startswith(Path(row["file"]).name)
                assert isinstance(error, EncryptedFileError) or not wants_text(row), error
                continue
            document = future.result()
            n_documents += 1
            chunks = chunk_document(document, count_tokens, 256)
            check_invariants(document, chunks, count_tokens, 256)
    assert n_documents > len(futures) // 2


def wants_text(row: dict[str, str]) -> bool:
    """Whether PDFium was seen to find a good deal of text in this PDF without a password."""
    return row["file"].endswith(".pdf") and int(row["pdfium_chars"] or 0) > 20


def test_files_that_need_a_password_say_so_and_others_open() -> None:
    encrypted = [row for row in rows() if row["category"] == "encrypted"]
    locked = [row for row in encrypted if row["needs_password"] == "yes"]
    open_ones = [row for row in encrypted if not row["password"] and row["pdfium_chars"]]
    assert locked
    assert open_ones
    with ReaderPool(IngestConfig()) as pool:
        for row in locked:
            assert isinstance(pool.submit(FOLDER / row["file"]).exception(), EncryptedFileError)
        for row in open_ones:
            error = pool.submit(FOLDER / row["file"]).exception()
            assert not isinstance(error, EncryptedFileError), row


def test_locked_files_open_by_the_password_that_their_project_names() -> None:
    named = [row for row in rows() if row["password"] and row["file"].endswith(".pdf")]
    config = with_passwords(IngestConfig(ocr="off"), [row["password"] for row in named])
    assert len(named) > 10
    with ReaderPool(config) as pool:
        for row in named:
            error = pool.submit(FOLDER / row["file"]).exception()
            assert error is None or isinstance(error, NoTextError), row
