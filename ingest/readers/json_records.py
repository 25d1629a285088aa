"""Reads JSON and JSON Lines: each record as lines "path: value"; knows no other format."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ingest.assembly import Content, assemble, clean
from ingest.blocks import Block, Part, join_parts
from ingest.decoding import decode_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

_RECORDS_A_PAGE = 100
_Item = tuple[str, Any]


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read JSON. What is not valid JSON is read as the text that it is, with a warning.

    Raises UnsupportedFileError (binary), NoTextError and LimitError.
    """
    text = clean(decode_text(data, source))
    try:
        records = _records(text)
    except (ValueError, RecursionError) as error:
        warning = f"not valid JSON ({str(error).partition(':')[0]}): read as plain text"
        content = Content("text/plain", [(text, "")], warnings=[warning])
        return assemble(data, source, content, config)
    pages, headings = join_parts(_parts(records))
    return assemble(data, source, Content("application/json", pages, headings), config)


def _records(text: str) -> list[_Item]:
    """What is a record of its own, with its path: an item of a list, a line of JSON Lines."""
    try:
        value = _parse(text)
    except ValueError:
        lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
        if len(lines) < 2:
            raise
        return [(f"line {number}", _parse(line)) for number, line in lines]
    return list(_parted("", value))


def _parse(text: str) -> Any:
    """Numbers stay as they are written."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)


def _parted(path: str, value: Any) -> Iterator[_Item]:
    """A list of objects as its items, an object that holds such lists as its fields."""
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        yield from ((f"{path}[{at}]", item) for at, item in enumerate(value))
    elif isinstance(value, dict) and any(isinstance(item, list | dict) for item in value.values()):
        plain = {key: item for key, item in value.items() if not isinstance(item, list | dict)}
        if plain:
            yield path, plain
        for key, item in value.items():
            if isinstance(item, list | dict):
                yield from _parted(f"{path}.{key}" if path else key, item)
    else:
        yield path, value


def _parts(records: Sequence[_Item]) -> Iterator[Part]:
    """The records, up to a hundred on a page labelled by the first and the last of them."""
    for at in range(0, len(records), _RECORDS_A_PAGE):
        page = records[at : at + _RECORDS_A_PAGE]
        names = [name for name, _ in (page[0], page[-1]) if name]
        label = "–".join(dict.fromkeys(names)) if len(records) > _RECORDS_A_PAGE else ""
        yield Part(label, [Block(_text(path, value)) for path, value in page])


def _text(path: str, record: Any) -> str:
    lines = [f"{inner}: {value}" if inner else value for inner, value in _leaves(record)]
    return "\n".join([path, *lines] if path and lines else lines)


def _leaves(record: Any) -> Iterator[tuple[str, str]]:
    """Each value that says something, with its path inside the record, in order."""
    stack: list[_Item] = [("", record)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            below = [(f"{path}.{key}" if path else key, item) for key, item in value.items()]
            stack.extend(reversed(below))
        elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
            stack.extend(reversed([(f"{path}[{at}]", item) for at, item in enumerate(value)]))
        elif isinstance(value, list):
            yield path, ", ".join(_word(item) for item in value)
        elif value is not None and value != "":
            yield path, _word(value)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)
