"""The command that lets a collection mirror folders. It parses, calls the engine and prints."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quoth.cli.options import Options, common_options, password_option, tag_option

if TYPE_CHECKING:
    from quoth.cli.interrupt import Interrupt
    from quoth.datatypes import IngestReport
    from quoth.engine import Quoth

INTERRUPTED = 130


@click.command()
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER…")
@click.option("--watch", is_flag=True, help="Go on following the folders until Ctrl-C.")
@click.option(
    "--allow-empty", is_flag=True, help="Take an empty folder, or a missing drive, as deletion."
)
@tag_option
@password_option
@common_options
def sync(
    options: Options,
    folders: tuple[str, ...],
    watch: bool,
    allow_empty: bool,
    tags: tuple[str, ...],
    passwords: tuple[str, ...],
) -> int:
    """Let a collection mirror folders: add what is new, replace what changed, remove what is gone.

    Prints a line per file: + added, = unchanged, ~ replaced, - removed, ! failed, then a summary.
    Documents from outside the folders stay. A folder that is missing, unreadable or suddenly
    empty removes nothing: docs/sync.md. Exits with 1 if anything failed that did not fail before; with
    --watch it goes on.
    """
    from quoth.cli.interrupt import Interrupt

    # Absolute from the start: the shell's folder may be another one by the next round.
    places = tuple(Path(folder).expanduser().absolute() for folder in folders)
    needed = () if watch else places  # a folder that is watched may come later
    with Interrupt() as interrupt, options.open(create=True, paths=needed) as library:
        task = _Task(options, library, interrupt, places, tags, passwords, watch)
        if watch:
            return _follow(task, allow_empty=allow_empty)
        report = _round(task, first=True, allow_empty=allow_empty)
    if interrupt():
        return INTERRUPTED
    return int(any(one.status == "failed" and not one.known for one in report.outcomes))


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be mirrored, and where."""

    options: Options
    library: Quoth
    interrupt: Interrupt
    folders: tuple[Path, ...]
    tags: tuple[str, ...]
    passwords: tuple[str, ...]
    watch: bool


def _round(task: _Task, *, first: bool, allow_empty: bool) -> IngestReport:
    """Mirror once; after the first time only what has changed is shown."""
    from quoth.cli.passwords import unlocked
    from quoth.cli.progress import IngestDisplay, summary_line
    from quoth.cli.records import say_json, sync_record
    from quoth.cli.terminal import say

    as_json = task.options.as_json
    collection = task.options.collection or "default"
    with IngestDisplay(files=not as_json, interrupt=task.interrupt, unchanged=first) as display:
        report = task.library.sync(
            task.folders,
            collection=collection,
            tags=task.tags,
            passwords=task.passwords,
            allow_empty=allow_empty,
            on_progress=display,
            cancelled=task.interrupt,
        )
    if not (as_json or task.watch or task.interrupt()):
        report = unlocked(task.library, report, collection, task.tags)
    if not first and all(one.as_before for one in report.outcomes):
        return report
    if as_json:
        say_json(sync_record(report), indent=None if task.watch else 2)
    else:
        say(summary_line(report, removed=True))
    return report


def _follow(task: _Task, *, allow_empty: bool) -> int:
    """Mirror whenever the folders change, until Ctrl-C; a round that fails does not stop the next."""
    from quoth.cli.terminal import one_line, tell
    from quoth.errors import QuothError
    from quoth.watching import rounds

    told, first = "", True
    for note in rounds(task.folders, task.options.config().sync, ignored=task.options.library):
        problem = note
        try:
            _round(task, first=first, allow_empty=allow_empty and first)
        except QuothError as error:
            problem = f"{error}; waiting for a change"
        if problem and problem != told:
            tell(f"quoth: {one_line(problem)}")
        told, first = problem, False
        if task.interrupt():
            break
        # Between rounds there is nothing to finish: Ctrl-C stops at once.
        task.interrupt.started = False
    return INTERRUPTED
