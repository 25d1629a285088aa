from __future__ import annotations

import pytest

from ingest.readers.hyphenation import join_cut_words


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("die Abbil\ufffedung zeigt", "die Abbildung zeigt"),
        ("die Abbil\x02\r\ndung zeigt", "die Abbildung zeigt"),
        ("so\xadft hy\xadphens", "soft hyphens"),
        ("non\ufffeGAAP measures", "non-GAAP measures"),
        ("a chat\ufffeoptimized model. A chat", "a chat-optimized model. A chat"),
        ("a child\ufffehood. A child", "a childhood. A child"),
        ("COVID\ufffe19", "COVID-19"),
        ("U.S. dollar\ufffedenominated. A dollar is denominated", None),
        ("a cyber\ufffeattack. This cyber-attack", "a cyber-attack. This cyber-attack"),
        ("un\ufffetil now. Until then, un and til", "until now. Until then, un and til"),
        ("a mark \ufffe alone", "a mark  alone"),
        ("\ufffe at the edge \ufffe", " at the edge "),
        ("nothing cut\nhere", "nothing cut\nhere"),
    ],
)
def test_halves_are_joined_as_the_document_spells_the_word(text: str, joined: str | None) -> None:
    expected = joined or text.replace("\ufffe", "-")
    assert join_cut_words([text]) == [expected]


def test_other_pages_know_the_word_too() -> None:
    assert join_cut_words(["first non\ufffeprofit", "a nonprofit and non profit"])[0] == (
        "first nonprofit"
    )
