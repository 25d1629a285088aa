"""Quoth as a LangChain retriever. LangChain is imported with this module, and by nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from quoth.engine import Quoth  # noqa: TC001 # pydantic reads the annotation at run time

if TYPE_CHECKING:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun

    from quoth.datatypes import Hit


class QuothRetriever(BaseRetriever):
    """Finds passages of a Quoth library for any LangChain chain.

    `k` is the number of passages (None: as configured); `collection`, one or several, and the
    filter `where` limit the search.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    quoth: Quoth
    k: int | None = None
    collection: str | tuple[str, ...] | None = None
    where: str | None = None

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 # LangChain passes it by name
        **kwargs: Any,
    ) -> list[LangChainDocument]:
        k = kwargs.get("k", self.k)
        hits = self.quoth.search(query, k=k, collection=self.collection, where=self.where)
        return [_as_langchain(hit) for hit in hits]


def _as_langchain(hit: Hit) -> LangChainDocument:
    """The chunk's text with where it is from; offsets are characters into the document's text."""
    chunk = hit.chunk
    return LangChainDocument(
        id=chunk.id,
        page_content=chunk.text,
        metadata={
            "source": chunk.source,
            "document_id": chunk.document_id,
            "page": chunk.first_page,
            "last_page": chunk.last_page,
            "start": chunk.start,
            "end": chunk.end,
            "headings": list(chunk.headings),
            "score": hit.score,
            "similarity": hit.similarity,
        },
    )
