"""Reads saved web pages (.mhtml): the page in them, without its pictures and styles."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from ingest.assembly import document_id
from ingest.packages import mended
from ingest.readers import html
from quoth.errors import DamagedFileError

if TYPE_CHECKING:
    from quoth.config import IngestConfig
    from quoth.datatypes import Document


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read a saved page. Raises DamagedFileError, NoTextError and LimitError."""
    markup, address = _opened(data, source)
    document = html.read(markup, source, config)
    return replace(
        document,
        id=document_id(data),
        media_type="multipart/related",
        metadata={**document.metadata, **({"address": address} if address else {})},
    )


def page_in(data: bytes, source: str) -> str:
    """The markup of a saved page. Raises DamagedFileError."""
    return html.html_text(_opened(data, source)[0], source)


def _opened(data: bytes, source: str) -> tuple[bytes, str]:
    """The page, in an encoding that it declares or in UTF-8, and the address it was saved from."""
    with mended(source, "a browser"):
        message = email.message_from_bytes(data, policy=email.policy.default)
        pages = [part for part in message.walk() if part.get_content_type() == "text/html"]
        markup = pages[0].get_payload(decode=True) if pages else None
        charset = (pages[0].get_content_charset() or "") if pages else ""
        address = str(message["Snapshot-Content-Location"] or "")
    if not isinstance(markup, bytes):
        raise DamagedFileError(
            f"{PurePath(source).name} is damaged: there is no page in it; save the page again"
        )
    if charset and b"charset" not in markup[:4096]:
        markup = markup.decode(charset, "replace").encode()
    return markup, address
