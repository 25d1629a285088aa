"""Quoth as a LangChain vector store. Knows the engine's texts and searches."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import weakref
from typing import TYPE_CHECKING, Any, Self

from langchain_core.vectorstores import VectorStore
from langchain_core.vectorstores.utils import maximal_marginal_relevance

from quoth.datatypes import TextItem
from quoth.engine import Quoth
from quoth.langchain.documents import of_hit, of_text
from quoth.langchain.embedder import LangChainEmbedder
from quoth.langchain.embeddings import QuothEmbeddings

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Sequence

    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings

    from quoth.datatypes import Hit


class QuothVectorStore(VectorStore):
    """One collection of a library, for any LangChain chain.

    What is added through the store is found whole, as it was added; of files that Quoth has read
    into the collection their passages are found. A search by text asks both indexes, meaning and
    words, and its scores are fused ones in [0, 1]; a search by vector asks the dense index alone,
    and its scores are cosines. Searches take a filter on documents as `where` (docs/filters.md).
    """

    def __init__(self, quoth: Quoth, collection: str = "default") -> None:
        self.quoth = quoth
        self.collection = collection

    @property
    def embeddings(self) -> Embeddings:
        """The library's embedder."""
        return QuothEmbeddings(self.quoth)

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings | None,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        path: str | os.PathLike[str] | None = None,
        collection: str = "default",
        **kwargs: Any,
    ) -> Self:
        """A store over the library in folder `path`, with these texts added.

        Without `path` the library is a temporary one, gone with the store. `embedding` None is the
        configured embedder. The store's `quoth` is to be closed when it is done with.
        """
        _refuse(kwargs)
        embedder = None if embedding is None else LangChainEmbedder(embedding)
        folder = tempfile.mkdtemp(prefix="quoth-") if path is None else path
        store = cls(Quoth.open(folder, embedder=embedder), collection)
        if path is None:
            weakref.finalize(store, shutil.rmtree, folder, ignore_errors=True)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    # Writing

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: Sequence[str | None] | None = None,
        **kwargs: Any,  # noqa: ARG002 # the base class has them
    ) -> list[str]:
        """Add texts, each in place of what its id named; give the ids.

        Raises ValueError when the lists differ in length.
        """
        every = list(texts)
        known = list(ids or [None] * len(every))
        about = list(metadatas or [{}] * len(every))
        items = [
            TextItem(name or str(uuid.uuid4()), text, metadata)
            for name, text, metadata in zip(known, every, about, strict=True)
        ]
        self.quoth.texts(self.collection).add(items)
        return [item.id for item in items]

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool | None:  # noqa: ARG002
        """Take texts out; None is all of them. Unknown ids are no error; files stay."""
        shelf = self.quoth.texts(self.collection)
        shelf.remove(shelf.ids() if ids is None else ids)
        return True

    # Reading

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """The texts with these ids, in their order; unknown ids are left out."""
        return [of_text(item) for item in self.quoth.texts(self.collection).get(ids)]

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        """The `k` best for a question, best first."""
        return [document for document, _ in self.similarity_search_with_score(query, k, **kwargs)]

    def similarity_search_with_score(
        self,
        query: str,
        k: int = 4,
        *,
        where: str | None = None,
        **kwargs: Any,
    ) -> list[tuple[Document, float]]:
        """The `k` best for a question with their fused scores in [0, 1], best first."""
        _refuse(kwargs)
        hits = self._hits(lambda n: self.quoth.search(query, k=n, **self._scope(where)), k)
        return self._documents(hits)

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda score: score

    def similarity_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        *,
        where: str | None = None,
        **kwargs: Any,
    ) -> list[Document]:
        """The `k` nearest to a vector, nearest first."""
        _refuse(kwargs)
        return [document for document, _ in self._documents(self._nearest(embedding, k, where))]

    def max_marginal_relevance_search(
        self,
        query: str,
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        **kwargs: Any,
    ) -> list[Document]:
        """The `k` of the `fetch_k` nearest that are like the question and unlike each other.

        `lambda_mult` 1 asks for likeness alone, 0 for variety alone. Carbonell and Goldstein, "The
        Use of MMR", 1998.
        """
        embedding = self.embeddings.embed_query(query)
        return self.max_marginal_relevance_search_by_vector(
            embedding, k, fetch_k, lambda_mult, **kwargs
        )

    def max_marginal_relevance_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        *,
        where: str | None = None,
        **kwargs: Any,
    ) -> list[Document]:
        """As `max_marginal_relevance_search`, for a vector."""
        import numpy as np

        _refuse(kwargs)
        hits = self._nearest(embedding, fetch_k, where)
        if not hits:
            return []
        vectors = list(self.quoth.vectors(hits))
        question = np.asarray(embedding, dtype=np.float32)
        chosen = maximal_marginal_relevance(question, vectors, lambda_mult, k)
        return [document for document, _ in self._documents([hits[i] for i in chosen])]

    # Within

    def _nearest(self, embedding: list[float], k: int, where: str | None) -> list[Hit]:
        scope = self._scope(where)
        return self._hits(lambda n: self.quoth.nearest(embedding, k=n, **scope), k)

    def _scope(self, where: str | None) -> dict[str, Any]:
        return {"collection": self.collection, "where": where}

    def _hits(self, search: Callable[[int], Sequence[Hit]], k: int) -> list[Hit]:
        """The best hit of each text, and every hit of files, `k` in all."""
        if self.collection not in self.quoth.collections():
            return []
        asked = k
        while True:
            hits = search(asked)
            first: dict[str, Hit] = {}
            for hit in hits:
                whole = self.quoth.texts(self.collection).is_text(hit.chunk)
                first.setdefault(hit.chunk.document_id if whole else hit.chunk.id, hit)
            if len(first) >= k or len(hits) < asked:
                return list(first.values())[:k]
            asked *= 2

    def _documents(self, hits: Sequence[Hit]) -> list[tuple[Document, float]]:
        shelf = self.quoth.texts(self.collection)
        return [
            (
                of_text(shelf.of_chunk(hit.chunk)) if shelf.is_text(hit.chunk) else of_hit(hit),
                hit.score,
            )
            for hit in hits
        ]


def _refuse(options: dict[str, Any]) -> None:
    """Raise TypeError for what other stores take: a filter that is overlooked finds too much."""
    if options:
        raise TypeError(
            f"QuothVectorStore does not know {', '.join(sorted(options))}; it filters by "
            "where='…' (docs/filters.md)"
        )
