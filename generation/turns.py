"""A fair queue: callers take turns in the order they came, and see how many are before them.

It knows threads, and nothing of what is done in a turn.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol, cast

from generation.model import KnowsItsSpeed
from quoth.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from generation.model import Completion, LanguageModel, Prompt
    from quoth.config import GenerationConfig

_POLL = 0.05  # seconds between two looks at `cancelled` while waiting


class Turns:
    """One turn at a time, first come, first served.

    The holder sets `idle_since` (by `time.monotonic`) while nobody reads what it has made. One that
    is idle for `patience` seconds makes those who wait raise ModelError instead of waiting for ever.
    """

    def __init__(self, patience: float) -> None:
        self.idle_since: float | None = None
        self._patience = patience
        self._changed = threading.Condition()
        self._tickets: deque[object] = deque()
        self._aside = False

    @contextmanager
    def turn(
        self,
        cancelled: Callable[[], bool] = lambda: False,
        on_wait: Callable[[int], None] = lambda _: None,
    ) -> Iterator[bool]:
        """Wait for a turn and hold it; gives False when cancelled before it came.

        `on_wait` is told, in the caller's thread, how many are before it whenever that changes, and
        0 when a turn that was waited for has come.
        """
        ticket = object()
        with self._changed:
            self._tickets.append(ticket)
        try:
            yield self._wait(ticket, cancelled, on_wait)
        finally:
            with self._changed:
                if self._tickets[0] is ticket:
                    self.idle_since = None
                self._tickets.remove(ticket)
                self._changed.notify_all()

    @contextmanager
    def aside(self) -> Iterator[Callable[[], bool]]:
        """Hold what nobody has or wants a turn with; gives a function that tells when somebody does.

        It tells so at once where it cannot be held. This is no turn: whoever comes is told of
        nobody before them, and waits until it is let go.
        """
        with self._changed:
            held = not self._tickets and not self._aside
            self._aside = self._aside or held
        try:
            yield (lambda: bool(self._tickets)) if held else (lambda: True)
        finally:
            if held:
                with self._changed:
                    self._aside = False
                    self._changed.notify_all()

    def _wait(
        self, ticket: object, cancelled: Callable[[], bool], on_wait: Callable[[int], None]
    ) -> bool:
        told = 0
        while (before := self._before(ticket, told)) != 0:
            if before != told:
                told = before
                on_wait(before)
            if cancelled():
                return False
            self._check_patience()
        if told:
            on_wait(0)
        with self._changed:
            self._changed.wait_for(lambda: not self._aside)
        return True

    def _before(self, ticket: object, told: int) -> int:
        """How many are before the ticket; where that is what was told, after a moment's wait."""
        with self._changed:
            if told and self._tickets.index(ticket) == told:
                self._changed.wait(_POLL)
            return self._tickets.index(ticket)

    def _check_patience(self) -> None:
        since = self.idle_since
        if since is not None and time.monotonic() - since > self._patience:
            raise ModelError(
                "another answer is begun and nobody reads it; finish or close its generator first"
            )


class QueueingModel(Protocol):
    """A LanguageModel whose completions take turns."""

    turns: Turns

    def complete(
        self,
        prompt: Prompt,
        settings: GenerationConfig,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        on_wait: Callable[[int], None] = lambda _: None,
    ) -> Iterator[Completion]:
        """As LanguageModel.complete; `on_wait` is told how many completions are before this one."""
        ...


class Watched:
    """A LanguageModel that tells `on_wait` how many completions are before its own."""

    def __init__(self, model: LanguageModel, on_wait: Callable[[int], None]) -> None:
        self.name = model.name
        self.context_size = model.context_size
        self.n_parameters = model.n_parameters
        self.count_tokens = model.count_tokens
        self.render = model.render
        self.close = model.close
        self.complete = model.complete
        if isinstance(model, KnowsItsSpeed):
            self.tokens_within = model.tokens_within
        if isinstance(getattr(model, "turns", None), Turns):
            self.complete = partial(cast(QueueingModel, model).complete, on_wait=on_wait)
