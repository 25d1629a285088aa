"""Writes small collections in BEIR layout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_collection(
    folder: Path,
    corpus: Mapping[str, tuple[str, str]],
    questions: Mapping[str, str],
    grades: Mapping[str, Mapping[str, int]],
) -> None:
    (folder / "qrels").mkdir(parents=True)
    documents = [{"_id": i, "title": title, "text": text} for i, (title, text) in corpus.items()]
    queries = [{"_id": i, "text": text} for i, text in questions.items()]
    for name, lines in (("corpus", documents), ("queries", queries)):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    rows = [f"{q}\t{d}\t{grade}\n" for q, judged in grades.items() for d, grade in judged.items()]
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(rows))
