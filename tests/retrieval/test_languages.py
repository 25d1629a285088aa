"""An embedder that reads English only has little say among texts in other languages."""

from __future__ import annotations

import pytest

from quoth.config import RetrievalConfig
from retrieval.languages import fitting

CONFIG = RetrievalConfig()
ENGLISH = "The pump moves the water through the pipes of the house."
GERMAN = "Die Pumpe bewegt das Wasser durch die Rohre, und das ist nicht laut."
CHINESE = "水泵将水输送到房屋的管道中。"


@pytest.mark.parametrize("text", [GERMAN, CHINESE])
@pytest.mark.parametrize("name", ["embedded", "all-MiniLM-L6-v2", "bge-small-en-v1.5"])
def test_among_other_languages_the_words_carry_the_search(name: str, text: str) -> None:
    found = fitting(CONFIG, f"{name}@0123", [text, text, ENGLISH])
    assert found.dense_weight == pytest.approx(CONFIG.dense_weight / 10)
    assert (found.feedback_weight, found.neighbour_weight) == (0, 0)
    assert found.candidates == CONFIG.candidates


@pytest.mark.parametrize("name", ["multilingual-e5-small", "bge-small-zh-v1.5", "of my own"])
def test_an_embedder_that_may_know_them_keeps_its_say(name: str) -> None:
    assert fitting(CONFIG, f"{name}@0123", [CHINESE]) == CONFIG


@pytest.mark.parametrize("texts", [[], [ENGLISH, GERMAN], [ENGLISH, "x = 1", CHINESE]])
def test_english_texts_change_nothing(texts: list[str]) -> None:
    assert fitting(CONFIG, "embedded@0123", texts) == CONFIG


def test_a_search_by_meaning_only_stays_one() -> None:
    meaning = RetrievalConfig(dense_weight=1.0)
    assert fitting(meaning, "embedded@0123", [GERMAN]) == meaning
