from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from retrieval.clusters import grouped, telling_words, words
from tests.retrieval.test_projection import two_camps
from tests.vectorstore.making import unit_vectors


def test_groups_hold_together_what_is_alike_and_are_counted_by_size() -> None:
    vectors = np.vstack([two_camps(30), np.repeat(unit_vectors(1, 5, 16), 10, axis=0)])
    labels = grouped(vectors)
    assert not set(labels[:30]) & set(labels[30:60])
    sizes = Counter(labels)
    assert sorted(sizes) == list(range(len(sizes)))
    assert [sizes[n] for n in range(len(sizes))] == sorted(sizes.values(), reverse=True)
    assert grouped(vectors) == labels


@pytest.mark.parametrize("n", [0, 1, 7])
def test_too_few_vectors_are_one_group(n: int) -> None:
    assert grouped(unit_vectors(n)) == (0,) * n


def test_equal_vectors_are_one_group() -> None:
    assert grouped(np.repeat(unit_vectors(1), 40, axis=0)) == (0,) * 40


def test_more_vectors_have_more_groups_and_never_too_many() -> None:
    assert 4 <= len(set(grouped(unit_vectors(100)))) <= 12


def test_the_words_are_those_that_a_group_has_and_the_others_lack() -> None:
    texts = ["The kettle boils water in the kitchen."] * 3 + ["The turbine spins in the wind."] * 3
    found = telling_words(texts, [0, 0, 0, 1, 1, 1], 3)
    assert set(found[0]) <= {"kettle", "boils", "water", "kitchen"}
    assert found[1] == ("spins", "turbine", "wind")


def test_a_word_that_most_texts_have_tells_nothing_in_any_language() -> None:
    texts = [f"nicht {'Kessel Wasser' if n % 2 else 'Turbine Wind'} {n}" for n in range(30)]
    found = telling_words(texts, [n % 2 for n in range(30)])
    assert all("nicht" not in cluster for cluster in found)
    # Half of the texts each: over the share that is common, so nothing is left to tell.
    assert found == ((), ())


def test_forms_of_a_word_are_named_once() -> None:
    assert telling_words(["vector vectors vector model models"], [0]) == (("vector", "model"),)


def test_a_group_without_words_has_none() -> None:
    assert telling_words(["123 456", "kettle"], [0, 1]) == ((), ("kettle",))
    assert telling_words([], []) == ()


def test_words_have_no_numbers_no_stop_words_and_any_script() -> None:
    assert words("The 3 kettles are well-made, of course: Übung 東京 x1 ab") == [
        "kettles", "well-made", "course", "übung", "東京",
    ]  # fmt: skip
