"""The command line of the benchmarks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.__main__ import main
from benchmarks.reporting import Bar, Table

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmarks set it for their process; other tests are to find it as it was."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def test_absent_data_is_skipped_with_a_line_and_in_the_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = tmp_path / "absent"
    assert main(["retrieval", "--data", str(absent), "--output", str(tmp_path / "out")]) == 0
    assert "skipped: " in capsys.readouterr().out
    written = json.loads((tmp_path / "out" / "retrieval.json").read_text(encoding="utf-8"))
    assert str(absent) in written["skipped"]
    assert written["machine"]["cores"] >= 1
    assert "torch" in written["versions"]
    assert written["date"].endswith("+00:00")


def test_an_unknown_name_is_told_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["speed", "--output", str(tmp_path)]) == 1
    assert "there is no benchmark speed" in capsys.readouterr().err


def test_a_bar_says_whether_it_is_met() -> None:
    assert Bar("ratio", 2.5, 2.6).met
    assert not Bar("ratio", 2.5, 2.4).met
    assert Bar("seconds", 0.3, 0.2, at_least=False).met
    assert str(Bar("seconds", 0.3, 0.4, at_least=False)) == "NOT MET: seconds 0.4 (bar ≤ 0.3)"


def test_a_table_is_aligned_to_its_widest_cells() -> None:
    table = Table("title", [["", "n"], ["long name", "1"], ["x", "1000"]])
    assert str(table).splitlines() == [
        "title",
        "              n",
        "---------  ----",
        "long name     1",
        "x          1000",
    ]
