"""The same text in several documents is found once, and names them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from quoth import Config, Quoth
from quoth.datatypes import Chunk
from retrieval.distinct import distinct, wording
from retrieval.reading import ReadOnce

if TYPE_CHECKING:
    from pathlib import Path

    from vectorstore import Embedder


def chunk_of(text: str, number: int) -> Chunk:
    """A chunk of a document of its own."""
    name = f"d{number}"
    return Chunk(f"{name}:0-9", name, name, text, 0, 9, 1, 1, (), 9)


NOTICE = "The kettle boils water.\nNever leave it alone while it is hot."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The kettle boils", "the KETTLE boils"),
        ("The kettle boils", "The  kettle\n boils "),
        ("the fish", "The \ufb01sh"),
        ("# Care\n\n- It's **hot** – “very”", 'Care\n\n• It’s hot - "very"'),
    ],
)
def test_how_a_text_is_written_makes_no_other(one: str, other: str) -> None:
    assert wording(one) == wording(other)


@pytest.mark.parametrize(("one", "other"), [("x > 5", "x < 5"), ("-5", "5"), ("a.b", "ab")])
def test_marks_do(one: str, other: str) -> None:
    assert wording(one) != wording(other)


def test_copies_of_a_text_are_one_hit_that_names_them(tmp_path: Path, embedder: Embedder) -> None:
    texts = {
        "first.txt": NOTICE,
        "second.txt": NOTICE.upper(),
        "third.txt": NOTICE.replace("\n", "  "),
        "pump.txt": "The pump moves water through the pipes.",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with Quoth.open(tmp_path / "library", embedder=embedder) as quoth:
        quoth.ingest(sorted(tmp_path.glob("*.txt")))
        hits = quoth.search("How does the kettle boil water?", k=2)
        all_of_it = quoth.search("How does the kettle boil water?", k=8)
    assert [hit.rank for hit in hits] == [1, 2]
    named = {hits[0].chunk.source, *hits[0].also_in}
    assert {source.rsplit("/", 1)[-1] for source in named} == {
        "first.txt",
        "second.txt",
        "third.txt",
    }
    assert hits[1].chunk.source.endswith("pump.txt")
    assert hits[1].also_in == ()
    assert len(all_of_it) == 2


LINE = "The warranty lasts two years from the date of purchase and does not cover filters."


@pytest.mark.parametrize(
    ("better", "other", "are_one"),
    [
        (f"Dear Ada. {LINE} Keep the receipt.", LINE, True),
        (LINE, f"Warranty\n{LINE}", True),
        (LINE, f"Dear Ada. {LINE} Keep the receipt.", False),
        (LINE, LINE.replace("two", "three"), False),
        (LINE, LINE.replace("not ", ""), False),
        (f"{LINE} {'And so on. ' * 20}", LINE, False),
    ],
)
def test_a_text_that_adds_nothing_to_a_better_one_is_that_one(
    better: str, other: str, *, are_one: bool
) -> None:
    chunks = {row: chunk_of(text, row) for row, text in enumerate([better, other])}
    found = distinct([(0, 0.9), (1, 0.5)], ReadOnce(lambda _: chunks), 2, {})
    assert [one.same for one in found] == ([(0, 1)] if are_one else [(0,), (1,)])


def test_copies_far_down_are_named_where_their_vectors_are_alike() -> None:
    texts = ["a b c", *(f"other {n}" for n in range(9)), "A B C"]
    chunks = {row: chunk_of(text, row) for row, text in enumerate(texts)}
    vectors = {row: np.eye(11, dtype=np.float32)[0 if row == 10 else row] for row in range(11)}
    found = distinct(
        [(row, 1 - row / 20) for row in chunks], ReadOnce(lambda _: chunks), 1, vectors
    )
    assert [one.same for one in found] == [(0, 10)]


def test_many_copies_do_not_hide_the_rest_and_every_path_is_named(
    tmp_path: Path, embedder: Embedder
) -> None:
    for n in range(12):
        text = NOTICE if n < 2 else f"{NOTICE}{' ' * n}"
        (tmp_path / f"copy{n:02}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "pump.txt").write_text("The pump moves water.", encoding="utf-8")
    config = Config().with_values({"retrieval.candidates": 4}, "test")
    with Quoth.open(tmp_path / "library", config=config, embedder=embedder) as quoth:
        quoth.ingest(sorted(tmp_path.glob("*.txt")))
        hits = quoth.search("How does the kettle boil water?", k=2)
    assert len({hits[0].chunk.source, *hits[0].also_in}) == 12
    assert [hit.chunk.source.endswith("pump.txt") for hit in hits] == [False, True]
