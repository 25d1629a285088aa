"""How a store is set beside the library: which effort is taken, and what is told of the rounds."""

from __future__ import annotations

from typing import Any

from benchmarks.scale_comparing import cheapest, comparison, summary
from benchmarks.scale_filling import Filled


def _asked(recall: float, p50: float, cpu: float, effort: int = 0) -> dict[str, Any]:
    return {"recall": recall, "p50": p50, "p95": 2 * p50, "cpu": cpu, "effort": [effort]}


def test_the_effort_that_finds_enough_for_the_least_work_is_taken() -> None:
    trials = [_asked(0.9, 1, 1, 1), _asked(0.99, 9, 3, 2), _asked(0.995, 2, 4, 3)]
    assert cheapest(trials, 0.98)["effort"] == [2]
    assert cheapest(trials, 0.999)["effort"] == [3], "without enough, what found most"


def test_a_round_gives_ratios_of_what_was_measured_in_it() -> None:
    ours = [_asked(0.99, 1, 1), _asked(0.99, 10, 2), _asked(0.99, 2, 1)]
    theirs = [_asked(0.99, 3, 2), _asked(0.99, 40, 6), _asked(0.99, 4, 2)]
    found = summary(list(zip(ours, theirs, strict=True)))
    assert found["ratio"] == 3
    assert found["processor_ratio"] == 2
    assert found["ours"]["p50"] == 2


def test_a_store_that_failed_in_a_round_has_its_reason_and_no_ratio() -> None:
    ours = _asked(0.99, 1, 1)
    found = summary([(ours, _asked(0.99, 3, 2)), (ours, {"skipped": "out of memory"})])
    assert found == {"skipped": "out of memory"}
    assert summary([]) == {}


def test_the_table_says_why_a_store_was_left_out_and_how_long_it_filled() -> None:
    others: dict[str, dict[str, Any]] = {
        "slow": {"skipped": "7 of 10 vectors in 60 s", "seconds": 60.0, "cpu_to_fill": 30.0},
        "broken": {"skipped": "no such module"},
    }
    table = str(comparison(others, Filled(10, 1.0, 0.5, 1.2, 0)))
    assert "60 / 30" in table
    assert "7 of 10 vectors in 60 s" in table
    assert "no such module" in table
