"""Turns what a file, a variable or a flag says into the type that a setting has; knows no setting."""

from __future__ import annotations

import typing
from typing import Any, Literal

from quoth.errors import ConfigError


def convert(value: Any, kind: Any, dotted: str, origin: str) -> Any:
    """The value as the key's type, or a ConfigError that says what was wanted."""
    try:
        return _as_type(value, kind)
    except (TypeError, ValueError, KeyError) as error:
        wanted = " or ".join(map(str, typing.get_args(kind))) or getattr(
            kind, "__name__", str(kind)
        )
        if typing.get_origin(kind) is tuple:
            wanted = "a list"
        raise ConfigError(
            f"{dotted} = {value!r} (from {origin}) does not fit; it takes {wanted}"
        ) from error


def _as_type(value: Any, kind: Any) -> Any:
    if kind is bool:
        words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        return value if isinstance(value, bool) else words[str(value).lower()]
    if kind in (int, float):
        if isinstance(value, bool) or (kind is int and isinstance(value, float)):
            raise TypeError
        return kind(value)
    if typing.get_origin(kind) is Literal:
        if value not in typing.get_args(kind):
            raise ValueError
        return value
    if typing.get_origin(kind) is tuple:
        return _as_tuple(value, typing.get_args(kind)[0])
    if not isinstance(value, str):
        raise TypeError
    return value


def _as_tuple(value: Any, item: Any) -> tuple[Any, ...]:
    if isinstance(value, str):
        import json

        value = json.loads(value) if value.startswith("[") else [value]
    if not isinstance(value, list | tuple):
        raise TypeError
    if item is str:
        return tuple(_as_type(entry, str) for entry in value)
    return tuple(entry if isinstance(entry, item) else item(**entry) for entry in value)
