"""Reads Outlook messages (.msg): their properties by MS-OXMSG; attachments go to their readers."""

from __future__ import annotations

import io
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, clean, one_line
from ingest.blocks import Block, Part, join_parts
from ingest.decoding import decode
from ingest.nested import Attachment, read_attachments
from ingest.packages import mended
from ingest.readers.html import html_blocks, html_text, parse_html
from ingest.readers.rtf import rtf_text
from quoth.errors import EncryptedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from olefile import OleFileIO

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

# Property identifiers of MS-OXPROPS, as the streams are named.
_SUBJECT, _CLASS, _BODY, _HTML, _TRANSPORT = "0037", "001A", "1000", "1013", "007D"
_PEOPLE = {"From": ("0C1A", "5D01", "0C1F"), "To": ("0E04",), "Cc": ("0E03",)}
_RTF = "1009"
_PGP = b"-----BEGIN PGP MESSAGE-----"
_LONG_NAME, _SHORT_NAME, _DATA = "3707", "3704", "3701"


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read a message. Raises DamagedFileError, EncryptedFileError, NoTextError and LimitError."""
    warnings: list[str] = []
    with _opened(data, source) as ole:
        letter = list(_blocks(ole))
        attachments = list(_attachments(ole))
        _check_readable(ole, attachments, source)
    parts = [Part("", letter), *read_attachments(attachments, source, config, warnings)]
    pages, headings = join_parts(parts)
    content = Content(
        media_type="application/vnd.ms-outlook",
        pages=pages,
        headings=headings,
        title=letter[0].text,
        warnings=warnings,
    )
    return assemble(data, source, content, config)


def html_of(data: bytes, source: str) -> str:
    """The message's text in HTML; "" when it has none. Raises DamagedFileError."""
    with _opened(data, source) as ole:
        markup = _bytes(ole, f"__substg1.0_{_HTML}0102")
    return html_text(markup, "message.html") if markup else ""


@contextmanager
def _opened(data: bytes, source: str) -> Iterator[OleFileIO]:
    import olefile

    with mended(source, "Outlook"):
        try:
            ole = olefile.OleFileIO(io.BytesIO(data))
        except OSError as error:
            raise ValueError(str(error)) from error
        with ole:
            yield ole


def _check_readable(ole: OleFileIO, attachments: list[Attachment], source: str) -> None:
    kind = _text(ole, _CLASS).lower()
    is_sealed = any(one.data.lstrip().startswith(_PGP) for one in attachments)
    if is_sealed or ("smime" in kind and "multipartsigned" not in kind):
        raise EncryptedFileError(
            f"{PurePath(source).name} is encrypted; decrypt it in Outlook and ingest that"
        )


def _blocks(ole: OleFileIO) -> Iterator[Block]:
    """The subject, who wrote when to whom, and the text."""
    yield Block(one_line(_text(ole, _SUBJECT)), level=1)
    about = {
        name: next((text for id_ in ids if (text := one_line(_text(ole, id_)))), "")
        for name, ids in _PEOPLE.items()
    }
    about["Date"] = _date(_text(ole, _TRANSPORT))
    yield Block("\n".join(f"{name}: {value}" for name, value in about.items() if value))
    body = clean(_text(ole, _BODY)).strip()
    if body:
        yield Block(body)
    elif markup := _bytes(ole, f"__substg1.0_{_HTML}0102"):
        yield from html_blocks(parse_html(html_text(markup, "message.html")))
    elif packed := _bytes(ole, f"__substg1.0_{_RTF}0102"):
        yield Block(rtf_text(_unpacked(packed))[1])


def _unpacked(packed: bytes) -> bytes:
    import compressed_rtf

    return bytes(compressed_rtf.decompress(packed))


def _date(headers: str) -> str:
    lines = [line[5:].strip() for line in headers.splitlines() if line.lower().startswith("date:")]
    return lines[0] if lines else ""


def _attachments(ole: OleFileIO) -> Iterator[Attachment]:
    folders = {path[0] for path in ole.listdir() if path[0].startswith("__attach_version1.0_")}
    for folder in sorted(folders):
        data = _bytes(ole, f"{folder}/__substg1.0_{_DATA}0102")
        if data:
            name = _text(ole, _LONG_NAME, folder) or _text(ole, _SHORT_NAME, folder)
            yield Attachment(one_line(name) or "attachment", data)


def _text(ole: OleFileIO, property_id: str, folder: str = "") -> str:
    """A property in Unicode, or else in the sender's code page; "" when there is none."""
    prefix = f"{folder}/" if folder else ""
    if data := _bytes(ole, f"{prefix}__substg1.0_{property_id}001F"):
        return data.decode("utf-16-le", "replace")
    return decode(_bytes(ole, f"{prefix}__substg1.0_{property_id}001E")) or ""


def _bytes(ole: OleFileIO, name: str) -> bytes:
    return bytes(ole.openstream(name).read()) if ole.exists(name) else b""
