from __future__ import annotations

import pytest

from generation.naming import missing_name, read_lexicon

SOURCE = (
    "In 1950 Sam Walton of the United States opened a store in Harrison, Arkansas. "
    "He met Friedrich Wilhelm von Steuben of the World Health Organization, and the NATO staff."
)


@pytest.mark.parametrize(
    "claim",
    [
        "Later Sam Walton opened a store.",
        "A store in the U.S. was opened by Walton.",
        "The WHO sent Friedrich Steuben.",
        "The World Health Organization’s Steuben met him.",
        "It met the North Atlantic Treaty Organization.",
        "It was in the United States of America that the Waltons opened it.",
    ],
)
def test_a_name_is_said_however_it_is_shortened(claim: str) -> None:
    source = f"{SOURCE} America was proud."
    assert missing_name(claim, source, read_lexicon([source])) == ""


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("It was popular among Germans.", "It was popular in Germany."),
        ("The Italian army went home.", "The army of Italy went home."),
        ("An American firm made it.", "A United States firm made it."),
        ("It vanished before the First World War.", "It vanished before World War I."),
        ("Supporters of the bill were glad.", "The bill had many friends."),
        ("Nicknamed the Rock, it was a prison.", "It was a prison known as the Rock."),
        ("It was shown on TV.", "It was shown on television."),
        ("The FDA approved it.", "The Food and Drug Administration approved it."),
    ],
)
def test_a_name_is_said_in_other_words(claim: str, source: str) -> None:
    assert missing_name(claim, source, read_lexicon([source])) == ""


@pytest.mark.parametrize(
    ("claim", "name"),
    [
        ("Later Sam Arkansas opened a store.", "Sam Arkansas"),
        ("They met Friedrich Harrison von Steuben.", "Friedrich Harrison"),
        ("The EU opened a store.", "EU"),
        ("A store was opened by Peter Walton.", "Peter"),
        ("Zanzibar opened a store.", "Zanzibar"),
        ("A store was opened by Walters.", "Walters"),
    ],
)
def test_a_name_that_the_source_does_not_have_is_named(claim: str, name: str) -> None:
    assert missing_name(claim, SOURCE, read_lexicon([SOURCE])) == f"the source does not say {name}"
