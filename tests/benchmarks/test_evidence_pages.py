"""Questions that are judged by pages, on a real PDF."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks import evidence_pages
from benchmarks.reporting import Options
from benchmarks.retrieval import measure
from benchmarks.retrieval_systems import FUSED, MEANING, WORDS
from benchmarks.watching import WatchedEmbedder
from quoth.datatypes import Chunk
from tests.ingest.making import make_pdf

if TYPE_CHECKING:
    from pathlib import Path

    from vectorstore import Embedder

PAGES = [
    "The glacier is two hundred metres thick and moves a metre a day.",
    "The violin has four strings, tuned in perfect fifths.",
    "A tomato plant wants six hours of sun and much water.",
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages") / "reports"
    (folder / "pdfs").mkdir(parents=True)
    make_pdf(folder / "pdfs" / "REPORT_2022.pdf", PAGES)
    questions = [
        {
            "_id": "v",
            "question": "How many strings has the violin?",
            "evidence": [(1, "REPORT_2022")],
        },
        {"_id": "t", "question": "How much sun wants a tomato?", "evidence": [(2, "REPORT_2022")]},
        {"_id": "x", "question": "What is absent?", "evidence": [(0, "ABSENT")]},
    ]
    for question in questions:
        question["evidence"] = [{"page0": at, "doc": doc} for at, doc in question["evidence"]]
    text = "\n".join(map(json.dumps, questions))
    (folder / "qa.jsonl").write_text(text, encoding="utf-8")
    return folder.parent


def test_a_folder_of_pdfs_and_questions_is_a_collection_and_absent_pdfs_ask_nothing(
    data: Path,
) -> None:
    (data / "other").mkdir()
    assert evidence_pages.collections_in(data) == ("reports",)
    asked = evidence_pages.judged(data / "reports")
    assert asked.questions.keys() == asked.grades.keys() == {"v", "t"}
    assert asked.grades["v"] == {"REPORT_2022 2": 1}


def test_a_chunk_counts_for_each_of_its_pages() -> None:
    chunk = Chunk("i", "d", "/reports/REPORT_2022.pdf", "…", 0, 1, 3, 5, (), 1)
    assert evidence_pages.pages_of(chunk) == ["REPORT_2022 3", "REPORT_2022 4", "REPORT_2022 5"]


def test_the_page_that_answers_is_found(data: Path, embedder: Embedder, tmp_path: Path) -> None:
    watched = WatchedEmbedder(embedder, remember=True)
    found = measure(data / "reports", Options(data, tmp_path), watched)
    assert found["questions"] == 2
    for system in (FUSED, WORDS, MEANING):
        assert found["systems"][system]["recall@5"]["mean"] == 1, system
