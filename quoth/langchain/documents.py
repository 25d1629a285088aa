"""Quoth's passages and texts as LangChain documents. Searches nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.documents import Document

from quoth.answer_records import excerpt_record

if TYPE_CHECKING:
    from quoth.datatypes import Hit, TextItem


def of_hit(hit: Hit) -> Document:
    """The chunk's text with where it is from; offsets are characters into the document's text."""
    chunk = hit.chunk
    return Document(
        id=chunk.id,
        page_content=chunk.text,
        metadata={
            "source": chunk.source,
            "document_id": chunk.document_id,
            "page": chunk.first_page,
            "last_page": chunk.last_page,
            "start": chunk.start,
            "end": chunk.end,
            "headings": list(chunk.headings),
            "score": hit.score,
            "similarity": hit.similarity,
            "also_in": list(hit.also_in),
            **({"excerpt": excerpt_record(hit)} if hit.excerpt else {}),
        },
    )


def of_text(item: TextItem) -> Document:
    """A text as it was added."""
    return Document(id=item.id, page_content=item.text, metadata=dict(item.metadata))
