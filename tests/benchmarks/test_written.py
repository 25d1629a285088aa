from __future__ import annotations

import random

import pytest

from benchmarks.written import Written, claim_pairs, passages, question_pairs


@pytest.fixture(scope="module")
def written() -> list[Written]:
    return passages()


def test_what_answers_and_what_claims_rest_on_is_there(written: list[Written]) -> None:
    for passage in written:
        rows = set(range(len(passage.sentences)))
        assert passage.asked
        assert all(set(asked.answers) <= rows for asked in passage.asked)
        assert all(one.rests_on and set(one.rests_on) <= rows for one in passage.claimed)


def test_about_half_is_answered_and_half_is_true(written: list[Written]) -> None:
    asked = [bool(one.answers) for passage in written for one in passage.asked]
    claimed = [one.is_true for passage in written for one in passage.claimed]
    assert 0.4 < sum(asked) / len(asked) < 0.6
    assert 2 * sum(claimed) == len(claimed) > 0


def test_every_tenth_passage_is_held_out(written: list[Written]) -> None:
    share = sum(passage.is_held_out for passage in written) / len(written)
    assert 0.07 < share < 0.13


def test_a_sentence_is_marked_as_answering_where_it_answers(written: list[Written]) -> None:
    passage = next(one for one in written if any(asked.answers for asked in one.asked))
    asked = next(one for one in passage.asked if one.answers)
    pairs = [p for p in question_pairs(passage, random.Random(1)) if p.question == asked.question]
    answering = {passage.sentences[row] for row in asked.answers}
    assert {pair.sentence[0] in answering for pair in pairs} == {True, False}
    assert all(pair.answers == (pair.sentence[0] in answering) for pair in pairs)


def test_a_claim_is_held_against_what_it_rests_on(written: list[Written]) -> None:
    passage = next(one for one in written if one.claimed)
    first = next(claim_pairs(passage, random.Random(1)))
    assert first.answers == 1.0
    assert all(passage.sentences[row] in first.sentence[0] for row in passage.claimed[0].rests_on)
