"""Reads HTML without ever fetching anything; knows no other format."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, clean, one_line
from ingest.blocks import Block, join_blocks, markdown_table
from ingest.decoding import decode_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser, LexborNode

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_DROPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "iframe",
        "object",
        "svg",
        "button",
        "select",
        "textarea",
        "-comment",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_DEEPEST = 8
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_DOUBLE = re.compile(" {2,}")
_SPACE = re.compile(r"[^\S\xa0]+")


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read HTML. Raises UnsupportedFileError (binary), NoTextError and LimitError."""
    tree = parse_html(html_text(data, source))
    text, headings = join_blocks(html_blocks(tree))
    content = Content(
        media_type="text/html",
        pages=[(text, "")],
        headings=headings,
        title=_first_text(tree, "title"),
        language=_language(tree),
        metadata=_metadata(tree),
    )
    return assemble(data, source, content, config)


def html_text(data: bytes, source: str) -> str:
    """The markup, in the encoding that it declares. Raises UnsupportedFileError (binary)."""
    declared = _CHARSET.search(data[:4096])
    return decode_text(data, source, declared[1].decode("ascii", "ignore") if declared else "")


def parse_html(markup: str) -> LexborHTMLParser:
    """The tree of a page."""
    from selectolax.lexbor import LexborHTMLParser

    return LexborHTMLParser(clean(markup).replace("\xad", ""))


def html_blocks(tree: LexborHTMLParser) -> list[Block]:
    """The page's blocks in document order, without its navigation unless it has nothing else."""
    blocks = list(_blocks(tree, frozenset({"nav"})))
    return blocks if any(b.text.strip() for b in blocks) else list(_blocks(tree, frozenset()))


def text_nodes(tree: LexborHTMLParser) -> list[LexborNode]:
    """The nodes whose text `read` takes, in document order."""
    nodes = list(_text_nodes(tree, frozenset({"nav"})))
    is_seen = any((node.text_content or "").strip() for node in nodes)
    return nodes if is_seen else list(_text_nodes(tree, frozenset()))


def _text_nodes(tree: LexborHTMLParser, dropped: frozenset[str]) -> Iterator[LexborNode]:
    stack: list[LexborNode] = [tree.root] if tree.root else []
    while stack:
        node = stack.pop()
        if node.tag == "-text":
            yield node
        elif not (node.tag in _DROPPED or node.tag in dropped or _is_hidden(node)):
            stack.extend(reversed(list(node.iter(include_text=True))))


def _first_text(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    return one_line(node.text()) if node else ""


def _language(tree: LexborHTMLParser) -> str:
    node = tree.css_first("html")
    attributes = node.attributes if node else {}
    return attributes.get("lang") or attributes.get("xml:lang") or ""


def _metadata(tree: LexborHTMLParser) -> dict[str, str]:
    found = {}
    for node in tree.css("meta[name][content]"):
        name = (node.attributes.get("name") or "").lower()
        if name in ("author", "description", "keywords", "date"):
            found[name] = node.attributes.get("content") or ""
    return found


@dataclass(slots=True)
class _Line:
    """The text collected since the last block ended, and the elements open around it."""

    parts: list[str] = field(default_factory=list)
    open_tags: Counter[str] = field(default_factory=Counter)
    starts_item: bool = False

    def add(self, text: str) -> None:
        self.parts.append(text if self.open_tags["pre"] else _SPACE.sub(" ", text))

    def flush(self) -> Block:
        """The block that the text makes, which may be empty."""
        joined = "".join(self.parts)
        self.parts.clear()
        if self.open_tags["pre"]:
            return Block(joined.strip("\n"))
        text = "\n".join(part.strip() for part in _DOUBLE.sub(" ", joined).split("\n")).strip()
        level = next((int(tag[1]) for tag in _HEADINGS if self.open_tags[tag]), 0)
        if not text or level:
            return Block(" ".join(text.split()), level=level)
        return self._item(text) if self.open_tags["li"] else Block(text)

    def _item(self, text: str) -> Block:
        depth = self.open_tags["ul"] + self.open_tags["ol"] - 1
        indent = "  " * min(max(0, depth), _DEEPEST)
        mark = "- " if self.starts_item else "  "
        self.starts_item = False
        return Block(indent + mark + text, item=True)


def _blocks(tree: LexborHTMLParser, dropped: frozenset[str]) -> Iterator[Block]:
    """The blocks in document order. An own stack: hostile nesting is deeper than Python's."""
    line = _Line()
    stack: list[tuple[LexborNode, bool]] = [(tree.root, False)] if tree.root else []
    while stack:
        node, leaving = stack.pop()
        tag = node.tag or ""
        if tag in _BLOCKS:
            yield line.flush()
        if leaving:
            line.open_tags[tag] -= 1
        elif tag == "-text":
            line.add(node.text_content or "")
        elif tag == "br":
            line.parts.append("\n")
        elif tag in _DROPPED or tag in dropped or _is_hidden(node):
            continue
        elif tag == "table" and (rows := _data_table(node)):
            yield Block(markdown_table(rows))
        else:
            line.open_tags[tag] += 1
            line.starts_item |= tag == "li"
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(list(node.iter(include_text=True))))


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))


def _data_table(table: LexborNode) -> list[list[str]]:
    """The cells of a table of data; nothing for one that only lays out the page."""
    if len(table.css("table")) > 1 or table.css_first("h1, h2, h3, h4, h5, h6, ul, ol, pre"):
        return []
    rows = [
        [one_line(cell.text(separator=" ")) for cell in row.css("td, th")]
        for row in table.css("tr")
    ]
    return rows if max((sum(map(bool, row)) for row in rows), default=0) > 1 else []
