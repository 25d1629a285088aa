"""Reads RTF documents; knows no other format. Pictures and embedded objects are not looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, clean
from ingest.blocks import markdown_table
from ingest.packages import mended

if TYPE_CHECKING:
    from quoth.config import IngestConfig
    from quoth.datatypes import Document

# Long runs of hexadecimal digits are pictures and objects: megabytes that hold no text.
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}\s?){512,}+")
_CODE_PAGE = re.compile(r"\\ansicpg(\d+)")
_TITLE = re.compile(r"\{\\title ([^{}\\]{1,300})\}")
_AUTHOR = re.compile(r"\{\\author ([^{}\\]{1,300})\}")
_SPACE_BEFORE_END = re.compile(r"[^\S\n]+\n")
# striprtf ends each cell of a table with a bar.
_ROWS = re.compile(r"^(?:[^|\n]*\|[^\n]*\|\n\n?){2,}", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read RTF. Raises DamagedFileError, NoTextError and LimitError."""
    with mended(source, "a word processor"):
        raw, text = rtf_text(data)
    content = Content(
        media_type="application/rtf",
        pages=[(text, "")],
        title=_first(_TITLE, raw),
        metadata={"author": _first(_AUTHOR, raw)},
    )
    return assemble(data, source, content, config)


def rtf_text(data: bytes) -> tuple[str, str]:
    """The markup without its pictures, and the text with tables as Markdown."""
    from striprtf.striprtf import rtf_to_text

    # RTF is ASCII; what is beyond it stands in escapes or in the code page that the file names.
    found = _CODE_PAGE.search(data[:4096].decode("latin-1"))
    encoding = f"cp{found[1]}" if found and found[1] not in ("0", "65001") else "cp1252"
    raw = _HEX.sub("", data.decode(encoding, "replace"))
    text = clean(rtf_to_text(raw, encoding=encoding, errors="replace"))  # type: ignore[no-untyped-call]
    text = _BLANK_LINES.sub("\n\n", _SPACE_BEFORE_END.sub("\n", text))
    return raw, _ROWS.sub(_table, text).strip() + "\n"


def _table(rows: re.Match[str]) -> str:
    cells = [row.removesuffix("|").split("|") for row in rows[0].split("\n") if row.strip()]
    return f"\n{markdown_table(cells)}\n\n"


def _first(pattern: re.Pattern[str], raw: str) -> str:
    found = pattern.search(raw)
    return found[1] if found else ""
