from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.slots import Places, fits, misplaced

MATCH = (
    "France beat Germany by 3 goals to 1 in the final of 1990. They had met Italy in Rome in 1984."
)
PLACES = Places(MATCH, MATCH, MATCH)
NAMES = frozenset({"france", "germany", "italy", "rome"})


@pytest.mark.parametrize(
    "claim",
    [
        "France beat Germany by 3 goals to 1 in the final of 1990.",
        "In 1990 France beat Germany in the final.",
        "In the final of 1990, Germany lost by 3 goals to 1.",
        "In 1984 they met Italy in Rome.",
        "The final was in 1990.",
    ],
)
def test_what_stands_in_its_own_place_is_let_through(claim: str) -> None:
    assert misplaced(claim, PLACES, NAMES) == ""


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("Germany beat France by 3 goals to 1.", "this of France, not of Germany"),
        ("Italy beat Germany in the final of 1990.", "this of France, not of Italy"),
        ("France beat Germany by 1 goals to 3.", "this of 3, not of 1"),
        ("They met Italy in Rome in 1990.", "this of 1984, not of 1990"),
    ],
)
def test_what_stands_in_the_place_of_another_is_named(claim: str, reason: str) -> None:
    assert misplaced(claim, PLACES, NAMES).endswith(reason)


def test_two_facts_in_another_order_have_not_changed_places() -> None:
    source = "In 2018, Johnston's 1982 song “The Ballad of an Artist” was featured by Apple."
    claim = "“The Ballad of an Artist” is a 1982 song by Johnston that Apple used in 2018."
    names = frozenset({"johnston", "ballad", "artist", "apple"})
    assert misplaced(claim, Places(source, source, source), names) == ""
    weights = "It takes 4 kg (8.8 lb) of steam per hour."
    claim = "It takes about 8.8 pounds (4 kg) of steam for each hour."
    assert misplaced(claim, Places(weights, weights, weights), frozenset()) == ""


def test_what_stands_in_parentheses_does_not_part_a_name_from_its_words() -> None:
    source = "Cook Hospital (by the grounds of Chicago College) had a wing behind left field."
    claim = "Cook Hospital had a wing behind left field."
    assert misplaced(claim, Places(source, source, source), frozenset({"cook", "chicago"})) == ""


def test_names_that_share_a_word_are_told_apart_where_the_claim_has_both() -> None:
    source = "The North Pole is at the center of the Northern Hemisphere."
    names = frozenset({"north", "pole", "northern", "hemisphere"})
    swapped = "The Northern Hemisphere is at the center of the North Pole."
    assert misplaced(source, Places(source, source, source), names) == ""
    assert "not of Northern Hemisphere" in misplaced(swapped, Places(source, source, source), names)


def test_a_name_fits_where_a_pronoun_stands_for_it() -> None:
    quoted, other = "He arrived at Valley Forge in 1778.", "The baron was Friedrich Steuben."
    assert fits("Steuben arrived at Valley Forge in 1778.", quoted, other, frozenset())
    assert not fits("Valley Forge was lost to Steuben in 1778.", quoted, other, frozenset())


def test_a_number_fits_with_the_words_around_it() -> None:
    quoted, other = "The album came out in May.", "It sold 528,000 copies in its first week."
    assert fits("The album of May sold 528,000 copies.", quoted, other, frozenset())
    assert not fits("The album of May has 528,000 songs.", quoted, other, frozenset())


def test_a_number_is_lent_freely_where_no_other_could_have_taken_its_place() -> None:
    quoted, other = "He is still writing the last volume.", "He planned to write seven volumes."
    claim = "The last volume of the planned seven is still being written."
    assert fits(claim, quoted, other, frozenset())
    assert not fits(claim, quoted, other, frozenset(), freely=False)
    assert not fits(claim, f"{quoted} It has 900 pages.", other, frozenset())
    assert not fits(claim, quoted, f"{other} Five are published.", frozenset())


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        (
            "Kolar, from Kranj, was the first man to jump beyond 150 metres.",
            "Kolar was the first man to jump beyond 150 metres.",
        ),
        (
            "Anna De Angelis, head of the oil firm of Bayonne, New Jersey, obtained large loans.",
            "De Angelis obtained large loans.",
        ),
        (
            "Alcatraz in San Francisco Bay got the first lighthouse of the coast.",
            "Alcatraz got the first lighthouse of the coast.",
        ),
    ],
)
def test_what_a_source_adds_to_a_name_is_read_over(source: str, claim: str) -> None:
    names = frozenset({"kolar", "kranj", "de", "angelis", "bayonne", "jersey", "alcatraz"})
    assert misplaced(claim, Places(source, source, source), names) == ""


def test_a_new_sentence_or_a_semicolon_ends_what_is_added_to_a_name() -> None:
    source = (
        "Kolar won in Oslo, and Zupan was sixth; he fell in training, they say. Later, Kolar left."
    )
    names = frozenset({"kolar", "oslo", "zupan"})
    claim = "Kolar was sixth and fell in training."
    assert "not of Kolar" in misplaced(claim, Places(source, source, source), names)


def test_a_thing_has_both_its_names() -> None:
    source = "The name comes from the Greek Makedonia ( Macednia ), a kingdom of the Dorians."
    names = frozenset({"greek", "makedonia", "dorians"})
    claim = "The name comes from Macednia, a kingdom of the Dorians, and from Greek words."
    assert misplaced(claim, Places(source, source, source), names | {"macednia"}) == ""


def test_a_part_of_a_name_is_not_another_name() -> None:
    source = "The United States of America imported oil from the United Kingdom."
    names = frozenset({"united", "states", "america", "kingdom"})
    places = Places(source, source, source)
    assert misplaced("The U.S. imported oil from the United Kingdom.", places, names) == ""
    assert misplaced("The U.K. imported oil from the United States.", places, names)


def test_the_words_of_a_title_stand_where_the_title_is_said() -> None:
    around = (
        "Court of Appeals of the Philippines\nThe Court of Appeals reviews decisions of tribunals."
    )
    quoted = around.split("\n")[1]
    claim = "The Court of Appeals of the Philippines reviews decisions of tribunals."
    names = frozenset({"court", "appeals", "philippines"})
    titled = Places(quoted, quoted, around, ("Court of Appeals of the Philippines",))
    assert misplaced(claim, titled, names) == ""


def test_a_name_is_held_against_what_was_lent_too() -> None:
    ground, lent = "The show ended in 2010.", "Karen was revealed to be a cook."
    places = Places(ground, f"{ground}\n{lent}", f"{ground}\n{lent}\nPeter came.")
    claim = "The show ended in 2010, when Peter was revealed to be a cook."
    assert "this of Karen" in misplaced(claim, places, frozenset({"karen", "peter"}))


def test_a_pronoun_stands_for_nobody_who_comes_later() -> None:
    quoted, other = "He arrived at Valley Forge in 1778.", "The baron was Friedrich Steuben."
    claim = "Steuben arrived at Valley Forge in 1778."
    assert fits(claim, quoted, other, frozenset({"steuben"}))
    assert not fits(claim, quoted, other, frozenset({"steuben"}), before=False)


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_stands_where_it_stands(text: str, other: str) -> None:
    assert misplaced(text, Places(text, text, text), frozenset()) == ""
    assert isinstance(misplaced(text, Places(other, other, other), frozenset()), str)
