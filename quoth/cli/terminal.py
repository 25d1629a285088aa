"""What reaches the two streams: plain, safe text. It knows terminals and nothing of Quoth.

Data goes to stdout by `say`, messages to stderr by `tell`. The text of documents is hostile: a
control character in it could move the cursor or change the window, so none gets out.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_WIDTH = 100
_ESCAPE_SEQUENCES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
# C0 and C1 controls but for the line feed, and the marks that reorder the text around them.
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """The text without terminal control sequences; tabs become spaces, line feeds stay."""
    plain = _ESCAPE_SEQUENCES.sub("", text.replace("\r\n", "\n").replace("\t", "    "))
    return _CONTROLS.sub("", plain)


def one_line(text: str) -> str:
    """The text, clean, with every run of white space as one space."""
    return " ".join(clean(" ".join(text.split())).split())


def say(text: str) -> None:
    """Write a line of data to stdout at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tell(text: str) -> None:
    """Write a line to stderr. A closed stderr has no reader to inform."""
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at the stream, on a terminal that knows cursor movements."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def paint(text: str, **style: bool | str) -> str:
    """The text in `click.style`, when stdout is a terminal and NO_COLOR is not set."""
    import click

    if not is_terminal(sys.stdout) or os.environ.get("NO_COLOR"):
        return text
    return click.style(text, **style)  # type: ignore[arg-type]


def wrap(text: str, indent: str = "", max_lines: int | None = None) -> str:
    """The text in lines of the terminal's width, by the columns that characters take up.

    White space is folded. After `max_lines` lines the rest is cut and "…" shows it.
    """
    from rich.console import Console
    from rich.text import Text

    width = min(shutil.get_terminal_size().columns, _MAX_WIDTH) - len(indent)
    folded = Text(one_line(text))
    lines = [line.plain.rstrip() for line in folded.wrap(Console(width=width), max(width, 10))]
    if max_lines is not None and len(lines) > max_lines:
        lines = [*lines[: max_lines - 1], lines[max_lines - 1][: width - 2].rstrip() + " …"]
    return "\n".join(indent + line for line in lines)


def fold_long_lines(text: str) -> str:
    """The text with lines that are too long for the terminal on stdout wrapped between words."""
    if not is_terminal(sys.stdout):
        return text
    columns = shutil.get_terminal_size().columns
    return "\n".join(wrap(line) if len(line) > columns else line for line in text.split("\n"))


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows as aligned columns, two spaces apart; the last column is as long as it likes."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
