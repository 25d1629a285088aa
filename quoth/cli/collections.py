"""The commands for collections. They parse, call the engine and print."""

from __future__ import annotations

import sys

import click

from quoth.cli.options import Options, common_options, yes_option


@click.group()
def collections() -> None:
    """List, make, rename and delete collections."""


@collections.command("list")
@common_options
def list_collections(options: Options) -> None:
    """List the collections with the number of their documents."""
    from quoth.cli.records import collections_record, say_json
    from quoth.cli.terminal import one_line, say, table, tell

    with options.open() as library:
        sizes = library.collection_sizes()
    if options.as_json:
        say_json(collections_record(sizes))
    elif sizes:
        rows = [(one_line(name), str(size)) for name, size in sizes.items()]
        say(table([("COLLECTION", "DOCUMENTS"), *rows]))
    else:
        tell("quoth: the library has no collections; make one with quoth collections create")


@collections.command("create")
@click.argument("name")
@common_options
def create_collection(options: Options, name: str) -> None:
    """Make an empty collection."""
    with options.open(create=True) as library:
        library.create_collection(name)
        _show(options, library.collection_sizes())


@collections.command("rename")
@click.argument("name")
@click.argument("new_name", metavar="NEW-NAME")
@common_options
def rename_collection(options: Options, name: str, new_name: str) -> None:
    """Give a collection another name."""
    with options.open() as library:
        library.rename_collection(name, new_name)
        _show(options, library.collection_sizes())


@collections.command("delete")
@click.argument("name")
@yes_option
@common_options
def delete_collection(options: Options, name: str, yes: bool) -> int:
    """Remove a collection with all its documents.

    The files themselves stay. Asks first when a person sits at the terminal; elsewhere it needs
    --yes, unless the collection is empty.
    """
    from quoth.cli.progress import count
    from quoth.cli.terminal import one_line, tell

    with options.open() as library:
        size = library.collection_sizes().get(name, 0)
        if size and not yes and not _confirmed(name, count(size, "document")):
            tell(f"quoth: {one_line(name)} was not deleted")
            return 1
        library.delete_collection(name)
        _show(options, library.collection_sizes())
    return 0


def _confirmed(name: str, what: str) -> bool:
    from quoth.cli.terminal import one_line

    if not sys.stdin.isatty():
        raise click.UsageError(
            f"{one_line(name)} holds {what}; add --yes to delete them",
            click.get_current_context(),
        )
    return click.confirm(f"Delete {one_line(name)} with {what} from the library?", err=True)


def _show(options: Options, sizes: dict[str, int]) -> None:
    from quoth.cli.records import collections_record, say_json

    if options.as_json:
        say_json(collections_record(sizes))
