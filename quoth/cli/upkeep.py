"""The commands that look after a library and its machine: compact and doctor."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from quoth.cli.options import Options, common_options

if TYPE_CHECKING:
    from quoth.doctor import Diagnosis


@click.command()
@common_options
def doctor(options: Options) -> int:
    """Check versions, folder, memory, models and GPU. Exits with 1 if anything failed.

    Prints a line for each check: ok, warning or failed, and the way out. A GPU is compared with
    the CPU on the same vectors before it is trusted.
    """
    from quoth.cli.records import doctor_record, say_json
    from quoth.cli.terminal import one_line, say
    from quoth.doctor import examine

    found: list[Diagnosis] = []
    for diagnosis in examine(options.library, options.config()):
        found.append(diagnosis)
        if not options.as_json:
            way_out = f"; {diagnosis.remedy}" if diagnosis.remedy else ""
            say(one_line(f"{diagnosis.status}: {diagnosis.check}: {diagnosis.what}{way_out}"))
    if options.as_json:
        say_json(doctor_record(found))
    return int(any(diagnosis.status == "failed" for diagnosis in found))


@click.command()
@common_options
def compact(options: Options) -> None:
    """Give back the space of what was removed, and fit the indexes to the library's size.

    Safe to stop at any time: the library stays as it was.
    """
    from quoth.cli.records import say_json
    from quoth.cli.terminal import say

    with options.open() as library:
        report = library.compact()
    if options.as_json:
        say_json(dataclasses.asdict(report))
    else:
        before, after = report.bytes_before / 1e6, report.bytes_after / 1e6
        say(f"{before:.1f} MB before, {after:.1f} MB after, in {report.seconds:.1f} s")
