"""Decrypts Office and OpenDocument files by the passwords of the configuration; knows no reader."""

from __future__ import annotations

import io
import struct
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from ingest import open_documents
from ingest.packages import BROKEN
from ingest.passwords import locked, passwords_of
from ingest.signatures import OLE
from quoth.errors import EncryptedFileError

if TYPE_CHECKING:
    from quoth.config import IngestConfig

_PACKAGE = "EncryptedPackage".encode("utf-16-le")
# The older workbooks, which are encrypted stream by stream.
_WORKBOOK = "Workbook".encode("utf-16-le")
# Excel encrypts a workbook whose structure alone is protected by this, and opens it unasked.
_OPENS_UNASKED = "VelvetSweatshop"
_BROKEN = (
    OSError, ValueError, TypeError, LookupError, AttributeError, EOFError, ArithmeticError,
    RuntimeError, NotImplementedError, AssertionError, struct.error,
)  # fmt: skip


def unlocked(data: bytes, source: str, config: IngestConfig) -> bytes:
    """The bytes; those of an encrypted file as they were before that.

    Raises EncryptedFileError when none of the passwords opens it, and LimitError.
    """
    if data.startswith(b"PK"):
        return _unlocked_package(data, source, config)
    if not data.startswith(OLE):
        return data
    is_package = _PACKAGE in data
    if not is_package and _WORKBOOK not in data:
        return data
    file = _encrypted(data)
    if file is None and not is_package:
        return data
    given = passwords_of(config)
    for password in (_OPENS_UNASKED, *given) if file is not None else ():
        plain = _decrypted(file, password)
        if plain:
            return plain
    raise locked(source, given)


def _unlocked_package(data: bytes, source: str, config: IngestConfig) -> bytes:
    try:
        if not open_documents.is_encrypted(data, source, config):
            return data
    except BROKEN:
        return data  # its reader will say what is wrong with it
    given = passwords_of(config)
    try:
        for password in given:
            plain = open_documents.decrypted(data, source, config, password)
            if plain:
                return plain
    except (*BROKEN, RuntimeError) as error:
        raise EncryptedFileError(
            f"{PurePath(source).name} is encrypted in a way that Quoth does not know; "
            "save a copy without a password"
        ) from error
    raise locked(source, given)


def _encrypted(data: bytes) -> Any:
    """The file, when it is encrypted in a way that is known; else None."""
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, ParseError

    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        return file if file.is_encrypted() else None
    except (*_BROKEN, DecryptionError, FileFormatError, ParseError):
        return None


def _decrypted(file: Any, password: str) -> bytes:
    """The bytes; none when the password is wrong or the file damaged."""
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError, ParseError

    plain = io.BytesIO()
    try:
        file.load_key(password=password)
        file.decrypt(plain)
    except (*_BROKEN, DecryptionError, InvalidKeyError, ParseError):
        return b""
    found = plain.getvalue()
    return found if found.startswith((b"PK", OLE)) else b""
