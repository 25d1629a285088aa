"""Asks a model what it expects at each token of a text; knows logits, not what the text is."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from quoth.datatypes import Candidate, TokenStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from generation.llama_native import NativeModel
    from generation.token_vocabulary import Vocabulary
    from quoth.datatypes import FloatArray

_AT_ONCE = 16  # tokens: their logits take 4 bytes times the vocabulary each


def examined(
    native: NativeModel, last: int, tokens: Sequence[int], n_candidates: int
) -> Iterator[tuple[TokenStep, ...]]:
    """The steps of `tokens` and of what follows them, a few at a time; none when aborted.

    `last` is the token before them, which is not evaluated yet; all before it are.
    """
    read = [last, *tokens]
    written = [*tokens, -1]
    spell = functools.cache(functools.partial(_text, native.vocabulary))
    for start in range(0, len(read), _AT_ONCE):
        rows = native.logits(read[start : start + _AT_ONCE])
        if not len(rows):
            return
        yield tuple(
            _step(row, token, spell, n_candidates)
            for row, token in zip(rows, written[start : start + _AT_ONCE], strict=True)
        )


def _step(row: FloatArray, token: int, spell: Callable[[int], str], n_candidates: int) -> TokenStep:
    n = min(n_candidates, len(row))
    best = np.argpartition(-row, n - 1)[:n]
    best = best[np.argsort(-row[best], kind="stable")]
    highest = float(row[best[0]])
    total = highest + float(np.log(np.exp(row.astype(np.float64) - highest).sum()))
    return TokenStep(
        token=token,
        text=spell(token),
        logit=float(row[token]) if token >= 0 else -np.inf,
        candidates=tuple(
            Candidate(found, spell(found), float(row[found])) for found in best.tolist()
        ),
        log_total=total,
        n_vocabulary=len(row),
    )


def _text(vocabulary: Vocabulary, token: int) -> str:
    """What a token adds to the text; of a control token, how it is spelled."""
    piece = vocabulary.piece(token) if token >= 0 else b""
    return piece.decode("utf-8", "replace") or vocabulary.spelling(token)
