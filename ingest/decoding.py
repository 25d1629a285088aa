"""Turns bytes into text, and says when bytes are not text; knows encodings, no file format."""

from __future__ import annotations

import codecs
import re
import unicodedata
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
# Latin code pages that charset-normalizer finds alike, the likeliest first: it knows languages by
# their common letters, these are the others.
_LETTERS = {
    "cp1252": "äöüßéèêëàâçîïôùûñóíáúåøæœãõìòÿ",
    "cp1254": "çğıöşüâîûi̇",
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžľĺŕäôöüőűăâîşţđß",
    "iso8859_2": "ąćęłńóśźżáčďéěíňřšťúůýžľĺŕäôöüőűăâîşţđß",
    "cp1257": "āčēģīķļņšūžąęėįųõäöü",
}
_MARKS = "“”„‘’‚«»‹›–—…•€£§°·©®™¡¿ºª\xa0½"
_ALIKE = 0.01
_ISO_2022_JP = (b"\x1b$B", b"\x1b$@")
_ODD = frozenset({"Cc", "Cs", "Co", "Cn"})
_COMMON = " \n,.。、，"
_FEWEST_COMMON = 0.01
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
        return _wide(data)
    sample = data[:_SAMPLE]
    if len(_CONTROLS.findall(sample)) > _MOST_CONTROLS * len(sample):
        return None
    if declared and (text := _declared(data, declared)):
        return text
    is_escaped = any(mark in sample for mark in _ISO_2022_JP)
    return (None if is_escaped else _utf8(data)) or _guess(data)


def decode_text(data: bytes, source: str, declared: str = "") -> str:
    """`decode`, or UnsupportedFileError when the bytes are no text."""
    text = decode(data, declared)
    if text is None:
        raise UnsupportedFileError(
            f"{PurePath(source).name} is not text: its bytes are binary data; save it as PDF or text"
        )
    return text


def _wide(data: bytes) -> str | None:
    """UTF-32 or UTF-16 without a mark: read the right way round, it has spaces and full stops."""
    for encoding in ("utf-32-le", "utf-32-be"):
        if len(data) % 4 == 0 and _wideness(data, encoding):
            return data.decode(encoding, "replace")
    best = max(("utf-16-le", "utf-16-be"), key=lambda encoding: _wideness(data, encoding))
    return data.decode(best, "replace") if _wideness(data, best) else None


def _wideness(data: bytes, encoding: str) -> float:
    """The share of spaces and common marks in what the encoding makes of it; 0 for no text."""
    text = data[:_SAMPLE].decode(encoding, "replace")
    odd = sum(unicodedata.category(character) in _ODD for character in text) - text.count("\n")
    odd += text.count("\ufffd") - text.count("\r") - text.count("\t")
    share = sum(map(text.count, _COMMON)) / max(1, len(text))
    return share if odd <= _MOST_BROKEN * len(text) + 1 and share >= _FEWEST_COMMON else 0.0


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

    if any(mark in data for mark in _ISO_2022_JP) and (text := _declared(data, "iso2022_jp")):
        return text
    matches = charset_normalizer.from_bytes(data, cp_isolation=_LEGACY)
    best = matches.best()
    if best is None:
        return None
    if best.encoding in _LETTERS:
        alike = [one.encoding for one in matches if one.chaos <= best.chaos + _ALIKE]
        encoding = max((e for e in _LETTERS if e in alike), key=lambda e: _fit(data, e))
        return data.decode(encoding, "replace")
    return str(best)


def _fit(data: bytes, encoding: str) -> float:
    """The share of the letters beyond ASCII that the languages of an encoding use."""
    text = data[:_SAMPLE].decode(encoding, "replace").lower()
    beyond = [character for character in text if not character.isascii()]
    usual = _LETTERS[encoding] + _MARKS
    return sum(character in usual for character in beyond) / max(1, len(beyond))
