from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from quoth.cli import main
from tests.generation.hub_server import the_hub
from tests.generation.making import LLAMA, write_gguf

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QUOTH_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("QUOTH_LIBRARY", str(tmp_path / "library"))
    return tmp_path / "models"


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["models", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_list_marks_the_configured_model_and_the_one_that_suits(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["models"]) == 0
    shown = capsys.readouterr()
    assert "*  embedded  135 M" in shown.out
    assert "qwen3-4b" in shown.out
    assert " suits it" in shown.err
    record = told(capsys)
    assert record == told(capsys, "list") | {"machine": record["machine"]}
    assert record["configured"] == "embedded"
    names = [model["name"] for model in record["catalogue"]]
    assert record["proposed"] in {*names, "embedded"}
    assert [model["name"] for model in record["local"]] == ["embedded"]
    assert not (tmp_path / "library").exists()


def test_a_model_is_shown_for_people_and_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "show", "embedded"]) == 0
    out = capsys.readouterr().out
    assert "positions: RoPE, base 100,000" in out
    assert "Q4_1  210      106,168,320  66 MB" in out
    assert "fits" in out
    record = told(capsys, "show", "embedded")
    assert record["facts"]["feed_forward_length"] == 1536
    assert record["facts"]["head_count_kv"] == 3
    assert "template" not in record["facts"]
    assert record["needs"][0]["total"] > record["facts"]["file_bytes"]


def test_a_file_is_imported_used_by_name_and_removed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, folder: Path
) -> None:
    mine = write_gguf(tmp_path / "mine.gguf", LLAMA)
    assert main(["models", "import", str(mine)]) == 0
    shown = capsys.readouterr()
    assert shown.out == f"+ {folder / 'mine.gguf'}\n"
    assert "--set model.path=mine" in shown.err
    assert main(["models", "--set", "model.path=mine"]) == 0
    assert "*  mine" in capsys.readouterr().out
    assert told(capsys, "remove", "mine")["name"] == "mine"
    assert main(["models", "remove", "mine"]) == 1
    assert capsys.readouterr().err.startswith("quoth: ")


def test_a_model_is_pulled_from_the_hub(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = write_gguf(tmp_path / "source.gguf", LLAMA).read_bytes()
    with the_hub({"ada/small/small.gguf": content}, monkeypatch):
        assert told(capsys, "pull", "ada/small/small.gguf")["path"] == str(folder / "small.gguf")
        assert main(["models", "pull", "ada/small/large.gguf"]) == 1
        error = capsys.readouterr().err
        assert error.startswith("quoth: there is no large.gguf in ada/small")
        assert error.count("\n") == 1


def test_an_unknown_name_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("show", "pull", "remove"):
        assert main(["models", command, "nothing"]) == 1
        assert capsys.readouterr().err.count("\n") == 1


def test_a_model_is_optimised_on_text_of_the_library(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    from generation import measuring, requantize

    quick = partial(requantize.optimise, kinds=("Q8_0",), effort=measuring.Effort(16, 17, 1))
    monkeypatch.setattr(requantize, "optimise", quick)
    monkeypatch.setattr(requantize, "_GAIN", 0.0)
    monkeypatch.setattr(requantize, "_PERPLEXITY", 100.0)
    assert main(["models", "optimise", "--set", "model.threads=1"]) == 0
    shown = capsys.readouterr()
    assert "*  Q8_0" in shown.out
    assert "quoth: writing SmolLM2-135M-Instruct.Q4_1.gguf as Q8_0" in shown.err
    assert list((folder / "optimised").glob("*.Q8_0.gguf"))
    assert main(["info"]) == 1  # there is no library yet
