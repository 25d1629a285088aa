"""The local language model: a GGUF file run in process by llama.cpp.

It knows messages and completions; documents, passages and answers are others' business.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from generation.chat_template import ChatTemplate
from generation.decoding import TextAssembler
from generation.examining import examined
from generation.llama_native import LoadSettings, NativeModel
from generation.machine import available_bytes, idle_cores
from generation.model import Completion, Prompt
from generation.prompt_speed import PromptSpeed, measured
from generation.states import States, common_prefix
from generation.turns import Turns
from quoth.errors import ConfigError, ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from generation.gguf import ModelFacts
    from quoth.config import GenerationConfig
    from quoth.datatypes import Message, StopReason, TokenStep

_T = TypeVar("_T")

_SHARE_EVERY = 32  # tokens between two looks at what other programs do
_WORTH_KEEPING = 64  # tokens; fewer are read again as fast as they are copied
_SPARE = 4  # times a state's size that must be free before one is kept
_POLL = 0.05  # seconds between two looks at `cancelled` while llama.cpp computes


class LlamaModel:
    """A LanguageModel over llama.cpp. Safe to share between threads: completions take turns.

    A completion keeps its turn until its generator is exhausted or closed. One that nobody reads
    for `patience` seconds makes those who wait raise ModelError instead of waiting for ever.
    All is evaluated in one thread, which belongs to the model. What it has read of recent prompts is
    kept, in `cache_bytes` at most, so that askers who take turns do not undo each other's.
    `n_evaluated` counts the prompt tokens of the latest completion that were not in the KV cache.
    `speed` is how fast it reads prompts, where that is known.
    """

    def __init__(
        self,
        facts: ModelFacts,
        settings: LoadSettings,
        *,
        name: str = "",
        cache_bytes: int = 0,
        patience: float = 30.0,
    ) -> None:
        self.facts = facts
        self.name = name or facts.path.stem
        self.n_parameters = facts.n_parameters
        self.n_evaluated = 0
        self.speed: PromptSpeed | None = None
        self._settings = settings
        self._n_prompt = 0  # cached tokens after these were generated: see `_write`
        self.turns = Turns(patience)
        self._states = States(cache_bytes)
        self._closed = False
        # llama.cpp works in a thread of its own, so that the caller's can still see Ctrl-C.
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="llama")
        self._native = self._submit(lambda: NativeModel(facts, settings)).result()
        vocabulary = self._native.vocabulary
        self._template = ChatTemplate(
            facts.template,
            bos=vocabulary.spelling(vocabulary.bos),
            eos=vocabulary.spelling(vocabulary.eos),
        )
        self.context_size = self._native.context_size

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` read as data."""
        return len(self._open().vocabulary.data_tokens(text))

    def render(self, messages: Sequence[Message]) -> Prompt:
        """The messages in the model's chat template, open for the assistant's turn.

        Markup and data are tokenized apart and put together, so nothing in a message becomes a
        control token. Raises ModelError when the template fails.
        """
        vocabulary = self._open().vocabulary
        tokens: list[int] = []
        for piece in self._template.pieces(messages):
            tokenize = vocabulary.data_tokens if piece.is_data else vocabulary.markup_tokens
            tokens += tokenize(piece.text)
        if vocabulary.wants_bos and tokens[:1] != [vocabulary.bos]:
            tokens.insert(0, vocabulary.bos)
        return Prompt(tuple(tokens))

    def complete(
        self,
        prompt: Prompt,
        settings: GenerationConfig,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        on_wait: Callable[[int], None] = lambda _: None,
    ) -> Iterator[Completion]:
        """Write at most `settings.max_new_tokens` tokens, and never past the window.

        What the prompt shares with the one before is not evaluated again. `cancelled` is asked
        between tokens and, in the caller's thread, every 50 ms while the prompt is evaluated.
        `on_wait` is told how many completions are before this one, while there are any.
        Raises ModelError when the prompt fills the window or llama.cpp fails.
        """
        _check_settings(settings)
        if not 0 < len(prompt) < self.context_size:
            raise ModelError(
                f"a prompt of {len(prompt)} tokens leaves no room in a window of "
                f"{self.context_size}; set a larger model.context_size"
            )
        with self.turns.turn(cancelled, on_wait) as granted:
            if not granted:
                yield Completion("", "cancelled")
                return
            for step in self._write(prompt, settings, cancelled):
                self.turns.idle_since = time.monotonic()
                yield step
                self.turns.idle_since = None

    def read_ahead(self, prompt: Prompt, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Have a prompt cached, so that one which begins like it is answered sooner.

        Only while nobody has or wants a turn: it is given up as soon as somebody does, and what is
        read by then stays. Raises ModelError when llama.cpp fails.
        """
        with self.turns.aside() as wanted:
            if wanted() or self._closed or not 0 < len(prompt) < self.context_size:
                return
            pending = self._begin(prompt)
            self._n_prompt = len(prompt)
            self._share_cores()
            self._compute(lambda: self._native.decode(pending), lambda: wanted() or cancelled())

    def tokens_within(self, seconds: float) -> int | None:
        """Tokens of a prompt that are read in so long, nothing of them cached; None if not known."""
        return None if self.speed is None else self.speed.tokens_within(seconds)

    def measure(self) -> PromptSpeed:
        """Time how fast prompts are read here and now, for a second or two."""
        with self.turns.turn():
            self._open().abort.set(False)
            self._n_prompt = 0
            return self._submit(lambda: measured(self._native, self.facts.quantization)).result()

    def close(self) -> None:
        """Free the memory, once the running completion is over. Safe to call twice."""
        with self.turns.turn():
            if not self._closed:
                self._closed = True
                self._submit(self._native.close).result()
                self._worker.shutdown()

    def _open(self) -> NativeModel:
        if self._closed:
            raise ModelError(f"the model {self.name} is closed; open the library again")
        return self._native

    def _submit(self, work: Callable[[], _T]) -> Future[_T]:
        """Have the model's own thread do something."""
        try:
            return self._worker.submit(work)
        except RuntimeError as error:  # the interpreter takes no new work while it ends
            raise ModelError(
                f"{self.name} stopped: Quoth is being closed; start it again"
            ) from error

    def _write(
        self, prompt: Prompt, settings: GenerationConfig, cancelled: Callable[[], bool]
    ) -> Iterator[Completion]:
        native = self._open()
        text = TextAssembler((*settings.stop, *self._template.stops))
        pending = self._begin(prompt)
        self._n_prompt = len(prompt)
        self.n_evaluated = len(pending)
        reason: StopReason = "length"
        with native.sampler(settings) as chain:
            for i in range(min(settings.max_new_tokens, self.context_size - len(prompt))):
                if i % _SHARE_EVERY == 0:
                    self._share_cores()
                token = self._next_token(pending, chain, cancelled)
                if token is None or native.vocabulary.is_end(token):
                    reason = "cancelled" if token is None else "end"
                    break
                shown = text.feed(native.vocabulary.piece(token))
                if text.stopped:
                    yield Completion(shown, "stop")
                    return
                if shown:
                    yield Completion(shown)
                pending = (token,)
        yield Completion(text.finish(), reason)

    def _begin(self, prompt: Prompt) -> Sequence[int]:
        """Have as much of the prompt cached as is known; gives the tokens that are left."""
        native = self._native
        # Generated tokens were evaluated one by one; read again in a batch their numbers differ a
        # little. They are forgotten, so that an answer depends on its prompt alone.
        native.forget_after(min(self._n_prompt, len(native.cached)))
        self._recall(prompt)
        return prompt.tokens[native.keep_prefix(prompt.tokens) :]

    def _recall(self, prompt: Prompt) -> None:
        """Have cached what shares most with the prompt; keep what that would take the place of."""
        native = self._native
        shared = common_prefix(native.cached, prompt.tokens)
        if len(native.cached) - shared >= _WORTH_KEEPING:
            size = native.state_bytes
            if self._states.has_room_for(size) and _SPARE * size < available_bytes():
                self._states.keep(native.state())
        nearest = self._states.nearest(prompt.tokens)
        if nearest is not None:
            gained = common_prefix(nearest.tokens, prompt.tokens) - shared
            if gained >= _WORTH_KEEPING:
                native.restore(nearest)

    def _share_cores(self) -> None:
        """Leave cores that other programs keep busy to them: with one thread too many, all wait."""
        if self._settings.share_cores:
            self._native.set_threads(min(self._settings.threads, idle_cores()))

    def examine(
        self,
        prompt: Prompt,
        text: str,
        *,
        candidates: int = 200,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[TokenStep, ...]:
        """What the model expects at each token of `text` after `prompt`, and what after its end.

        Each step has at least that many likeliest candidates. Text that the window has no room for
        is left out; nothing comes when cancelled. Raises ModelError.
        """
        with self.turns.turn(cancelled) as granted:
            room = self.context_size - len(prompt)
            if not granted or room < 1:
                return ()
            native = self._open()
            pending = self._begin(prompt)
            self._share_cores()
            # The prompt's last token is evaluated with the text, and forgotten with it.
            self._n_prompt = len(prompt) - 1
            tokens = native.vocabulary.data_tokens(text)[: room - 1]
            if not self._compute(lambda: native.decode(pending[:-1]), cancelled):
                return ()
            follow = examined(native, pending[-1], tokens, candidates)
            steps: list[TokenStep] = []
            while part := self._compute(lambda: next(follow, ()), cancelled):
                steps += part
            return () if cancelled() else tuple(steps)

    def _next_token(
        self, pending: Sequence[int], chain: Any, cancelled: Callable[[], bool]
    ) -> int | None:
        """Evaluate `pending` and choose the next token; None when cancelled meanwhile."""
        native = self._native
        return self._compute(
            lambda: native.sample(chain) if native.decode(pending) else None, cancelled
        )

    def _compute(self, work: Callable[[], _T], cancelled: Callable[[], bool]) -> _T | None:
        """Let llama.cpp's thread work; None when cancelled before, or as `work` gives it."""
        native = self._native
        if cancelled():
            return None
        native.abort.set(False)
        future = self._submit(work)
        try:
            while True:
                try:
                    return future.result(timeout=_POLL)
                except TimeoutError:
                    native.abort.set(cancelled())
        finally:  # also on Ctrl-C: leave nothing computing behind
            native.abort.set(True)
            if not future.done():
                future.exception()


def _check_settings(settings: GenerationConfig) -> None:
    if settings.repeat_penalty <= 0 or settings.max_new_tokens < 1:
        raise ConfigError(
            "generation.repeat_penalty takes a number above 0, generation.max_new_tokens 1 or more"
        )
