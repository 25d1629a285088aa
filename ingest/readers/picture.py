"""Reads pictures of text (PNG, JPEG, TIFF, WebP, BMP) by OCR; knows no other format."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, clean
from ingest.ocr import FOUND_NOTHING, LARGEST_SIDE, ocr_for
from ingest.pictures import frames, pixels_a_point
from ingest.readers.pdf_layout import lines_of, text_of_lines
from ingest.readers.recognised import recognised_places, segments_of
from quoth.datatypes import Coverage, Document
from quoth.errors import LimitError, NoTextError, ReadError

if TYPE_CHECKING:
    from PIL.Image import Image

    from ingest.ocr import Ocr
    from quoth.config import IngestConfig
    from quoth.datatypes import Place


@dataclass(slots=True)
class _Read:
    """What the pages came to."""

    texts: list[str] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)
    places: dict[int, tuple[Place, ...]] = field(default_factory=dict)

    def coverage(self) -> Coverage:
        numbered = list(enumerate(self.texts, 1))
        return Coverage(
            n_pages=len(self.texts),
            ocr=tuple(number for number, text in numbered if text),
            empty=tuple(n for n, text in numbered if not text and n not in self.failed),
            failed=self.failed,
        )


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read a picture, a page for each of a TIFF.

    Raises DamagedFileError, NoTextError (OCR found nothing, or there is none) and LimitError.
    """
    ocr = ocr_for(config)()
    found = _Read()
    media_type = ""
    for picture, media_type in frames(data, source, LARGEST_SIDE):  # noqa: B007 (all have the same)
        if len(found.texts) == config.max_pages:
            raise LimitError(
                f"{PurePath(source).name} has more than {config.max_pages:,} pages; split it, or "
                "raise ingest.max_pages"
            )
        text, places, failure = _recognised(picture, ocr)
        found.texts.append(text)
        found.places[len(found.texts)] = places
        if failure:
            found.failed[len(found.texts)] = failure
    if not any(found.texts):
        why = "; ".join(dict.fromkeys(found.failed.values())) or FOUND_NOTHING
        raise NoTextError(f"{PurePath(source).name} has no text: {why}; leave it out")
    coverage = found.coverage()
    content = Content(
        media_type=media_type,
        pages=[(text + "\n", "") for text in found.texts],
        metadata={"coverage": coverage.as_text()},
        warnings=coverage.warnings(),
        places=found.places,
    )
    return assemble(data, source, content, config)


def _recognised(picture: Image, ocr: Ocr) -> tuple[str, tuple[Place, ...], str]:
    """The text of a picture, its places, and why there is none when that is known."""
    if ocr.recognise is None:
        return "", (), f"a picture, {ocr.absent}"
    if time.monotonic() > ocr.deadline:
        return "", (), "a picture, OCR of what came before took all of ingest.ocr_seconds"
    try:
        segments = segments_of(ocr.recognise(picture), pixels_a_point(picture))
    except ReadError as error:
        return "", (), f"a picture, {error}"
    text = clean(text_of_lines(lines_of(segments))).strip()
    return text, recognised_places(text, segments), ""
