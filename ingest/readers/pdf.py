"""Reads PDF files: PDFium for everything, pypdf as the second opinion; knows no other format.

PDFium also gives outline, labels and metadata: it reads damaged files without raising, and
spares pypdf's second parse of the whole file.
"""

from __future__ import annotations

import contextlib
import ctypes
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, check_characters, clean, language_code, one_line
from ingest.ocr import ocr_for
from ingest.passwords import locked, passwords_of
from ingest.readers import pdf_fallback
from ingest.readers.hyphenation import join_cut_words
from ingest.readers.pdf_headings import Letters, headings
from ingest.readers.pdf_layout import lines_of, text_of_lines
from ingest.readers.pdf_pages import is_garbage, read_pages
from ingest.readers.pdf_running import running_segments
from ingest.readers.recognised import recognised_places
from quoth.datatypes import Coverage, Document
from quoth.errors import DamagedFileError, LimitError, NoTextError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pypdfium2 import PdfDocument

    from ingest.readers.pdf_layout import Line
    from ingest.readers.pdf_segments import Segment
    from quoth.config import IngestConfig
    from quoth.datatypes import Place

_WRONG_PASSWORD = 4
_MAX_FRUITLESS = 8
_METADATA = {
    "author": "Author",
    "subject": "Subject",
    "keywords": "Keywords",
    "created": "CreationDate",
    "modified": "ModDate",
}
_DATE = re.compile(r"\AD:\s*(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d))?[\dZz+'-]*\Z")
_LEADERS = re.compile(r"(?:[ \t]?[.·…_]){5,}")
# An accent and its letter, printed one over the other.
_ACCENTS = {
    "´": "\u0301",
    "¨": "\u0308",
    "ˇ": "\u030c",
    "˘": "\u0306",
    "˝": "\u030b",
    "˚": "\u030a",
}
_BASES = {"ı": "i"}
_ACCENTED = re.compile("([´¨ˇ˘˝˚])([A-Za-zı])")
# Letters as typesetters join them: ligatures, and the shapes of Hebrew and Arabic letters.
_JOINED = re.compile("[\ufb00-\ufb06\ufb1d-\ufdf9\ufe70-\ufefc]")


