from __future__ import annotations

from benchmarks.chunking import Question
from benchmarks.trimming import _sentences, _Trimmer
from ingest import chunk_document
from tests.ingest.making import make_document

TEXT = (
    "The kettle is blue. It stands in the kitchen. Its warranty lasts two years. "
    "The toaster is red. Bread lies beside it. Nobody knows why.\n"
)


def count(texts: object) -> list[int]:
    return [len(text.split()) + 2 for text in texts]  # type: ignore[attr-defined]


def test_what_is_left_of_a_chunk_is_its_sentences_that_say_what_is_asked() -> None:
    document = make_document(TEXT)
    chunks = [("a", chunk) for chunk in chunk_document(document, count, 256)]
    trimmer = _Trimmer(chunks, _sentences({"a": document}, chunks, count))
    start = TEXT.index("Its warranty")
    question = Question("How long does the warranty last?", "a", ((start, start + 28),))
    kept = [trimmer.kept(question, [0.5] * len(chunks), below) for below in (0.1, 9)]
    assert [one.recall for one in kept] == [1.0, 1.0]
    assert kept[0].tokens < kept[1].tokens
    assert kept[0].iou > 2 * kept[1].iou
