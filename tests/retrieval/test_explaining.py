"""What a search considered: who found it, what each stage made of it, why it stayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quoth import Config, Quoth
from tests.sharing import sharing

if TYPE_CHECKING:
    from pathlib import Path

    from vectorstore import Embedder

QUESTION = "How does byte-pair encoding work?"


def test_the_kept_ones_are_the_hits_of_the_same_search(examples_library: Quoth) -> None:
    considered = examples_library.explain(QUESTION, k=5, beyond=3)
    found = examples_library.search(QUESTION, k=5, excerpts=True)
    assert tuple(c.hit for c in considered if c.kept) == found
    assert [c.kept for c in considered] == [True] * 5 + [False] * 3
    assert [c.hit.rank for c in considered] == list(range(1, 9))


def test_each_says_its_rank_and_score_after_every_stage(examples_library: Quoth) -> None:
    considered = examples_library.explain(QUESTION, k=5)
    for one in considered:
        stages = ["fusion", "feedback", "neighbours", "diversity"]
        assert [stage.retriever for stage in one.stages] == stages
        assert one.stages[-1].score == one.hit.score
        assert one.hit.found_by
    assert [one.stages[-1].rank for one in considered] == list(range(1, len(considered) + 1))
    assert any(one.stages[0].rank != one.stages[-1].rank for one in considered)
    assert considered[0].reason == "number 1 of the 5 asked for"
    assert considered[5].reason == "comes after the 5 asked for"


def test_without_feedback_there_is_no_such_stage(examples_library: Quoth) -> None:
    config = Config().with_values({"retrieval.feedback_weight": 0}, "test")
    (first,) = sharing(examples_library, config=config).explain(QUESTION, k=1, beyond=0)
    assert [stage.retriever for stage in first.stages] == ["fusion", "neighbours", "diversity"]


def test_a_repeated_text_says_which_one_it_repeats(tmp_path: Path, embedder: Embedder) -> None:
    for name, more in {"one": "", "two": "\n", "three": "\n\nPumps leak.\n"}.items():
        (tmp_path / f"{name}.txt").write_text(f"The kettle boils water.{more}", encoding="utf-8")
    (tmp_path / "other.txt").write_text("Cats purr.", encoding="utf-8")
    with Quoth.open(tmp_path / "library", embedder=embedder) as quoth:
        quoth.ingest(sorted(tmp_path.glob("*.txt")))
        considered = quoth.explain("What boils water?", k=3)
    dropped = [c for c in considered if not c.kept]
    assert len(dropped) == 1
    assert dropped[0].reason == f"has the same text as number {dropped[0].hit.rank}"
    twin = next(c for c in considered if c.kept and c.hit.rank == dropped[0].hit.rank)
    assert twin.hit.chunk.text == dropped[0].hit.chunk.text


def test_nothing_found_is_nothing_considered(tmp_path: Path, embedder: Embedder) -> None:
    with Quoth.open(tmp_path / "library", embedder=embedder) as quoth:
        assert quoth.explain("anything") == ()
