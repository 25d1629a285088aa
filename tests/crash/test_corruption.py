"""Files that were damaged while nobody looked: what is derived is made again, the truth reported."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quoth.errors import LibraryError
from tests.crash.checks import check, check_dense, check_lexical, expected_chunks
from tests.crash.kinds import make_folder
from tests.crash.making import (
    delete,
    derived_files,
    make_large_library,
    make_unclosed,
    open_library,
)
from tests.crash.model import HashEmbedder
from vectorstore.dense import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from quoth.datatypes import Problem
    from tests.crash.kinds import Kind
    from tests.crash.model import State
    from vectorstore import LocalLibrary

MAIN, WAL = Path("library.sqlite"), Path("library.sqlite-wal")
SNAPSHOT = Path(snapshot.FILE_NAME)
# What the first byte of a page says that holds a part of a table or of an index.
B_TREE_PAGES = (2, 5, 10, 13)
KINDS = ("truncate", "flip", "delete", "zero", "append", "other")


@dataclass(frozen=True, slots=True)
class Damage:
    """One file damaged in one way. `offset` is where, for the ways that have a place."""

    file: Path
    kind: str
    offset: int

    def do(self, folder: Path) -> None:
        path = folder / self.file
        data = bytearray(path.read_bytes())
        if self.kind == "truncate":
            del data[self.offset :]
        elif self.kind == "flip" and data:
            data[self.offset] ^= 1 << self.offset % 8
        elif self.kind == "zero":
            data[self.offset : self.offset + 64] = bytes(len(data[self.offset : self.offset + 64]))
        elif self.kind == "append":
            data += b"\0" * 7
        elif self.kind == "other":
            data = bytearray(random.Random(self.offset).randbytes(max(len(data), 1)))
        path.unlink() if self.kind == "delete" else path.write_bytes(data)


def damages(folder: Path, n: int, seed: int) -> list[Damage]:
    """`n` damages, each file of the folder in turn, each way in turn, at places spread evenly."""
    files = derived_files(folder)
    rng = random.Random(seed)
    made = []
    for number in range(n):
        # One file would be hit seldom among the many of the index of words.
        hit_snapshot = SNAPSHOT in files and number % 4 == 0
        file = SNAPSHOT if hit_snapshot else files[number % len(files)]
        size = (folder / file).stat().st_size
        # Half of all are at a place: cut and flipped at every few bytes over the rounds.
        kind = rng.choice(("truncate", "flip", rng.choice(KINDS)))
        made.append(Damage(file, kind, rng.randrange(max(size, 1))))
    return made


@pytest.fixture
def state(tmp_path: Path, kind: Kind, seed: int) -> State:
    """The state of a library of many chunks."""
    folder = make_folder(tmp_path / "library", kind)
    state = make_large_library(folder, seed)
    assert (folder / SNAPSHOT).exists() == (kind == "compressed")
    return state


@pytest.mark.timeout(3600)
def test_a_damaged_derived_file_is_made_again(
    state: State,
    tmp_path: Path,
    kind: Kind,
    corruptions: int,
    seed: int,
    tell: Callable[[str], None],
) -> None:
    files: Counter[Path] = Counter()
    for damage in damages(tmp_path / "library", corruptions, seed):
        copy = tmp_path / "copy"
        shutil.copytree(tmp_path / "library", copy)
        damage.do(copy)
        try:
            search_first(copy, state)
            check(copy, [state])
        except BaseException as error:  # tantivy panics as one; it is raised again
            error.add_note(str(damage))
            raise
        assert is_snapshot_whole(copy) == (kind == "compressed"), damage
        delete(copy)
        files[damage.file] += 1
    tell(
        f"{kind}: {files.total()} corruptions of {len(files)} derived files, {files[SNAPSHOT]} of "
        f"them of dense.snapshot: {files.total()} clean rebuilds"
    )


def is_snapshot_whole(folder: Path) -> bool:
    stamp = snapshot.read_stamp(folder)
    return stamp is not None and snapshot.read(folder, stamp) is not None


def search_first(folder: Path, state: State) -> None:
    """Search with nothing before it, verify for example, that could have mended the library."""
    library = open_library(folder)
    check_lexical(library, state)
    check_dense(library, state, expected_chunks(state))
    library.close()


def test_all_derived_files_may_be_deleted_at_once(state: State, tmp_path: Path) -> None:
    for file in derived_files(tmp_path / "library"):
        (tmp_path / "library" / file).unlink()
    search_first(tmp_path / "library", state)
    check(tmp_path / "library", [state])


@pytest.mark.timeout(3600)
def test_a_damaged_log_of_sqlite_gives_an_earlier_state_never_a_mixture(
    tmp_path: Path, kind: Kind, corruptions: int, seed: int, tell: Callable[[str], None]
) -> None:
    states = make_unclosed(tmp_path / "library", seed, kind)
    rng = random.Random(seed)
    size = (tmp_path / "library" / WAL).stat().st_size
    seen = set()
    for number in range(corruptions // 2):
        copy = tmp_path / "copy"
        shutil.copytree(tmp_path / "library", copy)
        # Cut at places spread over all of it, and flip a bit now and then.
        way = "flip" if number % 5 == 4 else "truncate"
        damage = Damage(WAL, way, size * number * 2 // corruptions + rng.randrange(40))
        damage.do(copy)
        seen.add(states.index(check(copy, states)))
        delete(copy)
    assert len(seen) > 2
    tell(f"{kind}: {corruptions // 2} damaged logs: {len(seen)} earlier states, no mixture")


@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("state")
def test_a_damaged_library_file_is_reported_and_never_made_anew(
    tmp_path: Path, kind: Kind, corruptions: int, seed: int, tell: Callable[[str], None]
) -> None:
    library = tmp_path / "library"
    rng = random.Random(seed)
    size = (library / MAIN).stat().st_size
    said: Counter[str] = Counter()
    for _ in range(corruptions):
        copy = tmp_path / "copy"
        shutil.copytree(library, copy)
        damage = Damage(MAIN, rng.choice((*KINDS, "flip", "truncate")), rng.randrange(size))
        if rng.random() < 0.1:
            damage = Damage(MAIN, "truncate", 0)
        what = outcome_unchanged(copy, damage)
        # A byte of a text, or one that no page uses, is nobody's to notice.
        assert what != "nothing wrong found" or damage.kind in ("flip", "zero", "append"), damage
        said[what] += 1
        delete(copy)
    tell(f"{kind}: {corruptions} damaged library files: {dict(said)}")


@pytest.mark.usefixtures("state")
def test_damage_to_any_page_of_the_library_file_is_told(
    tmp_path: Path, kind: Kind, tell: Callable[[str], None]
) -> None:
    with closing(sqlite3.connect(tmp_path / "library" / MAIN)) as sql:
        sql.execute("VACUUM")  # no page is free then
        (size,) = sql.execute("PRAGMA page_size").fetchone()
    data = (tmp_path / "library" / MAIN).read_bytes()
    said: Counter[str] = Counter()
    for place in range(size, len(data), size):
        if data[place] not in B_TREE_PAGES:
            continue
        copy = tmp_path / "copy"
        shutil.copytree(tmp_path / "library", copy)
        damage = Damage(MAIN, "flip", place)
        what = outcome_unchanged(copy, damage)
        assert what != "nothing wrong found", damage
        said[what] += 1
        delete(copy)
    tell(f"{kind}: {said.total()} pages damaged, one after the other: {dict(said)}")
    assert said["told by verify"] + said["refused in use"]


def outcome_unchanged(folder: Path, damage: Damage) -> str:
    """Do the damage and give its outcome; the damaged file is left as it is."""
    damage.do(folder)
    before = (folder / MAIN).read_bytes() if (folder / MAIN).exists() else None
    try:
        what = outcome(folder)
    except Exception as error:  # whatever it is, it is raised again
        error.add_note(str(damage))
        raise
    now = (folder / MAIN).read_bytes() if (folder / MAIN).exists() else None
    assert now == before, damage
    return what


def outcome(folder: Path) -> str:
    """What a user is told: by an error of ours, by `verify`, or nothing."""
    try:
        library = open_library(folder)
    except LibraryError:
        return "refused at opening"
    problems: tuple[Problem, ...] = ()
    try:
        problems = library.verify()
        try_everything(library)
    except LibraryError:
        return "told by verify" if problems else "refused in use"
    finally:
        library.close()
    return "told by verify" if problems else "nothing wrong found"


def try_everything(library: LocalLibrary) -> None:
    for record in library.documents():
        library.document(record.id)
        library.page_of(record.id, 3)
    library.statistics()
    vector = HashEmbedder(1).embed_question("whales")
    if library.embedder == HashEmbedder(1).fingerprint:
        rows = [row for row, _ in library.dense(vector, 1000, collection=None, where=None)]
        library.vectors(rows)
        library.chunks(rows)
    library.lexical("whales", 1000, collection="default", where=None)
