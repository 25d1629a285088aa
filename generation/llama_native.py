"""A thin cover over llama.cpp's C interface: load, decode, sample, free.

It knows llama.cpp and token ids, and nothing of messages, passages or answers. The higher-level
`llama_cpp.Llama` is not used: it redirects the process's stderr while it loads, turns seed 0
into a random one, and cannot stop inside a prompt.
"""

from __future__ import annotations

import ctypes
import threading
import weakref
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from generation.memory import CPU_BATCH, GPU_BATCH
from generation.model import PENALTY_WINDOW
from generation.states import State, common_prefix
from generation.stopping import StopFlag
from generation.token_vocabulary import Vocabulary
from quoth.errors import MissingDependencyError, ModelError, ModelLoadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from generation.gguf import ModelFacts
    from quoth.config import GenerationConfig
    from quoth.datatypes import FloatArray

PIP = "pip install llama-cpp-python==0.3.36"
_ERROR_LEVEL = 4
# An answer shall not depend on what the cache happened to hold. On a CPU, ggml's plain attention gives
# every row of a batch the same numbers, unless the row is alone: prompts are never cut into batches
# shorter than this (two would do). A GPU's numbers depend on the cut itself: see `keep_prefix`.
MIN_BATCH = 8
_library_lock = threading.Lock()
_loaded: list[Library] = []


@dataclass(frozen=True, slots=True)
class Library:
    """llama.cpp's functions, its latest error lines, and the callback that collects them."""

    functions: Any
    errors: deque[str]
    callback: Any  # llama.cpp holds a bare pointer to it: it must live as long as the process

    def why(self) -> str:
        """What llama.cpp said of its latest failure."""
        return "; ".join(self.errors) or "it gives no reason"

    def load_weights(self, file: Path, gpu_layers: int) -> Any:
        """A pointer to the model in a file, for `free_all` to free. Raises ModelLoadError."""
        parameters = self.functions.llama_model_default_params()
        parameters.n_gpu_layers = gpu_layers
        # With AMX compiled in, GCC drops most of ggml's tile configuration as a dead store and the
        # first larger batch kills the process (ggml-org/llama.cpp#20824, #26954). AMX works on
        # repacked weights only, so weights stay as they are in such a build.
        parameters.use_extra_bufts = b"AMX_INT8 = 1" not in self.functions.llama_print_system_info()
        self.errors.clear()
        model = self.functions.llama_model_load_from_file(str(file).encode(), parameters)
        if not model:
            raise ModelLoadError(f"llama.cpp cannot load {file}: {self.why()}")
        return model


@dataclass(frozen=True, slots=True)
class LoadSettings:
    """How a model is loaded. `gpu_layers` -1 is all; `threads` are cores, at least 1.

    `share_cores` means fewer threads while other programs keep cores busy.
    """

    context_size: int
    batch_size: int
    threads: int
    gpu_layers: int
    flash_attention: bool
    share_cores: bool

    @property
    def on_gpu(self) -> bool:
        """Whether a GPU computes anything."""
        return self.gpu_layers != 0

    @property
    def largest_batch(self) -> int:
        """Tokens evaluated at once, at most.

        llama.cpp's buffers grow with it, and on a CPU, without fused attention, one of them also
        with the window; smaller is no slower there.
        """
        return min(self.batch_size, GPU_BATCH if self.on_gpu else CPU_BATCH)


def library() -> Library:
    """Load llama.cpp once, and keep its messages off the terminal.

    Raises MissingDependencyError when it is not installed, ModelLoadError when it is broken.
    """
    with _library_lock:
        if not _loaded:
            _loaded.append(_load_library())
        return _loaded[0]


def _load_library() -> Library:
    try:
        from llama_cpp import llama_cpp as functions
    except ImportError as error:
        raise MissingDependencyError("llama-cpp-python", PIP) from error
    except (OSError, RuntimeError) as error:
        raise ModelLoadError(
            f"llama.cpp cannot be loaded: {error}; run: {PIP} --force-reinstall"
        ) from error
    errors: deque[str] = deque(maxlen=8)

    def keep_errors(level: int, text: bytes, _data: Any) -> None:
        if level == _ERROR_LEVEL:
            errors.append(" ".join(text.decode("utf-8", "replace").split()))

    callback = functions.llama_log_callback(keep_errors)
    functions.llama_log_set(callback, ctypes.c_void_p(0))
    functions.llama_backend_init()
    return Library(functions, errors, callback)


def batch_bounds(n_tokens: int, largest: int) -> list[tuple[int, int]]:
    """Where to cut: batches of `largest`, the last two evened out if the last were too short."""
    starts = list(range(0, n_tokens, largest))
    if len(starts) > 1 and n_tokens - starts[-1] < MIN_BATCH <= largest // 2:
        starts[-1] = n_tokens - MIN_BATCH
    return list(zip(starts, [*starts[1:], n_tokens], strict=True))


