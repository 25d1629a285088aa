"""Tells an answer what stands around a chunk in its document. It knows the library only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vectorstore import places

if TYPE_CHECKING:
    from quoth.datatypes import Chunk
    from vectorstore import LocalLibrary


class Surroundings:
    """The texts and chunks beside those that were found. Safe to share between threads."""

    def __init__(self, library: LocalLibrary) -> None:
        self._library = library

    def text(self, document_id: str, start: int, end: int) -> str:
        """The characters [start, end) of a document; "" when it is gone."""
        with self._library.reading() as sql:
            return places.text_between(sql, document_id, start, end)

    def beside(self, chunk: Chunk) -> tuple[Chunk | None, Chunk | None]:
        """The chunks before and after one in its document; None where there is none."""
        with self._library.reading() as sql:
            return places.beside(sql, chunk)
