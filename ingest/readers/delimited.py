"""Reads tables of values (.csv, .tsv) with any common delimiter; knows no other format."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, clean
from ingest.blocks import join_parts
from ingest.decoding import decode_text
from ingest.grids import grid_parts

if TYPE_CHECKING:
    from quoth.config import IngestConfig
    from quoth.datatypes import Document

_DELIMITERS = ",;\t|"
_SAMPLE = 100_000
_SAMPLE_ROWS = 100
_HINT = "sep="
# The module's own limit, 128 KB, is less than a cell of long text.
_LARGEST_FIELD = 10_000_000


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read a table. Raises UnsupportedFileError (binary), NoTextError and LimitError."""
    csv.field_size_limit(_LARGEST_FIELD)
    text = clean(decode_text(data, source))
    delimiter = ""
    first_line, _, rest = text.partition("\n")
    if first_line.lower().startswith(_HINT) and len(first_line) == len(_HINT) + 1:
        delimiter, text = first_line[-1], rest
    delimiter = delimiter or _delimiter(text)
    pages, headings = join_parts(grid_parts(_rows(text, delimiter)))
    media_type = "text/tab-separated-values" if delimiter == "\t" else "text/csv"
    return assemble(data, source, Content(media_type, pages, headings), config)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """The rows that are not blank. A quote that is never closed would swallow the rest: then quotes mean nothing."""
    lines = [f"{line}\n" for line in text.split("\n")]
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        rows = list(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE))
    return [row for row in rows if row]


def _delimiter(text: str) -> str:
    """The delimiter that cuts most rows into the same number of cells, above one."""
    lines = text[:_SAMPLE].split("\n")[:_SAMPLE_ROWS]

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            return 0.0, 0
        usual, count = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
        return (count / len(rows), usual) if usual > 1 else (0.0, 0)

    return max(_DELIMITERS, key=evenness)
