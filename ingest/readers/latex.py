"""Reads LaTeX: commands become the text that they set, sections become headings.

It runs no command and opens no file that the text names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, clean, one_line
from ingest.blocks import Block, Part, join_parts
from ingest.decoding import decode_text
from ingest.readers.latex_parts import put_back, take_out, with_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

_LEVELS = {
    "part": 1,
    "chapter": 1,
    "section": 2,
    "subsection": 3,
    "subsubsection": 4,
    "paragraph": 5,
}
_ARGUMENT = r"\s*(?:\[[^\]]*\])?\s*\{((?:[^{}]|\{[^{}]*\})*)\}"
_SECTION = re.compile(rf"\\({'|'.join(_LEVELS)})\*?{_ARGUMENT}")
_TITLE = re.compile(rf"\\title{_ARGUMENT}")
_AUTHOR = re.compile(rf"\\author{_ARGUMENT}")
_THANKS = re.compile(rf"\\thanks{_ARGUMENT}")
_AND = re.compile(r"\s*\\(?:and|And|AND)\b\s*")
# They would set the day on which the file is read.
_MADE = re.compile(r"\\(?:maketitle|today)\b")
_COMMENT = re.compile(r"(?<!\\)%[^\n]*\n?")
# pylatexenc reads some 30 KB a second: a longer section, or a whole bible, stays as it is written.
_LARGEST = 100_000
_LARGEST_FILE = 1_000_000
_BEGIN, _END = r"\begin{document}", r"\end{document}"
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read LaTeX. Raises UnsupportedFileError (binary), NoTextError and LimitError."""
    text = _COMMENT.sub("", clean(decode_text(data, source)))
    spoken = _speaker() if len(text) <= _LARGEST_FILE else str
    head, begin, body = text.partition(_BEGIN)
    body = body.partition(_END)[0] if begin else head
    title, author = (_said(pattern, text, spoken) for pattern in (_TITLE, _AUTHOR))
    top = [Block(title, level=1), Block(author)]
    blocks = [*(block for block in top if block.text), *_blocks(_MADE.sub("", body), spoken)]
    pages, headings = join_parts([Part("", blocks)])
    content = Content(
        media_type="text/x-tex",
        pages=pages,
        headings=headings,
        title=title,
        metadata={"author": author},
        warnings=[] if len(text) <= _LARGEST_FILE else ["commands are left in: it is very long"],
    )
    return assemble(data, source, content, config)


def _said(pattern: re.Pattern[str], text: str, spoken: Callable[[str], str]) -> str:
    found = pattern.search(text)
    return one_line(spoken(_AND.sub(", ", _THANKS.sub("", found[1])))) if found else ""


def _speaker() -> Callable[[str], str]:
    """What makes LaTeX text; formulas stay as they are written, and so does what is not LaTeX."""
    from pylatexenc.latex2text import LatexNodes2Text
    from pylatexenc.latexwalker import LatexWalkerError

    converter = LatexNodes2Text(math_mode="verbatim", strict_latex_spaces=False)

    def spoken(latex: str) -> str:
        if len(latex) > _LARGEST:
            return latex
        try:
            return str(converter.latex_to_text(latex, tolerant_parsing=True))
        except (LatexWalkerError, ValueError, LookupError, AttributeError, RecursionError):
            return latex

    return spoken


def _blocks(body: str, spoken: Callable[[str], str]) -> Iterator[Block]:
    sections = list(_SECTION.finditer(body))
    yield from _paragraphs(body[: sections[0].start() if sections else None], spoken)
    for at, section in enumerate(sections):
        end = sections[at + 1].start() if at + 1 < len(sections) else None
        yield Block(one_line(spoken(section[2])), level=_LEVELS[section[1]])
        yield from _paragraphs(body[section.end() : end], spoken)


def _paragraphs(latex: str, spoken: Callable[[str], str]) -> Iterator[Block]:
    marked, taken = take_out(latex, spoken)
    for paragraph in _PARAGRAPHS.split(_BLANK_LINES.sub("\n\n", spoken(with_keys(marked)))):
        lines = [line.strip() for line in paragraph.strip().split("\n")]
        block = put_back(paragraph, taken)
        yield Block("\n".join(lines) if block is None else block)
