"""The same text in several documents is found once, and names them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quoth import Quoth
from retrieval.distinct import wording

if TYPE_CHECKING:
    from pathlib import Path

    from vectorstore import Embedder

NOTICE = "The kettle boils water.\nNever leave it alone while it is hot."


@pytest.mark.parametrize("other", ["the KETTLE boils", "The  kettle\n boils ", "The \ufb01sh"])
def test_case_white_space_and_ligatures_make_no_other_text(other: str) -> None:
    assert wording(other) in {wording("The kettle boils"), wording("the fish")}


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
