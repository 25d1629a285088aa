"""`quoth search --explain`: the way of every candidate, for people and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.quoth.fake_engine import FakeQuoth, run

if TYPE_CHECKING:
    import pytest


def test_each_candidate_says_why_it_was_kept_and_who_found_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(FakeQuoth(), "search", "warranty?", "--explain", "-k", "1") == 0
    shown = capsys.readouterr().out
    kept, dropped = shown.split("\n\n")
    assert "kept: number 1 of the 1 asked for" in kept
    assert "found by dense 1 (0.720) → fusion 2 (0.600) → feedback 1 (0.910)" in kept
    assert "The warranty lasts two years." in kept
    assert "not kept: comes after the 1 asked for" in dropped


def test_json_has_the_hits_as_ever_and_all_that_was_considered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(FakeQuoth(), "search", "warranty?", "--json")
    plain = json.loads(capsys.readouterr().out)
    run(FakeQuoth(), "search", "warranty?", "--json", "--explain")
    explained = json.loads(capsys.readouterr().out)
    assert explained["hits"] == plain["hits"]
    assert [one["kept"] for one in explained["considered"]] == [True, False]
    assert explained["considered"][0]["stages"][1] == {
        "retriever": "feedback",
        "rank": 1,
        "score": 0.91,
    }


def test_nothing_found_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(FakeQuoth(hits=[]), "search", "?", "--explain") == 0
    assert "nothing found" in capsys.readouterr().err
