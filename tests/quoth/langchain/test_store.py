"""Quoth as a LangChain vector store passes LangChain's own standard tests, and keeps what it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_tests.integration_tests import VectorStoreIntegrationTests

from quoth import Quoth
from quoth.langchain import LangChainEmbedder, QuothVectorStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from langchain_core.vectorstores import VectorStore

    from vectorstore import Embedder

BOATS = ["A ferry carries cars.", "A ferry carries lorries.", "A kayak carries one person."]


class TestQuothVectorStore(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self, tmp_path: Path) -> Iterator[VectorStore]:
        embedder = LangChainEmbedder(self.get_embeddings())
        with Quoth.open(tmp_path / "library", embedder=embedder) as quoth:
            yield QuothVectorStore(quoth)


@pytest.fixture
def store(tmp_path: Path, embedder: Embedder) -> Iterator[QuothVectorStore]:
    with Quoth.open(tmp_path / "library", embedder=embedder) as quoth:
        yield QuothVectorStore(quoth, "boats")


def test_scores_are_of_the_fused_ranking_and_fall(store: QuothVectorStore) -> None:
    store.add_texts(BOATS)
    found = store.similarity_search_with_relevance_scores("Who fits into a kayak?", k=3)
    assert found[0][0].page_content == BOATS[2]
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_vector_finds_the_text_that_it_is_of(store: QuothVectorStore) -> None:
    store.add_texts(BOATS)
    vector = store.embeddings.embed_documents([BOATS[1]])[0]
    assert store.similarity_search_by_vector(vector, k=1)[0].page_content == BOATS[1]


def test_marginal_relevance_prefers_another_subject_to_a_repetition(
    store: QuothVectorStore,
) -> None:
    store.add_texts(BOATS)
    alike = store.max_marginal_relevance_search("ferry", k=2, lambda_mult=1)
    varied = store.max_marginal_relevance_search("ferry", k=2, lambda_mult=0.1)
    assert {document.page_content for document in alike} == set(BOATS[:2])
    assert BOATS[2] in {document.page_content for document in varied}


async def test_the_same_is_found_without_blocking(store: QuothVectorStore) -> None:
    (one,) = await store.aadd_texts(["A raft carries logs."], [{"wood": True}])
    expected = [Document(id=one, page_content="A raft carries logs.", metadata={"wood": True})]
    assert await store.asimilarity_search("raft", k=1) == expected
    assert await store.amax_marginal_relevance_search("raft", k=1) == expected
    assert await store.aget_by_ids([one]) == expected
    await store.adelete()
    assert await store.asimilarity_search("raft") == []


def test_a_long_text_is_found_once_and_whole(store: QuothVectorStore) -> None:
    sentences = [f"Cabin {n} has {n + 2} portholes and a berth. " for n in range(120)]
    store.add_texts(["".join(sentences), BOATS[2]], [{"deck": [1, 2]}, {}], ids=["ship", "kayak"])
    assert max(record.n_chunks for record in store.quoth.documents()) > 2
    assert store.quoth.verify() == ()
    found = store.similarity_search("How many portholes has cabin 7?", k=2)
    assert [document.id for document in found] == ["ship", "kayak"]
    assert found[0].page_content == "".join(sentences)
    assert found[0].metadata == {"deck": [1, 2]}


def test_texts_and_files_are_found_side_by_side_and_only_texts_deleted(
    store: QuothVectorStore, tmp_path: Path
) -> None:
    file = tmp_path / "harbour.md"
    file.write_text("# Harbour\n\nThe harbour closes at ten.\n", encoding="utf-8")
    store.quoth.ingest([file], collection="boats")
    store.add_texts(BOATS[:1], ids=["ferry"])
    found = store.similarity_search("When does the harbour close?", k=2)
    assert [document.metadata.get("page") for document in found] == [1, None]
    assert store.delete()
    assert [r.sources for r in store.quoth.documents()] == [(str(file),)]


def test_texts_are_filtered_by_their_metadata(store: QuothVectorStore) -> None:
    store.add_texts(BOATS, [{"author": "Ada"}, {"author": "Bo"}, {}])
    (found,) = store.similarity_search("ferry", where="author = bo")
    assert found.page_content == BOATS[1]


def test_another_stores_filter_is_refused_rather_than_overlooked(store: QuothVectorStore) -> None:
    store.add_texts(BOATS)
    vector = store.embeddings.embed_query("ferry")
    for search in (
        lambda: store.similarity_search("ferry", filter={"author": "Bo"}),
        lambda: store.similarity_search_by_vector(vector, filter={"author": "Bo"}),
        lambda: store.max_marginal_relevance_search("ferry", filter={"author": "Bo"}),
        lambda: QuothVectorStore.from_texts(BOATS, None, persist_directory="here"),
    ):
        with pytest.raises(TypeError, match=r"filter|persist_directory"):
            search()


def test_the_same_text_under_two_ids_goes_one_by_one(store: QuothVectorStore) -> None:
    store.add_texts(["A buoy.", "A buoy."], ids=["1", "2"])
    store.delete(["1"])
    assert [document.id for document in store.get_by_ids(["2", "1"])] == ["2"]


def test_texts_make_a_store_without_a_folder() -> None:
    store = QuothVectorStore.from_texts(
        BOATS, DeterministicFakeEmbedding(size=6), ids=["a", "b", "c"]
    )
    with store.quoth:
        assert store.similarity_search(BOATS[1], k=1)[0].id == "b"
        folder = store.quoth.path
        assert folder.is_dir()
    del store
    assert not folder.exists()


def test_a_store_over_a_folder_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    embeddings = DeterministicFakeEmbedding(size=6)
    with QuothVectorStore.from_texts(BOATS, embeddings, path=tmp_path / "kept").quoth:
        pass
    with Quoth.open(tmp_path / "kept", embedder=LangChainEmbedder(embeddings)) as quoth:
        (found,) = QuothVectorStore(quoth).as_retriever(search_kwargs={"k": 1}).invoke(BOATS[2])
        assert found.page_content == BOATS[2]
