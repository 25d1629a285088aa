"""Puts the text that a reader found together into a Document; knows no file format."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from quoth.datatypes import Coverage, Document, Heading, Page
from quoth.errors import LimitError, NoTextError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quoth.config import IngestConfig
    from quoth.datatypes import Place

_LINE_ENDS = re.compile("\r\n?|[\v\f]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufeff\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader found: `pages` as (text, label); heading offsets count over all pages.

    `places` are by page number, of those that were read by OCR. Texts are clean already (see `clean`). `title` and `language` are the format's own, or "".
    """

    media_type: str
    pages: Sequence[tuple[str, str]]
    headings: Sequence[Heading] = ()
    title: str = ""
    language: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    places: Mapping[int, tuple[Place, ...]] = field(default_factory=dict)


def document_id(data: bytes) -> str:
    """The first 16 hex digits of the bytes' SHA-256: same bytes, same id."""
    return hashlib.sha256(data).hexdigest()[:16]


def clean(text: str) -> str:
    """Line ends as LF, without control characters; lone surrogates become U+FFFD."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)))


def one_line(text: str) -> str:
    """The text clean and with single spaces, as a title needs it."""
    return _SPACE.sub(" ", clean(text)).strip()


def language_code(tag: str) -> str:
    """The ISO 639-1 code of a language tag such as `en-US`; "" when it names none."""
    primary = re.split("[-_.]", tag.strip().lower())[0]
    return primary if re.fullmatch("[a-z]{2}", primary) else ""


def assemble(data: bytes, source: str, content: Content, config: IngestConfig) -> Document:
    """The Document of `data`. Raises LimitError (too much text) and NoTextError (only space)."""
    check_characters(sum(len(text) for text, _ in content.pages), source, config)
    if not any(text.strip() for text, _ in content.pages):
        raise NoTextError(f"{PurePath(source).name} has no text in it; leave it out")
    return Document(
        id=document_id(data),
        source=source,
        title=_title(source, content),
        media_type=content.media_type,
        pages=_pages(content),
        headings=tuple(sorted(content.headings, key=lambda heading: heading.start)),
        language=language_code(content.language),
        metadata={
            key: line
            for key, value in {**_coverage(content), **content.metadata}.items()
            if (line := one_line(value))
        },
        warnings=tuple(content.warnings),
    )


def _coverage(content: Content) -> dict[str, str]:
    """The report for a format whose readers find a page's text or that it has none."""
    empty = [number for number, (text, _) in enumerate(content.pages, 1) if not text.strip()]
    return {"coverage": Coverage(len(content.pages), empty=tuple(empty)).as_text()}


def check_characters(n_characters: int, source: str, config: IngestConfig) -> None:
    """Raise LimitError when a document has more text than the configuration allows."""
    if n_characters > config.max_characters:
        raise LimitError(
            f"{PurePath(source).name} holds more than {config.max_characters:,} characters; "
            "split it, or raise ingest.max_characters"
        )


def _pages(content: Content) -> tuple[Page, ...]:
    pages: list[Page] = []
    start = 0
    for number, (text, label) in enumerate(content.pages, 1):
        pages.append(Page(number, text, start, label, content.places.get(number, ())))
        start += len(text)
    return tuple(pages)


def _title(source: str, content: Content) -> str:
    first = next((heading.text for heading in content.headings if heading.level == 1), "")
    return one_line(content.title) or one_line(first) or PurePath(source).stem
