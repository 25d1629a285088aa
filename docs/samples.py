"""The values that the documentation shows: made up, but of the product's own types and records.

It knows what each command's `--json` prints, and no page.
"""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from pathlib import Path

from generation.memory import memory_need
from quoth.answer_records import answer_record
from quoth.cli import records
from quoth.cli.tuning import tuning_record
from quoth.config import Config
from quoth.datatypes import (
    Answer,
    Chunk,
    Considered,
    Context,
    Conversation,
    ConversationRecord,
    Coverage,
    DocumentRecord,
    FileOutcome,
    Finding,
    Hit,
    IngestReport,
    Passage,
    Problem,
    Quote,
    RepairReport,
    Sentence,
    Turn,
)
from quoth.doctor import Diagnosis
from quoth.exports import as_record
from quoth.models import (
    Choice,
    LocalModel,
    Machine,
    ModelDescription,
    ModelFacts,
    Speed,
    TensorType,
    catalogue,
)
from quoth.tuning import Compared, TuningReport
from quoth.tuning.intervals import Interval
from vectorstore import Compaction

CHUNK = Chunk(
    id="0f1e2d3c4b5a6978:120-149",
    document_id="0f1e2d3c4b5a6978",
    source="manuals/kettle.pdf",
    text="The warranty lasts two years.",
    start=120,
    end=149,
    first_page=3,
    last_page=3,
    headings=("Kettle", "Warranty"),
    n_tokens=14,
)
QUOTE = Quote(CHUNK.document_id, CHUNK.source, 3, 120, 149, CHUNK.text)
HIT = Hit(
    CHUNK,
    0.91,
    1,
    0.72,
    (Finding("dense", 1, 0.72), Finding("lexical", 1, 8.4)),
    excerpt=(QUOTE,),
)
CONSIDERED = Considered(
    HIT,
    (Finding("fusion", 2, 0.64), Finding("feedback", 1, 0.91)),
    True,
    "number 1 of the 8 asked for",
)
ANSWER = Answer(
    question="How long is the warranty?",
    sentences=(Sentence("It lasts two years.", (QUOTE,), 0.94, "supported"),),
    refused=False,
    context=Context(
        (
            Passage(
                number=1,
                document_id=CHUNK.document_id,
                source=CHUNK.source,
                text=CHUNK.text,
                start=120,
                end=149,
                first_page=3,
                last_page=3,
                headings=CHUNK.headings,
                rank=1,
                n_tokens=21,
            ),
        ),
        21,
    ),
    stop_reason="end",
    confidence=0.88,
    timings={"search": 0.012, "pack": 0.003, "first_token": 0.41, "total": 0.93},
    n_prompt_tokens=240,
    n_completion_tokens=6,
)
DOCUMENT = DocumentRecord(
    id=CHUNK.document_id,
    collection="default",
    sources=(CHUNK.source,),
    title="Kettle",
    media_type="application/pdf",
    language="en",
    n_pages=12,
    n_chunks=31,
    n_characters=20480,
    added_at="2026-01-31T12:00:00+00:00",
    metadata={"coverage": Coverage(12, ocr=(7,)).as_text()},
    warnings=Coverage(12, ocr=(7,)).warnings(),
)
REPORT = IngestReport(
    (FileOutcome(CHUNK.source, "added", CHUNK.document_id, 12, 31),),
    1.9,
    {"read": 0.4, "chunk": 0.1, "embed": 1.3, "write": 0.1},
)
SYNC_REPORT = IngestReport(
    (FileOutcome("manuals/toaster.pdf", "removed", "1f1e2d3c4b5a6978"),),
    0.4,
    {"scan": 0.3, "read": 0.0, "chunk": 0.0, "embed": 0.0, "write": 0.1},
)

