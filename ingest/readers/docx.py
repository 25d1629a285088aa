"""Reads Word documents (.docx) in body order; knows no other format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ingest.assembly import Content, assemble, clean
from ingest.blocks import Block, join_blocks, markdown_table
from ingest.packages import check_package, mended, transitional

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document as WordDocument

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT_BOX = f"{_W}txbxContent"
_SPACES = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_HEADING_STYLE = re.compile(r"heading (\d)", re.IGNORECASE)


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read a Word document. Raises DamagedFileError, NoTextError and LimitError."""
    import docx
    from docx.opc.exceptions import OpcError

    with mended(source, "a word processor"):
        check_package(data, source, config)
        try:
            word = docx.Document(transitional(data, "word/document.xml"))
        except OpcError as error:
            raise ValueError(str(error)) from error
        text, headings = join_blocks(_blocks(word))
    content = Content(
        media_type=_MEDIA_TYPE,
        pages=[(text, "")],
        headings=headings,
        title=word.core_properties.title or "",
        language=word.core_properties.language or "",
        metadata=_metadata(word),
    )
    return assemble(data, source, content, config)


def _metadata(word: WordDocument) -> dict[str, str]:
    core = word.core_properties
    found = {"author": core.author, "subject": core.subject, "keywords": core.keywords}
    dates = {"created": core.created, "modified": core.modified}
    found.update({name: date.isoformat() for name, date in dates.items() if date})
    return {name: value for name, value in found.items() if value}


def _blocks(word: WordDocument) -> Iterator[Block]:
    """The body's blocks, then the notes'."""
    from docx.oxml import parse_xml

    levels = {
        style.style_id: level
        for style in word.styles
        if style.style_id and (level := _style_level(style.name or ""))
    }
    lists = {s.style_id for s in word.styles if s.style_id and (s.name or "").startswith("List")}
    yield from _body_blocks(word.element.body, levels, lists)
    for relation in word.part.rels.values():
        if relation.reltype.endswith(("/footnotes", "/endnotes")):
            yield from _body_blocks(parse_xml(relation.target_part.blob), levels, lists)


def _style_level(name: str) -> int:
    found = _HEADING_STYLE.match(name)
    return int(found[1]) if found else int(name == "Title")


def _body_blocks(element: Any, levels: dict[str, int], lists: set[str]) -> Iterator[Block]:
    """Paragraphs and tables below an element, through content controls and the like."""
    for child in element.iterchildren():
        if child.tag == f"{_W}p":
            yield _paragraph(child, levels, lists)
            for box in _text_boxes(child):
                yield from _body_blocks(box, levels, lists)
        elif child.tag == f"{_W}tbl":
            yield from _table(child, levels, lists)
        elif child.tag != _FALLBACK and isinstance(child.tag, str):
            yield from _body_blocks(child, levels, lists)


def _paragraph(paragraph: Any, levels: dict[str, int], lists: set[str]) -> Block:
    text = clean(_text(paragraph)).replace("\xad", "").strip()
    style = paragraph.style or ""
    level = levels.get(style, 0)
    if level and text:
        return Block(" ".join(text.split()), level=level)
    numbering = paragraph.pPr.numPr if paragraph.pPr is not None else None
    if text and (numbering is not None or style in lists):
        depth = numbering.ilvl.val if numbering is not None and numbering.ilvl is not None else 0
        return Block("  " * min(depth, 8) + "- " + text, item=True)
    return Block(text)


def _text(element: Any) -> str:
    """The text of a paragraph with inserted, linked and controlled runs, without its text boxes."""
    parts: list[str] = []
    stack = [element]
    while stack:
        node = stack.pop()
        if node.tag in (f"{_W}t", _MATH_TEXT):
            parts.append(node.text or "")
        elif node.tag in _SPACES:
            parts.append(_SPACES[node.tag])
        elif node.tag not in (_FALLBACK, _TEXT_BOX, f"{_W}pPr", f"{_W}rPr"):
            stack.extend(reversed(node))
    return "".join(parts)


def _text_boxes(paragraph: Any) -> Iterator[Any]:
    stack = [paragraph]
    while stack:
        node = stack.pop()
        if node.tag == _TEXT_BOX:
            yield node
        elif node.tag != _FALLBACK:
            stack.extend(reversed(node))


def _table(table: Any, levels: dict[str, int], lists: set[str]) -> Iterator[Block]:
    """A table as Markdown; one of a single column is layout, and gives its blocks."""
    rows = [list(row.tc_lst) for row in table.tr_lst]
    if max(map(len, rows), default=0) <= 1:
        for cell in (cell for row in rows for cell in row):
            yield from _body_blocks(cell, levels, lists)
        return
    yield Block(markdown_table([_row(row) for row in rows]))


def _row(cells: list[Any]) -> list[str]:
    """The texts of a row; a merged cell's text stands once, the cells it covers are empty."""
    texts: list[str] = []
    for cell in cells:
        inner = "" if cell.vMerge == "continue" else join_blocks(_body_blocks(cell, {}, set()))[0]
        texts += [inner, *[""] * (cell.grid_span - 1)]
    return texts
