"""Turns the bytes of tokens into text to show; knows UTF-8 and stop texts, not models."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class TextAssembler:
    """Collects token bytes and gives out whole characters, none of which belongs to a stop text.

    Text that may be the beginning of a stop text is held back until that is decided.
    """

    def __init__(self, stops: Sequence[str] = ()) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self.stopped = False

    def feed(self, piece: bytes) -> str:
        """The text that can be shown now. After a stop text `stopped` is true and nothing comes."""
        if self.stopped:
            return ""
        self._held += self._decoder.decode(piece)
        found = [at for at in (self._held.find(stop) for stop in self._stops) if at >= 0]
        if found:
            self.stopped = True
            keep = len(self._held)
            cut = min(found)
        else:
            keep = cut = len(self._held) - self._undecided()
        shown, self._held = self._held[:cut], self._held[keep:]
        return shown

    def finish(self) -> str:
        """What was held back, at the end. Bytes of an unfinished character are dropped."""
        shown, self._held = self._held, ""
        return shown

    def _undecided(self) -> int:
        """Length of the longest end of the text that a stop text begins with."""
        longest = min(len(self._held), max((len(stop) - 1 for stop in self._stops), default=0))
        for size in range(longest, 0, -1):
            tail = self._held[-size:]
            if any(stop.startswith(tail) for stop in self._stops):
                return size
        return 0
