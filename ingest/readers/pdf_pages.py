"""Takes the pages of an open PDF one by one: text layer, form values and notes, or else OCR.

It decides whether a page's text layer is fit for use, and says of each page how it was read.
"""

from __future__ import annotations

import contextlib
import ctypes
import time
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.readers.pdf_running import PageSegments
from ingest.readers.pdf_segments import page_segments
from ingest.readers.pdf_tex import is_made_by_tex
from ingest.readers.recognised import segments_of
from quoth.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pypdfium2 import PdfDocument, PdfPage

    from ingest.ocr import Ocr, Recogniser
    from ingest.readers.pdf_segments import Segment

_GARBAGE = 0.2
_FEW_LETTERS = 40
_MOSTLY_PICTURE = 0.5
_SCALE = 200 / 72
_MOST_OBJECTS = 2000
_EMPTY_STRING = 2  # bytes
_BROKEN = "broken text layer"


def read_pages(pdf: PdfDocument, ocr: Callable[[], Ocr]) -> Iterator[PageSegments]:
    """Every page in order; one that cannot be read says why in `failure`."""
    import pypdfium2

    with_forms = pdf.get_formtype() != 0
    if with_forms:
        pdf.init_forms()
    tex = is_made_by_tex(pdf)
    for index in range(len(pdf)):
        try:
            with contextlib.closing(pdf[index]) as page:
                notes = _flattened(page)
            with contextlib.closing(pdf[index]) as page:
                yield replace(_read(page, index + 1, ocr, tex=tex), notes=notes)
        except pypdfium2.PdfiumError:
            yield PageSegments(index + 1, (), 0.0, failure="its page is damaged")


def page_text_segments(pdf: PdfDocument, index: int) -> list[Segment]:
    """The segments of a page's own text layer, form values and notes included, as `read_pages` has them."""
    if pdf.get_formtype() != 0:
        pdf.init_forms()
    with contextlib.closing(pdf[index]) as page:
        _flattened(page)
    with (
        contextlib.closing(pdf[index]) as page,
        contextlib.closing(page.get_textpage()) as text_page,
    ):
        return page_segments(page, text_page, tex=is_made_by_tex(pdf))


def _flattened(page: PdfPage) -> tuple[str, ...]:
    """Make what is written into forms and on notes part of the page; other notes' texts."""
    import pypdfium2.raw as pdfium

    notes = []
    written = False
    drawn = (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP)
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        if kind in drawn and pdfium.FPDFAnnot_GetAP(annotation, 0, None, 0) > _EMPTY_STRING:
            written = True
        elif kind not in (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP):
            notes.append(_contents(annotation))
        pdfium.FPDFPage_CloseAnnot(annotation)
    if written:
        pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
    return tuple(note for note in notes if note)


def _contents(annotation: object) -> str:
    import pypdfium2.raw as pdfium

    n_bytes = pdfium.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0)
    buffer = (ctypes.c_ushort * (n_bytes // 2))()
    pdfium.FPDFAnnot_GetStringValue(annotation, b"Contents", buffer, n_bytes)
    return " ".join(bytes(buffer).decode("utf-16-le", "ignore").rstrip("\0").split())


def _read(page: PdfPage, number: int, ocr: Callable[[], Ocr], *, tex: bool) -> PageSegments:
    with contextlib.closing(page.get_textpage()) as text_page:
        segments = page_segments(page, text_page, tex=tex)
    found = PageSegments(number, tuple(segments), page.get_height())
    text = "".join(segment.text for segment in segments)
    broken = is_garbage(text)
    if not broken and sum(map(str.isalnum, text)) > _FEW_LETTERS:
        return found
    has_text, picture = _objects(page)
    if not broken and picture < _MOSTLY_PICTURE and not (not text and has_text):
        return found
    return _by_ocr(page, found, ocr(), broken=broken)


def is_garbage(text: str) -> bool:
    """Whether many characters stand for nothing: replacement, private use, control, unassigned."""
    letters = [letter for letter in text if not letter.isspace() and letter not in "\x02\ufffe"]
    odd = sum(
        letter == "\ufffd" or unicodedata.category(letter) in ("Co", "Cc", "Cn", "Cs")
        for letter in letters
    )
    return odd > _GARBAGE * max(len(letters), 1)


def _objects(page: PdfPage) -> tuple[bool, float]:
    """Whether there is text among the page's objects, and the largest picture's share of it."""
    import pypdfium2.raw as pdfium

    has_text, largest = False, 0.0
    area = max(page.get_width() * page.get_height(), 1.0)
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for index in range(min(pdfium.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        thing = pdfium.FPDFPage_GetObject(page, index)
        kind = pdfium.FPDFPageObj_GetType(thing)
        has_text = has_text or kind == pdfium.FPDF_PAGEOBJ_TEXT
        if kind not in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM):
            continue
        bounds = (ctypes.byref(side) for side in (left, bottom, right, top))
        if pdfium.FPDFPageObj_GetBounds(thing, *bounds):
            share = (right.value - left.value) * (top.value - bottom.value) / area
            largest = max(largest, share)
    return has_text, largest


def _by_ocr(page: PdfPage, found: PageSegments, ocr: Ocr, *, broken: bool) -> PageSegments:
    """The page as it is recognised; where its own few words say more, those."""
    kept = () if broken else found.segments
    why = _BROKEN if broken else "scanned"
    if ocr.recognise is None:
        return replace(found, segments=kept, failure=f"{why}, {ocr.absent}")
    if time.monotonic() > ocr.deadline:
        late = f"{why}, OCR of the pages before took all of ingest.ocr_seconds"
        return replace(found, segments=kept, failure=late)
    try:
        segments = recognised_segments(page, ocr.recognise)
    except ReadError as error:
        return replace(found, segments=kept, failure=f"{why}, {error}")
    if _n_letters(segments) <= _n_letters(kept):
        nothing = "" if kept else f"{why}, OCR found nothing"
        return replace(found, segments=kept, failure=nothing)
    return replace(found, segments=segments, by_ocr=True)


def _n_letters(segments: tuple[Segment, ...]) -> int:
    return sum(sum(map(str.isalnum, segment.text)) for segment in segments)


def recognised_segments(page: PdfPage, recognise: Recogniser) -> tuple[Segment, ...]:
    """What OCR finds on the page as it is displayed, in points from its top left."""
    from ingest.ocr import LARGEST_SIDE

    scale = min(_SCALE, LARGEST_SIDE / max(page.get_width(), page.get_height(), 1.0))
    with contextlib.closing(page.render(scale=scale)) as bitmap:
        found = recognise(bitmap.to_pil())
    return segments_of(found, scale)
