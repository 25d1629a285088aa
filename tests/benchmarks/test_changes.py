"""Claims made false by one change."""

from __future__ import annotations

import pytest

from benchmarks.changes import (
    CHANGES,
    name_of_passage,
    names_swapped,
    negation,
    not_taken_out,
    number_of_passage,
    numbers_swapped,
    other_name,
    other_number,
)

CLAIM = "The firm Nordvand was founded in 1987 by Karen Holm with 12 people."
DENIED = "The firm Nordvand was not founded in 1987 by Karen Holm with 12 people."
PASSAGE = "In 1999 it was sold to Peter Berg of Odense. It had 140 people then, led by Karen Holm."


def test_one_fact_is_changed_and_the_rest_stays() -> None:
    assert other_number(CLAIM, PASSAGE) == CLAIM.replace("1987", "1988")
    assert number_of_passage(CLAIM, PASSAGE) in {
        CLAIM.replace("1987", "1999"),
        CLAIM.replace("12", "1999"),
        CLAIM.replace("12", "140"),
    }
    assert numbers_swapped(CLAIM, PASSAGE) == (
        "The firm Nordvand was founded in 12 by Karen Holm with 1987 people."
    )
    assert names_swapped(CLAIM, PASSAGE) == (
        "The firm Karen Holm was founded in 1987 by Nordvand with 12 people."
    )
    assert name_of_passage(CLAIM, PASSAGE) in {
        CLAIM.replace(old, new)
        for old in ("Nordvand", "Karen Holm")
        for new in ("Peter Berg", "Odense")
    }
    assert "Karen Holm" not in other_name(CLAIM, PASSAGE)
    assert negation(CLAIM, PASSAGE) == DENIED
    assert not_taken_out(DENIED, PASSAGE) == CLAIM


def test_what_is_the_same_in_other_words_is_no_change() -> None:
    assert numbers_swapped("It cost 6 of six pence.", PASSAGE) == "It cost 6 of six pence."
    claim = "It was led by Karen Holm’s firm."
    assert name_of_passage(claim, "The firm of Karen Holm grew.") == claim


def test_names_of_a_list_are_not_swapped() -> None:
    claim = "It was led by Karen Holm and Peter Berg."
    assert names_swapped(claim, PASSAGE) == claim


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_claim_without_facts_comes_back(change: object) -> None:
    assert callable(change)
    assert change("Birds sing.", "Birds sing in the morning.") == "Birds sing."


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_change_is_the_same_every_time(change: object) -> None:
    assert callable(change)
    claim = DENIED if change is not_taken_out else CLAIM
    assert change(claim, PASSAGE) == change(claim, PASSAGE) != claim
