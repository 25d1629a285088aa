"""Reads Jupyter notebooks (.ipynb), a page for each cell; runs nothing, knows no pictures."""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from ingest.assembly import Content, assemble, check_characters, clean
from ingest.blocks import Block
from ingest.decoding import decode_text
from ingest.packages import mended
from ingest.readers.markdown import markdown_headings
from quoth.datatypes import Document, Heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quoth.config import IngestConfig

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# A log of a training run would drown the notebook; its first lines say what it is.
_LONGEST_OUTPUT = 4000


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read a notebook. Raises DamagedFileError, NoTextError and LimitError."""
    with mended(source, "Jupyter"):
        notebook = json.loads(decode_text(data, source))
        language = _language(notebook)
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        pages, headings = _pages(cells, language, source, config)
    content = Content("application/x-ipynb+json", pages, headings, title=_title(headings, source))
    return assemble(data, source, content, config)


def _title(headings: list[Heading], source: str) -> str:
    return headings[0].text if headings else PurePath(source).stem


def _language(notebook: Any) -> str:
    about = notebook.get("metadata", {})
    return str(about.get("language_info", {}).get("name") or "python")


def _pages(
    cells: list[Any], language: str, source: str, config: IngestConfig
) -> tuple[list[tuple[str, str]], list[Heading]]:
    pages: list[tuple[str, str]] = []
    headings: list[Heading] = []
    offset = 0
    for number, cell in enumerate(cells, 1):
        text = "\n\n".join(block.text for block in _blocks(cell, language)).strip()
        if not text:
            continue
        text += "\n\n"
        if cell.get("cell_type") in ("markdown", "heading"):
            found = markdown_headings(text)
            headings += [Heading(offset + one.start, one.level, one.text) for one in found]
        pages.append((text, f"cell {number}"))
        offset += len(text)
        check_characters(offset, source, config)
    return pages, headings


def _blocks(cell: Any, language: str) -> Iterator[Block]:
    """Markdown as it is; code between fences, then what it printed."""
    text = _joined(cell.get("source", cell.get("input", "")))
    kind = cell.get("cell_type")
    if kind == "heading":  # of notebooks before version 4
        yield Block(f"{'#' * int(cell.get('level', 1))} {text}")
    elif kind != "code":
        yield Block(text)
    elif text.strip():
        yield Block(_fenced(text, language))
        for output in cell.get("outputs", []):
            if printed := _printed(output).strip():
                yield Block(_fenced(printed[:_LONGEST_OUTPUT], "text"))


def _printed(output: Any) -> str:
    if "ename" in output:
        return f"{output['ename']}: {output.get('evalue', '')}"
    value = output.get("text") or output.get("data", output).get("text/plain", "")
    return _joined(value)


def _fenced(text: str, language: str) -> str:
    """The text between fences longer than any in it."""
    longest = max(map(len, re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.strip()}\n{fence}"


def _joined(value: Any) -> str:
    """A text, which notebooks keep whole or as a list of lines."""
    return clean(_COLOURS.sub("", value if isinstance(value, str) else "".join(value)))
