"""The commands for language models. They parse, call `quoth.models` and print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from quoth.cli.options import Options, common_options, confirmed, yes_option

if TYPE_CHECKING:
    from quoth.models import LocalModel

_SAMPLED, _SAMPLE = 8, 800  # documents of the library, and characters of each


class _ListByDefault(click.Group):
    """`quoth models` alone, or with options only, is `quoth models list`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Name the command that was left out."""
        first = args[0] if args else "--json"
        if first.startswith("-") and first not in ctx.help_option_names:
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ListByDefault)
def models() -> None:
    """List, show, download, import, optimise and remove language models."""


@models.command("list")
@common_options
def list_models(options: Options) -> None:
    """List the models of the catalogue and those on this machine.

    `*` marks the one that is configured, `>` the one that suits this machine's memory, cores and
    GPU best, `=` what is here already. NEEDS is the memory with a window of 4,096 tokens.
    """
    from quoth import models as api
    from quoth.cli.model_texts import catalogue_table, local_table, machine_text
    from quoth.cli.records import models_record, say_json
    from quoth.cli.terminal import say, tell

    machine, proposed = api.machine(), api.propose()
    known, local = api.catalogue(), api.local()
    configured = options.config().model.path
    if options.as_json:
        say_json(models_record(known, local, machine, proposed, configured))
        return
    say(f"On this machine, in {api.folder()}:\n{local_table(local, configured)}\n")
    say(f"To be had with quoth models pull NAME:\n{catalogue_table(known, local, proposed)}")
    name = proposed.name if proposed else "embedded"
    tell(f"quoth: {machine_text(machine)}; {name} suits it")


@models.command()
@click.argument("model", metavar="FILE|NAME")
@common_options
def show(options: Options, model: str) -> None:
    """Show what a model's file says, and the memory it needs at each window size."""
    from quoth import models as api
    from quoth.cli.model_texts import description_text
    from quoth.cli.records import model_record, say_json
    from quoth.cli.terminal import say

    description = api.show(model)
    if options.as_json:
        say_json(model_record(description))
    else:
        say(description_text(description))


@models.command()
@click.argument("name", metavar="NAME|OWNER/REPOSITORY/FILE")
@common_options
def pull(options: Options, name: str) -> None:
    """Download a model of the catalogue, or any GGUF file of the hub.

    Goes on where an interrupted download ended, and checks the file's sha256. HF_ENDPOINT names
    another hub than huggingface.co, HF_TOKEN holds a token for gated models.
    """
    from quoth import models as api
    from quoth.cli.progress import downloading

    with downloading() as display:
        pulled = api.pull(name, on_progress=display)
    _report(options, pulled, "+")


@models.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@common_options
def import_file(options: Options, file: str) -> None:
    """Copy a GGUF file into the folder of models; of a split model, name the first part."""
    from quoth import models as api

    _report(options, api.import_file(file), "+")


@models.command()
@click.argument("name", default="embedded", metavar="[NAME]")
@common_options
def optimise(options: Options, name: str) -> None:
    """Measure in which type this machine's CPU evaluates a model fastest, and use it from now on.

    The default is the embedded model. A type is kept only if it predicts text of the library as well
    as the original does. The original stays. Takes seconds to minutes by the model's size.
    """
    from quoth import models as api
    from quoth.cli.model_texts import choice_text
    from quoth.cli.records import choice_record, say_json
    from quoth.cli.terminal import one_line, say, tell

    choice = api.optimise(
        name,
        text=_sample(options),
        config=options.config().model,
        on_progress=lambda what: tell(f"quoth: {one_line(what)}"),
    )
    if options.as_json:
        say_json(choice_record(choice))
    else:
        say(choice_text(choice))


def _sample(options: Options) -> str:
    """Some text of the library; "" where there is none."""
    from quoth.errors import LibraryError

    try:
        with options.open() as library:
            documents = library.documents()[:_SAMPLED]
            return "\n\n".join(library.document(each.id).text[:_SAMPLE] for each in documents)
    except LibraryError:
        return ""


@models.command()
@click.argument("name")
@yes_option
@common_options
def remove(options: Options, name: str, yes: bool) -> int:
    """Delete a model from the folder of models. Asks first when a person sits at the terminal."""
    from quoth import models as api
    from quoth.cli.terminal import one_line, tell

    if not confirmed(f"Delete {one_line(name)} from {api.folder()}?", yes=yes):
        tell("quoth: nothing was deleted")
        return 1
    _report(options, api.remove(name), "-")
    return 0


def _report(options: Options, model: LocalModel, mark: str) -> None:
    from quoth.cli.records import local_model_record, say_json
    from quoth.cli.terminal import one_line, say, tell

    if options.as_json:
        say_json(local_model_record(model))
        return
    say(f"{mark} {one_line(str(model.path))}")
    if mark == "+":
        tell(f"quoth: use it with --set model.path={one_line(model.name)}, or in quoth.toml")
