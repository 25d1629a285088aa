"""What the library should hold: documents made from numbers, states as dictionaries, operations.

It knows nothing of the library: a state and an operation give the states that come after.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from quoth.datatypes import Chunk, Document, Heading, Page

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from quoth.datatypes import FloatArray

COLLECTIONS = ("default", "notes")
# Small, so that sources are replaced and shared often.
N_SOURCES, N_NUMBERS = 9, 40


def own_word(number: int) -> str:
    """A word that only this document has, in the title above each of its chunks."""
    return f"beast{number}"


def document(number: int) -> Document:
    """The document of a number: one to six chunks on one or two pages."""
    title = f"whales and {own_word(number)}"
    body = " ".join(f"sentence {i} of {number}." for i in range(1 + number * 7 % 20))
    half = len(body) // 2
    pages = (Page(1, body[:half], 0), Page(2, body[half:], half)) if half > 60 else ()
    return Document(
        id=hashlib.sha256(body.encode()).hexdigest()[:16],
        source="",
        title=title,
        media_type="text/plain",
        pages=pages or (Page(1, body, 0),),
        headings=(Heading(0, 1, title),),
        metadata={"number": str(number)},
    )


def chunks(document: Document, size: int) -> tuple[Chunk, ...]:
    text = document.text
    spans = [(i, min(i + size, len(text))) for i in range(0, len(text), size)]
    return tuple(
        Chunk(
            f"{document.id}:{start}-{end}",
            document.id,
            document.source,
            text[start:end],
            start,
            end,
            1,
            len(document.pages),
            (document.title,),
            end - start,
        )
        for start, end in spans
    )


@dataclass(frozen=True, slots=True)
class HashEmbedder:
    """A deterministic `Embedder` without a model: a text's vector is drawn from its hash.

    Another `version` is another model: other vectors, of another length, and other chunks.
    """

    version: int = 1
    name: str = "hash"
    max_tokens: int = 120

    @property
    def fingerprint(self) -> str:
        return f"hash@{self.version}"

    @property
    def recipe(self) -> str:
        return f"recipe {self.version}"

    @property
    def dimension(self) -> int:
        return 8 + 4 * (self.version % 3)

    @property
    def chunk_size(self) -> int:
        return 60 + 15 * (self.version % 2)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        rows = [self.embed_question(text) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self.dimension)

    def embed_question(self, text: str) -> FloatArray:
        seed = hashlib.sha256(f"{self.version} {text}".encode()).digest()[:8]
        raw = np.random.default_rng(int.from_bytes(seed, "big")).normal(size=self.dimension)
        return (raw / np.linalg.norm(raw)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class State:
    """What a library holds: (collection, source) → document number, and its embedder's version."""

    files: Mapping[tuple[str, str], int] = field(default_factory=dict)
    embedder: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. `kind` is put, attach, remove, re-embed, search, verify, compact or reopen."""

    kind: str
    collection: str = ""
    source: str = ""
    number: int = 0


def after(state: State, operation: Operation) -> State:
    """The state after the operation."""
    files = dict(state.files)
    key = (operation.collection, operation.source)
    if operation.kind in ("put", "attach"):
        files[key] = operation.number
        return State(files, state.embedder or 1)
    if operation.kind == "remove":
        gone = (operation.collection, files[key])
        files = {k: n for k, n in files.items() if (k[0], n) != gone}
        return replace(state, files=files)
    if operation.kind == "re-embed":
        return replace(state, embedder=operation.number)
    return state


def random_operation(rng: random.Random, state: State) -> Operation:
    """A call that is allowed in this state."""
    collection = rng.choice(COLLECTIONS)
    source = f"/folder/{rng.randrange(N_SOURCES)}.txt"
    kind = rng.choices(
        ["put", "attach", "remove", "re-embed", "search", "verify", "compact", "reopen"],
        [10, 4, 4, 1, 2, 1, 3, 2],
    )[0]
    if kind == "attach":
        there = sorted({n for (c, _), n in state.files.items() if c == collection})
        if there:
            return Operation(kind, collection, source, rng.choice(there))
    elif kind == "remove":
        if state.files:
            return Operation(kind, *rng.choice(sorted(state.files)))
    elif kind == "re-embed":
        if state.embedder:
            return Operation(kind, number=state.embedder + 1)
    elif kind != "put":
        return Operation(kind, number=rng.randrange(N_NUMBERS))
    return Operation("put", collection, source, rng.randrange(N_NUMBERS))


def random_script(rng: random.Random, state: State, n: int) -> list[list[Operation]]:
    """`n` calls, in runs that are to be made under one hold of the write lock."""
    script: list[list[Operation]] = []
    while n > 0:
        run = []
        for _ in range(min(n, rng.choice([1, 1, 2, 4]))):
            operation = random_operation(rng, state)
            if operation.kind in ("reopen", "compact"):
                script.append([operation])  # by itself: they need the lock let go
                continue
            run.append(operation)
            state = after(state, operation)
        script += [run] if run else []
        n -= max(len(run), 1)
    return script
