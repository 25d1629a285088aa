"""The ingest a user would otherwise write with LangChain, from its usual parts and settings."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.reporting import Skipped

if TYPE_CHECKING:
    from pathlib import Path

CHUNK_SIZE, CHUNK_OVERLAP = 1000, 200


@dataclass(frozen=True, slots=True)
class Baseline:
    """What one run took and made; `seconds` by part, "total" included."""

    seconds: dict[str, float]
    n_pages: int
    n_chunks: int


class LangChainPipeline:
    """PyPDFLoader, RecursiveCharacterTextSplitter, HuggingFaceEmbeddings, FAISS in memory."""

    def __init__(self, model: Path) -> None:
        """Load the embedding model in `model`. Raises Skipped when LangChain is not installed."""
        try:
            from langchain_huggingface import HuggingFaceEmbeddings
        except ImportError as error:
            raise Skipped(
                "LangChain is absent; run: pip install -r requirements-dev.txt"
            ) from error
        self._embeddings = HuggingFaceEmbeddings(model_name=str(model))

    @property
    def dtype(self) -> str:
        """The number format that the embedding model runs in."""
        client: Any = self._embeddings._client  # noqa: SLF001  # it has no public name
        return str(next(client.parameters()).dtype).removeprefix("torch.")

    def warm_up(self, texts: list[str]) -> None:
        """Embed something, so that the first measured run pays for nothing twice."""
        self._embeddings.embed_documents(texts)

    def ingest(self, pdf: Path) -> Baseline:
        """Read, split, embed and index one PDF.

        FAISS.from_documents embeds and indexes in one call; the same two steps are called one
        after the other here, so that they can be told apart.
        """
        from langchain_community.document_loaders import PyPDFLoader
        from langchain_community.vectorstores import FAISS
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(
            chunk_size=CHUNK_SIZE, chunk_overlap=CHUNK_OVERLAP
        )
        times = [time.perf_counter()]
        pages = PyPDFLoader(str(pdf)).load()
        times.append(time.perf_counter())
        chunks = splitter.split_documents(pages)
        times.append(time.perf_counter())
        texts = [chunk.page_content for chunk in chunks]
        vectors = self._embeddings.embed_documents(texts)
        times.append(time.perf_counter())
        FAISS.from_embeddings(
            list(zip(texts, vectors, strict=True)),
            self._embeddings,
            metadatas=[chunk.metadata for chunk in chunks],
        )
        times.append(time.perf_counter())
        parts = ("read", "chunk", "embed", "write")
        seconds = {part: b - a for part, a, b in zip(parts, times, times[1:], strict=False)}
        return Baseline(seconds | {"total": times[-1] - times[0]}, len(pages), len(chunks))
