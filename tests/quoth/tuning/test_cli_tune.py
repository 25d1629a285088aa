"""`quoth tune` over a real library: the table, the JSON, and what it writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from quoth import load_config
from quoth.cli import main
from quoth.cli.tuning import report_text
from quoth.tuning import Compared, TuningReport
from quoth.tuning.intervals import Interval
from tests.quoth.tuning.making import library_of_parts, questions_on_parts

if TYPE_CHECKING:
    from pathlib import Path

    from vectorstore import Embedder

NONE = Interval(0.0, 0.0, 0.0)
NOW = Compared({}, Interval(0.5, 0.4, 0.6), Interval(0.9, 0.8, 1.0), NONE, "the same", 12.0)


def compared(verdict: str, **settings: object) -> Compared:
    difference = Interval(0.25, 0.125, 0.375)
    return Compared(settings, NOW.mrr, NOW.found, difference, verdict, 13.4)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """A folder with a library that finds by meaning alone, and questions that need words."""
    folder = tmp_path_factory.mktemp("parts")
    with library_of_parts(folder, embedder):
        pass
    questions_on_parts(folder)
    (folder / "library" / "quoth.toml").write_text(
        "# by hand\n[retrieval]\ndense_weight = 1.0 # only meaning\nfeedback_weight = 0.0\n",
        encoding="utf-8",
    )
    return folder


def test_what_helps_is_written_where_it_was_set(
    parts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library, file = parts / "library", parts / "library" / "quoth.toml"
    arguments = ["tune", str(parts / "questions.jsonl"), "--library", str(library), "--json"]
    assert main([*arguments, "--write"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["written"] == str(file)
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# by hand\n")
    assert "# only meaning" in text
    chosen = told["chosen"]["retrieval.dense_weight"]
    assert load_config(file, environment={}).retrieval.dense_weight == chosen < 1


def test_the_table_says_what_is_better_and_what_may_be_chance() -> None:
    trials = (
        compared("better", **{"retrieval.dense_weight": 0.3}),
        compared("could be chance", **{"rerank.model": ""}),
    )
    report = TuningReport(40, "my.csv", 8, NOW, trials, trials[0].settings, ("few of them",))
    lines = report_text(report).splitlines()
    assert lines[0] == "40 questions: my.csv"
    assert lines[4].split("  ")[0] == "now"
    assert lines[4].endswith("12")
    assert "retrieval.dense_weight = 0.3" in lines[5]
    assert "+0.250 [+0.125, +0.375]  better" in lines[5]
    assert "rerank.model = none" in lines[6]
    assert "could be chance" in lines[6]
    assert lines[-2] == "note: few of them"
    assert lines[-1] == "Better than now beyond chance: retrieval.dense_weight = 0.3."


def test_nothing_better_is_advice_to_keep_what_there_is() -> None:
    text = report_text(TuningReport(40, "my.csv", 8, NOW, ()))
    assert text.endswith("Nothing is better than now beyond chance: keep what you have.")


@pytest.mark.parametrize("arguments", [[], ["questions.jsonl", "--generate", "3"]])
def test_questions_come_from_one_place(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tune", *arguments]) == 2
    assert "give a file of questions, or --generate N" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_one_line(
    parts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tune", str(parts / "gone.jsonl"), "--library", str(parts / "library")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
