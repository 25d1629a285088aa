"""Shows a page as it looks, and where passages stand on it; in a process of its own.

The file is as hostile as when it was read, so the process has the same limits.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.archives import bytes_of
from ingest.markups import Wanted, way_to_show
from ingest.passwords import passwords_of, with_passwords
from ingest.pictures import picture_view
from ingest.places import boxes_in
from ingest.readers import html_view
from ingest.signatures import format_of
from ingest.wire import error_from, from_error
from quoth.config import IngestConfig
from quoth.datatypes import Box, Heading, PageMarkup, PageView
from quoth.errors import DamagedFileError, LimitError, MissingFileError, QuothError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import Page

# -P keeps the current folder out of the child's import path until the parent's replaces it.
_COMMAND = (
    "-P",
    "-c",
    "import sys; sys.path[:] = sys.argv[1:]; from ingest import viewing; viewing.main()",
)


def page_view(
    path: Path,
    page: Page,
    config: IngestConfig,
    *,
    spans: Sequence[tuple[int, int]] = (),
    scale: float = 2.0,
) -> PageView:
    """A PDF's page, or a picture, as PNG of `scale` pixels a point, and boxes around spans.

    These are (start, end) in the document's text, as `Page.start` is. Raises ReadError's subclasses.
    """
    inside = _clipped(page, spans)
    # Where the text of pages without places stands is found in the file.
    shown = _shown(path, page, config, [] if page.places else inside, scale=scale)
    found = tuple(tuple(Box(**box) for box in each) for each in shown["boxes"])
    boxes = tuple(boxes_in(page.places, *span) for span in inside) if page.places else found
    png = base64.b64decode(shown["png"])
    return PageView(png, shown["width"], shown["height"], boxes)


def page_markup(
    path: Path,
    page: Page,
    media_type: str,
    config: IngestConfig,
    *,
    spans: Sequence[tuple[int, int]] = (),
    headings: Sequence[Heading] = (),
) -> PageMarkup:
    """A page as HTML that is safe to show, the spans marked; these count as in `page_view`.

    `media_type` is the document's, for which there is a `way_to_show`; so are the `headings`.
    Raises ReadError's subclasses.
    """
    above = [
        (one.start - page.start, one.level, one.text)
        for one in headings
        if page.start <= one.start < page.end
    ]
    inside = _clipped(page, spans)
    shown = _shown(path, page, config, inside, media_type=media_type, headings=above)
    return PageMarkup(shown["markup"], tuple(shown["found"]))


def _shown(
    path: Path,
    page: Page,
    config: IngestConfig,
    spans: Sequence[tuple[int, int]],
    **how: float | str | list[tuple[int, int, str]],
) -> dict[str, Any]:
    """What a process of its own answers."""
    order = {
        "path": str(path),
        "number": page.number,
        "text": page.text,
        "spans": spans,
        **how,
        "config": asdict(config),
        "passwords": passwords_of(config),
    }
    try:
        done = subprocess.run(  # noqa: S603 (our own module, no shell)
            [sys.executable, *_COMMAND, *sys.path],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=config.timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LimitError(
            f"{path.name} takes too long to show; open it in its own program"
        ) from error
    if done.returncode:
        raise DamagedFileError(f"page {page.number} of {path.name} can't be shown; it is damaged")
    answer: dict[str, Any] = json.loads(done.stdout)
    if "error" in answer:
        raise error_from(answer)
    return answer


def _clipped(page: Page, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What of each span is on the page, counted from its start; (0, 0) where nothing is."""
    inside = [(max(start, page.start), min(end, page.end)) for start, end in spans]
    return [(s - page.start, e - page.start) if s < e else (0, 0) for s, e in inside]


def main() -> None:
    """Answer the one order on standard input."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    order = json.loads(sys.stdin.buffer.read())
    order["config"].pop("passwords", None)
    config = with_passwords(IngestConfig(**order.pop("config")), order.pop("passwords"))
    n_bytes = config.memory_megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (n_bytes, n_bytes))
    try:
        answer = _answer(config, **order)
    except QuothError as error:
        answer = from_error(error)
    answers.write(json.dumps(answer).encode())
    answers.flush()


def _answer(
    config: IngestConfig,
    path: str,
    number: int,
    text: str,
    spans: list[tuple[int, int]],
    scale: float = 0.0,
    media_type: str = "",
    headings: Sequence[tuple[int, int, str]] = (),
) -> dict[str, Any]:
    if media_type:
        wanted = Wanted(path, number, text, tuple(Heading(*one) for one in headings))
        return asdict(markup_of(wanted, media_type, config, spans))
    data = _bytes(path, config)
    if format_of(data, path, None)[0] == "picture":
        view = picture_view(data, path, number, scale)
    else:
        from ingest.readers.pdf_view import look

        view = look(data, path, number, text, spans, scale, passwords_of(config))
    return {**asdict(view), "png": base64.b64encode(view.png).decode()}


def markup_of(
    wanted: Wanted, media_type: str, config: IngestConfig, spans: Sequence[tuple[int, int]] = ()
) -> PageMarkup:
    """The file's own look, or where that does not show what is quoted, its text laid out.

    The spans count from the page's first character. Made in this process: `page_markup` makes it
    in one with limits.
    """
    way = way_to_show(media_type)
    assert way is not None
    look = html_view.look
    if way.of_file is None:
        assert way.of_text is not None
        return look(way.of_text(wanted), wanted.source, wanted.text, spans, way.plain)
    markup = way.of_file(_bytes(wanted.source, config), wanted, config)
    if markup:
        seen = look(markup, wanted.source, wanted.text, spans, way.plain)
        is_missing = any(
            start < end and not found for (start, end), found in zip(spans, seen.found, strict=True)
        )
        if way.of_text is None or not is_missing:
            return seen
    assert way.of_text is not None
    return look(way.of_text(wanted), wanted.source, wanted.text, spans)


def _bytes(path: str, config: IngestConfig) -> bytes:
    try:
        return bytes_of(Path(path), config.max_megabytes * 1_000_000)
    except OSError as error:
        name = Path(path).name
        raise MissingFileError(f"{name} cannot be read ({error.strerror}); check it") from error
