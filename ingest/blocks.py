"""Joins blocks of text (paragraphs, headings, list items, tables) into one; knows no format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quoth.datatypes import Heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item or table. `level` from 1 makes it a heading, or puts `title` above it.

    Consecutive `item` blocks stand on lines below each other, all others a blank line apart.
    """

    text: str
    level: int = 0
    item: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet, slide, chapter or message: one page. A `title` that no block spells stands above it.

    `level` is the title's level; the headings among the blocks keep theirs.
    """

    label: str
    blocks: Iterable[Block]
    title: str = ""
    level: int = 1


def join_parts(parts: Iterable[Part]) -> tuple[list[tuple[str, str]], list[Heading]]:
    """The pages of all parts, as (text, label), and the headings over all of them."""
    pages: list[tuple[str, str]] = []
    headings: list[Heading] = []
    offset = 0
    for part in parts:
        text, found = join_blocks(part.blocks)
        title = " ".join(part.title.split())
        if title and not any(heading.text == title for heading in found[:1]):
            headings.append(Heading(offset, part.level, title))
        headings += [Heading(offset + one.start, one.level, one.text) for one in found]
        pages.append((text, part.label))
        offset += len(text)
    return pages, headings


def join_blocks(blocks: Iterable[Block]) -> tuple[str, tuple[Heading, ...]]:
    """The text of all blocks that hold any, ended by a line end, and the headings in it."""
    parts: list[str] = []
    headings: list[Heading] = []
    offset = 0
    before: Block | None = None
    for block in blocks:
        if not block.text.strip():
            continue
        if before is not None:
            parts.append("\n" if block.item and before.item else "\n\n")
            offset += len(parts[-1])
        if block.level:
            title = " ".join((block.title or block.text).split())
            headings.append(Heading(offset, block.level, title))
        parts.append(block.text)
        offset += len(block.text)
        before = block
    return "".join(parts) + "\n", tuple(headings)


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """The rows as Markdown, the first as header; columns and rows without any text are left out."""
    lines = [[" ".join(cell.split()).replace("|", r"\|") for cell in row] for row in rows]
    lines = [line for line in lines if any(line)]
    width = max((len(line) for line in lines), default=0)
    lines = [line + [""] * (width - len(line)) for line in lines]
    kept = [column for column in range(width) if any(line[column] for line in lines)]
    written = ["| " + " | ".join(line[column] for column in kept) + " |" for line in lines]
    if len(written) > 1:
        written.insert(1, "|" + " --- |" * len(kept))
    return "\n".join(written)
