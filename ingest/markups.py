"""Makes HTML of what is none: Markdown, tables and Word documents, as they are meant to look.

It knows the libraries for that. What comes out is as hostile as what went in: `html_view` cleans it.
"""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.packages import check_package, mended, transitional
from ingest.readers.html import html_text, parse_html
from ingest.readers.markdown import front_matter_end
from ingest.readers.mhtml import page_in
from ingest.tables import cells_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from quoth.config import IngestConfig

_OFFICE = "application/vnd.openxmlformats-officedocument."
_RULE = re.compile(r"\|(?:\s*-+\s*\|)+")
_NUMBER = re.compile(r"^\s*\(?(?:\d+(?:\.\d+)*|[a-zA-Z]|[ivxlc]+)[.)]?\s+", re.MULTILINE)
_MOST_OF_PICTURES = 4_000_000  # bytes
_SHOWN_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
# Documents without a look of their own get a quiet one; the head of a long table stays in sight.
_LOOK = """<style>
table { border-collapse: collapse; margin: .8rem 0; font: .9rem/1.45 system-ui, sans-serif }
td, th { border: 1px solid #d5d2c8; padding: .25rem .55rem; text-align: left }
th { background: #f3f1ea; position: sticky; top: 0 }
td > p, li > p { margin: 0 }
pre, code { font: .88em/1.5 ui-monospace, monospace; background: #f3f1ea; border-radius: .3rem }
pre { padding: .7rem .9rem } pre code { font-size: 1em } code { padding: .05rem .25rem }
blockquote { margin: .8rem 0; padding-left: 1rem; border-left: 3px solid #d5d2c8; color: #555 }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.3em 0 .4em } h1:first-child { margin-top: 0 }
hr { border: 0; border-top: 1px solid #d5d2c8 }
</style>"""


@dataclass(frozen=True, slots=True)
class Way:
    """How documents of some kind become HTML: from their file, or from a page's text alone.

    `plain` gives the words that are seen of a piece of the page's text.
    """

    of_file: Callable[[bytes, str, IngestConfig], str] | None = None
    of_text: Callable[[str], str] | None = None
    plain: Callable[[str], str] = str


def way_to_show(media_type: str) -> Way | None:
    """How documents of this media type are shown as HTML; None for those that are not."""
    return _WAYS.get(media_type)


def _html(data: bytes, source: str, _: IngestConfig) -> str:
    return html_text(data, source)


def _saved_page(data: bytes, source: str, _: IngestConfig) -> str:
    return page_in(data, source)


def _word(data: bytes, source: str, config: IngestConfig) -> str:
    """Headings, lists, tables, emphasis and pictures. Raises DamagedFileError and LimitError."""
    import mammoth

    left = _MOST_OF_PICTURES

    def picture(image: Any) -> dict[str, str]:
        nonlocal left
        try:
            with image.open() as file:
                content = file.read(left + 1)
        except (KeyError, OSError, ValueError):
            return {}  # it lies elsewhere, where nothing is asked for
        if len(content) > left or image.content_type not in _SHOWN_PICTURES:
            return {}
        left -= len(content)
        encoded = base64.b64encode(content).decode("ascii")
        return {"src": f"data:{image.content_type};base64,{encoded}"}

    with mended(source, "a word processor"):
        check_package(data, source, config)
        made = mammoth.convert_to_html(
            transitional(data, "word/document.xml"),
            convert_image=mammoth.images.img_element(picture),
        )
    return f"{_LOOK}{made.value}"


def _without_numbers(text: str) -> str:
    """The text without those that Word prints before its lines."""
    return _NUMBER.sub("", text)


def _markdown(text: str) -> str:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return f"{_LOOK}{parser.render(text[front_matter_end(text) :])}"


def _plain_markdown(text: str) -> str:
    return " ".join(node.text() for node in parse_html(_markdown(text)).css("body"))


def _tables(text: str) -> str:
    """The rows between bars as tables, each other line as a paragraph."""
    written: list[str] = []
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if not line.startswith("|"):
            written.append(f"<p>{html.escape(line)}</p>" if line.strip() else "")
            continue
        if _RULE.fullmatch(line):
            continue
        header = at + 1 < len(lines) and _RULE.fullmatch(lines[at + 1])
        starts = not (at and lines[at - 1].startswith("|"))
        ends = not (at + 1 < len(lines) and lines[at + 1].startswith("|"))
        row = _row(line, "th" if header else "td")
        written.append(("<table>" * starts) + row + ("</table>" * ends))
    return _LOOK + "\n".join(written)


def _row(line: str, tag: str) -> str:
    cells = cells_of(line)[1:-1]
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"


_TABLE = Way(of_text=_tables)
_WORD = Way(of_file=_word, plain=_without_numbers)
_WAYS = {
    "text/html": Way(of_file=_html),
    "multipart/related": Way(of_file=_saved_page),
    "text/markdown": Way(of_text=_markdown, plain=_plain_markdown),
    "text/csv": _TABLE,
    "text/tab-separated-values": _TABLE,
    "application/vnd.ms-excel": _TABLE,
    "application/vnd.oasis.opendocument.spreadsheet": _TABLE,
    f"{_OFFICE}spreadsheetml.sheet": _TABLE,
    f"{_OFFICE}wordprocessingml.document": _WORD,
}
