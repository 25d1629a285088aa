"""Quoth's embedder passes LangChain's tests of embeddings, and LangChain's embeddings serve Quoth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from quoth import Quoth
from quoth.errors import EmbedderMismatchError, ModelError
from quoth.langchain import LangChainEmbedder, QuothEmbeddings, QuothRetriever

if TYPE_CHECKING:
    from pathlib import Path


class _OfLibrary:
    @pytest.fixture(autouse=True)
    def _with_examples(self, examples_library: Quoth) -> None:
        self.library = examples_library

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return QuothEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"quoth": self.library}


class TestQuothEmbeddings(_OfLibrary, EmbeddingsIntegrationTests):
    pass


class TestQuothEmbeddingsUnit(_OfLibrary, EmbeddingsUnitTests):
    pass


class Lopsided(Embeddings):
    """Rows of one length for questions and of another for passages."""

    model = "lopsided"

    def embed_query(self, text: str) -> list[float]:
        return [1.0, float(len(text)), 0.0]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[1.0, 2.0] for _ in texts]


class Lost(Lopsided):
    """A model that has lost its numbers."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[1.0, float("nan"), 0.0] for _ in texts]


def test_quoth_reads_and_searches_with_the_embeddings_it_is_given(
    tmp_path: Path, examples_library: Quoth
) -> None:
    # MiniLM by way of LangChain: the whole path, with rows that mean something.
    embedder = LangChainEmbedder(QuothEmbeddings(examples_library), name="minilm")
    file = tmp_path / "notes.md"
    file.write_text("The kettle boils.\n\nThe warranty lasts two years.\n", encoding="utf-8")
    with Quoth.open(tmp_path / "library", embedder=embedder) as quoth:
        assert quoth.ingest([file]).count("added") == 1
        (found,) = QuothRetriever(quoth=quoth, k=1).invoke("How long is the guarantee?")
        assert "two years" in found.page_content
        assert quoth.info()["library"]["embedder"] == "langchain:minilm/384"  # type: ignore[index]


def test_vectors_are_of_unit_length() -> None:
    embedder = LangChainEmbedder(DeterministicFakeEmbedding(size=5))
    rows = np.vstack([embedder.embed_passages(["a", "b"]), embedder.embed_question("c")])
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert embedder.embed_passages([]).shape == (0, 5)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            LangChainEmbedder(DeterministicFakeEmbedding(size=5)),
            LangChainEmbedder(DeterministicFakeEmbedding(size=6)),
        ),
        (
            LangChainEmbedder(DeterministicFakeEmbedding(size=5), name="ours"),
            LangChainEmbedder(DeterministicFakeEmbedding(size=5), name="theirs"),
        ),
        (LangChainEmbedder(DeterministicFakeEmbedding(size=3)), LangChainEmbedder(Lost())),
    ],
    ids=["dimension", "name", "class"],
)
def test_a_library_is_not_searched_with_other_embeddings(
    tmp_path: Path, first: LangChainEmbedder, second: LangChainEmbedder
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("The warranty lasts two years.", encoding="utf-8")
    with Quoth.open(tmp_path / "library", embedder=first) as quoth:
        quoth.ingest([file])
    with (
        Quoth.open(tmp_path / "library", embedder=second) as quoth,
        pytest.raises(EmbedderMismatchError),
    ):
        quoth.search("warranty")


@pytest.mark.parametrize(("broken", "match"), [(Lopsided(), "shape"), (Lost(), "not of numbers")])
def test_rows_that_are_none_are_refused(broken: Embeddings, match: str) -> None:
    with pytest.raises(ModelError, match=match):
        LangChainEmbedder(broken).embed_passages(["a passage"])


def test_chunks_keep_to_what_the_model_is_said_to_read(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text("All work and no play. " * 200, encoding="utf-8")
    embedder = LangChainEmbedder(
        DeterministicFakeEmbedding(size=3),
        max_tokens=40,
        count_tokens=lambda texts: [len(text.split()) for text in texts],
    )
    with Quoth.open(tmp_path / "library", embedder=embedder) as quoth:
        quoth.ingest([file])
        hits = quoth.search("play", k=100)
        assert all(len(hit.chunk.text_with_headings.split()) <= 40 for hit in hits)
        assert sum(record.n_chunks for record in quoth.documents()) >= 25


def test_a_vector_of_another_length_finds_nothing_but_an_error(examples_library: Quoth) -> None:
    with pytest.raises(ModelError, match="384"):
        examples_library.nearest([1.0, 0.0])
