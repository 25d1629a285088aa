"""What the library should hold: documents made from numbers, states as dictionaries, operations.

It knows nothing of the library: a state and an operation give the states that come after.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from quoth.datatypes import Box, Chunk, Document, Heading, Page, Place

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Mapping, Sequence

    from quoth.datatypes import FloatArray

COLLECTIONS = ("default", "notes")
# Small, so that sources are replaced and shared often.
N_SOURCES, N_NUMBERS = 9, 40


def own_word(number: int) -> str:
    """A word that only this document has, in the title above each of its chunks."""
    return f"beast{number}"


def document(number: int, *, scanned: bool = True) -> Document:
    """The document of a number: one to six chunks on one or two pages.

    Every third one was scanned, so that its words have places, unless it shall have none.
    """
    title = f"whales and {own_word(number)}"
    body = " ".join(f"sentence {i} of {number}." for i in range(1 + number * 7 % 20))
    half = len(body) // 2 if len(body) > 120 else len(body)
    places = (Place(0, 8, Box(72, 90.5, 130, 104)), Place(9, 10, Box(134, 90.5, 140, 104)))
    pages = tuple(
        Page(n, text, start, places=places if scanned and number % 3 == 0 else ())
        for n, text, start in ((1, body[:half], 0), (2, body[half:], half))
        if text
    )
    return Document(
        id=hashlib.sha256(body.encode()).hexdigest()[:16],
        source="",
        title=title,
        media_type="text/plain",
        pages=pages,
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
    """What a library holds: (collection, source) → document number, and its embedder's version.

    `failed` has what is kept of each file that failed: its size.
    """

    files: Mapping[tuple[str, str], int] = field(default_factory=dict)
    embedder: int = 0
    failed: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. `kind` is one of KINDS; `more` are further sources that it is about."""

    kind: str
    collection: str = ""
    source: str = ""
    number: int = 0
    more: Sequence[str] = ()

    @property
    def sources(self) -> list[str]:
        """All that it is about."""
        return [self.source, *self.more]


# What a random call does, and how often.
KINDS = {
    "put": 10, "attach": 4, "remove": 3, "drop": 3, "delete": 1, "fail": 3, "forget": 1,
    "re-embed": 1, "search": 2, "verify": 1, "compact": 3, "reopen": 2,
}  # fmt: skip


def after(state: State, operation: Operation) -> State:
    """The state after the operation."""
    files, failed = dict(state.files), dict(state.failed)
    keys = [(operation.collection, source) for source in operation.sources]
    if operation.kind in ("put", "attach"):
        files[keys[0]] = operation.number
        failed.pop(keys[0], None)
        return State(files, state.embedder or 1, failed)
    if operation.kind == "re-embed":
        return replace(state, embedder=operation.number)
    if operation.kind == "remove":
        gone = {(key[0], files[key]) for key in keys}
        files = {k: n for k, n in files.items() if (k[0], n) not in gone}
    elif operation.kind == "drop":
        files = {k: n for k, n in files.items() if k not in keys}
    elif operation.kind == "delete":
        files = {k: n for k, n in files.items() if k[0] != operation.collection}
        failed = {k: n for k, n in failed.items() if k[0] != operation.collection}
    elif operation.kind == "fail":
        failed |= dict.fromkeys(keys, operation.number)
    elif operation.kind == "forget":
        failed = {k: n for k, n in failed.items() if k not in keys}
    return State(files, state.embedder, failed)


def random_operation(rng: random.Random, state: State) -> Operation:
    """A call that is allowed in this state."""
    collection, source = rng.choice(COLLECTIONS), f"/folder/{rng.randrange(N_SOURCES)}.txt"
    number, more = rng.randrange(N_NUMBERS), list[str]()
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    there = sorted({n for (c, _), n in state.files.items() if c == collection})
    needs = {"attach": there, "remove": state.files, "drop": state.files}
    if not needs.get(kind, True) or (kind == "re-embed" and not state.embedder):
        kind = "put"
    if kind == "attach":
        number = rng.choice(there)
    elif kind == "re-embed":
        number = state.embedder + 1
    elif kind in ("remove", "drop"):
        collection, source = rng.choice(sorted(state.files))
    if kind in ("remove", "drop", "fail", "forget"):
        more = _some(rng, state.failed if kind == "forget" else state.files, collection)
    return Operation(kind, collection, source, number, more)


def _some(rng: random.Random, held: Iterable[tuple[str, str]], collection: str) -> list[str]:
    """Up to five sources of a collection."""
    there = sorted(source for c, source in held if c == collection)
    return rng.sample(there, min(len(there), rng.randrange(6)))


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
