"""Collections in BEIR layout, read and written as files."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.beir import document_of, file_name, judged, lines_of, write_files
from benchmarks.reporting import Skipped
from tests.benchmarks.making import write_collection

if TYPE_CHECKING:
    from pathlib import Path


@given(st.text(min_size=1, max_size=40).filter(lambda text: max(text) < "\ud800"))
def test_a_file_name_gives_the_id_back(document: str) -> None:
    name = file_name(document)
    assert "/" not in name
    assert document_of(f"/some/folder/{name}") == document


def test_documents_become_markdown_files_with_their_title_first(tmp_path: Path) -> None:
    corpus = {"1": ("On  whales\n", "They swim."), "a/b": ("", "No title."), "3": ("Alone", "")}
    write_collection(tmp_path / "set", corpus | {"empty": ("", " \n")}, {}, {})
    assert write_files(tmp_path / "set", tmp_path / "files") == 3
    texts = {
        document_of(file.name): file.read_text(encoding="utf-8")
        for file in (tmp_path / "files").iterdir()
    }
    assert texts == {"1": "# On whales\n\nThey swim.\n", "a/b": "No title.\n", "3": "# Alone\n"}


def test_files_look_as_old_as_a_users(tmp_path: Path) -> None:
    write_collection(tmp_path / "set", {"1": ("", "text")}, {}, {})
    write_files(tmp_path / "set", tmp_path / "files")
    assert (tmp_path / "files" / "1.md").stat().st_mtime < time.time() - 60


def test_only_questions_with_a_relevant_document_are_asked(tmp_path: Path) -> None:
    questions = {"q1": "One?", "q2": "Two?", "q3": "Three?"}
    write_collection(
        tmp_path,
        {"a": ("", "x"), "b": ("", "y")},
        questions,
        {"q1": {"a": 1, "b": 0}, "q2": {"a": 0}},
    )
    found = judged(tmp_path)
    assert found.questions == {"q1": "One?"}
    assert found.grades == {"q1": {"a": 1, "b": 0}}
    assert found.file == "test.tsv"


def test_test_judgements_come_before_others(tmp_path: Path) -> None:
    write_collection(tmp_path, {"a": ("", "x")}, {"q": "?"}, {"q": {"a": 1}})
    (tmp_path / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t3\n")
    assert judged(tmp_path).grades == {"q": {"a": 1}}


def test_an_absent_collection_is_skipped_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(Skipped, match="QUOTH_DATA"):
        list(lines_of(tmp_path / "corpus.jsonl"))
    with pytest.raises(Skipped, match="no judgements"):
        judged(tmp_path)
