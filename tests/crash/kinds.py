"""The kinds of library that the crash tests work on: with an exact dense index, or a compressed one.

A compressed one is small all the same: its own configuration lets 21 chunks be enough. That lies in
its folder, so that every process that opens the library, and every copy, has it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Literal

from quoth.config import load_config
from vectorstore.schema import FORMAT_VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from quoth.config import Config

Kind = Literal["exact", "compressed"]
KINDS: tuple[Kind, ...] = ("exact", "compressed")
COMPRESSED = "[index]\nexact_up_to = 20\n"
# What a document of a library that was converted says: places that were kept of it are lost.
CONVERTED = "converted"
# What later formats added, taken away again. What is forgotten here fails when it is added anew.
_FORMAT_1 = f"""
UPDATE documents SET warnings = '["{CONVERTED}"]';
DROP TABLE failures;
ALTER TABLE pages DROP COLUMN places;
DROP TABLE users;
DROP TABLE turns;
DROP TABLE conversations;
DROP INDEX document_chunks;
DROP TABLE facts;
DROP TABLE tags;
ALTER TABLE sources DROP COLUMN device;
PRAGMA user_version = 1;
"""


def make_folder(folder: Path, kind: Kind) -> Path:
    """Where a library of this kind shall be; the folder of an exact one is not made yet."""
    if kind == "compressed":
        folder.mkdir()
        (folder / "quoth.toml").write_text(COMPRESSED)
    return folder


def config_of(folder: Path) -> Config:
    """The configuration of the library in `folder`, whatever the environment says."""
    return load_config(folder / "quoth.toml", {}, {"index.device": "cpu"})


def make_old(folder: Path) -> bool:
    """Whether the library could be put back into format 1; not when it is none or is that old."""
    file = folder / "library.sqlite"
    if not file.exists():
        return False
    with closing(sqlite3.connect(file, isolation_level=None)) as sql:
        if sql.execute("PRAGMA user_version").fetchone() != (FORMAT_VERSION,):
            return False
        sql.execute("BEGIN")
        for statement in _FORMAT_1.split(";"):
            sql.execute(statement)
        sql.execute("COMMIT")
    return True
