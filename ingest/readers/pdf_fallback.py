"""The second opinion on a PDF, by pypdf: slow, and asked only where PDFium found nothing.

pypdf raises many kinds of exception on broken files; here, and only here, they become "nothing".
"""

from __future__ import annotations

import contextlib
import io
import logging
import struct
import unicodedata
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pypdf import PdfReader

# What the standard library's parsers raise inside pypdf on bytes that are not what they claim.
_BROKEN = (ArithmeticError, AttributeError, EOFError, LookupError, OSError, RecursionError)
_BROKEN_TOO = (AssertionError, NotImplementedError, TypeError, ValueError, struct.error, zlib.error)


def count_pages(data: bytes, passwords: Sequence[str] = ()) -> int:
    """The number of pages, 0 when pypdf cannot open the file."""
    with _broken_means_nothing():
        return len(_open(data, passwords).pages)
    return 0


def page_texts(data: bytes, indexes: Iterable[int], passwords: Sequence[str] = ()) -> Iterator[str]:
    """The text of each page by its index from 0, "" for one that cannot be read."""
    reader = None
    with _broken_means_nothing():
        reader = _open(data, passwords)
    for index in indexes if reader is not None else ():
        text = ""
        with _broken_means_nothing():
            text = reader.pages[index].extract_text() if reader else ""
        yield text


def decrypted(data: bytes, passwords: Sequence[str]) -> bytes | None:
    """A copy without encryption, when one of the passwords opens the file for pypdf."""
    import pypdf

    with _broken_means_nothing():
        reader = _open(data, [form for one in passwords for form in (one, _prepared(one))])
        copy = io.BytesIO()
        pypdf.PdfWriter(clone_from=reader).write(copy)
        return copy.getvalue()
    return None


def _prepared(password: str) -> str:
    """The password as SASLprep (RFC 4013) has it, near enough."""
    return unicodedata.normalize("NFKC", password.replace("\xad", ""))


def _open(data: bytes, passwords: Sequence[str]) -> PdfReader:
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        any(reader.decrypt(password) for password in ("", *passwords))
    return reader


def _broken_means_nothing() -> contextlib.suppress:
    from pypdf.errors import DeprecationError, PyPdfError

    return contextlib.suppress(PyPdfError, DeprecationError, *_BROKEN, *_BROKEN_TOO)
