"""Says how a packed prompt divides the model's window. Knows tokens through the LanguageModel alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quoth.datatypes import Window

if TYPE_CHECKING:
    from generation.model import LanguageModel
    from generation.packing import Packed
    from quoth.config import GenerationConfig


def divided(
    packed: Packed, question: str, model: LanguageModel, generation: GenerationConfig
) -> Window:
    """The parts of the window; together they are never more than it holds.

    What the template puts around the messages is counted with the instruction. Texts counted one
    by one may have a token more than joined: the parts before give way to the ones after.
    """
    left = len(packed.prompt)
    counts = {
        "question": model.count_tokens(question),
        "sources": packed.context.n_tokens,
        "history": sum(model.count_tokens(message.content) for message in packed.history),
    }
    for part, tokens in counts.items():
        counts[part] = min(tokens, left)
        left -= counts[part]
    return Window(size=model.context_size, system=left, reserve=generation.max_new_tokens, **counts)
