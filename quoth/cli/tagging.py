"""The command for tags. It parses, calls the engine and prints."""

from __future__ import annotations

import click

from quoth.cli.options import Options, common_options


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@click.option("--add", multiple=True, metavar="TAG", help="Give them this tag; repeatable.")
@click.option("--remove", multiple=True, metavar="TAG", help="Take this tag off; repeatable.")
@common_options
def tag(
    options: Options, names: tuple[str, ...], add: tuple[str, ...], remove: tuple[str, ...]
) -> None:
    """Tag documents, by id, source or file name, and show their tags.

    An archive's name stands for all that was read from it.
    Tags are your own words for documents, in any case of letters; a replaced document keeps them.
    Find them again by --where 'has tag TAG'.
    """
    from quoth.cli.records import documents_record, say_json
    from quoth.cli.terminal import one_line, say

    with options.open() as library:
        documents = library.tag(names, add=add, remove=remove, collection=options.scope)
    if options.as_json:
        say_json(documents_record("documents", documents))
    else:
        for document in documents:
            tags = ", ".join(document.tags) or "no tags"
            say(one_line(f"{', '.join(document.sources)}: {tags}"))
