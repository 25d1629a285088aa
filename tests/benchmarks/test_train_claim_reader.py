from __future__ import annotations

import random

import pytest

from benchmarks.train_claim_reader import pairs_of
from benchmarks.written import CLAIMS, Written, passages, passages_with_claims


@pytest.fixture(scope="module")
def passage() -> Written:
    return next(one for one in passages(CLAIMS) if any(c.kind == "swap" for c in one.claimed))


def test_what_claims_rest_on_is_there_and_half_of_them_are_true() -> None:
    written = passages(CLAIMS)
    for passage in written:
        rows = set(range(len(passage.sentences)))
        assert all(one.rests_on and set(one.rests_on) <= rows for one in passage.claimed)
    claimed = [one.is_true for passage in written for one in passage.claimed]
    assert 2 * sum(claimed) == len(claimed) > 0
    assert len(passages_with_claims()) > len(written)


def test_claims_and_sentences_are_true_and_what_is_changed_in_them_is_not(passage: Written) -> None:
    true = {one.text for one in passage.claimed if one.is_true} | set(passage.sentences)
    false = {one.text for one in passage.claimed if not one.is_true}
    drawn = [pair for seed in range(5) for pair in pairs_of(passage, random.Random(seed))]
    assert true >= {pair.question for pair in drawn if pair.answers}
    assert false < {pair.question for pair in drawn if not pair.answers}
    assert {pair.answers for pair in drawn} == {0.0, 1.0}


def test_a_claim_is_held_against_what_it_rests_on_or_a_stretch_with_it(passage: Written) -> None:
    for pair in pairs_of(passage, random.Random(1)):
        claimed = [c for c in passage.claimed if c.text == pair.question and pair.answers]
        for one in claimed:
            assert all(passage.sentences[row] in pair.sentence[0] for row in one.rests_on)
