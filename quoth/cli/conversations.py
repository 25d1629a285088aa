"""The commands for kept conversations. They parse, call the engine and print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quoth.cli.options import Options, common_options, confirmed, yes_option
from quoth.errors import StorageFullError

if TYPE_CHECKING:
    from collections.abc import Callable

_FORMATS = ("markdown", "html", "json")


def _user_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--user", default="", metavar="NAME",
        help="Those of someone who signs in to the page; by default those of this machine.",
    )(command)  # fmt: skip


@click.group()
def conversations() -> None:
    """Look at, export and delete the conversations that the page keeps."""


@conversations.command("list")
@click.option("--search", default="", metavar="WORDS", help="Only those that hold all the words.")
@_user_option
@common_options
def list_conversations(options: Options, user: str, search: str) -> None:
    """List the conversations, the latest first."""
    from quoth.cli.records import conversations_record, say_json
    from quoth.cli.terminal import one_line, say, table, tell

    with options.open() as library:
        found = library.conversations.of(user).list(search=search)
    if options.as_json:
        say_json(conversations_record(found))
    elif found:
        rows = [
            (
                each.id,
                each.changed_at[:16].replace("T", " "),
                str(each.n_turns),
                one_line(each.title),
            )
            for each in found
        ]
        say(table([("ID", "CHANGED (UTC)", "QUESTIONS", "TITLE"), *rows]))
    else:
        tell("quoth: no conversations" + (" hold these words" if search else " are kept yet"))


@conversations.command("show")
@click.argument("conversation", metavar="ID")
@_user_option
@common_options
def show_conversation(options: Options, conversation: str, user: str) -> None:
    """Show a conversation: questions, answers and the quotes they stand on."""
    from quoth import exports
    from quoth.cli.records import say_json
    from quoth.cli.terminal import clean, say

    with options.open() as library:
        found = library.conversations.of(user).get(conversation)
    if options.as_json:
        say_json(exports.as_record(found))
    else:
        say(clean(exports.as_text(found)))


@conversations.command("export")
@click.argument("conversation", required=False, metavar="[ID]")
@click.option("--as", "kind", type=click.Choice(_FORMATS), default="markdown", help="The format.")
@click.option("--ratings", is_flag=True, help="All rated answers instead, as JSON lines.")
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Write there instead of to stdout.",
)  # fmt: skip
@_user_option
@common_options
def export_conversation(
    options: Options,
    conversation: str | None,
    kind: str,
    ratings: bool,
    output: Path | None,
    user: str,
) -> None:
    """Export a conversation with its citations, as Markdown, one HTML file, or JSON.

    With --ratings, what was thought of answers, to measure Quoth by: a JSON object a line with
    question, expected documents and verdict.
    """
    from quoth.cli.records import say_json

    if (conversation is None) != ratings:
        raise click.UsageError("Name an ID, or give --ratings.", click.get_current_context())
    with options.open() as library:
        text = _exported(library.conversations.of(user), conversation, kind)
    if output is not None:
        _write(output, text)
    elif not options.as_json:
        sys.stdout.write(text)
    if options.as_json:
        say_json({"output": None if output is None else str(output), "text": text})


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageFullError(
            f"{file} cannot be written: {error.strerror}; choose another with --output"
        ) from error


def _exported(kept: Any, conversation: str | None, kind: str) -> str:
    from quoth import exports

    if conversation is None:
        return exports.evaluation_set(kept.rated())
    write = {"markdown": exports.as_markdown, "html": exports.as_html, "json": exports.as_json}
    return write[kind](kept.get(conversation))


@conversations.command("delete")
@click.argument("conversation", metavar="ID")
@yes_option
@_user_option
@common_options
def delete_conversation(options: Options, conversation: str, yes: bool, user: str) -> int:
    """Delete a conversation for good. Asks first when a person sits at the terminal."""
    from quoth.cli.records import conversations_record, say_json
    from quoth.cli.terminal import one_line, say, tell

    with options.open() as library:
        kept = library.conversations.of(user)
        record = kept.get(conversation).record
        title = one_line(record.title)
        if not confirmed(f"Delete “{title}”?", yes=yes):
            tell("quoth: nothing was deleted")
            return 1
        kept.delete(conversation)
    if options.as_json:
        say_json(conversations_record([record]))
    else:
        say(f"- {title}")
    return 0
