from __future__ import annotations

import pytest

from generation.shortfall import shortfall
from tests.generation.sources import MANUAL, WARRANTY, chunk


@pytest.mark.parametrize(
    ("question", "text", "why"),
    [
        ("What is the capital of Mongolia?", WARRANTY, "it does not mention “capital”, “Mongolia”"),
        ("Who repairs the X300 pump?", WARRANTY, "it does not mention “300”"),
        ("Who cleans the filter with warm water?", MANUAL, "it does not give a name"),
        ("When was the company Nordvand founded?", WARRANTY, "it is about this"),
        ("Where does the red light mean tank?", MANUAL, "it does not give a place"),
        ("?", MANUAL, "it is about this"),
        ("alpha beta gamma delta epsilon", "Nothing.", "“delta” and more"),
    ],
)
def test_what_a_passage_lacks_is_said(question: str, text: str, why: str) -> None:
    assert why in shortfall(question, chunk("d", text))


def test_a_heading_above_the_passage_counts() -> None:
    found = chunk("d", "It lasts two years.", ("Kettle", "Warranty"))
    assert "Kettle" not in shortfall("How long is the Kettle warranty?", found)


def test_an_empty_passage_lacks_everything() -> None:
    assert "“filter”" in shortfall("Who cleans the filter?", chunk("d", ""))
