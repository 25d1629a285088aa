"""Documents, facts and settings as aligned text for people. It knows the types it prints."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from quoth.cli.records import plain_value
from quoth.cli.terminal import one_line, table

if TYPE_CHECKING:
    from quoth.config import Config
    from quoth.datatypes import DocumentRecord


def documents_table(documents: Sequence[DocumentRecord]) -> str:
    """One line a document: id, collection, pages, chunks, day added, sources."""
    rows = [("ID", "COLLECTION", "PAGES", "CHUNKS", "ADDED", "SOURCE")]
    rows += [
        (
            document.id,
            one_line(document.collection),
            str(document.n_pages),
            str(document.n_chunks),
            document.added_at[:10],
            one_line(", ".join(document.sources)),
        )
        for document in documents
    ]
    return table(rows)


def document_text(document: DocumentRecord) -> str:
    """A document's facts, and how its pages were read."""
    from quoth.datatypes import Coverage

    coverage = Coverage.from_metadata(document.metadata)
    facts: dict[str, object] = {
        "id": document.id,
        "title": document.title,
        "collection": document.collection,
        "sources": document.sources,
        "type": document.media_type,
        "language": document.language or "not known",
        "pages": document.n_pages,
        "chunks": document.n_chunks,
        "characters": document.n_characters,
        "added": document.added_at,
        **{key: value for key, value in document.metadata.items() if key != "coverage"},
    }
    if coverage is not None:
        facts["coverage"] = {
            "text layer": coverage.n_text,
            "read by OCR": len(coverage.ocr),
            "no text": len(coverage.empty),
            "not read": len(coverage.failed),
        }
    return "\n".join([facts_text(facts), *(f"! {one_line(w)}" for w in document.warnings)])


def facts_text(facts: Mapping[str, object], indent: str = "") -> str:
    """Nested facts, one on a line, indented by depth."""
    lines = []
    for key, value in facts.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}{key}:", facts_text(value, indent + "  ")]
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            lines.append(f"{indent}{key}: {one_line(shown)}")
    return "\n".join(lines)


def settings_table(config: Config) -> str:
    """One line a setting: key, value, where the value came from."""
    return table(
        [
            (f"  {key}", one_line(_as_json(value)), one_line(origin))
            for key, value, origin in config.items()
        ]
    )


def _as_json(value: object) -> str:
    return json.dumps(plain_value(value), ensure_ascii=False)
