"""Shows a message as mail programs do: who wrote what to whom above it, then its HTML or its text.

Knows the pages that the readers of mail make, and nothing of cleaning.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from ingest.blocks import join_blocks
from ingest.embedded import Pictures
from ingest.readers.mail import letters_in
from ingest.readers.outlook import html_of
from ingest.text_markup import laid_out
from quoth.datatypes import Heading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.readers.mail import Letter

_ABOUT = re.compile(r"^(?:(?:From|To|Cc|Date): [^\n]*\n)+(?=\n|\Z)", re.MULTILINE)
_SPACE = re.compile(r"\s+")
_LOOK = """<style>
.letter-head { margin: 0 0 1rem; padding: .6rem .9rem; border: 1px solid #d5d2c8; border-radius: .4rem;
  background: #f3f1ea; font: .9rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
.letter-head h1 { font: 600 1.15rem/1.35 system-ui, sans-serif; margin: 0 0 .35rem }
.letter-head div { margin: 0; display: flex; gap: .5rem } .letter-head b { flex: none; min-width: 3rem; color: #55585b }
</style>"""


def mail_page(data: bytes, source: str, text: str) -> str:
    """The message with this text in HTML; "" when it has none, and for what is attached to one.

    Raises DamagedFileError.
    """
    wanted = _SPACE.sub("", text)
    for letter in letters_in(data, source):
        if letter.html and _SPACE.sub("", join_blocks(letter.blocks())[0]) == wanted:
            return _with_head(text, _body(letter))
    return ""


def outlook_page(data: bytes, source: str, text: str) -> str:
    """The message in HTML; "" when it has none. Raises DamagedFileError."""
    markup = html_of(data, source)
    return _with_head(text, markup) if markup else ""


def letter_laid_out(text: str, headings: Sequence[Heading]) -> str:
    """A page of a message by its text alone: also that of a message that is attached."""
    about = _ABOUT.search(text)
    if about is None:
        return laid_out(text, headings)
    before = [one for one in headings if one.start < about.start()]
    after = [
        Heading(one.start - about.end(), one.level, one.text)
        for one in headings
        if one.start >= about.end()
    ]
    above = "".join(f"<h1>{html.escape(one.text)}</h1>" for one in before)
    return f"{_head(above, about[0])}{laid_out(text[about.end() :], after)}"


def _with_head(text: str, markup: str) -> str:
    about = _ABOUT.search(text)
    subject = text[: about.start()].strip() if about else ""
    above = f"<h1>{html.escape(subject)}</h1>" if subject else ""
    return f"{_head(above, about[0] if about else '')}{markup}"


def _head(above: str, about: str) -> str:
    lines = (line.partition(": ") for line in about.strip().split("\n"))
    facts = "".join(
        f"<div><b>{html.escape(name)}:</b><span>{html.escape(value)}</span></div>"
        for name, _, value in lines
        if name
    )
    return f'{_LOOK}<div class="letter-head">{above}{facts}</div>'


def _body(letter: Letter) -> str:
    """The letter's HTML with the pictures that it carries."""
    pictures = Pictures()
    markup = "\n".join(letter.html)
    for content_id, kind, content in letter.pictures:
        if f"cid:{content_id}" in markup:
            address = pictures.address(content, kind)
            markup = markup.replace(f"cid:{content_id}", address)
    return markup
