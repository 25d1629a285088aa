"""The options that every command takes, and how they open a library. It knows configuration."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quoth.config import Config
    from quoth.engine import Quoth


@dataclass(frozen=True, slots=True)
class Options:
    """Where a command works and how. `flags` maps "section.key" to values of the command line."""

    library: Path
    collections: tuple[str, ...]
    as_json: bool
    config_file: Path | None
    flags: Mapping[str, Any]

    @property
    def collection(self) -> str | None:
        """The collection, where a command works in one. Raises UsageError for several."""
        if len(self.collections) > 1:
            raise click.UsageError(
                "--collection is taken once here", click.get_current_context(silent=True)
            )
        return self.collections[0] if self.collections else None

    @property
    def scope(self) -> str | tuple[str, ...] | None:
        """The collections to look into, None for all."""
        return self.collections if len(self.collections) > 1 else self.collection

    def config(self) -> Config:
        """The effective configuration. Raises ConfigError."""
        from quoth.config import load_config
        from quoth.engine import config_file

        return load_config(self.config_file or config_file(self.library), flags=self.flags)

    def with_flags(self, given: Mapping[str, Any]) -> Options:
        """A copy with those flags that were given (not None) on top."""
        flags = {key: value for key, value in given.items() if value is not None}
        return Options(
            self.library,
            self.collections,
            self.as_json,
            self.config_file,
            {**self.flags, **flags},
        )

    def open(self, *, create: bool = False, paths: Sequence[str | Path] = ()) -> Quoth:
        """The library, a context manager. Raises LibraryError where there is none and `create` is off.

        With `paths`, none is made when nothing is at any of them. Raises MissingFileError.
        """
        opener = click.get_current_context().obj
        if opener is None:
            from quoth.engine import Quoth

            if not self.library.exists():
                _require_one(paths)
            opener = Quoth.open
        library: Quoth = opener(self.library, config=self.config(), create=create)
        return library


def _require_one(paths: Sequence[str | Path]) -> None:
    """Raise MissingFileError when none of the paths, archives' members among them, can be there."""
    from quoth.errors import MissingFileError

    if paths and not any(
        Path(str(path).partition("!/")[0]).expanduser().exists() for path in paths
    ):
        raise MissingFileError(f"{paths[0]} does not exist, so no library was made; check the path")


def _parse_settings(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    settings = {}
    for text in values:
        key, equals, value = text.partition("=")
        if not equals or "." not in key:
            raise click.BadParameter(f"{text!r} is not section.key=value")
        settings[key.strip()] = value
    return settings


class _Name(click.ParamType[str]):
    """A name as it is: the variable holds one, spaces and all."""

    name = "name"

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        """The variable's value, whole."""
        return [rv] if rv else []


_OPTIONS = (
    click.option(
        "--library",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="QUOTH_LIBRARY",
        show_envvar=True,
        metavar="DIR",
        help="The library's folder; by default in the platform's folder for user data.",
    ),
    click.option(
        "--collection",
        "collections",
        type=_Name(),
        multiple=True,
        envvar="QUOTH_COLLECTION",
        show_envvar=True,
        metavar="NAME",
        help="The collection; ingest and sync put documents into `default`, the others look into "
        "all. Repeatable where documents are looked for.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout."),
    click.option(
        "--config",
        "config_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        envvar="QUOTH_CONFIG",
        show_envvar=True,
        metavar="FILE",
        help="The configuration; by default quoth.toml in the library's folder.",
    ),
    click.option(
        "--set",
        "settings",
        multiple=True,
        callback=_parse_settings,
        metavar="SECTION.KEY=VALUE",
        help="Set one key of the configuration; repeatable.",
    ),
)


def common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every command; the command gets them as its first argument, an Options."""

    @functools.wraps(command)
    def with_options(
        *,
        library: Path | None,
        collections: tuple[str, ...],
        as_json: bool,
        config_file: Path | None,
        settings: dict[str, str],
        **rest: Any,
    ) -> Any:
        from quoth.engine import default_path

        folder = (library or default_path()).expanduser()
        return command(Options(folder, collections, as_json, config_file, settings), **rest)

    for option in reversed(_OPTIONS):
        with_options = option(with_options)
    return with_options


tag_option = click.option(
    "--tag", "tags", multiple=True, metavar="TAG", help="Tag them; repeatable."
)

yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask for confirmation.")

password_option = click.option(
    "--password",
    "passwords",
    multiple=True,
    metavar="PASSWORD",
    help="Opens encrypted files; repeatable. On a terminal Quoth asks for those still missing.",
)


def confirmed(question: str, *, yes: bool) -> bool:
    """Whether to go on: asked of a person at the terminal who has not said --yes."""
    return yes or not sys.stdin.isatty() or click.confirm(question, err=True)


_FILTERS = (
    click.option("--source", multiple=True, metavar="GLOB", help="Only these files; repeatable."),
    click.option(
        "--where",
        "expression",
        metavar="FILTER",
        help="Only documents that fulfil it: 'type=pdf and year>=2020' (docs/filters.md).",
    ),
)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose documents; the command gets them as `where`, a Where or None."""

    @functools.wraps(command)
    def with_filter(
        *arguments: Any, source: tuple[str, ...], expression: str | None, **rest: Any
    ) -> Any:
        from quoth.datatypes import Where

        given = bool(source) or expression is not None
        where = Where(sources=source, expression=expression or "") if given else None
        return command(*arguments, where=where, **rest)

    for option in reversed(_FILTERS):
        with_filter = option(with_filter)
    return with_filter
