"""Measures how fast a machine evaluates models, and how well each predicts a text.

It knows loaded models and time, not files; what follows from the figures is for others.
"""

from __future__ import annotations

import math
import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from generation.llama_native import LoadSettings, NativeModel
from quoth.config import GenerationConfig

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from generation.gguf import ModelFacts
    from quoth.datatypes import FloatArray

_N_WRITTEN, _PIECE = 8, 256
_AT_ONCE = 64  # tokens: their logits take 4 bytes times the vocabulary each
_USUAL_PROMPT, _USUAL_ANSWER = 1000, 60  # tokens of a usual question and answer
# Darwin, On the Origin of Species, 1859; where the caller has no text of the user's own.
SAMPLE = """When on board H.M.S. Beagle, as naturalist, I was much struck with certain facts in the \
distribution of the inhabitants of South America, and in the geological relations of the present to the \
past inhabitants of that continent. These facts seemed to me to throw some light on the origin of \
species, that mystery of mysteries, as it has been called by one of our greatest philosophers. On my \
return home, it occurred to me, in 1837, that something might perhaps be made out on this question by \
patiently accumulating and reflecting on all sorts of facts which could possibly have any bearing on it. \
After five years' work I allowed myself to speculate on the subject, and drew up some short notes; these \
I enlarged in 1844 into a sketch of the conclusions, which then seemed to me probable: from that period \
to the present day I have steadily pursued the same object. I hope that I may be excused for entering on \
these personal details, as I give them to show that I have not been hasty in coming to a decision. My \
work is now nearly finished; but as it will take me two or three more years to complete it, and as my \
health is far from strong, I have been urged to publish this Abstract."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: tokens of a prompt, tokens that are predicted, rounds."""

    n_tokens: int
    n_predicted: int
    rounds: int


QUICK, THOROUGH = Effort(128, 256, 3), Effort(256, 1024, 3)


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a type is, in tokens a second, and its perplexity on the sample."""

    kind: str
    prompt: float
    written: float
    perplexity: float

    @property
    def seconds(self) -> float:
        """For a usual question and answer."""
        return _USUAL_PROMPT / self.prompt + _USUAL_ANSWER / self.written


def speeds_of(
    files: dict[str, ModelFacts], settings: LoadSettings, sample: str, effort: Effort
) -> list[Speed]:
    """Each file measured in turn, several rounds, so that a disturbance meets all of them.

    `files` are by type, the original under "". `sample` is text that they predict, before ours.
    """
    rounds: dict[str, list[tuple[float, float]]] = {kind: [] for kind in files}
    perplexities = {}
    with _loaded(files, replace(settings, context_size=effort.n_tokens + _PIECE)) as models:
        read = next(iter(models.values())).vocabulary.data_tokens(f"{sample}\n\n{SAMPLE}".lstrip())
        tokens = read[: effort.n_tokens]
        for kind, model in models.items():
            perplexities[kind] = perplexity(model, read[: effort.n_predicted])
        for _ in range(effort.rounds):
            for kind, model in models.items():
                rounds[kind].append(_timed(model, tokens))
    return [
        Speed(
            kind=kind or facts.quantization,
            prompt=len(tokens) / statistics.median(prompt for prompt, _ in rounds[kind]),
            written=1 / statistics.median(written for _, written in rounds[kind]),
            perplexity=perplexities[kind],
        )
        for kind, facts in files.items()
    ]


@contextmanager
def _loaded(
    files: dict[str, ModelFacts], settings: LoadSettings
) -> Iterator[dict[str, NativeModel]]:
    models: dict[str, NativeModel] = {}
    try:
        for kind, facts in files.items():
            models[kind] = NativeModel(facts, settings)
        yield models
    finally:
        for model in models.values():
            model.close()


def _timed(model: NativeModel, tokens: Sequence[int]) -> tuple[float, float]:
    """Seconds for the tokens as a prompt, and for each token written after it."""
    model.forget_after(0)
    began = time.perf_counter()
    model.decode(tokens)
    with model.sampler(GenerationConfig()) as chain:
        token = model.sample(chain)
        read = time.perf_counter()
        for _ in range(_N_WRITTEN):
            model.decode((token,))
            token = model.sample(chain)
    return read - began, (time.perf_counter() - read) / _N_WRITTEN


def perplexity(model: NativeModel, tokens: Sequence[int]) -> float:
    """How well the model predicts each token from those before it in a piece of 256: lower is better."""
    import numpy as np

    losses = []
    for start in range(0, len(tokens) - 1, _PIECE):
        piece = tokens[start : start + _PIECE + 1]
        for logits, token in zip(_from_the_start(model, piece[:-1]), piece[1:], strict=True):
            shifted = logits - logits.max()
            losses.append(float(np.log(np.exp(shifted).sum()) - shifted[token]))
    return math.exp(statistics.fmean(losses))


def _from_the_start(model: NativeModel, tokens: Sequence[int]) -> Iterator[FloatArray]:
    """What the model makes of each token, read from the start, a batch at a time."""
    model.forget_after(0)
    for start in range(0, len(tokens), _AT_ONCE):
        yield from model.logits(tokens[start : start + _AT_ONCE])


def reading_speed(facts: ModelFacts, settings: LoadSettings, n_tokens: int) -> float:
    """Tokens of a prompt that a model reads in a second, from one look."""
    with _loaded({"": facts}, replace(settings, context_size=_PIECE)) as models:
        tokens = models[""].vocabulary.data_tokens(SAMPLE)[:n_tokens]
        return len(tokens) / _timed(models[""], tokens)[0]