def fill_batch(batch: Any, sequences: Sequence[Sequence[int]], first: int = 0) -> None:
    """Put tokens of sequences 0, 1, … at positions from `first`; all of them are to be put out."""
    for number, tokens in enumerate(sequences):
        for position, token in enumerate(tokens, first):
            n = batch.n_tokens
            batch.token[n], batch.pos[n], batch.logits[n] = token, position, 1
            batch.n_seq_id[n], batch.seq_id[n][0] = 1, number
            batch.n_tokens = n + 1


class NativeModel:
    """One model with one context. Not thread-safe; `abort` alone may be set from other threads.

    `cached` are the tokens whose keys and values the context holds, in order.
    """

    def __init__(self, facts: ModelFacts, settings: LoadSettings) -> None:
        self._library = library()
        self._c = self._library.functions
        self._file = facts.path
        self.abort = StopFlag()
        self.cached: list[int] = []
        self._n_whole = 0  # tokens from the start that were evaluated in whole batches
        self._pointers: list[tuple[str, Any]] = []
        self._finalizer = weakref.finalize(self, free_all, self._c, self._pointers)
        self._finalizer.atexit = False  # the process's end frees it, without a race with the worker
        self._model = self._library.load_weights(self._file, settings.gpu_layers)
        self._pointers.append(("llama_model_free", self._model))
        self.vocabulary = Vocabulary(self._c, self._c.llama_model_get_vocab(self._model))
        self._check_kind()
        self._load_context(settings)
        self._settings = settings
        self._threads = settings.threads
        self.context_size: int = min(settings.context_size, self._c.llama_n_ctx(self._context))

    def _check_kind(self) -> None:
        c = self._c
        if c.llama_model_has_encoder(self._model) or not c.llama_model_has_decoder(self._model):
            raise ModelLoadError(f"{self._file} does not write text; choose a chat model")

    def _load_context(self, settings: LoadSettings) -> None:
        parameters = self._c.llama_context_default_params()
        parameters.n_ctx = settings.context_size
        parameters.n_batch = parameters.n_ubatch = settings.largest_batch
        parameters.n_threads = parameters.n_threads_batch = settings.threads
        parameters.op_offload = settings.on_gpu
        # "auto" uses the fused kernel wherever this model and device have one.
        parameters.flash_attn_type = (
            self._c.LLAMA_FLASH_ATTN_TYPE_AUTO
            if settings.flash_attention
            else self._c.LLAMA_FLASH_ATTN_TYPE_DISABLED
        )
        self._library.errors.clear()
        self._context = self._c.llama_init_from_model(self._model, parameters)
        if not self._context:
            raise ModelLoadError(
                f"{self._file.name} cannot be given a window of {settings.context_size} tokens: "
                f"{self._library.why()}; set a smaller model.context_size or fewer model.gpu_layers"
            )
        self._pointers.append(("llama_free", self._context))
        self._memory = self._c.llama_get_memory(self._context)
        if not self._memory:
            raise ModelLoadError(f"{self._file} does not write text; choose a chat model")
        callback = self.abort.callback(self._c.ggml_abort_callback)
        self._c.llama_set_abort_callback(self._context, *callback)

    def keep_prefix(self, tokens: Sequence[int]) -> int:
        """Forget all but the common prefix with `tokens`, their last few never part of it.

        On a GPU only whole batches from the start are kept, so that every prompt is cut in the same
        places. Returns the prefix's length. A model that cannot forget a part (a recurrent one)
        forgets all.
        """
        n = min(common_prefix(self.cached, tokens), max(0, len(tokens) - MIN_BATCH))
        if self._settings.on_gpu:
            n = min(n - n % self._settings.largest_batch, self._n_whole)
        self.forget_after(n)
        return len(self.cached)

    @property
    def state_bytes(self) -> int:
        """The size of what `state` would give."""
        return int(self._c.llama_state_seq_get_size(self._context, 0))

    def state(self) -> State:
        """A copy of all that is cached."""
        size = self.state_bytes
        buffer = (ctypes.c_uint8 * size)()
        written = self._c.llama_state_seq_get_data(self._context, buffer, size, 0)
        return State(tuple(self.cached), self._n_whole, bytes(memoryview(buffer)[:written]))

    def restore(self, state: State) -> None:
        """Have a state cached, and nothing else; nothing at all where llama.cpp does not take it."""
        self._c.llama_memory_clear(self._memory, True)
        size = len(state.data)
        buffer = (ctypes.c_uint8 * size).from_buffer_copy(state.data)
        taken = self._c.llama_state_seq_set_data(self._context, buffer, size, 0)
        self.cached = list(state.tokens) if taken else []
        self._n_whole = state.n_whole if taken else 0

    def forget_after(self, n: int) -> None:
        """Keep the first `n` tokens cached, or none in a model that cannot forget a part."""
        if not self._c.llama_memory_seq_rm(self._memory, 0, n, -1):
            n = 0
            self._c.llama_memory_clear(self._memory, True)
        del self.cached[n:]
        self._n_whole = min(self._n_whole, n - n % self._settings.largest_batch)

    def decode(self, tokens: Sequence[int]) -> bool:
        """Evaluate tokens after those cached. False when `abort` was set meanwhile.

        Raises ModelError, with nothing cached any more, when llama.cpp fails.
        """
        for start, end in batch_bounds(len(tokens), self._settings.largest_batch):
            batch = list(tokens[start:end])
            array = (ctypes.c_int32 * len(batch))(*batch)
            code = self._c.llama_decode(
                self._context, self._c.llama_batch_get_one(array, len(batch))
            )
            if code == 2 or (code == 0 and self.abort):
                self.forget_after(len(self.cached))
                return False
            if code != 0:
                self.forget_after(0)
                raise ModelError(
                    f"{self._file.name} failed on {len(tokens)} tokens (llama_decode {code}): "
                    f"{self._library.why()}; try again, or with a smaller model.context_size"
                )
            if len(batch) == self._settings.largest_batch and len(self.cached) == self._n_whole:
                self._n_whole += len(batch)
            self.cached.extend(batch)
        return True

    def logits(self, tokens: Sequence[int]) -> FloatArray:
        """Evaluate a few tokens after those cached: float32 (tokens, vocabulary), what each expects.

        At most `largest_batch` tokens. No rows when `abort` was set meanwhile. Raises ModelError,
        with nothing cached any more.
        """
        c, n = self._c, len(tokens)
        batch = c.llama_batch_init(n, 0, 1)
        try:
            fill_batch(batch, [tokens], len(self.cached))
            code = c.llama_decode(self._context, batch)
        finally:
            c.llama_batch_free(batch)
        if code == 2 or (code == 0 and self.abort):
            self.forget_after(len(self.cached))
            return np.empty((0, self.vocabulary.size), dtype=np.float32)
        if code != 0:
            self.forget_after(0)
            raise ModelError(
                f"{self._file.name} failed on {n} tokens: {self._library.why()}; try again"
            )
        self.cached.extend(tokens)
        rows = (c.llama_get_logits_ith(self._context, i) for i in range(n))
        size = (self.vocabulary.size,)
        return np.stack([np.ctypeslib.as_array(row, size) for row in rows])

    @contextmanager
    def sampler(self, settings: GenerationConfig) -> Iterator[Any]:
        """A sampler chain in llama.cpp's usual order, freed on exit. Pass it to `sample`."""
        c = self._c
        chain = c.llama_sampler_chain_init(c.llama_sampler_chain_default_params())
        try:
            for part in self._sampler_parts(settings):
                c.llama_sampler_chain_add(chain, part)
            yield chain
        finally:
            c.llama_sampler_free(chain)

    def _sampler_parts(self, settings: GenerationConfig) -> Iterator[Any]:
        c = self._c
        if settings.repeat_penalty != 1:
            n_tokens = self.vocabulary.size
            yield c.llama_sampler_init_penalties(
                n_tokens, PENALTY_WINDOW, settings.repeat_penalty, 0.0, 0.0
            )
        if settings.temperature <= 0:
            yield c.llama_sampler_init_greedy()
            return
        yield c.llama_sampler_init_top_k(settings.top_k)
        yield c.llama_sampler_init_top_p(settings.top_p, 1)
        yield c.llama_sampler_init_min_p(settings.min_p, 1)
        yield c.llama_sampler_init_temp(settings.temperature)
        yield c.llama_sampler_init_dist(settings.seed & 0x7FFFFFFF)  # 0xFFFFFFFF means random

    def set_threads(self, threads: int) -> None:
        """Compute with this many threads from now on."""
        if threads != self._threads:
            self._threads = threads
            self._c.llama_set_n_threads(self._context, threads, threads)

    def sample(self, chain: Any) -> int:
        """The next token after what was decoded last."""
        return int(self._c.llama_sampler_sample(chain, self._context, -1))

    def close(self) -> None:
        """Free the memory; safe to call twice. Garbage collection does it too."""
        self._finalizer()


def free_all(functions: Any, pointers: list[tuple[str, Any]]) -> None:
    """Free what is listed as (function, pointer), last first, and empty the list."""
    while pointers:
        name, pointer = pointers.pop()
        getattr(functions, name)(pointer)
