"""Quoth as a LangChain retriever passes LangChain's own standard tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.documents import Document
from langchain_tests.integration_tests import RetrieversIntegrationTests

from quoth.langchain import QuothRetriever

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
