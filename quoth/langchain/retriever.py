"""Quoth as a LangChain retriever. Knows the engine's search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from quoth.engine import Quoth  # noqa: TC001 # pydantic reads the annotation at run time
from quoth.langchain.documents import of_hit

if TYPE_CHECKING:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document


class QuothRetriever(BaseRetriever):
    """Finds passages of a Quoth library for any LangChain chain.

    `k` is the number of passages (None: as configured); `collection`, one or several, and the
    filter `where` limit the search. The metadata's `excerpt` has what of each answers the question.
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
    ) -> list[Document]:
        k = kwargs.get("k", self.k)
        hits = self.quoth.search(
            query, k=k, collection=self.collection, where=self.where, excerpts=True
        )
        return [of_hit(hit) for hit in hits]
