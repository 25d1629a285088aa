"""A GGUF reranker run in process by llama.cpp: question and passage in, one score out.

It knows llama.cpp and pairs of texts; hits, ranks and time are others' business.
"""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generation.gguf import read_facts, tensor_names
from generation.llama_native import fill_batch, free_all, library
from generation.machine import available_bytes, idle_cores, usable_cores
from generation.memory import check_memory
from generation.token_vocabulary import Vocabulary
from quoth.errors import ModelError, ModelLoadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# Tokens evaluated at once: one attention matrix of theirs for each head is kept.
_BATCH = 1024
_LONGEST_PAIR = 512
_HEADS = {"cls.weight", "cls.output.weight"}


@dataclass(frozen=True, slots=True)
class _Marks:
    """What stands around question and passage: tokens before, between and after."""

    before: list[int]
    between: list[int]
    after: list[int]

    @property
    def size(self) -> int:
        return len(self.before) + len(self.between) + len(self.after)


class GgufReranker:
    """Scores pairs by the model's classification head. Threads take turns.

    The pair is put together by the model's template for reranking if it has one, else by the marks
    that its tokenizer has for the ends of texts: `[CLS] question [SEP] passage [SEP]` for BERT, as
    it was trained. What is in the texts never becomes a mark. llama.cpp has one kind of text in a
    pair: a BERT that was taught two is off by what the second kind adds.
    """

    def __init__(self, file: Path, *, on_gpu: bool = True) -> None:
        """Raises ModelLoadError, MissingDependencyError."""
        self._file = file
        self._library = library()
        self._c = self._library.functions
        self._turn = threading.Lock()
        self._threads = usable_cores()
        self._pointers: list[tuple[str, Any]] = []
        self._finalizer = weakref.finalize(self, free_all, self._c, self._pointers)
        self._finalizer.atexit = False
        facts = read_facts(file)
        if not _HEADS & tensor_names(file):
            raise ModelLoadError(
                f"{file} does not rank: it has no classification head; check rerank.model"
            )
        self._limit = min(facts.context_length or _LONGEST_PAIR, _LONGEST_PAIR)
        check_memory(facts, _BATCH, _BATCH, available_bytes())
        self._load(on_gpu=on_gpu)
        self._marks = self._find_marks()

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """One score for each passage, higher is better; what the model can't read of it is cut.

        Raises ModelError.
        """
        asked = self._vocabulary.data_tokens(question)[: self._limit // 2]
        room = self._limit - len(asked) - self._marks.size
        pairs = [
            [
                *self._marks.before,
                *asked,
                *self._marks.between,
                *self._vocabulary.data_tokens(passage)[:room],
                *self._marks.after,
            ]
            for passage in passages
        ]
        with self._turn:
            return [score for batch in _packed(pairs) for score in self._evaluate(batch)]

    def close(self) -> None:
        """Free the memory; safe to call twice."""
        with self._turn:
            self._finalizer()

    def _load(self, *, on_gpu: bool) -> None:
        c = self._c
        self._model = self._library.load_weights(self._file, -1 if on_gpu else 0)
        self._pointers.append(("llama_model_free", self._model))
        self._vocabulary = Vocabulary(c, c.llama_model_get_vocab(self._model))
        settings = c.llama_context_default_params()
        settings.n_ctx = settings.n_batch = settings.n_ubatch = _BATCH
        settings.n_seq_max = max(1, _BATCH // 16)
        settings.kv_unified = True
        settings.embeddings = True
        settings.pooling_type = c.LLAMA_POOLING_TYPE_RANK
        settings.n_threads = settings.n_threads_batch = self._threads
        self._context = c.llama_init_from_model(self._model, settings)
        if not self._context:
            raise ModelLoadError(f"{self._file.name} cannot rank: {self._library.why()}")
        self._pointers.append(("llama_free", self._context))

    def _find_marks(self) -> _Marks:
        c, pointer = self._c, self._c.llama_model_get_vocab(self._model)
        template = c.llama_model_chat_template(self._model, b"rerank")
        if template:
            before, _, rest = template.decode("utf-8", "replace").partition("{query}")
            between, _, after = rest.partition("{document}")
            return _Marks(*map(self._vocabulary.markup_tokens, (before, between, after)))
        separator = c.llama_vocab_sep(pointer)
        end = self._vocabulary.eos if self._vocabulary.eos >= 0 else separator
        bos = [self._vocabulary.bos] if self._vocabulary.wants_bos else []
        eos = [end] if c.llama_vocab_get_add_eos(pointer) else []
        sep = [separator] if c.llama_vocab_get_add_sep(pointer) else []
        return _Marks(bos, eos + sep, eos or sep)

    def _evaluate(self, pairs: list[list[int]]) -> list[float]:
        """The scores of pairs that fit into one batch, each a sequence of its own."""
        c = self._c
        threads = min(self._threads, idle_cores())
        c.llama_set_n_threads(self._context, threads, threads)
        if memory := c.llama_get_memory(self._context):
            c.llama_memory_clear(memory, True)
        batch = c.llama_batch_init(sum(map(len, pairs)), 0, 1)
        try:
            fill_batch(batch, pairs)
            code = c.llama_decode(self._context, batch)
            if code != 0:
                raise ModelError(
                    f"{self._file.name} failed on {batch.n_tokens} tokens (llama_decode {code}): "
                    f"{self._library.why()}; set rerank.model back"
                )
            return [
                float(c.llama_get_embeddings_seq(self._context, sequence)[0])
                for sequence in range(len(pairs))
            ]
        finally:
            c.llama_batch_free(batch)


def _packed(pairs: list[list[int]]) -> Iterator[list[list[int]]]:
    """Consecutive pairs that fit into one batch together."""
    batch: list[list[int]] = []
    for pair in pairs:
        if batch and (sum(map(len, batch)) + len(pair) > _BATCH or len(batch) == _BATCH // 16):
            yield batch
            batch = []
        batch.append(pair)
    if batch:
        yield batch
