"""Lays a page's text out as HTML: headings, lists, tables and paragraphs; knows no files.

For formats whose pages have no HTML of their own to show. What is written is the text's letters in
their order, so that passages are found in it, and nothing of the text becomes markup.
"""

from __future__ import annotations

import html
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.blocks import join_blocks
from ingest.tables import cells_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingest.blocks import Block
    from quoth.datatypes import Heading

LOOK = """<style>
table { border-collapse: collapse; margin: .8rem 0; font: .9rem/1.45 system-ui, sans-serif }
td, th { border: 1px solid #d5d2c8; padding: .25rem .55rem; text-align: left }
th { background: #f3f1ea; position: sticky; top: 0 }
td > p, li > p { margin: 0 }
pre, code { font: .88em/1.5 ui-monospace, monospace; background: #f3f1ea; border-radius: .3rem }
pre { padding: .7rem .9rem } pre code { font-size: 1em } code { padding: .05rem .25rem }
blockquote { margin: .8rem 0; padding-left: 1rem; border-left: 3px solid #d5d2c8; color: #555 }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.3em 0 .4em } h1:first-child { margin-top: 0 }
hr { border: 0; border-top: 1px solid #d5d2c8 }
.laid-out p { white-space: pre-wrap; margin: 0 0 .8rem }
.laid-out li { list-style: none; display: flex; gap: .6rem; margin-bottom: .2rem }
.laid-out ul { padding: 0; margin: 0 0 .8rem }
</style>"""
"""The quiet look of documents without one of their own; the head of a long table stays in sight."""

_RULE = re.compile(r"\|(?:\s*:?-+:?\s*\|)+")
_ITEM = re.compile(r"(\s*)([-*•▪◦·–]|\d{1,3}[.)])\s+(?=\S)")
_HASHES = re.compile(r"#{1,6}\s+")
_SPACE = re.compile(r"\s+")
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the text: `kind` is heading, table, item, words or gap."""

    kind: str
    text: str
    level: int = 0


def laid_out(text: str, headings: Sequence[Heading] = ()) -> str:
    """The text as HTML; `headings` start where their characters do, counted as the text's."""
    return f'{LOOK}<div class="laid-out">{_written(text, headings)}</div>'


def blocks_laid_out(blocks: Sequence[Block]) -> str:
    """The blocks as HTML, without the look."""
    text, headings = join_blocks(blocks)
    return f'<div class="laid-out">{_written(text, headings)}</div>'


def table(rows: Sequence[str]) -> str:
    """Rows between bars as a table, the one above a rule as its head."""
    written = (
        _row(line, "th" if at + 1 < len(rows) and _RULE.fullmatch(rows[at + 1].strip()) else "td")
        for at, line in enumerate(rows)
        if not _RULE.fullmatch(line.strip())
    )
    return f"<table>{''.join(written)}</table>"


def _row(line: str, tag: str) -> str:
    """A line between bars as the row of a table."""
    cells = cells_of(line.strip())[1:]
    if cells and not cells[-1]:
        cells.pop()  # what stands after the last bar
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _written(text: str, headings: Sequence[Heading]) -> str:
    return "".join(_block(kind, list(lines)) for kind, lines in _runs(text, headings))


def _runs(text: str, headings: Sequence[Heading]) -> Iterator[tuple[str, Iterator[_Line]]]:
    """Lines of a kind that follow each other; each heading by itself."""
    numbered = enumerate(_lines(text, headings))
    for (kind, _), run in itertools.groupby(
        numbered, key=lambda each: (each[1].kind, each[0] if each[1].kind == "heading" else -1)
    ):
        yield kind, (line for _, line in run)


def _lines(text: str, headings: Sequence[Heading]) -> Iterator[_Line]:
    left = list(headings)
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        spelled = 0
        while left and left[0].start <= end:
            heading = left.pop(0)
            if _says(line, heading):
                spelled = heading.level
            else:  # a title that the text does not spell stands above it
                yield _Line("heading", heading.text, heading.level)
        yield _Line("heading", _HASHES.sub("", line.strip()), spelled) if spelled else _plain(line)
        start = end + 1


def _says(line: str, heading: Heading) -> bool:
    words = _SPACE.sub(" ", _HASHES.sub("", line.strip()))
    return bool(words) and heading.text.startswith(words)


def _plain(line: str) -> _Line:
    if not line.strip():
        return _Line("gap", "")
    if line.lstrip().startswith("|"):
        return _Line("table", line)
    return _Line("item" if _ITEM.match(line) else "words", line)


def _block(kind: str, lines: Sequence[_Line]) -> str:
    if kind == "gap":
        return ""
    if kind == "heading":
        level = min(max(lines[0].level, 1), 6)
        return f"<h{level}>{html.escape(lines[0].text)}</h{level}>"
    if kind == "table":
        return table([line.text for line in lines])
    if kind == "item":
        return f"<ul>{''.join(_item(line.text) for line in lines)}</ul>"
    return f"<p>{html.escape(chr(10).join(line.text for line in lines))}</p>"


def _item(line: str) -> str:
    found = _ITEM.match(line)
    assert found is not None
    depth = min(len(found[1].expandtabs(4)) // 2, _DEEPEST)
    sign = "•" if found[2] in "-*" else found[2]
    words = html.escape(line[found.end() :])
    return (
        f'<li style="margin-left:{depth * 1.2:.1f}rem"><span>{sign}</span><span>{words}</span></li>'
    )
