"""Pages, texts, sources and neighbours of chunks are told as the documents have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quoth.config import IndexConfig
from quoth.datatypes import Document, Page
from tests.vectorstore.making import make_chunks, make_document, put
from vectorstore import LocalLibrary, places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = (Page(1, "abc", 0), Page(2, "", 3), Page(3, "d\0fg", 3), Page(4, "hi", 7))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LocalLibrary]:
    opened = LocalLibrary(tmp_path / "library", IndexConfig(device="cpu"))
    yield opened
    opened.close()


def test_a_text_is_read_across_pages(library: LocalLibrary) -> None:
    document = Document("0" * 16, "/folder/p.pdf", "p", "application/pdf", PAGES)
    with library.writing():
        put(library, document)
    with library.reading() as sql:
        for start in range(9):
            for end in range(start, 10):
                told = places.text_between(sql, document.id, start, end)
                assert told == document.text[start:end]
        assert places.text_between(sql, "gone", 0, 9) == ""


def test_the_chunks_beside_one_are_of_its_document(library: LocalLibrary) -> None:
    first, second = make_document(1, "word " * 24), make_document(2, "other " * 9)
    with library.writing():
        put(library, first)
        put(library, second)
    chunks = make_chunks(first)
    with library.reading() as sql:
        told = [places.beside(sql, chunk) for chunk in chunks]
        assert places.beside(sql, make_chunks(make_document(3))[0]) == (None, None)
    before = [None if chunk is None else chunk.text for chunk, _ in told]
    after = [None if chunk is None else chunk.text for _, chunk in told]
    texts = [chunk.text for chunk in chunks]
    assert (before, after) == ([None, *texts[:-1]], [*texts[1:], None])


def test_every_source_of_a_row_is_told(library: LocalLibrary) -> None:
    with library.writing():
        put(library, make_document(1, "short"))
        put(library, make_document(1, "short"), source="/folder/copy.txt")
        put(library, make_document(2, "other"))
    (row,) = [row for row, c in library.chunks(range(1, 9)).items() if c.text == "short"]
    assert library.sources([row, 99]) == {row: ("/folder/1.txt", "/folder/copy.txt")}
