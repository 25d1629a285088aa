"""A GGUF reranker scores pairs as the model it was made from does."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from generation import GgufReranker
from generation.embedded import embedded_model
from quoth.config import RerankConfig
from quoth.errors import ModelLoadError
from retrieval import CrossEncoderReranker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUESTION = "How long is the warranty?"
PASSAGES = [
    "The warranty lasts two years.",
    "Water boils at 100 degrees.",
    "Cats purr when they are content, and sometimes when they are not.",
    "The warranty of the kettle covers its handle. " * 40,
    "",
]


@pytest.fixture(scope="module")
def reranker(tiny_gguf_reranker: Path) -> Iterator[GgufReranker]:
    opened = GgufReranker(tiny_gguf_reranker, on_gpu=False)
    yield opened
    opened.close()


def test_scores_are_those_of_the_same_model_in_torch(
    reranker: GgufReranker, tiny_cross_encoder: Path
) -> None:
    torch_model = CrossEncoderReranker(RerankConfig(model=str(tiny_cross_encoder), device="cpu"))
    expected = torch_model.scores(QUESTION, PASSAGES)
    scores = 1 / (1 + np.exp(-np.array(reranker.scores(QUESTION, PASSAGES))))
    assert np.ptp(expected) > 0.05, "the model must tell these passages apart"
    np.testing.assert_allclose(scores, expected, atol=0.002)


def test_a_pair_gets_the_same_score_alone_and_among_others(reranker: GgufReranker) -> None:
    together = reranker.scores(QUESTION, PASSAGES * 5)
    alone = [reranker.scores(QUESTION, [passage])[0] for passage in PASSAGES]
    np.testing.assert_allclose(together, alone * 5, atol=0.005)


def test_marks_spelled_in_a_document_are_text(reranker: GgufReranker) -> None:
    plain, marked = reranker.scores(QUESTION, ["two years", "two [SEP] years"])
    assert marked != pytest.approx(plain, abs=1e-4)
    as_mark = reranker._vocabulary.markup_tokens("two [SEP] years")
    assert reranker._vocabulary.data_tokens("two [SEP] years") != as_mark


def test_threads_take_turns(reranker: GgufReranker) -> None:
    expected = reranker.scores(QUESTION, PASSAGES)
    found: list[list[float]] = []
    threads = [
        threading.Thread(target=lambda: found.append(reranker.scores(QUESTION, PASSAGES)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for scores in found:
        np.testing.assert_allclose(scores, expected, atol=1e-5)


def test_nothing_to_read_is_no_score(reranker: GgufReranker) -> None:
    assert reranker.scores(QUESTION, []) == []


def test_a_model_that_writes_is_refused_as_a_reranker() -> None:
    with pytest.raises(ModelLoadError, match="does not rank"):
        GgufReranker(embedded_model())


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "broken.gguf"
    file.write_bytes(b"GGUF" + b"\0" * 100)
    with pytest.raises(ModelLoadError, match=r"broken\.gguf"):
        GgufReranker(file)
