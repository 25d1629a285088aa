"""What a filter can ask of a document, in comparable form; knows no SQL and no filter."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?!\d)")
_PDF = re.compile(r"D:\s*(\d{4})(\d{2})?(\d{2})?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")
_DATE_KEYS = ("created", "date", "published")

_TYPES = {
    "application/pdf": "pdf",
    "application/epub+zip": "epub",
    "application/msword": "doc",
    "application/rtf": "rtf",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-outlook": "msg",
    "application/x-ipynb+json": "ipynb",
    "application/x-subrip": "srt",
    "application/xhtml+xml": "html",
    "message/rfc822": "email",
    "text/plain": "text",
    "text/tab-separated-values": "tsv",
    "text/x-source": "code",
}

OTHER_TYPE_NAMES = {
    "eml": "email",
    "htm": "html",
    "jsonl": "json",
    "md": "markdown",
    "ndjson": "json",
    "txt": "text",
}
"""How files' names end whose type is called otherwise: people filter by what they see."""


class Facts(NamedTuple):
    """A document as filters see it: texts case-folded, dates as `YYYY[-MM[-DD]]`, None: not told.

    The columns of the table `facts`, in its order.
    Dates are those that the file itself tells; `year` is that of `created`, else of `modified`.
    """

    title: str
    author: str
    type: str
    language: str
    created: str | None
    modified: str | None
    year: int | None
    n_pages: int


def facts_of(
    title: str, media_type: str, language: str, metadata: Mapping[str, str], n_pages: int
) -> Facts:
    """The facts of a document, from what its reader found."""
    told = (iso_date(metadata[key]) for key in _DATE_KEYS if key in metadata)
    created = next((day for day in told if day), None)
    modified = iso_date(metadata.get("modified", ""))
    day = created or modified
    return Facts(
        title=title.casefold(),
        author=metadata.get("author", "").casefold(),
        type=type_of(media_type),
        language=language.casefold(),
        created=created,
        modified=modified,
        year=int(day[:4]) if day else None,
        n_pages=n_pages,
    )


def type_of(media_type: str) -> str:
    """A short name for a media type: `pdf`, `docx`, `markdown`; the subtype of an unknown one."""
    subtype = media_type.partition(";")[0].strip().casefold()
    return _TYPES.get(subtype, subtype.rpartition("/")[2].removeprefix("x-"))


def iso_date(text: str) -> str | None:
    """The day as `YYYY-MM-DD`, or what is told of it; None for what is no date.

    Takes ISO 8601, the form of PDF (`D:20210304…`) and that of mail, each in its own time zone.
    """
    text = text.strip()
    found = _PDF.match(text) or _COMPACT.match(text) or _ISO.match(text)
    if found is None:
        return _mail_date(text)
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    return f"{year:04}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")


def _mail_date(text: str) -> str | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, IndexError, TypeError):
        return None
