"""The commands: each parses its arguments, calls the engine and prints. Nothing else is known here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quoth import __version__
from quoth.cli import upkeep
from quoth.cli.collections import collections
from quoth.cli.conversations import conversations
from quoth.cli.models import models
from quoth.cli.options import (
    Options,
    common_options,
    confirmed,
    filter_options,
    password_option,
    tag_option,
    yes_option,
)
from quoth.cli.searching import insist_on_words, search
from quoth.cli.syncing import sync
from quoth.cli.tagging import tag
from quoth.cli.tuning import tune
from quoth.cli.users import users

if TYPE_CHECKING:
    from quoth.datatypes import Where

INTERRUPTED = 130


class _Group(click.Group):
    """Ends with the exit code of an interrupt on Ctrl-C; click would print an empty line first."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.exceptions.Exit(INTERRUPTED) from None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(message="%(version)s", version=__version__)
def quoth() -> None:
    """Ask questions of your own documents, on your own machine, and get answers with quotes."""


@quoth.command()
@click.argument("paths", nargs=-1, metavar="PATH…")
@click.option(
    "--re-embed", is_flag=True, help="First embed the library anew by the configured embedder."
)
@tag_option
@password_option
@common_options
def ingest(
    options: Options,
    paths: tuple[str, ...],
    re_embed: bool,
    tags: tuple[str, ...],
    passwords: tuple[str, ...],
) -> int:
    """Read files and folders into the library.

    Prints a line per file: + added, = unchanged, ~ replaced, ! failed, then a summary. What is in
    the library already is not read again. Exits with 1 if any file failed.
    """
    from quoth.cli.interrupt import Interrupt
    from quoth.cli.passwords import unlocked
    from quoth.cli.progress import IngestDisplay, count, summary_line
    from quoth.cli.records import ingest_record, say_json
    from quoth.cli.terminal import say, tell

    if not paths and not re_embed:
        raise click.UsageError("Missing argument 'PATH…'.", click.get_current_context())
    collection = options.collection or "default"
    with Interrupt() as interrupt, options.open(create=True, paths=paths) as library:
        with IngestDisplay(files=not options.as_json, interrupt=interrupt) as display:
            again = library.re_embed(on_progress=display.documents) if re_embed else 0
            report = library.ingest(
                [Path(path) for path in paths],
                collection=collection,
                tags=tags,
                passwords=passwords,
                on_progress=display,
                cancelled=interrupt,
            )
        if not options.as_json and not interrupt():
            report = unlocked(library, report, collection, tags)
    if options.as_json:
        say_json(ingest_record(report, re_embedded=again))
    elif paths:
        say(summary_line(report))
    if re_embed:
        tell(f"quoth: {count(again, 'document')} embedded anew")
    if interrupt():
        return INTERRUPTED
    return 1 if report.count("failed") else 0


quoth.add_command(sync)


quoth.add_command(search)


@quoth.command()
@click.argument("question", callback=insist_on_words)
@click.option(
    "--temperature", type=float, metavar="NUMBER", help="0 always takes the likeliest token."
)
@click.option("--max-new-tokens", type=int, metavar="N", help="The answer's longest length.")
@click.option("--seed", type=int, metavar="N", help="Same seed, same answer.")
@click.option(
    "--refusal",
    type=click.Choice(["silent", "balanced", "talkative", "never"]),
    help="How sure Quoth must be that the documents hold the answer before it speaks.",
)
@click.option("--model", metavar="PATH", help="A GGUF file, or a name in quoth models.")
@click.option("--context-size", type=int, metavar="N", help="Tokens of the model's window.")
@click.option("--threads", type=int, metavar="N", help="CPU threads of the model.")
@common_options
@filter_options
def ask(options: Options, question: str, where: Where | None, **shortcuts: Any) -> int:
    """Answer a question from the documents, with the quotes it stands on.

    When the documents do not hold the answer it says so and shows the closest passages. Sentences
    that no quote supports are marked. Ctrl-C stops and keeps what was written.
    """
    from quoth.answer_records import answer_record
    from quoth.cli.answers import collect, follow
    from quoth.cli.interrupt import Interrupt
    from quoth.cli.records import say_json

    options = options.with_flags(_generation_flags(shortcuts))
    with Interrupt() as interrupt, options.open() as library:
        pieces = library.stream(
            question,
            collection=options.scope,
            where=where,
            cancelled=interrupt,
        )
        answer = collect(pieces, interrupt)[1] if options.as_json else follow(pieces, interrupt)
    if answer is not None and options.as_json:
        say_json(answer_record(answer))
    return INTERRUPTED if interrupt() else 0


def _generation_flags(shortcuts: dict[str, Any]) -> dict[str, Any]:
    keys = {
        "model": "model.path",
        "context_size": "model.context_size",
        "threads": "model.threads",
        "refusal": "answer.refusal",
    }
    return {keys.get(name, f"generation.{name}"): value for name, value in shortcuts.items()}


