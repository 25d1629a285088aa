"""How fast a machine reads prompts with a model; knows a loaded model and time, nothing of files."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.measuring import SAMPLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.llama_native import NativeModel

_LONG, _PART = 512, 128  # tokens of the prompt that is timed, in parts of so many
_SHORT, _SLOW = 32, 0.25  # a model that takes so many seconds for so few tokens is slow
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class PromptSpeed:
    """Seconds for a token of a prompt, with weights of type `kind`: `first` if none is before it.

    Each token before it adds `further`, for it is attended to.
    """

    kind: str
    first: float
    further: float

    def seconds(self, n_tokens: int) -> float:
        """The time for a prompt of which nothing is cached."""
        return self.first * n_tokens + self.further * n_tokens**2 / 2

    def tokens_within(self, seconds: float) -> int:
        """The most tokens that are read in so long, nothing of them cached."""
        if self.further <= 0:
            return int(seconds / self.first)
        root = math.sqrt(self.first**2 + 2 * self.further * seconds)
        return int((root - self.first) / self.further)


def measured(model: NativeModel, kind: str) -> PromptSpeed:
    """The speed of a model with an empty cache, from a look of one or two seconds.

    Disturbances only make a model slower: of two readings each part's faster one counts. A slow
    model is looked at for its first 32 tokens alone.
    """
    tokens = model.vocabulary.data_tokens(SAMPLE * 3)[: min(_LONG, model.context_size)]
    alone = min(_seconds_of(model, tokens[:_SHORT], 0) for _ in range(_ROUNDS))
    if alone > _SLOW:
        return PromptSpeed(kind, alone / _SHORT, 0.0)
    starts = range(0, len(tokens), _PART)
    rounds = [
        [_seconds_of(model, tokens[start : start + _PART], start) for start in starts]
        for _ in range(_ROUNDS)
    ]
    return fitted(kind, len(tokens), [min(part) for part in zip(*rounds, strict=True)])


def fitted(kind: str, n_tokens: int, seconds: Sequence[float]) -> PromptSpeed:
    """The speed of a prompt whose parts of 128 tokens took so long, the last part as long as is left.

    Least squares over the parts: a part's tokens have its middle before them on average.
    """
    import numpy as np

    starts = np.arange(0, n_tokens, _PART)
    sizes = np.minimum(_PART, n_tokens - starts)
    each = np.asarray(seconds) / sizes
    if len(each) == 1:
        return PromptSpeed(kind, float(each[0]), 0.0)
    further, first = (float(found) for found in np.polyfit(starts + sizes / 2, each, 1))
    if further <= 0 or first <= 0:
        return PromptSpeed(kind, float(each.mean()), 0.0)
    return PromptSpeed(kind, first, further)


def _seconds_of(model: NativeModel, tokens: Sequence[int], n_before: int) -> float:
    """How long tokens take after so many that are cached."""
    model.forget_after(n_before)
    began = time.perf_counter()
    model.decode(tokens)
    return time.perf_counter() - began
