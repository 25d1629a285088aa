from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from quoth.cli.answers import answer_text, sources_text
from quoth.cli.progress import outcome_line
from quoth.datatypes import FileOutcome, Piece, Problem, Where
from quoth.errors import CorruptLibraryError
from tests import samples
from tests.quoth.fake_engine import (
    ANSWER,
    DOCUMENT,
    HIT,
    LOCKED,
    OUTCOMES,
    PASSWORD,
    QUOTE,
    REFUSAL,
    FakeQuoth,
    run,
)

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "faiss", "llama_cpp", "streamlit", "langchain", "langchain_core", "numpy", "rich")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in list(os.environ):
        if variable.startswith("QUOTH_"):
            monkeypatch.delenv(variable)


def in_process(
    *arguments: str, scenario: str = "plain", **variables: str
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.quoth.fake_engine", *arguments],
        cwd=ROOT,
        env={**os.environ, "SCENARIO": scenario, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("code", ["import quoth", "from quoth.cli import main; main(['--help'])"])
def test_nothing_heavy_is_imported_for_the_package_or_its_help(code: str) -> None:
    check = (
        f"{code}\nimport sys\nprint(*(m for m in {HEAVY!r} if m in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, check=True)
    assert done.stderr.split() == []


def test_ingest_prints_a_line_for_each_file_and_a_summary(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(FakeQuoth(), "ingest", "manuals", "notes.md") == 1
    assert capsys.readouterr().out.splitlines() == [
        "+ manuals/kettle.pdf (12 pages, 31 chunks)",
        "= notes.md",
        "~ price.html (1 page, 4 chunks)",
        "! scan.pdf has no text; run an OCR program on it",
        (
            "4 files: 1 added, 1 unchanged, 1 replaced, 1 failed; "
            "13 pages (6.5/s) and 35 chunks (17.5/s) in 2.0 s"
        ),
    ]


def test_the_name_of_a_file_is_said_once() -> None:
    failed = FileOutcome("/mine/a b.pdf", "failed", reason="a b.pdf is empty; leave it out")
    assert outcome_line(failed) == "! /mine/a b.pdf is empty; leave it out"
    other = replace(failed, reason="not there; check it")
    assert outcome_line(other) == "! /mine/a b.pdf: not there; check it"


def test_a_sync_fails_for_what_did_not_fail_before(capsys: pytest.CaptureFixture[str]) -> None:
    known = replace(OUTCOMES[3], known=True)
    assert run(FakeQuoth(outcomes=(known,)), "sync", "manuals") == 0
    told = capsys.readouterr().out
    assert told.startswith("! scan.pdf has no text")
    assert "1 failed (1 as before)" in told
    assert run(FakeQuoth(outcomes=(known, OUTCOMES[3])), "sync", "manuals") == 1
    assert run(FakeQuoth(outcomes=(known,)), "ingest", "manuals") == 1


def test_ingest_succeeds_when_no_file_failed() -> None:
    engine = FakeQuoth(outcomes=OUTCOMES[:3])
    assert run(engine, "ingest", "notes.md", "--collection", "work") == 0
    assert engine.calls["ingest"] == {"paths": [Path("notes.md")], "collection": "work"}
    assert engine.calls["open"]["create"] is True


@pytest.mark.parametrize("command", ["ingest", "sync"])
def test_passwords_are_handed_to_the_engine(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = FakeQuoth(outcomes=(LOCKED,))
    assert run(engine, command, "deed.pdf", "--password", "x", "--password", PASSWORD) == 0
    assert engine.calls["passwords"] == ["x", PASSWORD]
    assert capsys.readouterr().out.startswith("+ deed.pdf (2 pages, 3 chunks)\n")


def test_nobody_is_asked_for_a_password_without_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        assert run(FakeQuoth(outcomes=(LOCKED,)), "ingest", "deed.pdf") == 1
    assert "Password" not in "".join(capsys.readouterr())


def test_info_on_a_document_tells_how_its_pages_were_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine = FakeQuoth()
    assert run(engine, "info", "kettle.pdf", "--collection", "work") == 0
    assert engine.calls["find"] == {"name": "kettle.pdf", "collection": "work"}
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert "sources: manuals/kettle.pdf" in lines
    assert {"text layer: 10", "read by OCR: 1", "not read: 1"} <= set(lines)
    assert "! 1 of 12 pages (2) read by OCR" in lines


def test_list_gives_the_coverage_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    run(FakeQuoth(), "list", "--json")
    (document,) = json.loads(capsys.readouterr().out)["documents"]
    assert document["metadata"] == {}
    assert document["coverage"] == {
        "n_pages": 12,
        "ocr": [2],
        "empty": [],
        "failed": {"7": "its page is damaged"},
    }


def test_the_library_is_embedded_anew_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(FakeQuoth(outcomes=()), "ingest", "--re-embed") == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "quoth: 1 document embedded anew\n"


def test_ingest_uses_the_default_collection_when_none_is_named() -> None:
    engine = FakeQuoth()
    run(engine, "ingest", "notes.md")
    assert engine.calls["ingest"]["collection"] == "default"


def test_search_shows_file_pages_headings_score_and_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine = FakeQuoth()
    assert run(engine, "search", "warranty?", "-k", "3", "--source", "*.pdf") == 0
    out = capsys.readouterr().out
    assert out.splitlines() == [
        " 1  0.910  manuals/kettle.pdf, pages 3–4  Kettle > Warranty",
        "    The warranty lasts two years.",
    ]
    assert engine.calls["search"]["k"] == 3
    assert engine.calls["search"]["where"] == Where(sources=("*.pdf",))
    assert engine.calls["open"]["create"] is False


def test_search_shows_what_answers_and_all_of_it_when_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = "It is blue. It lasts two years. It is heavy. Keep the receipt."
    chunk = replace(HIT.chunk, text=text, start=0, end=len(text))
    parts = ("It lasts two years.", "Keep the receipt.")
    excerpt = tuple(
        replace(QUOTE, start=text.index(part), end=text.index(part) + len(part), text=part)
        for part in parts
    )
    engine = FakeQuoth(hits=[replace(HIT, chunk=chunk, excerpt=excerpt)])
    run(engine, "search", "?")
    assert engine.calls["search"]["excerpts"]
    shown = capsys.readouterr().out.splitlines()[1:]
    assert shown == ["    … It lasts two years. … Keep the receipt."]
    run(engine, "search", "?", "--full")
    assert capsys.readouterr().out.splitlines()[1:] == [f"    {text}"]
    run(engine, "search", "?", "--json")
    (hit,) = json.loads(capsys.readouterr().out)["hits"]
    assert hit["text"] == text
    assert [text[part["start"] : part["end"]] for part in hit["excerpt"]] == list(parts)


def test_search_trims_a_long_passage(capsys: pytest.CaptureFixture[str]) -> None:
    long = replace(HIT, chunk=replace(HIT.chunk, text="many words " * 300))
    run(FakeQuoth(hits=[long]), "search", "?")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert lines[-1].endswith("…")
    assert max(map(len, lines[1:])) <= 80


def test_search_says_when_nothing_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(FakeQuoth(hits=[]), "search", "?") == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "quoth: nothing found\n"


def test_ask_prints_the_answer_with_numbered_quotes_and_marks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(FakeQuoth(), "ask", "How long is the warranty?") == 0
    assert capsys.readouterr().out.splitlines() == [
        "It lasts two years. [1] It covers accidents. [unsupported: no source says so]",
        "",
        "Sources:",
        "[1] manuals/kettle.pdf, page 3",
        "    “The warranty lasts two years.”",
    ]


def test_ask_names_the_other_files_that_hold_what_is_quoted() -> None:
    copied = replace(samples.hit(), also_in=("old.pdf", "kettle.md"))
    assert sources_text(replace(samples.answer(), hits=(copied,))).splitlines()[3:5] == [
        "    also in old.pdf, kettle.md",
        "    “The warranty lasts two years”",
    ]


def test_sentences_stay_one_space_apart_wherever_their_space_is() -> None:
    first, second = ANSWER.sentences
    for left, right in [("One. ", "Two."), ("One.", " Two."), ("One.", "Two.")]:
        sentences = (replace(first, text=left), replace(second, text=right))
        text = answer_text(replace(ANSWER, sentences=sentences))
        assert text == "One. [1] Two. [unsupported: no source says so]"


def test_ask_shows_a_refusal_with_the_closest_passages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(FakeQuoth(pieces=(Piece(REFUSAL.text), Piece(answer=REFUSAL))), "ask", "Who?") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "    Not enough: it does not mention “won”."
    assert lines[:4] == [
        "The documents do not say.",
        "",
        "The closest passages:",
        " 1  0.910  manuals/kettle.pdf, pages 3–4  Kettle > Warranty",
    ]


def test_a_pipe_never_sees_withdrawn_text(capsys: pytest.CaptureFixture[str]) -> None:
    pieces = (Piece("Made up. "), Piece(ANSWER.text, withdrawn=True), Piece(answer=ANSWER))
    assert run(FakeQuoth(pieces=pieces), "ask", "?") == 0
    out = capsys.readouterr().out
    assert "Made up" not in out
    assert out.startswith("It lasts two years. [1]")


def test_ask_says_when_the_answer_was_cut(capsys: pytest.CaptureFixture[str]) -> None:
    cut = replace(ANSWER, stop_reason="length")
    run(FakeQuoth(pieces=[Piece(cut.text, answer=cut)]), "ask", "?")
    assert "--max-new-tokens" in capsys.readouterr().err


def test_shortcuts_of_ask_are_settings_from_the_command_line() -> None:
    engine = FakeQuoth()
    shortcuts = "--temperature .7 --max-new-tokens 9 --seed 4 --context-size 512 --threads 1"
    assert run(engine, "ask", "?", *shortcuts.split(), "--model", "m.gguf") == 0
    config = engine.calls["open"]["config"]
    assert (config.generation.temperature, config.generation.max_new_tokens) == (0.7, 9)
    assert (config.generation.seed, config.model.context_size, config.model.threads) == (4, 512, 1)
    assert config.model.path == "m.gguf"
    assert config.origins["model.path"] == "command line"


def test_settings_come_from_the_command_line_then_variables_then_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "quoth.toml"
    file.write_text("[retrieval]\nk = 1\ncandidates = 2\ndense_weight = 0.25\n", encoding="utf-8")
    monkeypatch.setenv("QUOTH_RETRIEVAL_K", "3")
    monkeypatch.setenv("QUOTH_RETRIEVAL_CANDIDATES", "4")
    engine = FakeQuoth()
    assert run(engine, "list", "--library", str(tmp_path), "--set", "retrieval.k=5") == 0
    retrieval = engine.calls["open"]["config"].retrieval
    assert (retrieval.k, retrieval.candidates, retrieval.dense_weight) == (5, 4, 0.25)


def test_the_library_comes_from_the_option_the_variable_or_the_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = FakeQuoth()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run(engine, "list")
    assert engine.calls["open"]["path"] == tmp_path / "quoth" / "library"
    monkeypatch.setenv("QUOTH_LIBRARY", str(tmp_path / "variable"))
    run(engine, "list")
    assert engine.calls["open"]["path"] == tmp_path / "variable"
    run(engine, "list", "--library", "option")
    assert engine.calls["open"]["path"] == Path("option")


def test_list_shows_one_line_for_each_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(FakeQuoth(), "list") == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["ID", "COLLECTION", "PAGES", "CHUNKS", "ADDED", "SOURCE"]
    assert row.split() == [DOCUMENT.id, "default", "12", "31", "2026-01-31", "manuals/kettle.pdf"]


def test_remove_asks_nothing_without_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        assert run(FakeQuoth(), "remove", "kettle.pdf") == 0
    assert capsys.readouterr().out == "- manuals/kettle.pdf\n"


def test_removing_what_is_not_there_fails_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(FakeQuoth(), "remove", "nothing.pdf", "--yes") == 1
    assert capsys.readouterr().err == "quoth: no document nothing.pdf; see quoth list\n"


def test_info_shows_the_facts_and_where_each_setting_came_from(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(FakeQuoth(), "info", "--set", "generation.seed=7") == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["path:", "/home/ada/library"] in lines
    assert ["generation.seed", "7", "command", "line"] in lines
    assert ["retrieval.k", "8", "default"] in lines


def test_verify_fails_with_a_line_on_each_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(FakeQuoth(), "verify") == 0
    problem = Problem("3 chunks have no vector", "run quoth ingest again")
    assert run(FakeQuoth(problems=[problem]), "verify") == 1
    assert capsys.readouterr().out.splitlines() == [
        "no problems found",
        "! 3 chunks have no vector; run quoth ingest again",
    ]


def test_repair_says_what_it_mended_and_fails_with_what_is_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(FakeQuoth(), "repair") == 0
    problem = Problem("a.txt: 3 chunks differ from its text", "ingest the file again")
    assert run(FakeQuoth(problems=[problem]), "repair") == 1
    mended = "+ mended: the lexical index lacks 3 chunks"
    assert capsys.readouterr().out.splitlines() == [
        mended,
        mended,
        "! a.txt: 3 chunks differ from its text; ingest the file again",
    ]


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (["ingest", "x"], {"files", "counts", "re_embedded", "seconds", "timings"}),
        (["search", "q"], {"question", "hits"}),
        (["list"], {"documents"}),
        (["remove", "x", "-y"], {"removed"}),
        (["info"], {"library", "configuration"}),
        (["verify"], {"problems"}),
        (["repair"], {"mended", "problems"}),
    ],
)
def test_json_is_one_object_and_nothing_else(
    arguments: list[str], keys: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(FakeQuoth(), *arguments, "--json")
    out = capsys.readouterr().out
    assert set(json.loads(out)) == keys
    assert out.isascii()


def test_the_json_of_an_answer_numbers_the_quotes_of_its_sentences(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(FakeQuoth(), "ask", "?", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert [sentence["quotes"] for sentence in answer["sentences"]] == [[1], []]
    assert answer["quotes"][0]["number"] == 1
    assert answer["quotes"][0]["text"] == "The warranty lasts two years."
    assert answer["answer"] == ANSWER.text


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["search"], "QUESTION"),
        (["search", ""], "QUESTION"),
        (["ask", "  "], "it is empty"),
        (["serach", "x"], "serach"),
        (["search", "x", "-k", "0"], "-k"),
        (["list", "--set", "nonsense"], "section.key=value"),
        (["list", "--config", "/nowhere/quoth.toml"], "/nowhere/quoth.toml"),
        (["ingest"], "PATH"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    arguments: list[str], wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(FakeQuoth(), *arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert wanted in captured.err


@pytest.mark.parametrize("setting", ["retrieval.kk=1", "retrieval.k=many", "nothing.k=1"])
def test_a_setting_that_does_not_fit_is_one_line(
    setting: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(FakeQuoth(), "list", "--set", setting) == 1
    assert setting.partition("=")[0] in capsys.readouterr().err


def test_an_error_of_ours_is_one_line_even_with_control_characters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = CorruptLibraryError("a\x1b[31m\nb\x07 is damaged")
    assert run(FakeQuoth(error=error), "list") == 1
    assert capsys.readouterr().err == "quoth: a b is damaged\n"


def test_a_defect_is_one_line_that_tells_how_to_see_more(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = FakeQuoth(error=ZeroDivisionError("division by zero"))
    assert run(engine, "list") == 1
    err = capsys.readouterr().err
    assert err.startswith("quoth: unexpected ZeroDivisionError: division by zero")
    assert "QUOTH_DEBUG=1" in err
    assert len(err.splitlines()) == 1
    monkeypatch.setenv("QUOTH_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run(engine, "list")


def test_no_control_sequence_of_a_document_reaches_the_output(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hostile = "ti\x1b]0;owned\x07tle \x1b[2Jtext\x9b31m\u202etfel\x08"
    chunk = replace(HIT.chunk, text=hostile, source=f"{hostile}.pdf", headings=(hostile,))
    assert run(FakeQuoth(hits=[replace(HIT, chunk=chunk)]), "search", "?") == 0
    out = capsys.readouterr().out
    assert "title text" in out
    assert not any(character in out for character in "\x1b\x07\x08\x9b\u202e")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_encoding_of_stdout_will_do(encoding: str) -> None:
    with in_process("search", "?", PYTHONIOENCODING=encoding, PYTHONUTF8="0") as process:
        out, err = process.communicate()
    assert process.returncode == 0
    assert err == b""
    assert b"The warranty lasts two years." in out


def test_a_reader_that_leaves_early_is_no_error() -> None:
    with in_process("search", "?", scenario="many") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        process.stdout = None
        _, err = process.communicate()
    assert err == b""
