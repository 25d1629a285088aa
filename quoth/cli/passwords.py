"""Asks at the terminal for passwords that an ingest run lacked, and reads those files again."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quoth.cli.progress import outcome_line
from quoth.cli.terminal import one_line, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import FileOutcome, IngestReport
    from quoth.engine import Quoth


def unlocked(
    library: Quoth, report: IngestReport, collection: str, tags: Sequence[str]
) -> IngestReport:
    """The report with the outcomes of files that a password typed by a person opened.

    Asks once a file, and only where a person sits at the terminal; an empty answer leaves it.
    """
    if not sys.stdin.isatty():
        return report
    outcomes = tuple(
        _opened(library, outcome, collection, tags) if outcome.encrypted else outcome
        for outcome in report.outcomes
    )
    return replace(report, outcomes=outcomes)


def _opened(
    library: Quoth, outcome: FileOutcome, collection: str, tags: Sequence[str]
) -> FileOutcome:
    asked = f"Password for {one_line(outcome.source)} (empty: leave it)"
    password = click.prompt(asked, hide_input=True, default="", show_default=False, err=True)
    if not password:
        return outcome
    path = Path(outcome.source)
    again = library.ingest([path], collection=collection, tags=tags, passwords=[str(password)])
    found = next(iter(again.outcomes), outcome)
    say(outcome_line(found))
    return found
