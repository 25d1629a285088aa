"""Reads PDF files: PDFium for everything, pypdf as the second opinion; knows no other format.

PDFium also gives outline, labels and metadata: it reads damaged files without raising, and
spares pypdf's second parse of the whole file.
"""

from __future__ import annotations

import contextlib
import ctypes
import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, check_characters, clean, language_code, one_line
from ingest.readers import pdf_fallback
from ingest.readers.hyphenation import join_cut_words
from quoth.datatypes import Document, Heading
from quoth.errors import DamagedFileError, EncryptedFileError, LimitError, NoTextError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdfium2 import PdfDocument

    from quoth.config import IngestConfig

_WRONG_PASSWORD = 4
_MAX_HEADINGS = 10_000
_MAX_FRUITLESS = 8
_METADATA = {
    "author": "Author",
    "subject": "Subject",
    "keywords": "Keywords",
    "created": "CreationDate",
    "modified": "ModDate",
}


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read a PDF. An empty user password opens an encrypted file.

    Raises EncryptedFileError, DamagedFileError, NoTextError (a scan) and LimitError.
    """
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _WRONG_PASSWORD:
            raise EncryptedFileError(
                f"{PurePath(source).name} needs a password; save a copy without one and ingest that"
            ) from error
        return _read_by_second_opinion(data, source, config)
    with contextlib.closing(pdf):
        return _read_open(pdf, data, source, config)


def _read_open(pdf: PdfDocument, data: bytes, source: str, config: IngestConfig) -> Document:
    _check_pages(len(pdf), source, config)
    texts, warnings = _texts(pdf, data, source, config)
    labels = [one_line(pdf.get_page_label(index)) for index in range(len(pdf))]
    info = pdf.get_metadata_dict(skip_empty=True)
    content = Content(
        media_type="application/pdf",
        pages=list(zip(texts, labels, strict=True)),
        headings=_headings(pdf, texts),
        title=info.get("Title", ""),
        language=_language(pdf),
        metadata={ours: info[theirs] for ours, theirs in _METADATA.items() if theirs in info},
        warnings=warnings,
    )
    return assemble(data, source, content, config)


def _texts(
    pdf: PdfDocument, data: bytes, source: str, config: IngestConfig
) -> tuple[list[str], list[str]]:
    """The text of each page, ended by a line end, and warnings about empty pages."""
    texts = []
    n_characters = 0
    for index in range(len(pdf)):
        texts.append(_page_text(pdf, index))
        n_characters += len(texts[-1])
        check_characters(n_characters, source, config)
    empty = [index for index, text in enumerate(texts) if not text.strip()]
    for index, text in _second_opinions(data, empty):
        texts[index] = text
    texts = [_finish(text) for text in join_cut_words(texts)]
    n_empty = sum(not text.strip() for text in texts)
    if n_empty == len(texts):
        raise NoTextError(
            f"{PurePath(source).name} has no text layer: it is a scan, or nothing is on its pages; "
            "run it through OCR (for example ocrmypdf) and ingest the result"
        )
    return texts, [f"{n_empty} of {len(texts)} pages have no text"] if n_empty else []


def _page_text(pdf: PdfDocument, index: int) -> str:
    """The text of one page as PDFium has it, "" for a page that it cannot read."""
    import pypdfium2

    try:
        with (
            contextlib.closing(pdf[index]) as page,
            contextlib.closing(page.get_textpage()) as text,
        ):
            return str(text.get_text_range())
    except pypdfium2.PdfiumError:
        return ""


def _second_opinions(data: bytes, empty: list[int]) -> Iterator[tuple[int, str]]:
    """What pypdf finds on pages where PDFium found nothing; it gives up after a few."""
    if not empty:
        return
    fruitless = 0
    for index, text in zip(empty, pdf_fallback.page_texts(data, empty), strict=False):
        if text.strip():
            yield index, text
        else:
            fruitless += 1
        if fruitless == _MAX_FRUITLESS:
            return


def _read_by_second_opinion(data: bytes, source: str, config: IngestConfig) -> Document:
    n_pages = pdf_fallback.count_pages(data)
    if n_pages:
        _check_pages(n_pages, source, config)
        texts = [_finish(text) for text in pdf_fallback.page_texts(data, range(n_pages))]
        if any(text.strip() for text in texts):
            warning = f"damaged: {len(texts)} of {n_pages} pages could be read"
            content = Content("application/pdf", [(text, "") for text in texts], warnings=[warning])
            return assemble(data, source, content, config)
    raise DamagedFileError(
        f"{PurePath(source).name} is damaged: no PDF page can be read in it; get it again from where it came"
    )


def _check_pages(n_pages: int, source: str, config: IngestConfig) -> None:
    if n_pages > config.max_pages:
        raise LimitError(
            f"{PurePath(source).name} has {n_pages:,} pages and the limit is {config.max_pages:,}; "
            "split it, or raise ingest.max_pages"
        )


def _finish(text: str) -> str:
    return clean(text).rstrip() + "\n"


def _language(pdf: PdfDocument) -> str:
    import pypdfium2.raw as pdfium

    n_bytes = pdfium.FPDFCatalog_GetLanguage(pdf, None, 0)
    buffer = (ctypes.c_ushort * (n_bytes // 2))()
    pdfium.FPDFCatalog_GetLanguage(pdf, buffer, n_bytes)
    return language_code(bytes(buffer).decode("utf-16-le", "ignore").rstrip("\0"))


def _headings(pdf: PdfDocument, texts: list[str]) -> list[Heading]:
    """The outline, each entry where its title stands on its page, else where the page starts."""
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text))
    headings: list[Heading] = []
    after = 0
    for title, level, page in _outline(pdf):
        if page is None or not 0 <= page < len(texts):
            continue
        floor = after - starts[page] if starts[page] <= after < starts[page + 1] else 0
        found = _find_title(title, texts[page], floor)
        after = starts[page] + (floor if found is None else found)
        headings.append(Heading(start=after, level=level, text=title))
    return headings


def _outline(pdf: PdfDocument) -> Iterator[tuple[str, int, int | None]]:
    for count, entry in enumerate(pdf.get_toc(max_depth=10)):
        if count == _MAX_HEADINGS:
            return
        destination = entry.get_dest()
        if title := one_line(entry.get_title()):
            yield title, entry.level + 1, destination.get_index() if destination else None


def _find_title(title: str, text: str, floor: int) -> int | None:
    """Where the words of a title stand, whatever the space between them; not before `floor`."""
    words = r"\s+".join(re.escape(word) for word in title.split())
    for pattern in (rf"^[^\S\n]*{words}", words):
        found = re.compile(pattern, re.IGNORECASE | re.MULTILINE).search(text, floor)
        if found:
            return found.start()
    return None