WHEN = "2026-01-31T12:00:00.000000+00:00"
CONVERSATION = Conversation(
    ConversationRecord("9a1b2c3d4e5f6071", ANSWER.question, WHEN, WHEN, 1, 2),
    (
        Turn(
            1, ANSWER.question, WHEN, "answered", ANSWER.text, ANSWER,
            rating="good", note="the right page",
        ),
    ),
)  # fmt: skip
NOW = Compared(
    {}, Interval(0.81, 0.72, 0.89), Interval(0.95, 0.88, 1.0), Interval(0, 0, 0), "the same", 21.0
)
TRIED = Compared(
    {"retrieval.dense_weight": 0.7},
    Interval(0.83, 0.74, 0.9),
    Interval(0.95, 0.88, 1.0),
    Interval(0.02, -0.03, 0.07),
    "could be chance",
    21.0,
)
TUNING = TuningReport(40, "questions.jsonl", 8, NOW, (TRIED,))
MACHINE = Machine(8, 33_285_996_544, 21_474_836_480)
CATALOGUE_MODEL = next(model for model in catalogue() if model.name == "qwen2.5-1.5b")
FACTS = ModelFacts(
    path=Path("models/mine.gguf"),
    file_bytes=98_362_432,
    architecture="llama",
    name="Mine",
    size_label="135M",
    n_parameters=134_515_008,
    quantization="Q4_1",
    context_length=8192,
    block_count=30,
    embedding_length=576,
    head_count=9,
    head_count_kv=3,
    vocabulary_size=49_152,
    kv_width=11_520,
    template="",
    feed_forward_length=1536,
    position_encoding="RoPE, base 100,000",
    tensor_types=(TensorType("Q4_1", 210, 106_168_320, 66_355_200),),
    licence="apache-2.0",
    languages=("en",),
)
LOCAL_MODEL = LocalModel("mine", FACTS.path, FACTS)


def examples() -> dict[str, records.Record]:
    """For each command, what its `--json` prints."""
    return {
        "ingest": records.ingest_record(REPORT),
        "sync": records.sync_record(SYNC_REPORT),
        "tag": records.documents_record("documents", [replace(DOCUMENT, tags=("to read",))]),
        "collections list": records.collections_record({"default": 12, "work": 3}),
        "collections create": records.collections_record({"default": 12, "work": 0}),
        "collections rename": records.collections_record({"default": 12, "papers": 3}),
        "collections delete": records.collections_record({"default": 12}),
        "conversations list": records.conversations_record([CONVERSATION.record]),
        "conversations show": as_record(CONVERSATION),
        "conversations export": {"output": None, "text": "# How long is the warranty?\n…"},
        "conversations delete": records.conversations_record([CONVERSATION.record]),
        "users list": records.users_record(["ada", "bob"]),
        "users add": records.users_record(["ada", "bob"]),
        "users remove": records.users_record(["ada"]),
        "search": records.explain_record(ANSWER.question, [CONSIDERED]),
        "ask": answer_record(ANSWER),
        "list": records.documents_record("documents", [DOCUMENT]),
        "remove": records.documents_record("removed", [DOCUMENT]),
        "info": {
            "library": "…",
            "configuration": records.info_record({}, Config())["configuration"][:1],
        },
        "verify": records.verify_record([Problem("3 chunks have no vector", "ingest again")]),
        "compact": dataclasses.asdict(Compaction(91_234_304, 60_817_408, 1.7)),
        "doctor": records.doctor_record(
            [Diagnosis("gpu", "ok", "FAISS sees no GPU; the CPU searches")]
        ),
        "models list": {
            **records.models_record([CATALOGUE_MODEL], [], MACHINE, CATALOGUE_MODEL, "embedded"),
            "local": ["…"],
        },
        "models show": records.model_record(
            ModelDescription("mine", FACTS, (memory_need(FACTS, 4096),), MACHINE, 8192, 0)
        ),
        "models pull": records.local_model_record(LOCAL_MODEL),
        "models import": records.local_model_record(LOCAL_MODEL),
        "models optimise": records.choice_record(
            Choice("Q8_0", (Speed("Q4_1", 301.2, 77.0, 20.48), Speed("Q8_0", 515.5, 71.2, 20.27)))
        ),
        "models remove": records.local_model_record(LOCAL_MODEL),
        "repair": records.repair_record(
            RepairReport(("the lexical index lacks 3 chunks of the library",), ())
        ),
        "tune": tuning_record(TUNING, ""),
        "ui": {"url": "http://localhost:8501"},
    }
