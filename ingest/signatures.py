"""Says what bytes are, whatever the file is called; reads none of them."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePath
from typing import TYPE_CHECKING

from ingest.decoding import decode
from quoth.errors import DamagedFileError, EncryptedFileError, UnsupportedFileError

if TYPE_CHECKING:
    from ingest.readers import Format

_PDF = b"%PDF-"
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?>\s*<!--.*?-->)*+\s*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"GGUF", "a GGUF model"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"\0asm", "a program"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_KINDS = (
    ("WordDocument", "an old Word document (.doc)"),
    ("Workbook", "an old Excel workbook (.xls)"),
    ("PowerPoint Document", "an old PowerPoint presentation (.ppt)"),
    ("__properties_version1.0", "an Outlook message (.msg)"),
)
_ZIP_KINDS = (
    ("xl/workbook.xml", "an Excel workbook"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
    ("META-INF/container.xml", "an EPUB book"),
    ("META-INF/manifest.xml", "an OpenDocument file"),
)
_REMEDIES = {"pictur": "run it through OCR first", "archiv": "unpack it and ingest its files"}
_EXPECTED = {
    "pdf": "a PDF",
    "docx": "a Word document",
    "html": "HTML",
    "markdown": "Markdown",
    "plain": "text",
}


def format_of(data: bytes, source: str, expected: Format | None) -> Format:
    """The format that the bytes are in; `expected` is what the file's suffix says, if anything.

    Raises UnsupportedFileError when no reader takes them or they contradict the suffix,
    EncryptedFileError for an encrypted Word document, DamagedFileError for a broken one.
    """
    found, what = _identify(data, source, expected)
    if found is None:
        remedy = next((r for key, r in _REMEDIES.items() if key in what), "save it as PDF or .docx")
        raise UnsupportedFileError(
            f"{PurePath(source).name} is {what}, which Quoth does not read; {remedy}"
        )
    if expected in ("pdf", "docx") and found != expected:
        raise UnsupportedFileError(
            f"{PurePath(source).name} is not {_EXPECTED[expected]}: its bytes are {what}; "
            f"rename it to end in {_SUFFIX[found]}, or get the right file"
        )
    if found in ("pdf", "docx") and expected not in (None, found):
        raise UnsupportedFileError(
            f"{PurePath(source).name} is not {_EXPECTED[str(expected)]}: its bytes are {what}; "
            f"rename it to end in {_SUFFIX[found]}"
        )
    return found


_SUFFIX: dict[Format, str] = {
    "pdf": ".pdf",
    "docx": ".docx",
    "html": ".html",
    "markdown": ".md",
    "plain": ".txt",
}


def _identify(data: bytes, source: str, expected: Format | None) -> tuple[Format | None, str]:
    """The format, None when no reader takes it, and in words what the bytes are."""
    is_text_name = expected in ("html", "markdown", "plain")
    if _PDF in data[: len(_PDF) + 3 if is_text_name else 1024]:
        return "pdf", "a PDF"
    if data.startswith(b"PK\x03\x04"):
        return _identify_zip(data, source)
    if data.startswith(_OLE):
        return None, _identify_ole(data, source)
    for magic, what in _MAGIC:
        if data.startswith(magic):
            return None, what
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return None, "a WebP picture"
    return _identify_text(data, expected)


def _identify_text(data: bytes, expected: Format | None) -> tuple[Format | None, str]:
    if expected == "html" or (expected != "markdown" and _HTML.match(data[:4096])):
        return (
            ("html", "an HTML page") if decode(data[:65_536]) is not None else (None, "binary data")
        )
    if decode(data[:65_536]) is None:
        return None, "binary data"
    return ("markdown", "Markdown") if expected == "markdown" else ("plain", "plain text")


def _identify_zip(data: bytes, source: str) -> tuple[Format | None, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DamagedFileError(
            f"{PurePath(source).name} is damaged: it begins as a Word document or ZIP archive and breaks off; "
            "get it again from where it came"
        ) from error
    if "word/document.xml" in names:
        return "docx", "a Word document"
    return None, next((what for name, what in _ZIP_KINDS if name in names), "a ZIP archive")


def _identify_ole(data: bytes, source: str) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise EncryptedFileError(
            f"{PurePath(source).name} needs a password; save a copy without one and ingest that"
        )
    kinds = ((name.encode("utf-16-le"), what) for name, what in _OLE_KINDS)
    return next((what for name, what in kinds if name in data), "an old Office file")
