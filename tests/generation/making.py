"""Small things made for tests: a model that counts bytes, hits, GGUF files."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from generation.model import Completion, Prompt
from quoth.datatypes import Chunk, Hit, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from quoth.config import GenerationConfig

TURN_START = {"system": 1000, "user": 1001, "assistant": 1002}
TURN_END = 1003
LLAMA = {
    "general.architecture": "llama",
    "llama.block_count": 2,
    "llama.context_length": 128,
    "llama.embedding_length": 64,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "tokenizer.ggml.tokens": ["a", "b", "c"],
}


class ByteModel:
    """A LanguageModel whose tokens are bytes, with one control token around each turn."""

    name = "bytes"
    n_parameters = 0

    def __init__(self, context_size: int) -> None:
        self.context_size = context_size

    def count_tokens(self, text: str) -> int:
        return len(text.encode())

    def render(self, messages: Sequence[Message]) -> Prompt:
        tokens: list[int] = []
        for message in messages:
            tokens += [TURN_START[message.role], *message.content.encode(), TURN_END]
        return Prompt((*tokens, TURN_START["assistant"]))

    def complete(
        self,
        prompt: Prompt,
        settings: GenerationConfig,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Completion]:
        del prompt, settings, cancelled
        yield Completion("", "end")

    def close(self) -> None:
        pass


def make_hit(
    document: str, start: int, text: str, rank: int, source: str = "", page: int = 1
) -> Hit:
    end = start + len(text)
    chunk = Chunk(
        id=f"{document}-{start}-{end}",
        document_id=document,
        source=source or f"/home/me/{document}.txt",
        text=text,
        start=start,
        end=end,
        first_page=page,
        last_page=page,
        headings=(),
        n_tokens=len(text),
    )
    return Hit(chunk, score=1 / rank, rank=rank, similarity=0.5)


def gguf_string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def gguf_entry(key: str, value: Any) -> bytes:
    if isinstance(value, str):
        return gguf_string(key) + struct.pack("<I", 8) + gguf_string(value)
    if isinstance(value, list) and isinstance(value[0], str):
        items = b"".join(map(gguf_string, value))
        return gguf_string(key) + struct.pack("<IIQ", 9, 8, len(value)) + items
    if isinstance(value, list):
        return gguf_string(key) + struct.pack(f"<IIQ{len(value)}I", 9, 4, len(value), *value)
    return gguf_string(key) + struct.pack("<II", 4, value)


def write_gguf(path: Path, entries: dict[str, Any], *, version: int = 3) -> Path:
    """A GGUF header with one tensor of 4 numbers; enough for the reader, not for llama.cpp."""
    tensor = gguf_string("weight") + struct.pack("<IQIQ", 1, 4, 0, 0)
    body = b"".join(gguf_entry(key, value) for key, value in entries.items()) + tensor
    data = b"GGUF" + struct.pack("<IQQ", version, 1, len(entries)) + body
    data += b"\0" * (-len(data) % 32) + struct.pack("<4f", 1, 2, 3, 4)
    path.write_bytes(data)
    return path


def write_split(folder: Path, name: str = "big") -> Path:
    """The first of the two files of one model."""
    entries = {**LLAMA, "split.count": 2}
    write_gguf(folder / f"{name}-00002-of-00002.gguf", entries)
    return write_gguf(folder / f"{name}-00001-of-00002.gguf", entries)
