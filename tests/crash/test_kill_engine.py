"""An engine that is killed while it ingests, removes or embeds anew: each file is before or after."""

from __future__ import annotations

import os
import random
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.crash.checks import check_ranking
from tests.crash.kinds import make_folder
from tests.crash.making import open_library
from tests.crash.model import HashEmbedder, Operation, own_word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.crash.kinds import Kind
    from tests.crash.victims import Victims
    from vectorstore import LocalLibrary

N_FILES = 5
EVERYTHING = 100_000


@dataclass
class Folder:
    """A folder of text files that change; `now` is what each of them says."""

    path: Path
    rng: random.Random
    now: dict[str, int] = field(default_factory=dict)

    def change(self) -> None:
        """Write, rewrite or delete some files; two may say the same."""
        for _ in range(self.rng.randint(1, 3)):
            file = self.path / f"{self.rng.randrange(N_FILES)}.txt"
            number = self.rng.randrange(30)
            body = f"The {own_word(number)} is a whale. " * (1 + number % 40)
            file.write_text(body)
            # Long past, so that an unchanged file is known by its time.
            os.utime(file, (10**9 + number, 10**9 + number))
            self.now[str(file)] = number


def held(library: LocalLibrary) -> dict[str, int]:
    """Which document each source names, by its text; all of the text must be there."""
    found = {}
    for record in library.documents():
        text = library.document(record.id).text
        (word,) = set(re.findall(r"beast(\d+)", text))
        assert text.count("whale") == 1 + int(word) % 40
        found.update(dict.fromkeys(record.sources, int(word)))
    return found


def check(folder: Path, before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    """Each source as it was or as it shall be; all three stores alike; searches right."""
    library = open_library(folder)
    found = held(library)
    for source in {*before, *now, *found}:
        assert found.get(source) in (before.get(source), now.get(source)), source
    assert library.verify() == ()
    if found:
        check_searches(library, found)
    library.close()
    return found


def check_searches(library: LocalLibrary, found: Mapping[str, int]) -> None:
    embedder = HashEmbedder(int(library.embedder.partition("@")[2]))
    vector = embedder.embed_question("whales")
    dense = library.dense(vector, EVERYTHING, collection=None, where=None)
    rows = [row for row, _ in dense]
    chunks, vectors = library.chunks(rows), library.vectors(rows)
    texts = [chunks[row].text_with_headings for row in rows]
    true = embedder.embed_passages(texts)
    assert len(set(rows)) == len(rows) == library.statistics()["chunks"]
    assert np.array_equal(np.stack([vectors[row] for row in rows]), true)
    assert [score for _, score in dense] == pytest.approx((true @ vector).tolist(), abs=5e-3)
    check_ranking(library, embedder)
    for number in range(30):
        by_word = library.lexical(own_word(number), EVERYTHING, collection=None, where=None)
        expected = {row for row in rows if own_word(number) in chunks[row].text.split()}
        assert {row for row, _ in by_word} == expected
        assert bool(expected) == (number in found.values())


@pytest.mark.timeout(3600)
def test_an_engine_that_is_killed_leaves_each_file_before_or_after(
    victims: Victims,
    tmp_path: Path,
    kind: Kind,
    kills: int,
    seed: int,
    tell: Callable[[str], None],
) -> None:
    rng = random.Random(seed)
    (tmp_path / "files").mkdir()
    files, folder = Folder(tmp_path / "files", rng), make_folder(tmp_path / "library", kind)
    before: dict[str, int] = {}
    places: set[str] = set()
    deaths, lines, version, seconds = 0, sys.maxsize, 1, 0.0
    while deaths < kills // 10:
        files.change()
        operation = Operation("ingest", source=str(files.path))
        # All files are there: what is removed is read again by the next ingest.
        if before and rng.random() < 0.3:
            operation = rng.choice([
                Operation("remove", source=rng.choice(sorted(before))),
                Operation("re-embed", number=version + 1),
                Operation("compact"),
            ])  # fmt: skip
        by_time = lines != sys.maxsize and rng.random() < 0.3
        death = victims.run(
            folder,
            [[operation]],
            embedder=version,
            engine=True,
            first_line=0 if by_time else min(rng.randint(1, lines), lines),
            spared=places,
            seconds=rng.uniform(0, seconds) if by_time else 0,
        )
        deaths += death.killed
        places |= {death.place} - {""}
        lines, seconds = (death.lines or lines), (seconds if death.killed else death.seconds)
        before = check(folder, before, after(before, files.now, operation))
        library = open_library(folder)
        version = int(library.embedder.partition("@")[2] or 1)
        library.close()
    tell(f"{kind}: {deaths} engines killed, at {len(places)} different lines and at random moments")


def after(before: dict[str, int], files: dict[str, int], operation: Operation) -> dict[str, int]:
    if operation.kind == "ingest":
        return {**before, **files}
    if operation.kind == "remove":
        gone = before[operation.source]
        return {source: number for source, number in before.items() if number != gone}
    return before
