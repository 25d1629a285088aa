"""The command line over the real engine: real files, the real embedder and the real model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quoth.cli import main

KETTLE = "# Kettle\n\n## Warranty\n\nThe warranty lasts two years. It excludes damage by lime.\n"
TEAPOT = "# Teapot\n\n## Material\n\nThe teapot is made of blue stoneware from Bunzlau.\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manuals")
    (folder / "kettle.md").write_text(KETTLE, encoding="utf-8")
    (folder / "teapot.md").write_text(TEAPOT, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def library(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("data") / "library"
    assert main(["ingest", str(folder), "--library", str(library)]) == 0
    return library


def run(library: Path, *arguments: str) -> int:
    return main([*arguments, "--library", str(library)])


def test_a_second_run_finds_everything_unchanged(
    library: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(library, "ingest", str(folder)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[0] for line in lines[:-1]] == ["=", "="]
    assert lines[-1] == "2 files: 0 added, 2 unchanged, 0 replaced, 0 failed"


def test_a_folder_with_a_bad_file_takes_the_others_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.txt").write_text("All is well here.", encoding="utf-8")
    (tmp_path / "empty.txt").touch()
    assert run(tmp_path / "library", "ingest", str(tmp_path), "/nowhere/at/all.pdf") == 1
    marks = sorted(line[0] for line in capsys.readouterr().out.splitlines()[:-1])
    assert marks == ["!", "!", "+"]


def test_every_file_of_a_report_has_its_line(
    library: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(library, "ingest", str(folder), "--json")
    files = json.loads(capsys.readouterr().out)["files"]
    run(library, "ingest", str(folder))
    lines = capsys.readouterr().out.splitlines()[:-1]
    assert sorted(line.split()[1] for line in lines) == sorted(file["source"] for file in files)


def test_search_ranks_the_passage_that_answers_first(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(library, "search", "how long is the warranty?", "-k", "1", "--json") == 0
    (hit,) = json.loads(capsys.readouterr().out)["hits"]
    assert "two years" in hit["text"]
    assert hit["source"].endswith("kettle.md")


def test_search_keeps_to_the_sources_asked_for(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(library, "search", "warranty", "--source", "tea*.md", "--json") == 0
    hits = json.loads(capsys.readouterr().out)["hits"]
    assert {Path(hit["source"]).name for hit in hits} == {"teapot.md"}


def test_ask_answers_with_a_source(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(library, "ask", "How long does the warranty last?", "--max-new-tokens", "24") == 0
    out = capsys.readouterr().out
    assert "two years" in out
    assert "kettle.md, page 1" in out


def test_ask_refuses_what_no_document_says(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(library, "ask", "Who won the football world cup in 1974?", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["refused"] is True
    assert answer["stop_reason"] == "refused"
    assert answer["closest"]
    assert all(hit["excerpt"] for hit in answer["closest"])


def test_info_tells_models_paths_and_settings(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(library, "info", "--json", "--set", "model.context_size=2048") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["library"]["path"] == str(library)
    assert facts["library"]["documents"] == 2
    assert facts["model"]["context_window"] == 2048
    origins = {setting["key"]: setting["origin"] for setting in facts["configuration"]}
    assert origins["model.context_size"] == "command line"


def test_a_removed_document_is_gone(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "library"
    assert run(library, "ingest", str(folder)) == 0
    assert run(library, "remove", "kettle.md", "--yes") == 0
    capsys.readouterr()
    assert run(library, "list", "--json") == 0
    documents = json.loads(capsys.readouterr().out)["documents"]
    assert [Path(d["sources"][0]).name for d in documents] == ["teapot.md"]
    assert run(library, "verify") == 0


@pytest.mark.parametrize("command", [["list"], ["search", "x"], ["ask", "x"], ["verify"], ["info"]])
def test_where_there_is_no_library_the_way_to_make_one_is_told(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "none", *command) == 1
    err = capsys.readouterr().err
    assert "quoth ingest" in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "none").exists()


def test_a_model_that_is_not_one_is_one_line(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = tmp_path / "model.gguf"
    fake.write_text("not a model", encoding="utf-8")
    question = "How long does the warranty last?"
    assert run(library, "ask", question, "--model", str(fake)) == 1
    err = capsys.readouterr().err
    assert "model.gguf" in err
    assert "unexpected" not in err
    assert len(err.splitlines()) == 1


def test_a_library_of_another_program_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "library.sqlite").write_text("something else", encoding="utf-8")
    assert run(tmp_path, "list") == 1
    assert "unexpected" not in capsys.readouterr().err
    assert (tmp_path / "library.sqlite").read_text(encoding="utf-8") == "something else"
