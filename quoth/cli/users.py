"""The commands for those who may use the page over a network. They parse, call and print."""

from __future__ import annotations

import sys

import click

from quoth.cli.options import Options, common_options


@click.group()
def users() -> None:
    """Say who may use the page over a network: see quoth ui --listen."""


@users.command("list")
@common_options
def list_users(options: Options) -> None:
    """List their names."""
    from quoth.cli.terminal import tell

    with options.open() as library:
        names = library.users.names()
    if not names and not options.as_json:
        tell("quoth: nobody may use the page over a network; add someone with quoth users add")
        return
    _show(options, names)


@users.command("add")
@click.argument("name")
@common_options
def add_user(options: Options, name: str) -> None:
    """Let someone in, or give them another password.

    Asks for the password on a terminal, or reads it as one line from stdin. It is kept as a hash.
    """
    password = (
        click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\r\n")
    )
    with options.open(create=True) as library:
        library.users.add(name, password)
        _show(options, library.users.names())


@users.command("remove")
@click.argument("name")
@common_options
def remove_user(options: Options, name: str) -> None:
    """Let someone in no more; their conversations stay."""
    with options.open() as library:
        library.users.remove(name)
        _show(options, library.users.names())


def _show(options: Options, names: tuple[str, ...]) -> None:
    from quoth.cli.records import say_json, users_record
    from quoth.cli.terminal import one_line, say

    if options.as_json:
        say_json(users_record(names))
    elif names:
        say("\n".join(map(one_line, names)))
