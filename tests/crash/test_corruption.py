"""Files that were damaged while nobody looked: what is derived is made again, the truth reported."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.crash.checks import check, check_dense, check_lexical, expected_chunks
from tests.crash.making import derived_files, make_library, open_library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.crash.model import State

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
        file = files[number % len(files)]
        size = (folder / file).stat().st_size
        # Half of all are at a place: cut and flipped at every few bytes over the rounds.
        kind = rng.choice(("truncate", "flip", rng.choice(KINDS)))
        made.append(Damage(file, kind, rng.randrange(max(size, 1))))
    return made


@pytest.fixture
def state(tmp_path: Path, seed: int) -> State:
    return make_library(tmp_path / "library", seed)


@pytest.mark.timeout(3600)
def test_a_damaged_derived_file_is_made_again(
    state: State, tmp_path: Path, corruptions: int, seed: int, tell: Callable[[str], None]
) -> None:
    done = 0
    files: set[str] = set()
    for damage in damages(tmp_path / "library", corruptions, seed):
        copy = tmp_path / "copy"
        shutil.copytree(tmp_path / "library", copy)
        damage.do(copy)
        try:
            search_first(copy, state)
            check(copy, [state])
        except BaseException as error:  # tantivy panics as a BaseException
            error.add_note(str(damage))
            raise
        shutil.rmtree(copy)
        done += 1
        files.add(str(damage.file))
    tell(f"{done} corruptions of {len(files)} derived files: {done} clean rebuilds")


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
