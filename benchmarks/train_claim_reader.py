"""Trains the small cross-encoder that reads a claim together with the sentences it may stand on.

    python -m benchmarks.train_claim_reader FILE.safetensors

True claims, their false twins (benchmarks/written.py) and the same with a fact changed by
benchmarks/changes.py, each with the sentences it rests on; and sentences of the passages as claims of
their own. Nothing that anything is measured on is among them. Writes the weights as
`retrieval.CloseReader` reads them, in half an hour on two cores. The product does not use them:
docs/decisions/0035-a-claim-reader-is-not-believed-yet.md.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import written
from benchmarks.changes import CHANGES
from benchmarks.fine_tuning import SEED, packed, train
from benchmarks.written import Claimed, Pair
from quoth.config import EMBEDDED
from vectorstore import find_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.written import Written

EPOCHS = 2
TRUE_WEIGHT = 1.5  # of a pair that is true, since two of three are not
WIDENED = 0.35  # share of pairs that are given a sentence beside what the claim rests on
ELSEWHERE = 0.3  # share of true claims that are held against another sentence, too
OWN = 0.2  # share of sentences that are taken for claims
# How many changes of a true claim are taken, and how often each beside the others: what changes places
# within a claim is hardest to tell.
TAKEN = 2
SHARES = {
    "another number of the passage": 2,
    "two numbers swapped": 3,
    "another name of the passage": 3,
    "two names swapped": 4,
}


def pairs_of(passage: Written, chance: random.Random) -> Iterator[Pair]:
    """The pairs of a passage: claims as they are, with a fact changed, and held against something else."""
    own = [
        Claimed(sentence, (row,), is_true=True, kind="")
        for row, sentence in enumerate(passage.sentences)
        if chance.random() < OWN
    ]
    for claimed in (*passage.claimed, *own):
        rests_on = _ground(passage, claimed.rests_on, chance)
        weight = TRUE_WEIGHT if claimed.is_true else 1.0
        yield Pair(claimed.text, rests_on, float(claimed.is_true), weight)
        if not claimed.is_true:
            continue
        for text in _changed(claimed.text, " ".join(passage.sentences), chance):
            yield Pair(text, rests_on, 0.0)
        rest = passage.others(claimed.rests_on)
        if rest and chance.random() < ELSEWHERE:
            yield Pair(claimed.text, _ground(passage, [chance.choice(rest)], chance), 0.0)


def _ground(passage: Written, rows: Sequence[int], chance: random.Random) -> tuple[str, str]:
    """What a claim is held against: the sentences, or a stretch with one more before or after."""
    if chance.random() >= WIDENED:
        return passage.ground(rows)
    first, last = min(rows), max(rows) + 1
    earlier = chance.random() < 0.5 and first > 0
    return passage.ground(range(len(passage.sentences))[first - earlier : last + (not earlier)])


def _changed(claim: str, passage: str, chance: random.Random) -> list[str]:
    """Some of the ways in which a claim can be made false."""
    ways = {label: change(claim, passage) for label, change in CHANGES.items()}
    drawn = [
        (chance.random() ** (1 / SHARES.get(label, 1)), text)
        for label, text in ways.items()
        if text != claim
    ]
    return [text for _, text in sorted(drawn, reverse=True)[:TAKEN]]


def main() -> None:
    """Train on every passage that is not held out."""
    from safetensors.torch import save_file

    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    chance = random.Random(SEED)
    kept = [p for p in written.passages_with_claims() if not p.is_held_out]
    pairs = [pair for passage in kept for pair in pairs_of(passage, chance)]
    save_file(packed(train(pairs, find_folder(EMBEDDED), EPOCHS)), Path(sys.argv[1]))


if __name__ == "__main__":
    main()
