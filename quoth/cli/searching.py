"""The command that finds passages, and explains what it found. It knows hits and their texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from quoth.cli.options import Options, common_options, filter_options

if TYPE_CHECKING:
    from quoth.datatypes import Where


def insist_on_words(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """A question that is more than white space."""
    if not value.strip():
        raise click.BadParameter("it is empty")
    return value


@click.command()
@click.argument("question", callback=insist_on_words)
@click.option("-k", type=click.IntRange(min=1), metavar="N", help="How many passages at most.")
@click.option(
    "--explain",
    is_flag=True,
    help="Say of each, and of the next ones, who found it and why it was kept or not; with --json "
    "under `considered`.",
)
@click.option("--full", is_flag=True, help="Whole passages, not only what of them answers.")
@common_options
@filter_options
def search(
    options: Options, question: str, k: int | None, explain: bool, full: bool, where: Where | None
) -> None:
    """Find the passages that answer a question, best first, each cut to what of it answers.

    … stands where text is left out; --full and --json have it all, and --json the excerpt too.
    """
    from quoth.cli.answers import hit_text
    from quoth.cli.explaining import considered_text
    from quoth.cli.records import explain_record, say_json, search_record
    from quoth.cli.terminal import say, tell

    with options.open() as library:
        if explain:
            considered = library.explain(question, k=k, collection=options.scope, where=where)
            hits = tuple(one.hit for one in considered if one.kept)
        else:
            hits = library.search(
                question, k=k, collection=options.scope, where=where, excerpts=True
            )
    if explain and options.as_json:
        say_json(explain_record(question, considered))
        return
    if explain and hits:
        say("\n\n".join(considered_text(one, full=full) for one in considered))
        return
    if options.as_json:
        say_json(search_record(question, hits))
    elif hits:
        say("\n\n".join(hit_text(hit, full=full) for hit in hits))
    else:
        tell("quoth: nothing found")
