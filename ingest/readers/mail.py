"""Reads e-mails (.eml) and mailboxes (.mbox), with what is attached to them.

It knows messages; attachments go to the readers of their own formats.
"""

from __future__ import annotations

import email
import re
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header, make_header
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from ingest.assembly import Content, assemble, check_characters, clean, one_line
from ingest.blocks import Block, Part, join_parts
from ingest.decoding import decode
from ingest.nested import Attachment, read_attachments
from ingest.packages import BROKEN, mended
from ingest.readers.html import html_blocks, parse_html
from quoth.errors import EncryptedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

_ENVELOPE = re.compile(rb"^From [^\n]*\d{4}[^\n]*\n", re.MULTILINE)
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEADERS = ("From", "To", "Cc", "Date")
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_TEXTS = ("text/plain", "text/html")


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read a message, or a mailbox as a page for each message and attachment.

    Raises DamagedFileError, EncryptedFileError, NoTextError and LimitError.
    """
    warnings: list[str] = []
    letters = letters_in(data, source)
    if len(letters) == 1 and letters[0].is_encrypted:
        raise EncryptedFileError(
            f"{PurePath(source).name} is encrypted; decrypt it in a mail program and ingest that"
        )
    parts: list[Part] = []
    n_characters = 0
    for number, letter in enumerate(letters, 1):
        label = f"message {number}" if len(letters) > 1 else ""
        found = [
            Part(label, letter.blocks()),
            *read_attachments(letter.attachments, source, config, warnings),
        ]
        n_characters += sum(len(block.text) for part in found for block in part.blocks)
        check_characters(n_characters, source, config)
        parts += found
    if n_encrypted := sum(letter.is_encrypted for letter in letters):
        warnings.append(f"{n_encrypted} of {len(letters)} messages are encrypted")
    pages, headings = join_parts(parts)
    is_mailbox = len(letters) > 1
    content = Content(
        media_type="application/mbox" if is_mailbox else "message/rfc822",
        pages=pages,
        headings=headings,
        title=PurePath(source).stem if is_mailbox else letters[0].subject,
        metadata={} if is_mailbox else {k.lower(): v for k, v in letters[0].headers.items()},
        warnings=warnings,
    )
    return assemble(data, source, content, config)


def letters_in(data: bytes, source: str) -> list[Letter]:
    """The messages. Raises DamagedFileError."""
    raws = list(_messages(_as_bytes_of_mail(data)))
    with mended(source, "a mail program"):
        return [_letter(raw) for raw in raws]


def _as_bytes_of_mail(data: bytes) -> bytes:
    """The bytes; those of a message that an editor saved in UTF-16 as UTF-8."""
    if b"\0" not in data[:1000]:
        return data
    return (decode(data) or "").encode() or data


def _messages(data: bytes) -> Iterator[bytes]:
    if not data.startswith(b"From "):
        yield data
        return
    starts = [found.span() for found in _ENVELOPE.finditer(data)] or [(0, 0)]
    ends = [start for start, _ in starts[1:]] + [len(data)]
    for (start, body), end in zip(starts, ends, strict=True):
        # A line "From …" of a text is only an envelope after an empty line.
        if start == 0 or data[max(0, start - 3) : start].endswith((b"\n\n", b"\n\r\n")):
            yield _ESCAPED.sub(rb"\1", data[body:end])


@dataclass(slots=True)
class Letter:
    """What a person sees of one message; `pictures` are (content id, media type, bytes)."""

    subject: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    pictures: list[tuple[str, str, bytes]] = field(default_factory=list)
    is_encrypted: bool = False

    def blocks(self) -> list[Block]:
        """The subject, who wrote when to whom, and the text."""
        about = "\n".join(f"{name}: {value}" for name, value in self.headers.items())
        body = [Block(text.strip("\n")) for text in self.plain]
        if not any(block.text.strip() for block in body):
            body = [block for markup in self.html for block in html_blocks(parse_html(markup))]
        # Headings inside a message stand below its subject.
        lower = [Block(one.text, one.level + bool(one.level), one.item, one.title) for one in body]
        return [Block(self.subject, level=1), Block(about), *lower]


def _letter(raw: bytes) -> Letter:
    message = email.message_from_bytes(raw)
    letter = Letter(subject=_header(message, "Subject"))
    letter.headers = {name: value for name in _HEADERS if (value := _header(message, name))}
    stack: list[Message] = [message]
    while stack:
        part = stack.pop()
        if part.get_content_type() in _ENCRYPTED:
            letter.is_encrypted = True
        elif part.get_content_type() == "message/rfc822":
            letter.attachments += _forwarded(part)
        elif part.is_multipart():
            stack.extend(reversed(cast("list[Message]", part.get_payload())))
        else:
            _sort(part, letter)
    return letter


def _header(message: Message, name: str) -> str:
    """The header's decoded text; "" when it is absent.

    Not by `email.policy.default`, which parses each address and takes a hundred times as long.
    """
    raw = next((str(v) for key, v in message.raw_items() if key.lower() == name.lower()), "")
    return _decoded(raw.encode("ascii", "surrogateescape").decode("utf-8", "replace"))


def _decoded(header: str) -> str:
    """The text of encoded words; what is beyond decoding stays as it is written."""
    try:
        return one_line(str(make_header(decode_header(header))))
    except (*BROKEN, MessageError):
        return one_line(header)


def _forwarded(part: Message) -> Iterator[Attachment]:
    for inner in cast("list[Message]", part.get_payload()):
        name = re.sub(r"[^\w .-]", "_", _header(inner, "Subject"))[:80] or "message"
        yield Attachment(f"{name}.eml", inner.as_bytes())


def _sort(part: Message, letter: Letter) -> None:
    """Put a leaf of the message where it belongs: its text, or its attachments."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes) or not data.strip():
        return
    kind, name = part.get_content_type(), _decoded(part.get_filename() or "")
    is_attached = part.get_content_disposition() == "attachment" or bool(name)
    if kind in _TEXTS and not is_attached:
        text = decode(data, part.get_content_charset() or "")
        (letter.plain if kind == "text/plain" else letter.html).append(clean(text or ""))
        return
    if kind.startswith("image/") and (content_id := _header(part, "Content-ID").strip("<>")):
        letter.pictures.append((content_id, kind, data))
    # A picture inside the text has a name too; only one that is attached is worth a word.
    is_decoration = kind.startswith("image/") and part.get_content_disposition() != "attachment"
    if is_attached and not is_decoration and kind not in _SIGNATURES:
        letter.attachments.append(Attachment(name or "attachment", data))
