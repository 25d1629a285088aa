"""Lets many use a thing at once, and one replace it while nobody does; knows threads alone."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from quoth.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_POLL = 0.05  # seconds between two looks at those who use it


class Use:
    """One use. `idle_since` (by `time.monotonic`) is set while nobody reads what it has made."""

    def __init__(self) -> None:
        self.idle_since: float | None = None

    @contextmanager
    def idle(self) -> Iterator[None]:
        """While something is in the hands of whoever asked for it."""
        self.idle_since = time.monotonic()
        try:
            yield
        finally:
            self.idle_since = None


class Switch:
    """Who uses the language model, and who waits to replace it. Safe to share between threads.

    Whoever comes while one waits to replace it waits until that is done; else it might never be.
    A use that is idle for `patience` seconds is not waited for: replacing raises ModelError.
    """

    def __init__(self, patience: float = 30.0) -> None:
        self._patience = patience
        self._changed = threading.Condition()
        self._uses: set[Use] = set()
        self._replacing = False

    @contextmanager
    def using(self, on_wait: Callable[[int], None] = lambda _: None) -> Iterator[Use]:
        """Use it; it is not replaced meanwhile.

        Where it is being replaced, `on_wait` is told, in the caller's thread, how many uses are
        waited for whenever that changes, and 0 at the end. Not to be nested in one thread.
        """
        use, told = Use(), 0
        while not self._begins(use, within=_POLL):
            before = len(self._uses)
            if before != told:
                told = before
                on_wait(before)
        try:
            if told:
                on_wait(0)
            yield use
        finally:
            self._end(use)

    @contextmanager
    def trying(self) -> Iterator[bool]:
        """Use it for a moment unless it is being replaced; gives whether that is so."""
        use = Use()
        try:
            yield self._begins(use)
        finally:
            self._end(use)

    @contextmanager
    def replacing(self) -> Iterator[None]:
        """Wait until nobody uses it, and keep everybody waiting meanwhile. Raises ModelError."""
        with self._changed:
            self._changed.wait_for(lambda: not self._replacing)
            self._replacing = True
        try:
            self._wait_for_uses()
            yield
        finally:
            with self._changed:
                self._replacing = False
                self._changed.notify_all()

    def _begins(self, use: Use, within: float = 0.0) -> bool:
        """Begin a use, unless it is being replaced for longer than so many seconds."""
        with self._changed:
            free = self._changed.wait_for(lambda: not self._replacing, within)
            if free:
                self._uses.add(use)
            return free

    def _end(self, use: Use) -> None:
        with self._changed:
            self._uses.discard(use)
            self._changed.notify_all()

    def _wait_for_uses(self) -> None:
        with self._changed:
            while self._uses:
                now = time.monotonic()
                if any(now - (use.idle_since or now) > self._patience for use in self._uses):
                    raise ModelError(
                        "an answer is begun and nobody reads it, so the model cannot be replaced; "
                        "finish or close its generator first"
                    )
                self._changed.wait(_POLL)
