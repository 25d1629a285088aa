"""Reads Word documents (.docx) in body order; knows no other format."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ingest.assembly import Content, assemble, clean
from ingest.blocks import Block, join_blocks, markdown_table
from ingest.packages import check_package, mended, transitional
from ingest.readers.diagrams import diagram_blocks, diagram_relations
from ingest.readers.docx_numbering import Numbering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document as WordDocument

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MATH_TEXT = f"{_M}t"
# The children of a formula in the order in which they are said, between marks.
_FORMULAS = {
    f"{_M}sSup": ("e", "^", "sup"),
    f"{_M}sSub": ("e", "_", "sub"),
    f"{_M}f": ("(", "num", ")/(", "den", ")"),
    f"{_M}rad": ("√(", "e", ")"),
}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT_BOX = f"{_W}txbxContent"
_SPACES = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_PAGE_NUMBER = re.compile(r"\b(?:page|of|seite|von|p)\b|[\d\W_]", re.IGNORECASE)
_DEEPEST = 8
_LONGEST_CHAIN = 10
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


@dataclass(frozen=True, slots=True)
class _Styles:
    """What the names of paragraph styles mean: heading levels and lists.

    `diagrams` are the data of the body's SmartArt, by relation.
    """

    levels: dict[str, int]
    lists: set[str]
    numbering: Numbering
    diagrams: dict[str, bytes] = field(default_factory=dict)


def _blocks(word: WordDocument) -> Iterator[Block]:
    """The body's blocks, then those of notes, comments, page headers and footers."""
    parts = [
        (r.reltype.rpartition("/")[2], r) for r in word.part.rels.values() if not r.is_external
    ]
    numbering = next((_root(r) for kind, r in parts if kind == "numbering"), None)
    named = [style for style in word.styles if style.style_id]
    styles = _Styles(
        levels={s.style_id: level for s in named if (level := _style_level(s))},
        lists={s.style_id for s in named if (s.name or "").startswith("List")},
        numbering=Numbering(numbering, [style.element for style in word.styles]),
    )
    diagrams = {r.rId: r.target_part.blob for kind, r in parts if kind == "diagramData"}
    yield from _body_blocks(word.element.body, replace(styles, diagrams=diagrams))
    for kind, relation in parts:
        if kind in ("footnotes", "endnotes"):
            yield from _body_blocks(_root(relation), styles)
        elif kind == "comments":
            yield from _comments(_root(relation), styles)
    around = [_one_text(_root(r), styles) for kind, r in parts if kind in ("header", "footer")]
    yield from (Block(text) for text in dict.fromkeys(around) if _says_something(text))


def _root(relation: Any) -> Any:
    from docx.oxml import parse_xml

    return parse_xml(relation.target_part.blob)


def _comments(root: Any, styles: _Styles) -> Iterator[Block]:
    for comment in root.iterchildren(f"{_W}comment"):
        author = comment.get(f"{_W}author", "")
        if text := _one_text(comment, styles):
            yield Block(f"Comment by {author}: {text}" if author else f"Comment: {text}")


def _one_text(element: Any, styles: _Styles) -> str:
    return join_blocks(_body_blocks(element, styles))[0].strip()


def _says_something(text: str) -> bool:
    """Whether a page header or footer is more than "Page 1 of 9"."""
    return len(_PAGE_NUMBER.sub("", text)) > 1


def _style_level(style: Any) -> int:
    """The level of a heading style, or of the heading style that it is based on."""
    for _ in range(_LONGEST_CHAIN):
        name = style.name or ""
        if found := _HEADING_STYLE.match(name):
            return int(found[1])
        if name == "Title":
            return 1
        style = getattr(style, "base_style", None)  # list styles are based on none
        if style is None:
            return 0
    return 0


def _body_blocks(element: Any, styles: _Styles) -> Iterator[Block]:
    """Paragraphs and tables below an element, through content controls and the like."""
    for child in element.iterchildren():
        if child.tag == f"{_W}p":
            yield _paragraph(child, styles)
            for box in _text_boxes(child):
                yield from _body_blocks(box, styles)
            for relation in diagram_relations(child):
                if relation in styles.diagrams:
                    yield from diagram_blocks(styles.diagrams[relation])
        elif child.tag == f"{_W}tbl":
            yield from _table(child, styles)
        elif child.tag != _FALLBACK and isinstance(child.tag, str):
            yield from _body_blocks(child, styles)


def _paragraph(paragraph: Any, styles: _Styles) -> Block:
    text = clean(_text(paragraph)).replace("\xad", "").strip()
    place = styles.numbering.place(paragraph)
    if not text:
        return Block("")
    style = paragraph.style or ""
    label = styles.numbering.label(place) if place else ""
    if level := styles.levels.get(style, 0):
        return Block(" ".join([label, *text.split()]).strip(), level=level)
    if place or style in styles.lists:
        depth = min(place[1], _DEEPEST) if place else 0
        return Block(f"{'  ' * depth}{label or '-'} {text}", item=True)
    return Block(text)


def _text(element: Any) -> str:
    """The text of a paragraph with inserted, linked and controlled runs, without its text boxes."""
    parts: list[str] = []
    stack = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            parts.append(node)
        elif node.tag in (f"{_W}t", _MATH_TEXT):
            parts.append(node.text or "")
        elif node.tag in _SPACES:
            parts.append(_SPACES[node.tag])
        elif node.tag in _FORMULAS:
            stack.extend(reversed(_formula(node)))
        elif node.tag not in (_FALLBACK, _TEXT_BOX, f"{_W}pPr", f"{_W}rPr"):
            stack.extend(reversed(node))
    return "".join(parts)


def _formula(node: Any) -> list[Any]:
    """The parts of a fraction, power or root in a line, with the marks that say what it is."""
    pieces = [node.find(f"{_M}{one}") if one.isalpha() else one for one in _FORMULAS[node.tag]]
    return [piece for piece in pieces if piece is not None]


def _text_boxes(paragraph: Any) -> Iterator[Any]:
    stack = [paragraph]
    while stack:
        node = stack.pop()
        if node.tag == _TEXT_BOX:
            yield node
        elif node.tag != _FALLBACK:
            stack.extend(reversed(node))


def _table(table: Any, styles: _Styles) -> Iterator[Block]:
    """A table as Markdown; one of a single column is layout, and gives its blocks."""
    rows = [list(row.tc_lst) for row in table.tr_lst]
    if max(map(len, rows), default=0) <= 1:
        for cell in (cell for row in rows for cell in row):
            yield from _body_blocks(cell, styles)
        return
    yield Block(markdown_table([_row(row, styles) for row in rows]))


def _row(cells: list[Any], styles: _Styles) -> list[str]:
    """The texts of a row; a merged cell's text stands once, the cells it covers are empty."""
    texts: list[str] = []
    for cell in cells:
        inner = "" if cell.vMerge == "continue" else _one_text(cell, styles)
        texts += [inner, *[""] * (cell.grid_span - 1)]
    return texts
