"""Asks at the terminal for passwords that an ingest run lacked, and reads those files again."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quoth.cli.terminal import one_line

if TYPE_CHECKING:
    from quoth.cli.options import Options
    from quoth.datatypes import FileOutcome, IngestReport


def unlock(options: Options, report: IngestReport) -> IngestReport:
    """The report with the outcomes of files that a password typed by a person opened.

    Asks once a file, and only where a person sits at the terminal; an empty answer leaves it.
    """
    locked = [outcome for outcome in report.outcomes if outcome.encrypted]
    if not locked or options.as_json or not sys.stdin.isatty():
        return report
    opened = {outcome.source: _opened(options, outcome) for outcome in locked}
    outcomes = tuple(opened.get(outcome.source, outcome) for outcome in report.outcomes)
    return replace(report, outcomes=outcomes)


def _opened(options: Options, outcome: FileOutcome) -> FileOutcome:
    from quoth.cli.progress import outcome_line
    from quoth.cli.terminal import say

    asked = f"Password for {one_line(outcome.source)} (empty: leave it)"
    password: str = click.prompt(asked, hide_input=True, default="", show_default=False, err=True)
    if not password:
        return outcome
    with options.open() as library:
        again = library.ingest(
            [Path(outcome.source)],
            collection=options.collection or "default",
            passwords=[password],
        )
    found = next(iter(again.outcomes), outcome)
    say(outcome_line(found))
    return found
