"""Shows a page of a PDF, or a picture, and where a passage stands on it; in a process of its own.

The file is as hostile as when it was read, so the process has the same limits.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.archives import bytes_of
from ingest.passwords import passwords_of, with_passwords
from ingest.pictures import picture_view
from ingest.places import boxes_in
from ingest.signatures import format_of
from ingest.wire import error_from, from_error
from quoth.config import IngestConfig
from quoth.datatypes import Box, PageView
from quoth.errors import DamagedFileError, LimitError, MissingFileError, QuothError

if TYPE_CHECKING:
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
    start: int = 0,
    end: int = 0,
    scale: float = 2.0,
) -> PageView:
    """The page as PNG of `scale` pixels a point, and boxes around the text from `start` to `end`.

    These count in the document's text, as `Page.start` does. Raises ReadError's subclasses.
    """
    start, end = start - page.start, end - page.start
    order = {
        "path": str(path),
        "number": page.number,
        "text": page.text,
        # Where the text of other pages stands is found in the file.
        "span": (0, 0) if page.places else (start, end),
        "scale": scale,
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
    view = _view_from(json.loads(done.stdout))
    return replace(view, boxes=boxes_in(page.places, start, end)) if page.places else view


def _view_from(answer: dict[str, Any]) -> PageView:
    if "error" in answer:
        raise error_from(answer)
    return PageView(
        png=base64.b64decode(answer["png"]),
        width=answer["width"],
        height=answer["height"],
        boxes=tuple(Box(**box) for box in answer["boxes"]),
    )


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
    config: IngestConfig, path: str, number: int, text: str, span: tuple[int, int], scale: float
) -> dict[str, Any]:
    try:
        data = bytes_of(Path(path), config.max_megabytes * 1_000_000)
    except OSError as error:
        name = Path(path).name
        raise MissingFileError(f"{name} cannot be read ({error.strerror}); check it") from error
    if format_of(data, path, None)[0] == "picture":
        view = picture_view(data, path, number, scale)
    else:
        from ingest.readers.pdf_view import look

        view = look(data, path, number, text, span, scale, passwords_of(config))
    return {**asdict(view), "png": base64.b64encode(view.png).decode()}
