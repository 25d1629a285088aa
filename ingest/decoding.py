"""Turns bytes into text, and says when bytes are not text; knows encodings, no file format."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath

from quoth.errors import UnsupportedFileError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The encodings that browsers know: the rest are rare, and mistaken for these.
_LEGACY = [
    *(f"cp{number}" for number in (1252, 1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)),
    *("koi8_r", "koi8_u", "cp866", "cp874", "iso8859_2", "iso8859_5", "iso8859_7", "iso8859_8"),
    *("cp932", "shift_jis", "euc_jp", "iso2022_jp", "gb18030", "big5", "euc_kr", "cp949"),
]
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SAMPLE = 65_536
_MOST_CONTROLS = 0.003
_MOST_BROKEN = 0.001


def decode(data: bytes, declared: str = "") -> str | None:
    """The text, or None when the bytes are not text in any encoding.

    A byte order mark decides, then the `declared` encoding if it fits, then UTF-8 (a few broken
    bytes in it become U+FFFD), then a guess by charset-normalizer.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\0" in data[:_SAMPLE]:
        return _utf16(data)
    sample = data[:_SAMPLE]
    if len(_CONTROLS.findall(sample)) > _MOST_CONTROLS * len(sample):
        return None
    return _declared(data, declared) or _utf8(data) or _guess(data)


def decode_text(data: bytes, source: str, declared: str = "") -> str:
    """`decode`, or UnsupportedFileError when the bytes are no text."""
    text = decode(data, declared)
    if text is None:
        raise UnsupportedFileError(
            f"{PurePath(source).name} is not text: its bytes are binary data; save it as PDF or text"
        )
    return text


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of Western text is NUL."""
    sample = data[:_SAMPLE]
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) > half * 0.4:
        encoding = "utf-16-le"
    elif sample[0::2].count(0) > half * 0.4:
        encoding = "utf-16-be"
    else:
        return None
    text = data.decode(encoding, "replace")
    return text if text.count("\0") + text.count("\ufffd") <= _MOST_BROKEN * len(text) else None


def _declared(data: bytes, declared: str) -> str | None:
    try:
        return data.decode(declared) if declared else None
    except (LookupError, UnicodeError):
        return None


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = sum(not character.isascii() for character in text) - broken
    return text if broken < beyond_ascii and broken <= _MOST_BROKEN * len(text) else None


def _guess(data: bytes) -> str | None:
    import charset_normalizer

    best = charset_normalizer.from_bytes(data, cp_isolation=_LEGACY).best()
    return str(best) if best is not None else None
