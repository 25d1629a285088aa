"""The real embedded embedder: order, length, threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quoth.config import EmbedderConfig
from quoth.errors import ModelNotFoundError
from vectorstore import load_embedder

if TYPE_CHECKING:
    from vectorstore import Embedder

# Of very different lengths and in no order of length, more than one core's share.
TEXTS = [
    f"The {word} has {n} doors. " * (1 + n * 7 % 11) for n, word in enumerate(["ship", "inn"] * 45)
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(EmbedderConfig())


def test_rows_are_unit_vectors_in_the_order_of_the_texts(embedder: Embedder) -> None:
    together = embedder.embed_passages(TEXTS)
    assert together.dtype == np.float32
    assert together.shape == (len(TEXTS), embedder.dimension)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for i in (0, 7, 31, 32, 64, 89):
        # bfloat16 rounds otherwise beside texts of another length, by less than a percent.
        assert float(together[i] @ embedder.embed_passages([TEXTS[i]])[0]) > 0.99
    assert len({int(np.argmax(together @ row)) for row in together}) > len(TEXTS) - 5


def test_no_texts_are_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, embedder.dimension)


def test_threads_get_their_own_rows(embedder: Embedder) -> None:
    alone = [embedder.embed_passages(TEXTS[start : start + 30]) for start in (0, 30, 60)]
    shared: dict[int, object] = {}

    def work(n: int) -> None:
        shared[n] = embedder.embed_passages(TEXTS[n * 30 : n * 30 + 30])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for n, rows in enumerate(alone):
        assert np.array_equal(np.asarray(shared[n]), rows)


def test_a_question_is_nearest_to_the_passage_that_answers_it(embedder: Embedder) -> None:
    passages = ["The warranty lasts two years.", "Water boils at 100 degrees.", "Cats purr."]
    question = embedder.embed_question("How long is the guarantee?")
    assert int(np.argmax(embedder.embed_passages(passages) @ question)) == 0


def test_tokens_are_counted_uncut_and_with_the_special_ones(embedder: Embedder) -> None:
    counted = embedder.count_tokens(["", "hello", "hello " * 1000])
    assert counted == [2, 3, 1002]
    assert embedder.max_tokens == 256


def test_a_model_that_is_not_there_is_refused_with_the_way_out() -> None:
    with pytest.raises(ModelNotFoundError, match=r"embedder\.model no/such-model"):
        load_embedder(EmbedderConfig(model="no/such-model"))
