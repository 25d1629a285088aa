"""Answers as bytes and back: JSON of their fields, compressed. Knows the datatypes, no SQL."""

from __future__ import annotations

import dataclasses
import json
import typing
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from quoth import datatypes
from quoth.datatypes import Answer

# Hits stand in an answer up to three times; the compressor finds that, and one more table would not.
_LEVEL = 6


def to_bytes(answer: Answer) -> bytes:
    """All of an answer; `from_bytes` gives an equal one."""
    written = json.dumps(dataclasses.asdict(answer), ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(written.encode("utf-8", "surrogatepass"), _LEVEL)


def from_bytes(kept: bytes) -> Answer:
    """What `to_bytes` was given. Fields that are new have their defaults, unknown ones are dropped.

    Raises ValueError, TypeError or KeyError for what is no answer.
    """
    try:
        written = zlib.decompress(kept).decode("utf-8", "surrogatepass")
    except zlib.error as error:
        raise ValueError(f"the kept answer is damaged: {error}") from error
    answer: Answer = _revived(Answer, json.loads(written))
    return answer


def _revived(kind: Any, value: Any) -> Any:
    """The value, which came from JSON, as the annotation has it."""
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        given = {name: hint for name, hint in _hints(kind).items() if name in value}
        return kind(**{name: _revived(hint, value[name]) for name, hint in given.items()})
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is tuple:
        each = arguments[:1] * len(value) if arguments[1:] == (...,) else arguments
        return tuple(_revived(item, part) for item, part in zip(each, value, strict=True))
    if value is not None and type(None) in arguments:
        return _revived(next(a for a in arguments if a is not type(None)), value)
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    """The annotations of a dataclass; some name what is imported for type checking alone."""
    known = {**vars(datatypes), "Mapping": Mapping, "Sequence": Sequence}
    return typing.get_type_hints(kind, localns=known)