@dataclass(slots=True)
class _Read:
    """What the pages of a document came to."""

    texts: list[str] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)
    letters: Letters = field(default_factory=Letters)
    recognised: dict[int, tuple[Segment, ...]] = field(default_factory=dict)

    def places(self) -> dict[int, tuple[Place, ...]]:
        """Where the text of pages that were read by OCR stands."""
        return {
            number: recognised_places(self.texts[number - 1], segments)
            for number, segments in self.recognised.items()
        }

    def coverage(self) -> Coverage:
        empty = [n for n, text in enumerate(self.texts, 1) if not text.strip()]
        return Coverage(
            n_pages=len(self.texts),
            ocr=tuple(self.recognised),
            empty=tuple(number for number in empty if number not in self.failed),
            failed=self.failed,
        )


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read a PDF. An empty user password, or one of the configured, opens an encrypted file.

    Raises EncryptedFileError, DamagedFileError, NoTextError (nothing readable) and LimitError.
    """
    pdf = open_pdf(data, source, passwords_of(config))
    if pdf is None:
        return _read_by_second_opinion(data, source, config)
    with contextlib.closing(pdf):
        return _read_open(pdf, data, source, config)


def open_pdf(data: bytes, source: str, passwords: Sequence[str] = ()) -> PdfDocument | None:
    """The open PDF, to be closed; None for one that PDFium cannot open.

    Raises EncryptedFileError when neither the empty password nor any of these opens it.
    """
    import pypdfium2

    for password in (None, *passwords):
        try:
            return pypdfium2.PdfDocument(data, password=password)
        except pypdfium2.PdfiumError as error:
            if error.err_code != _WRONG_PASSWORD:
                return None
    # pypdf prepares passwords outside ASCII as the standard asks, and knows more encryptions.
    plain = pdf_fallback.decrypted(data, passwords) if passwords else None
    if plain is not None:
        return open_pdf(plain, source)
    raise locked(source, passwords)


def _read_open(pdf: PdfDocument, data: bytes, source: str, config: IngestConfig) -> Document:
    _check_pages(len(pdf), source, config)
    found = _pages(pdf, data, source, config)
    labels = [one_line(pdf.get_page_label(index)) for index in range(len(pdf))]
    info = pdf.get_metadata_dict(skip_empty=True)
    coverage = found.coverage()
    content = Content(
        media_type="application/pdf",
        pages=list(zip(found.texts, labels, strict=True)),
        headings=headings(pdf, found.letters, found.texts),
        title=info.get("Title", ""),
        language=_language(pdf),
        metadata={
            ours: _DATE.sub(_date, info[theirs])
            for ours, theirs in _METADATA.items()
            if theirs in info
        }
        | {"coverage": coverage.as_text()},
        warnings=coverage.warnings(),
        places=found.places(),
    )
    return assemble(data, source, content, config)


def _pages(pdf: PdfDocument, data: bytes, source: str, config: IngestConfig) -> _Read:
    """The text of each page, ended by a line end, without what runs through the pages."""
    found = _Read()
    n_characters = 0
    for page, running in running_segments(read_pages(pdf, ocr_for(config))):
        lines = lines_of([one for one in page.segments if one.stream not in running])
        found.letters.see(page.number - 1, lines)
        found.texts.append(_page_text(lines, page.notes))
        n_characters += len(found.texts[-1])
        check_characters(n_characters, source, config)
        if page.by_ocr:
            found.recognised[page.number] = page.segments
        if page.failure:
            found.failed[page.number] = page.failure
    _ask_again(found, data, passwords_of(config))
    found.texts = [_finish(text) for text in join_cut_words(found.texts)]
    if not any(text.strip() for text in found.texts):
        raise NoTextError(f"{PurePath(source).name} has no text: {_reason(found)}; leave it out")
    return found


def _reason(found: _Read) -> str:
    if not found.failed:
        return "its pages are empty"
    return "; ".join(dict.fromkeys(found.failed.values()))


def _page_text(lines: Sequence[Line], notes: Sequence[str]) -> str:
    """The lines and the notes below them."""
    below = "".join(f"\n\nNote: {note}" for note in notes)
    return (text_of_lines(lines) + below).lstrip("\n")


def _ask_again(found: _Read, data: bytes, passwords: Sequence[str]) -> None:
    """What pypdf finds on pages where PDFium found nothing; it gives up after a few."""
    empty = [index for index, text in enumerate(found.texts) if not text.strip()]
    fruitless = 0
    for index, text in zip(empty, _second_opinions(data, empty, passwords), strict=False):
        if text.strip() and not is_garbage(text):
            found.texts[index] = text
            found.failed.pop(index + 1, None)
        else:
            fruitless += 1
        if fruitless == _MAX_FRUITLESS:
            return


def _second_opinions(data: bytes, empty: list[int], passwords: Sequence[str]) -> Iterator[str]:
    return pdf_fallback.page_texts(data, empty, passwords) if empty else iter(())


def _read_by_second_opinion(data: bytes, source: str, config: IngestConfig) -> Document:
    passwords = passwords_of(config)
    n_pages = pdf_fallback.count_pages(data, passwords)
    if n_pages:
        _check_pages(n_pages, source, config)
        found = pdf_fallback.page_texts(data, range(n_pages), passwords)
        texts = [_finish(text) for text in found]
        if any(text.strip() for text in texts):
            return _damaged_but_read(texts, data, source, config)
    raise DamagedFileError(
        f"{PurePath(source).name} is damaged: no PDF page can be read in it; get it again from where it came"
    )


def _damaged_but_read(texts: list[str], data: bytes, source: str, config: IngestConfig) -> Document:
    read_by_pypdf = _Read(texts)
    coverage = read_by_pypdf.coverage()
    content = Content(
        "application/pdf",
        [(text, "") for text in texts],
        metadata={"coverage": coverage.as_text()},
        warnings=["damaged: read without its layout", *coverage.warnings()],
    )
    return assemble(data, source, content, config)


def _check_pages(n_pages: int, source: str, config: IngestConfig) -> None:
    if n_pages > config.max_pages:
        raise LimitError(
            f"{PurePath(source).name} has {n_pages:,} pages and the limit is {config.max_pages:,}; "
            "split it, or raise ingest.max_pages"
        )


def _finish(text: str) -> str:
    """The text with plain letters, without rows of dots, ended by a line end."""
    plain = _JOINED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), clean(text))
    plain = _ACCENTED.sub(_with_accent, plain)
    return _LEADERS.sub(" …", plain).rstrip() + "\n"


def _with_accent(found: re.Match[str]) -> str:
    accent, letter = found.groups()
    whole = unicodedata.normalize("NFC", _BASES.get(letter, letter) + _ACCENTS[accent])
    return whole if len(whole) == 1 else found[0]


def _date(found: re.Match[str]) -> str:
    """A date as PDF writes it, as people do: 2017-03-01 12:30."""
    day = "-".join(filter(None, found.groups()[:3]))
    return f"{day} {found[4]}:{found[5]}" if found[4] else day


def _language(pdf: PdfDocument) -> str:
    import pypdfium2.raw as pdfium

    n_bytes = pdfium.FPDFCatalog_GetLanguage(pdf, None, 0)
    buffer = (ctypes.c_ushort * (n_bytes // 2))()
    pdfium.FPDFCatalog_GetLanguage(pdf, buffer, n_bytes)
    return language_code(bytes(buffer).decode("utf-16-le", "ignore").rstrip("\0"))
