"""Says what bytes are, whatever the file is called; reads none of them."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePath
from typing import TYPE_CHECKING

from ingest.decoding import decode
from ingest.formats import FORMATS
from quoth.errors import DamagedFileError, UnsupportedFileError

if TYPE_CHECKING:
    from ingest.formats import Format

_PDF = b"%PDF-"
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?>\s*<!--.*?-->)*+\s*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"GIF8", "a GIF picture"),
    (0, b"%!PS", "a PostScript file"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"7z\xbc\xaf", "a 7-Zip archive"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ", "an xz archive"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"GGUF", "a GGUF model"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ\x90", "a program"),
    (0, b"\0asm", "a program"),
    (4, b"ftypheic", "a HEIF picture"),
    (4, b"ftypmif1", "a HEIF picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (257, b"ustar", "a TAR archive"),
)
# A bitmap has four bytes of nothing behind its size; "BM" alone begins many a text.
_PICTURE = re.compile(
    rb"\x89PNG\r\n|\xff\xd8\xff|II[*+]\0|MM\0[*+]|RIFF.{4}WEBP|BM.{4}\0\0\0\0", re.DOTALL
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_KINDS: tuple[tuple[str, Format | None, str], ...] = (
    ("__properties_version1.0", "outlook", "an Outlook message"),
    ("WordDocument", None, "an old Word document (.doc)"),
    ("PowerPoint Document", None, "an old PowerPoint presentation (.ppt)"),
    ("Workbook", "spreadsheet", "an Excel workbook"),
    ("Book", "spreadsheet", "an old Excel workbook"),
)
_ZIP_KINDS: tuple[tuple[str, Format], ...] = (
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "spreadsheet"),
    ("xl/workbook.bin", "spreadsheet"),
    ("ppt/presentation.xml", "presentation"),
)
_MIMETYPES: tuple[tuple[bytes, Format], ...] = (
    (b"application/epub+zip", "epub"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "spreadsheet"),
    (b"application/vnd.oasis.opendocument.text", "opendocument"),
    (b"application/vnd.oasis.opendocument.presentation", "opendocument"),
)
_MAIL = re.compile(
    rb"(?:From \S+.*\r?\n)?(?:(?:[A-Za-z][\w-]*:[^\n]*\n)(?:[ \t][^\n]*\n)*){0,60}?"
    rb"(?:Received|Message-ID|MIME-Version|Return-Path):",
    re.IGNORECASE,
)
_REMEDIES = {"pictur": "save it as PNG or JPEG", "archiv": "unpack it and ingest its files"}
# Where a browser or another program often puts these under an office suffix.
_WRITTEN_AS_OFFICE = ("html", "mhtml", "rtf")


def format_of(data: bytes, source: str, expected: Format | None) -> tuple[Format, str]:
    """The format that the bytes are in, and a warning when the name says another, else "".

    `expected` is the format that the file's suffix promises, if any. Raises UnsupportedFileError
    when no reader takes the bytes or they are not what the suffix promises, DamagedFileError for a
    broken package.
    """
    name = PurePath(source).name
    found, what = _identify(data, source, expected)
    if found is None:
        remedy = next((r for key, r in _REMEDIES.items() if key in what), "save it as PDF or .docx")
        raise UnsupportedFileError(f"{name} is {what}, which Quoth does not read; {remedy}")
    if expected is None or found == expected:
        return found, ""
    if not FORMATS[found].binary and not FORMATS[expected].binary:
        return found, ""
    if not _may_stand_under(found, expected, data):
        raise UnsupportedFileError(
            f"{name} is not {FORMATS[expected].what}: its bytes are {what}; "
            f"rename it to end in {FORMATS[found].suffixes[0]}, or get the right file"
        )
    if expected == "spreadsheet" and found == "plain":
        found, what = "delimited", FORMATS["delimited"].what
    return found, f"read as {what}, which its bytes are, whatever its name says"


def _may_stand_under(found: Format, expected: Format, data: bytes) -> bool:
    """Whether a file that is not what its suffix promises is rather misnamed than wrong.

    A text in place of a document is most often a server's message that the download failed.
    """
    if FORMATS[found].binary:
        return found != "rtf" or expected != "pdf"
    if expected == "spreadsheet" and found == "plain":
        return b"\t" in data[:4096]
    return expected != "pdf" and found in _WRITTEN_AS_OFFICE


def _identify(data: bytes, source: str, expected: Format | None) -> tuple[Format | None, str]:
    """The format, None when no reader takes it, and in words what the bytes are."""
    is_text_name = expected is not None and not FORMATS[expected].binary
    if _PDF in data[: len(_PDF) + 3 if is_text_name else 1024]:
        return "pdf", "a PDF"
    if data.startswith(b"PK\x03\x04"):
        return _identify_zip(data, source)
    if data.startswith(OLE):
        return _identify_ole(data)
    if data.lstrip()[:5] == b"{\\rtf":
        return "rtf", FORMATS["rtf"].what
    if _PICTURE.match(data):
        return "picture", FORMATS["picture"].what
    what = next((what for at, magic, what in _MAGIC if data.startswith(magic, at)), "")
    return (None, what) if what else _identify_text(data, expected)


def _identify_text(data: bytes, expected: Format | None) -> tuple[Format | None, str]:
    if decode(data[:65_536]) is None and expected != "mail":
        return None, "binary data"
    found = _text_format(data, expected)
    return found, FORMATS[found].what


def _text_format(data: bytes, expected: Format | None) -> Format:
    """The name decides between text formats; a web page and an e-mail are known without one."""
    if expected in (None, "plain", "html") or FORMATS[expected].binary:
        if _MAIL.match(data[:65_536]) and b"multipart/related" in data[:4096]:
            return "mhtml"
        if _HTML.match(data[:4096]):
            return "html"
    if expected is None and _MAIL.match(data[:65_536]):
        return "mail"
    return expected if expected is not None and not FORMATS[expected].binary else "plain"


def _identify_zip(data: bytes, source: str) -> tuple[Format | None, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            with archive.open("mimetype") if "mimetype" in names else io.BytesIO() as file:
                mimetype = file.read(100)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError) as error:
        raise DamagedFileError(
            f"{PurePath(source).name} is damaged: it begins as an Office document or ZIP archive "
            "and breaks off; get it again from where it came"
        ) from error
    found = next((kind for name, kind in _ZIP_KINDS if name in names), None)
    found = found or next((kind for mark, kind in _MIMETYPES if mimetype.startswith(mark)), None)
    if found is None and "META-INF/container.xml" in names:
        found = "epub"
    if found is None:
        return None, "an OpenDocument drawing" if "content.xml" in names else "a ZIP archive"
    return found, FORMATS[found].what


def _identify_ole(data: bytes) -> tuple[Format | None, str]:
    for name, found, what in _OLE_KINDS:
        if name.encode("utf-16-le") in data:
            return found, what
    return None, "an old Office file"
