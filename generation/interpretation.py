"""Lays an answer's sentences against those of its sources, as the check of support sees them.

It knows answers and evidence; no model, and nothing of how it is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generation.claims import without_marks
from generation.evidence import gather
from generation.spans import features, log_odds, read_spans
from quoth.datatypes import Alignment

if TYPE_CHECKING:
    from generation.evidence import Embed, PageOf
    from quoth.datatypes import Answer


def align(answer: Answer, embed: Embed, page_of: PageOf | None = None) -> Alignment:
    """The support that each source sentence alone gives each sentence of the answer.

    The verdicts of the answer also weigh pairs of neighbours, and facts: numbers, names, negation.
    Nothing is aligned where the model read no passage.
    """
    evidence = gather(answer.question, answer.context, embed, page_of)
    texts = [without_marks(sentence.text).strip() for sentence in answer.sentences]
    shown = tuple(sentence.text.strip() for sentence in answer.sentences)
    if not evidence.sentences or not texts:
        return Alignment(shown, (), tuple(() for _ in shown), tuple(() for _ in shown))
    spans, n = read_spans(evidence), len(evidence.sentences)
    found = features(texts, embed(texts), spans, evidence)
    odds, cosines = log_odds(found, spans)[:, :n], found[:, :n, 0]
    return Alignment(
        shown,
        tuple(sentence.quote for sentence in evidence.sentences),
        tuple(map(tuple, (1 / (1 + np.exp(-odds))).tolist())),
        tuple(map(tuple, cosines.tolist())),
    )
