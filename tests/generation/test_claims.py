from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.claims import declines, is_talk, marked, split, strip_unknown_marks, without_marks


@given(st.text(alphabet=st.sampled_from("ab .!?\n[]12,;"), max_size=120))
def test_sentences_join_to_the_text(text: str) -> None:
    assert "".join(split(text)) == text


def test_a_mark_after_the_full_stop_stays_with_its_sentence() -> None:
    first, second = split("It rains. [1] [2] The sun shines.")
    assert first.strip() == "It rains. [1] [2]"
    assert second.strip() == "The sun shines."
    assert marked(first) == {1, 2}
    assert without_marks("It rains [1, 3].") == "It rains."


@given(
    st.lists(st.text(alphabet=st.sampled_from("ab [12345],"), max_size=6), max_size=12),
    st.integers(0, 3),
)
def test_stripping_a_stream_is_stripping_its_text(pieces: list[str], n: int) -> None:
    streamed = "".join(strip_unknown_marks(pieces, n))
    assert streamed == "".join(strip_unknown_marks(["".join(pieces)], n))
    assert all(int(number) <= n for mark in re.findall(r"\[(\d)\]", streamed) for number in mark)


def test_only_unknown_marks_are_stripped() -> None:
    assert "".join(strip_unknown_marks(["[", "[", "7]9] [1", " [7]2]"], 2)) == "[[]9] [1[]2]"
    pieces = ["One [", "1", "], two [7], both [1", ", 7]. Array[x] [", "and so on"]
    assert "".join(strip_unknown_marks(pieces, 2)) == "One [1], two, both [1]. Array[x] [and so on"


@pytest.mark.parametrize(
    "text",
    [
        "I don't know.",
        "I cannot answer this question based on the sources.",
        "The text does not mention the price.",
        "The provided passages don't contain that information.",
        "There is no information about this.",
        "The exact date is not specified in the document.",
    ],
)
def test_an_answer_that_declines_is_seen(text: str) -> None:
    assert declines(text)


@pytest.mark.parametrize(
    "text",
    [
        "The warranty does not provide cover for batteries.",
        "It is not known by that name.",
        "Nobody knows. The text does not mention it.",
        "",
    ],
)
def test_an_answer_about_a_lack_is_an_answer(text: str) -> None:
    assert not declines(text)


@pytest.mark.parametrize(
    "text", ["Hello!", "What else?", "Based on the passage:", "I hope this helps!"]
)
def test_talk(text: str) -> None:
    assert is_talk(text)


@pytest.mark.parametrize(
    "text",
    [
        "1996.",
        "Karen Holm.",
        "It lasts 24 months.",
        "Yes, it was red.",
        "Hi, the warranty lasts 36 months.",
        "Thanks to Karen Holm it was founded.",
        "Please use bleach.",
    ],
)
def test_claims(text: str) -> None:
    assert not is_talk(text)
