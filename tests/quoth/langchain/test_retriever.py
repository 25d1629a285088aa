"""Quoth as a LangChain retriever passes LangChain's own standard tests; a chat model answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, SystemMessage
from langchain_tests.integration_tests import RetrieversIntegrationTests

from quoth.config import GenerationConfig
from quoth.datatypes import Message
from quoth.errors import ModelError
from quoth.langchain import QuothRetriever, as_language_model
from tests.sharing import sharing

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever

    from quoth import Quoth


class TestQuothRetriever(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _with_examples(self, examples_library: Quoth) -> None:
        self.library = examples_library

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return QuothRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"quoth": self.library}

    @property
    def retriever_query_example(self) -> str:
        return "How large is the vocabulary of GPT-2?"


def test_a_passage_says_where_it_is_from(examples_library: Quoth) -> None:
    (document,) = QuothRetriever(quoth=examples_library, k=1).invoke("byte-pair encoding")
    assert isinstance(document, Document)
    source = examples_library.document(document.metadata["document_id"])
    start, end = document.metadata["start"], document.metadata["end"]
    assert source.text[start:end] == document.page_content
    excerpt = document.metadata["excerpt"]
    assert excerpt
    assert all(source.text[part["start"] : part["end"]] == part["text"] for part in excerpt)


QUESTION = "How large is the vocabulary of GPT-2?"


def answered_by(library: Quoth, text: str) -> Quoth:
    """The same library with a LangChain chat model that says `text`. It is not to be closed."""
    model = as_language_model(FakeListChatModel(responses=[text]), context_size=4096)
    return sharing(library, model=model)


def test_a_chat_model_of_langchain_writes_the_answer_and_quoth_checks_it(
    examples_library: Quoth,
) -> None:
    text = "GPT-2 has a vocabulary size of 50,257."
    answer = answered_by(examples_library, text).ask(QUESTION)
    assert answer.text == text
    assert answer.sentences[0].verdict == "supported"
    assert "50,257" in answer.quotes[0].text
    assert 0 < answer.n_prompt_tokens < 4096 - 256


def test_what_a_chat_model_invents_is_replaced_by_quotes(examples_library: Quoth) -> None:
    answer = answered_by(examples_library, "GPT-2 has a vocabulary size of 12.").ask(QUESTION)
    assert answer.extractive
    assert "50,257" in answer.text


def test_the_roles_of_messages_and_the_stop_texts_reach_the_chat_model() -> None:
    seen: list[Any] = []

    class Listening(GenericFakeChatModel):
        def _stream(self, messages: Any, stop: Any = None, **rest: Any) -> Any:
            seen.append((messages, stop))
            return super()._stream(messages, stop, **rest)

    chat_model = Listening(messages=iter([AIMessage("One two three")]))
    model = as_language_model(chat_model, context_size=100, count_tokens=len)
    prompt = model.render([Message("system", "Be brief."), Message("user", "Count.")])
    steps = list(model.complete(prompt, GenerationConfig(stop=("wo",))))
    assert "".join(step.text for step in steps) == "One t"
    assert steps[-1].stop_reason == "stop"
    messages, stop = seen[0]
    assert messages[0] == SystemMessage("Be brief.")
    assert stop == ["wo"]
    assert model.count_tokens("four") == 4


def test_an_error_of_the_provider_is_one_line() -> None:
    class Failing(FakeListChatModel):
        def _stream(self, *_: Any, **__: Any) -> Any:
            raise ConnectionResetError("reset\nby peer")

    model = as_language_model(Failing(responses=["x"]), context_size=100)
    with pytest.raises(ModelError, match="Failing failed: reset by peer"):
        list(model.complete(model.render([Message("user", "Hi")]), GenerationConfig()))
