from __future__ import annotations

import pytest

from generation.denials import denial, denies_alike

SMOOTH = "The smooth network lacks ribosomes and makes lipids."
ROUGH = "The rough network is studded with ribosomes that make proteins."


@pytest.mark.parametrize(
    ("claim", "quoted", "reason"),
    [
        ("It covers batteries.", "It does not cover batteries.", "the source denies it"),
        ("It does not cover pumps.", "It covers pumps.", "the source does not deny it"),
        (
            "No text has not been found earlier.",
            "No text has been found earlier.",
            "the source does not deny it twice",
        ),
        (
            "It was not studded with stones.",
            "It was studded with stones, not with gold.",
            "the source does not deny it",
        ),
        ("It does not cover batteries.", "It does not cover batteries.", ""),
        ("It did not really win.", "It did not win.", ""),
        ("It taxes goods that are not English.", "It taxes non-English goods.", ""),
        ("The phases do not mix.", "There are several immiscible phases.", ""),
        ("War is nothing but murder.", "War is a licence to murder.", ""),
        ("Nobody could pass.", "No one entered without permission.", ""),
    ],
)
def test_a_not_must_be_in_both_or_in_neither(claim: str, quoted: str, reason: str) -> None:
    assert denial(claim, quoted, [quoted]) == reason


def test_what_is_denied_of_one_thing_may_be_said_of_another() -> None:
    claim = (
        "The rough network is studded with ribosomes that make proteins; the smooth makes lipids."
    )
    assert denial(claim, SMOOTH, [ROUGH, SMOOTH]) == ""
    assert denial(claim, SMOOTH, [SMOOTH]) == "the source denies it"
    wrong = "The smooth network has ribosomes and makes lipids."
    assert denial(wrong, SMOOTH, [ROUGH, SMOOTH]) == "the source denies it"


def test_a_denial_may_be_borrowed_to_the_word() -> None:
    claim = "A method proposed in 1971, as people will not be able to make choices."
    other = "They will not be able to make choices by their class."
    assert denies_alike(claim, "The method was proposed in 1971.", other)
    assert not denies_alike(claim, "The method was proposed in 1971.", "They will not make pumps.")
    assert not denies_alike(claim, other, other)
