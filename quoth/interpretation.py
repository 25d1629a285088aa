"""What a model expected at each token of an answer, and what sampling settings make of it.

The settings work in llama.cpp's order: repeat penalty, top-k, top-p, min-p, temperature.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.model import PENALTY_WINDOW
from quoth.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generation import LanguageModel
    from quoth.config import GenerationConfig
    from quoth.datatypes import Answer, Message, TokenStep


@dataclass(frozen=True, slots=True)
class Share:
    """A token's probability as the model has it, and its chance under the settings; both in [0, 1].

    The last share of a distribution, with `token` -1, stands for all other tokens together.
    """

    token: int
    text: str
    probability: float
    chance: float


def examine(
    model: LanguageModel,
    answer: Answer,
    history: Sequence[Message],
    generation: GenerationConfig,
    cancelled: Callable[[], bool],
) -> tuple[TokenStep, ...]:
    """What the model expects at each token of the answer after its prompt, made again.

    Raises ModelError for a model that does not tell, or whose window is too small.
    """
    from generation.packing import pack_into

    if not hasattr(model, "examine"):
        raise ModelError(f"{model.name} does not tell its probabilities; run a local model")
    packed = pack_into(answer.context, answer.question, history, model=model, generation=generation)
    if packed is None:
        raise ModelError(
            f"the answer's sources do not fit into the window of {model.context_size} tokens; "
            "run the model it was made with, or set a larger model.context_size"
        )
    steps: tuple[TokenStep, ...] = model.examine(packed.prompt, answer.text, cancelled=cancelled)
    return steps


def reshaped(
    step: TokenStep, settings: GenerationConfig, before: Sequence[int] = ()
) -> tuple[Share, ...]:
    """The candidates of a step with their chances under the settings, and all others as one.

    `before` are the tokens of the answer that were written before the step, oldest first.
    The chances sum to 1, and are those by which llama.cpp draws as long as the settings leave
    candidates of the step alone; what they leave of the others is shared as if these were alike.
    """
    recent = set(before[-PENALTY_WINDOW:])
    weights = [
        _penalised(c.logit, settings.repeat_penalty) if c.token in recent else c.logit
        for c in step.candidates
    ]
    raw = [math.exp(c.logit - step.log_total) for c in step.candidates]
    others = max(1.0 - sum(raw), 0.0)
    n_others = step.n_vocabulary - len(raw)
    order = sorted(range(len(weights)), key=lambda n: -weights[n])
    found = [math.exp(weights[n] - step.log_total) for n in order]
    kept, rest = _drawn(found, others, n_others, settings)
    chances = dict(zip(order, kept, strict=False))
    shares = tuple(
        Share(c.token, c.text, raw[n], chances.get(n, 0.0)) for n, c in enumerate(step.candidates)
    )
    return (*shares, Share(-1, "", others, rest))


def _penalised(logit: float, penalty: float) -> float:
    return logit / penalty if logit > 0 else logit * penalty


def _drawn(
    found: list[float], others: float, n_others: int, settings: GenerationConfig
) -> tuple[list[float], float]:
    """The chances of the first tokens of `found`, which falls, and of all `others`; sum 1."""
    if settings.temperature <= 0:
        return [1.0], 0.0
    n = len(found)
    if 0 < settings.top_k <= n:
        n, others = settings.top_k, 0.0
    n, others = _nucleus(found[:n], others, settings.top_p)
    floor = settings.min_p * found[0]
    if floor > 0:
        others = others if found[n - 1] >= floor and n == len(found) else 0.0
        n = max(1, sum(p >= floor for p in found[:n]))
    # Taken from the likeliest, so that a low temperature does not make all of them 0.
    warm = [(p / found[0]) ** (1 / settings.temperature) for p in found[:n]]
    each = min(others / max(n_others, 1) / found[0], 1.0)
    rest = n_others * each ** (1 / settings.temperature) if others > 0 else 0.0
    total = sum(warm) + rest
    return [weight / total for weight in warm], rest / total


def _nucleus(found: list[float], others: float, top_p: float) -> tuple[int, float]:
    """How many of the likeliest make up `top_p` of all that is left, and what of the others stays."""
    if top_p >= 1:
        return len(found), others
    enough = top_p * (sum(found) + others)
    reached = 0.0
    for n, p in enumerate(found, 1):
        reached += p
        if reached >= enough:
            return n, 0.0
    return len(found), others
