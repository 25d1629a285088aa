"""Reads subtitles (.srt, .vtt): what is said, a page for each minute, labelled by its time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, clean
from ingest.blocks import Block, Part, join_parts
from ingest.decoding import decode_text
from quoth.errors import DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

_TIMES = re.compile(
    r"^[ \t]*(?:(\d+):)?(\d{1,2}):(\d{2})[.,]\d{1,3}[ \t]*-->[ \t]*[\d:.,]+[^\n]*\n", re.MULTILINE
)
_SPEAKER = re.compile(r"<v(?:\.[\w.]+)?[ \t]+([^>]+)>")
_TAG = re.compile(r"<[^<>\n]*>|\{\\[^{}\n]*\}")
_SECONDS_A_PAGE = 60


@dataclass(frozen=True, slots=True)
class _Cue:
    second: int
    lines: list[str]


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read subtitles. Raises DamagedFileError (no times in it), NoTextError and LimitError."""
    cues = list(_cues(clean(decode_text(data, source))))
    if not cues:
        raise DamagedFileError(
            f"{source.rpartition('/')[2]} is damaged: no line in it says when it is spoken; "
            "if it is plain text, rename it to end in .txt"
        )
    pages, headings = join_parts(_parts(cues))
    kind = (
        "text/vtt" if data.lstrip(b"\xef\xbb\xbf").startswith(b"WEBVTT") else "application/x-subrip"
    )
    return assemble(data, source, Content(kind, pages, headings), config)


def _cues(text: str) -> Iterator[_Cue]:
    times = list(_TIMES.finditer(text))
    for at, found in enumerate(times):
        end = times[at + 1].start() if at + 1 < len(times) else len(text)
        # An empty line ends a cue; what follows is the next one's number or a note.
        body = text[found.end() : end].partition("\n\n")[0]
        lines = [spoken for line in body.split("\n") if (spoken := _spoken(line))]
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        yield _Cue(hours * 3600 + minutes * 60 + seconds, lines)


def _spoken(line: str) -> str:
    return unescape(_TAG.sub("", _SPEAKER.sub(r"\1: ", line))).strip()


def _parts(cues: Sequence[_Cue]) -> Iterator[Part]:
    """What is said from the first cue of a page to a minute later, without rolled-up repeats."""
    page: list[str] = []
    first = cues[0].second
    before: list[str] = []
    for cue in cues:
        if cue.second >= first + _SECONDS_A_PAGE and page:
            yield Part(_clock(first), [Block("\n".join(page))])
            page, first = [], cue.second
        page += [line for line in cue.lines if line not in before]
        before = cue.lines or before
    yield Part(_clock(first), [Block("\n".join(page))])


def _clock(second: int) -> str:
    return f"{second // 3600}:{second // 60 % 60:02}:{second % 60:02}"
