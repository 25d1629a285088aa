"""nDCG and recall against values computed by hand."""

from __future__ import annotations

from math import log2

import pytest

from benchmarks.ranking import distinct, ndcg, recall


def test_ndcg_of_graded_judgements() -> None:
    grades = {"a": 3, "b": 2, "c": 1, "x": 0}
    # found: b (2) at rank 1, nothing at rank 2, a (3) at rank 3; the ideal order is a, b, c
    found = 2 / log2(2) + 3 / log2(4)
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert ndcg(["b", "x", "a"], grades, 10) == pytest.approx(found / ideal)
    assert found / ideal == pytest.approx(0.7350, abs=5e-5)


def test_ndcg_sees_the_first_k_only() -> None:
    grades = {"a": 1, "b": 1}
    assert ndcg(["x", "a", "b"], grades, 2) == pytest.approx((1 / log2(3)) / (1 + 1 / log2(3)))
    assert ndcg(["x", "y", "a"], grades, 2) == 0.0


def test_the_ideal_ranking_scores_one_however_many_are_relevant() -> None:
    names = [str(number) for number in range(15)]
    assert ndcg(names, dict.fromkeys(names, 1), 10) == pytest.approx(1.0)


def test_a_document_judged_worse_than_irrelevant_counts_as_nothing() -> None:
    assert ndcg(["a", "b"], {"a": -1, "b": 1}, 10) == pytest.approx(1 / log2(3))


def test_without_relevant_documents_the_measures_are_zero() -> None:
    assert ndcg(["a"], {"a": 0}, 10) == 0.0
    assert recall(["a"], {"a": 0}, 10) == 0.0


def test_recall_is_the_share_of_the_relevant_found_among_the_first_k() -> None:
    grades = {"a": 1, "b": 2, "c": 1, "d": 0}
    assert recall(["d", "a", "b", "c"], grades, 3) == pytest.approx(2 / 3)
    assert recall(["d", "a", "b", "c"], grades, 4) == 1.0


def test_a_document_ranks_by_its_best_chunk() -> None:
    assert distinct(["b", "a", "b", "c", "a"]) == ["b", "a", "c"]