@quoth.command("list")
@common_options
@filter_options
def list_documents(options: Options, where: Where | None) -> None:
    """List the documents."""
    from quoth.cli.records import documents_record, say_json
    from quoth.cli.tables import documents_table
    from quoth.cli.terminal import say, tell

    with options.open() as library:
        documents = library.documents(collection=options.scope, where=where)
    if options.as_json:
        say_json(documents_record("documents", documents))
    elif documents:
        say(documents_table(documents))
    elif where is not None:
        tell("quoth: no document fulfils that")
    else:
        tell("quoth: the library holds no documents; add some with quoth ingest")


@quoth.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@yes_option
@common_options
def remove(options: Options, names: tuple[str, ...], yes: bool) -> int:
    """Take documents out of the library, by id, source or file name.

    An archive's name stands for all that was read from it. The files themselves stay. Asks first
    when a person sits at the terminal.
    """
    from quoth.cli.records import documents_record, say_json
    from quoth.cli.terminal import one_line, say, tell

    if not confirmed(f"Remove {one_line(', '.join(names))} from the library?", yes=yes):
        tell("quoth: nothing was removed")
        return 1
    with options.open() as library:
        removed = library.remove(names, collection=options.scope)
    if options.as_json:
        say_json(documents_record("removed", removed))
    else:
        for document in removed:
            say(f"- {one_line(', '.join(document.sources))}")
    return 0


quoth.add_command(tag)
quoth.add_command(collections)
quoth.add_command(models)
quoth.add_command(conversations)
quoth.add_command(users)


@quoth.command()
@click.argument("document", required=False, metavar="[DOCUMENT]")
@common_options
def info(options: Options, document: str | None) -> None:
    """Show sizes, models, window, paths, and every setting with where its value came from.

    With a DOCUMENT (an id, a source, or the name of a file or archive): its facts, and how its pages
    were read.
    """
    from quoth.cli.records import documents_record, info_record, say_json
    from quoth.cli.tables import document_text, facts_text, settings_table
    from quoth.cli.terminal import say

    with options.open() as library:
        if document is not None:
            found = library.find(document, collection=options.scope)
            if options.as_json:
                say_json(documents_record("documents", found))
            else:
                say("\n\n".join(map(document_text, found)))
            return
        facts = library.info()
    if options.as_json:
        say_json(info_record(facts, options.config()))
    else:
        say(f"{facts_text(facts)}\n\nconfiguration:\n{settings_table(options.config())}")


@quoth.command()
@common_options
def verify(options: Options) -> int:
    """Check the library. Exits with 1 if anything is wrong, with a line on each problem."""
    from quoth.cli.records import say_json, verify_record
    from quoth.cli.terminal import one_line, say

    with options.open() as library:
        problems = library.verify()
    if options.as_json:
        say_json(verify_record(problems))
    else:
        lines = [one_line(f"! {problem.what}; {problem.remedy}") for problem in problems]
        say("\n".join(lines) or "no problems found")
    return 1 if problems else 0


@quoth.command()
@common_options
def repair(options: Options) -> int:
    """Make both indexes anew and mend what can be mended, with a line on each thing.

    Documents that only their files can mend are named, and read again when they are ingested
    again. Exits with 1 if anything is left.
    """
    from quoth.cli.records import repair_record, say_json
    from quoth.cli.terminal import one_line, say

    with options.open() as library:
        report = library.repair()
    if options.as_json:
        say_json(repair_record(report))
    else:
        lines = [one_line(f"+ mended: {what}") for what in report.mended]
        lines += [one_line(f"! {problem.what}; {problem.remedy}") for problem in report.problems]
        say("\n".join(lines) or "no problems found; both indexes were made anew")
    return 1 if report.problems else 0


@quoth.command()
@click.option(
    "--listen",
    "--host",
    "host",
    metavar="ADDRESS",
    help="The address to listen on; others than this machine must sign in (quoth users).",
)
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="The port to listen on.")
@click.option("--certificate", metavar="FILE", help="Serve HTTPS with this certificate (PEM).")
@click.option("--key", metavar="FILE", help="The certificate's private key (PEM).")
@common_options
def ui(
    options: Options,
    host: str | None,
    port: int | None,
    certificate: str | None,
    key: str | None,
) -> int:
    """Open the browser page and serve it until Ctrl-C."""
    from quoth.access import is_loopback
    from quoth.cli import page
    from quoth.cli.records import say_json
    from quoth.cli.terminal import say, tell

    given = {"host": host, "port": port, "certificate": certificate, "key": key}
    options = options.with_flags({f"page.{name}": value for name, value in given.items()})
    settings = options.config().page
    if settings.sign_in or not is_loopback(settings.host):
        page.insist_on_users(options)
    server = page.start(options)
    if not (settings.certificate or is_loopback(settings.host)):
        tell(page.WARNING.format(settings.host))
    with page.stopping(server):
        if page.wait_until_ready(server, settings.host, settings.port):
            url = page.url(settings)
            if options.as_json:
                say_json({"url": url})
            else:
                say(f"Quoth is at {url} (Ctrl-C stops it)")
                page.show_in_browser(url)
        return server.wait()


quoth.add_command(tune)
quoth.add_command(upkeep.compact)
quoth.add_command(upkeep.doctor)
