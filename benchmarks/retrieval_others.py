"""Asks another library's hybrid search, in a process and an environment of its own; prints JSON.

    PYTHON benchmarks/retrieval_others.py langchain|txtai FOLDER

FOLDER holds texts.json (chunks and questions) and the vectors of both, chunks.npy and
questions.npy. It imports nothing of Quoth, and the others by name, for Quoth does not ask for
them. Each is used as its documentation shows, with the weights it comes with.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    Array = np.ndarray[Any, Any]

K = 100


def langchain(chunks: list[str], questions: list[str], vectors: dict[str, Array]) -> list[Any]:
    """Its ensemble of BM25 and FAISS, by weighted reciprocal ranks, half and half."""
    retrievers = import_module("langchain_community.retrievers")
    stores = import_module("langchain_community.vectorstores")
    ensemble = import_module("langchain_classic.retrievers").EnsembleRetriever
    embeddings = import_module("langchain_core.embeddings").Embeddings

    class Given(embeddings):  # type: ignore[misc, valid-type]
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [vectors[text].tolist() for text in texts]

        def embed_query(self, text: str) -> list[float]:
            found: list[float] = vectors[text].tolist()
            return found

    rows = [{"row": row} for row in range(len(chunks))]
    words = retrievers.BM25Retriever.from_texts(chunks, metadatas=rows, k=K)
    store = stores.FAISS.from_texts(chunks, Given(), metadatas=rows)
    both = ensemble(
        retrievers=[words, store.as_retriever(search_kwargs={"k": K})],
        weights=[0.5, 0.5],
        id_key="row",
    )
    return [[one.metadata["row"] for one in both.invoke(question)] for question in questions]


def txtai(chunks: list[str], questions: list[str], vectors: dict[str, Array]) -> list[Any]:
    """Its hybrid index, by a convex combination of normalised BM25 and cosine, half and half."""
    make = import_module("txtai").Embeddings

    def transform(texts: list[str]) -> Array:
        return np.stack([vectors[text] for text in texts])

    index = make(method="external", transform=transform, hybrid=True, content=False)
    index.index([(row, text, None) for row, text in enumerate(chunks)])
    return [[row for row, _ in index.search(question, K)] for question in questions]


OTHERS: dict[str, Callable[..., list[Any]]] = {"langchain": langchain, "txtai": txtai}


def ask(name: str, folder: Path) -> list[Any]:
    """The numbers of the chunks found for each question, best first."""
    texts = json.loads((folder / "texts.json").read_text())
    chunks, questions = texts["chunks"], texts["questions"]
    vectors = dict(zip(chunks, np.load(folder / "chunks.npy"), strict=True))
    vectors |= dict(zip(questions, np.load(folder / "questions.npy"), strict=True))
    return OTHERS[name](chunks, questions, vectors)


if __name__ == "__main__":
    _, which, place = sys.argv
    print(json.dumps(ask(which, Path(place))))
