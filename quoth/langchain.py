"""Quoth as a LangChain retriever, and a LangChain chat model as the one that writes Quoth's answers.

LangChain is imported with this module, and by nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document as LangChainDocument
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from quoth.engine import Quoth  # noqa: TC001 # pydantic reads the annotation at run time
from quoth.errors import ModelError, QuothError
from quoth.models import ChatModel, Text, estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from quoth.config import GenerationConfig
    from quoth.datatypes import Hit, Message

_KINDS = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}


def as_language_model(
    chat_model: BaseChatModel,
    *,
    context_size: int,
    count_tokens: Callable[[str], int] = estimate_tokens,
) -> ChatModel:
    """A LangChain chat model for `Quoth.open(model=…)`; it writes, Quoth checks what it wrote.

    `context_size` is its window in tokens. `count_tokens` counts those of a text; by default they are
    estimated, on the safe side. Temperature and the like are set on the chat model itself; of Quoth's
    settings, stop texts and the longest length hold. What it raises becomes a ModelError.
    """

    def write(messages: Sequence[Message], settings: GenerationConfig) -> Iterator[Text]:
        given: list[BaseMessage] = [_KINDS[message.role](message.content) for message in messages]
        try:
            for chunk in chat_model.stream(given, stop=list(settings.stop) or None):
                yield Text(str(chunk.text))
        except QuothError:
            raise
        except Exception as error:  # each provider raises errors of its own
            why = " ".join(str(error).split()) or type(error).__name__
            raise ModelError(f"{name} failed: {why}; see its provider's settings") from error

    name = str(getattr(chat_model, "model_name", "") or chat_model.get_name())
    return ChatModel(name, context_size, write, count=count_tokens)


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
