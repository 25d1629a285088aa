"""Reranking: the best candidates in a second model's order, as many as there is time for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quoth import Config, Quoth
from quoth.config import RerankConfig
from quoth.datatypes import Chunk
from quoth.errors import ModelLoadError, ModelNotFoundError
from retrieval import CrossEncoderReranker, Reranking
from tests.conftest import EXAMPLES
from tests.making_rerankers import save_cross_encoder
from tests.sharing import sharing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vectorstore import Embedder


class ByLength:
    """A reranker that likes long passages; each batch takes it a second of a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.batches: list[int] = []
        self.closed = False

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        del question
        self.now += 1
        self.batches.append(len(passages))
        return [float(len(passage)) for passage in passages]

    def close(self) -> None:
        self.closed = True


def chunk(text: str) -> Chunk:
    return Chunk("d:0-1", "d", "d.txt", text, 0, len(text), 1, 1, (), 3)


def candidates(*lengths: int) -> list[tuple[int, Chunk]]:
    return [(row, chunk("x" * length)) for row, length in enumerate(lengths)]


def within(budget: int, reranker: ByLength, batch_size: int = 2) -> Reranking:
    config = RerankConfig(budget_milliseconds=budget, batch_size=batch_size)
    return Reranking(reranker, config, clock=lambda: reranker.now)


def test_candidates_are_ordered_by_the_second_model() -> None:
    reranker = ByLength()
    ranked = within(10_000, reranker).ranked("?", candidates(1, 5, 3, 2))
    assert [row for row, _ in ranked] == [1, 2, 3, 0]
    assert reranker.batches == [2, 2]


def test_equal_scores_keep_their_order() -> None:
    ranked = within(10_000, ByLength()).ranked("?", candidates(4, 4, 4))
    assert [row for row, _ in ranked] == [0, 1, 2]


@pytest.mark.parametrize(("budget", "read"), [(3000, 6), (2999, 4), (2000, 4), (1, 2), (0, 2)])
def test_no_batch_begins_that_would_end_too_late(budget: int, read: int) -> None:
    ranked = within(budget, ByLength()).ranked("?", candidates(*range(1, 11)))
    assert sorted(row for row, _ in ranked) == list(range(read))


def test_nothing_found_is_nothing_to_order() -> None:
    assert within(10, ByLength()).ranked("?", []) == []


def opened(folder: Path, embedder: Embedder, **rerank: object) -> Quoth:
    values = {f"rerank.{key}": value for key, value in rerank.items()}
    return Quoth.open(folder, config=Config().with_values(values, "test"), embedder=embedder)


def test_hits_come_in_the_rerankers_order_and_those_not_read_follow(
    examples_library: Quoth,
) -> None:
    question = "How does byte-pair encoding work?"
    config = Config().with_values({"rerank.candidates": 4, "retrieval.diversity": 0.0}, "test")
    plain = sharing(examples_library, config=config).search(question, k=8)
    hits = sharing(examples_library, config=config, reranker=ByLength()).search(question, k=8)
    first = sorted(plain[:4], key=lambda hit: -len(hit.chunk.text_with_headings))
    assert [h.chunk.id for h in hits] == [h.chunk.id for h in (*first, *plain[4:])]
    assert [hit.rank for hit in hits] == list(range(1, 9))
    told = [[f.rank for f in hit.found_by if f.retriever == "reranker"] for hit in hits]
    assert told == [[1], [2], [3], [4], [], [], [], []]


@pytest.mark.parametrize("kind", ["folder", "gguf"])
def test_a_model_named_in_the_configuration_reads_the_hits(
    kind: str,
    tiny_cross_encoder: Path,
    tiny_gguf_reranker: Path,
    examples_library: Quoth,
    embedder: Embedder,
) -> None:
    model = tiny_cross_encoder if kind == "folder" else tiny_gguf_reranker
    settings = {"model": str(model), "candidates": 6, "budget_milliseconds": 600_000}
    with opened(examples_library.path, embedder, **settings) as quoth:
        hits = quoth.search("How does byte-pair encoding work?", k=6)
    scores = [f.score for hit in hits for f in hit.found_by if f.retriever == "reranker"]
    assert len(scores) == 6
    assert scores == sorted(scores, reverse=True)


def test_a_model_that_is_not_there_is_said_to_be_missing(
    tmp_path: Path, embedder: Embedder
) -> None:
    for model in (str(tmp_path / "gone.gguf"), "no/such-model"):
        with (
            opened(tmp_path / "library", embedder, model=model) as quoth,
            pytest.raises(ModelNotFoundError, match=r"rerank\.model"),
        ):
            quoth.search("anything")


def test_a_model_that_classifies_is_refused(tmp_path: Path) -> None:
    save_cross_encoder(tmp_path, n_labels=3)
    with pytest.raises(ModelLoadError, match="classifies"):
        CrossEncoderReranker(RerankConfig(model=str(tmp_path)))


def test_a_folder_without_a_model_is_refused() -> None:
    with pytest.raises(ModelLoadError, match=r"rerank\.model"):
        CrossEncoderReranker(RerankConfig(model=str(EXAMPLES)))


def test_closing_the_library_lets_go_of_the_reranker(tmp_path: Path, embedder: Embedder) -> None:
    reranker = ByLength()
    with Quoth.open(tmp_path / "library", embedder=embedder, reranker=reranker):
        assert not reranker.closed
    assert reranker.closed
