"""Ctrl-C as a request: it knows signals, not what is being interrupted."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import FrameType, TracebackType


class Interrupt:
    """Asked "were we interrupted?" by calling it; a context manager for the main thread.

    Until `started` is set there is nothing to keep, and Ctrl-C stops at once. After that the
    first press is remembered for the engine to stop in good order; a second one stops at once.
    """

    def __init__(self) -> None:
        self.started = False
        self._pressed = False

    def __call__(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._pressed

    def __enter__(self) -> Self:
        self._previous = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        signal.signal(signal.SIGINT, self._previous)

    def _press(self, _signal: int, _frame: FrameType | None) -> None:
        if self._pressed or not self.started:
            raise KeyboardInterrupt
        self._pressed = True
