"""Reads OpenDocument texts (.odt) and presentations (.odp); spreadsheets have their own reader."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.assembly import Content, assemble, clean
from ingest.blocks import Block, Part, join_parts, markdown_table
from ingest.packages import check_package, mended, parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

_NAMESPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "presentation": "urn:oasis:names:tc:opendocument:xmlns:presentation:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_DEEPEST = 8
# A run of spaces or of equal cells is written as a count, which may be anything.
_MOST_REPEATED = 100


def _q(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


_PARAGRAPHS = (_q("text:p"), _q("text:h"))
_SKIPPED = frozenset(
    {
        _q("text:tracked-changes"),
        _q("text:table-of-content"),
        _q("office:annotation"),
        _q("office:forms"),
        _q("text:sequence-decls"),
    }
)
_NOT_IN_LINE = _SKIPPED | {_q("text:note"), _q("draw:text-box"), _q("table:table")}
_ASIDE = (_q("text:note-body"), _q("draw:text-box"))


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read a document. Raises DamagedFileError, NoTextError, LimitError."""
    with mended(source, "LibreOffice"):
        check_package(data, source, config)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in _wanted(archive)}
        body = parse_xml(parts["content.xml"]).find(_q("office:body"))
        pages, headings = join_parts(_parts(body[0]))
        about = parse_xml(parts["meta.xml"]) if "meta.xml" in parts else None
    content = Content(
        media_type=parts["mimetype"].decode("ascii", "replace").strip(),
        pages=pages,
        headings=headings,
        title=_about(about, "dc:title"),
        language=_about(about, "dc:language"),
        metadata={
            "author": _about(about, "meta:initial-creator") or _about(about, "dc:creator"),
            "subject": _about(about, "dc:subject"),
            "created": _about(about, "meta:creation-date"),
            "modified": _about(about, "dc:date"),
        },
    )
    return assemble(data, source, content, config)


def _wanted(archive: zipfile.ZipFile) -> set[str]:
    wanted = {"mimetype", "content.xml", "meta.xml"}
    return wanted & set(archive.namelist())


def _about(about: Any, name: str) -> str:
    found = about.find(f".//{_q(name)}") if about is not None else None
    return (found.text or "") if found is not None else ""


def _parts(body: Any) -> Iterator[Part]:
    slides = body.findall(_q("draw:page"))
    if not slides:
        yield Part("", list(_blocks(body)))
    for number, slide in enumerate(slides, 1):
        blocks = list(_slide_blocks(slide))
        title = "" if any(block.level for block in blocks) else f"Slide {number}"
        yield Part(f"slide {number}", blocks, title)


def _slide_blocks(slide: Any) -> Iterator[Block]:
    for child in slide:
        if child.tag == _q("presentation:notes"):
            notes = [block.text for block in _blocks(child) if block.text]
            yield Block("Notes: " + "\n".join(notes) if notes else "")
        elif child.get(_q("presentation:class")) == "title":
            title = " ".join(block.text for block in _blocks(child))
            yield Block(" ".join(title.split()), level=1)
        else:
            yield from _blocks(child)


@dataclass(frozen=True, slots=True)
class _Place:
    """How deep in lists an element stands, and whether it is the first of its item."""

    depth: int = 0
    starts_item: bool = False


def _blocks(element: Any) -> Iterator[Block]:
    """Paragraphs, headings, list items and tables below an element, in order."""
    stack: list[tuple[Any, _Place]] = [(child, _Place()) for child in reversed(element)]
    while stack:
        node, place = stack.pop()
        if node.tag in _PARAGRAPHS:
            yield _paragraph(node, place)
            stack.extend((aside, _Place()) for aside in reversed(list(_asides(node))))
        elif node.tag == _q("table:table"):
            yield Block(markdown_table([_row(row) for row in node.iter(_q("table:table-row"))]))
        elif isinstance(node.tag, str) and node.tag not in _SKIPPED:
            depth = place.depth + (node.tag == _q("text:list"))
            is_item = node.tag == _q("text:list-item")
            below = [(child, _Place(depth, is_item and not at)) for at, child in enumerate(node)]
            stack.extend(reversed(below))


def _paragraph(node: Any, place: _Place) -> Block:
    text = clean(_text(node)).strip()
    if node.tag == _q("text:h") and text:
        level = node.get(_q("text:outline-level"), "1")
        return Block(" ".join(text.split()), level=int(level) if level.isdigit() else 1)
    if place.depth and text:
        indent = "  " * min(place.depth - 1, _DEEPEST)
        return Block(indent + ("- " if place.starts_item else "  ") + text, item=True)
    return Block(text)


def _text(paragraph: Any) -> str:
    """The paragraph's own text, without its notes and boxes."""
    parts: list[str] = []
    stack: list[Any] = [paragraph]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            parts.append(node)
        elif node is not paragraph and node.tag in _NOT_IN_LINE:
            continue
        elif node.tag == _q("text:s"):
            parts.append(" " * _count(node, "text:c"))
        elif node.tag in (_q("text:tab"), _q("text:line-break")):
            parts.append("\t" if node.tag == _q("text:tab") else "\n")
        elif isinstance(node.tag, str):
            inside: list[Any] = [node.text or ""]
            for child in node:
                inside += [child, child.tail or ""]
            stack.extend(reversed(inside))
    return "".join(parts)


def _asides(paragraph: Any) -> Iterator[Any]:
    """What a paragraph carries that is not in its line: the bodies of notes and text boxes."""
    stack = list(reversed(paragraph))
    while stack:
        node = stack.pop()
        if node.tag in _ASIDE:
            yield node
        else:
            stack.extend(reversed(node))


def _row(row: Any) -> list[str]:
    cells: list[str] = []
    for cell in row:
        if cell.tag == _q("table:table-cell"):
            text = " ".join(block.text for block in _blocks(cell) if block.text)
            cells += [text] * _count(cell, "table:number-columns-repeated")
        elif cell.tag == _q("table:covered-table-cell"):
            cells += [""] * _count(cell, "table:number-columns-repeated")
    return cells


def _count(node: Any, name: str) -> int:
    written = node.get(_q(name), "1")
    return min(int(written), _MOST_REPEATED) if written.isdigit() else 1
