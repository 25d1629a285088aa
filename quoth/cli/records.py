"""The JSON of `--json`: the engine's values under stable keys. docs/cli.md shows each of them.

Text is escaped to ASCII: exact on every terminal and in every encoding.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from quoth.cli.terminal import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quoth.config import Config
    from quoth.datatypes import (
        Answer,
        Considered,
        DocumentRecord,
        Hit,
        IngestReport,
        Problem,
        RepairReport,
    )
    from quoth.doctor import Diagnosis

Record = dict[str, Any]


def say_json(record: Record, *, indent: int | None = 2) -> None:
    """Write one JSON object to stdout; without `indent` on one line."""
    say(json.dumps(record, indent=indent))


def ingest_record(report: IngestReport, *, re_embedded: int = 0) -> Record:
    """What `quoth ingest --json` prints."""
    return {
        "files": [dataclasses.asdict(outcome) for outcome in report.outcomes],
        "counts": {
            status: report.count(status) for status in ("added", "unchanged", "replaced", "failed")
        },
        "re_embedded": re_embedded,
        "seconds": report.seconds,
        "timings": dict(report.timings),
    }


def sync_record(report: IngestReport) -> Record:
    """What `quoth sync --json` prints."""
    record = ingest_record(report)
    record.pop("re_embedded")
    record["counts"]["removed"] = report.count("removed")
    return record


def collections_record(sizes: Mapping[str, int]) -> Record:
    """What `quoth collections list --json` prints."""
    return {"collections": [{"name": n, "documents": size} for n, size in sizes.items()]}


def search_record(question: str, hits: Sequence[Hit]) -> Record:
    """What `quoth search --json` prints."""
    return {"question": question, "hits": [hit_record(hit) for hit in hits]}


def explain_record(question: str, considered: Sequence[Considered]) -> Record:
    """What `quoth search --explain --json` prints: the hits, and all that was considered."""
    hits = [one.hit for one in considered if one.kept]
    return {
        **search_record(question, hits),
        "considered": [
            {
                "kept": one.kept,
                "reason": one.reason,
                "stages": [dataclasses.asdict(stage) for stage in one.stages],
                **hit_record(one.hit),
            }
            for one in considered
        ],
    }


def hit_record(hit: Hit) -> Record:
    """A hit and its chunk in one object."""
    return {
        "rank": hit.rank,
        "score": hit.score,
        "similarity": hit.similarity,
        "found_by": [dataclasses.asdict(finding) for finding in hit.found_by],
        "chunk_id": hit.chunk.id,
        "document_id": hit.chunk.document_id,
        "source": hit.chunk.source,
        "also_in": list(hit.also_in),
        "first_page": hit.chunk.first_page,
        "last_page": hit.chunk.last_page,
        "headings": list(hit.chunk.headings),
        "start": hit.chunk.start,
        "end": hit.chunk.end,
        "text": hit.chunk.text,
    }


def answer_record(answer: Answer) -> Record:
    """What `quoth ask --json` prints: the quotes of a sentence are numbers into `quotes`."""
    numbers = {quote: number for number, quote in enumerate(answer.quotes, 1)}
    return {
        "question": answer.question,
        "answer": answer.text,
        "refused": answer.refused,
        "confidence": answer.confidence,
        "extractive": answer.extractive,
        "stop_reason": answer.stop_reason,
        "sentences": [
            {
                "text": sentence.text,
                "verdict": sentence.verdict,
                "support": sentence.support,
                "reason": sentence.reason,
                "quotes": [numbers[quote] for quote in sentence.quotes],
            }
            for sentence in answer.sentences
        ],
        "quotes": [{"number": n, **dataclasses.asdict(quote)} for quote, n in numbers.items()],
        "passages": [dataclasses.asdict(passage) for passage in answer.context.passages],
        "closest": [hit_record(hit) for hit in answer.closest],
        "timings": dict(answer.timings),
        "n_prompt_tokens": answer.n_prompt_tokens,
        "n_completion_tokens": answer.n_completion_tokens,
    }


def documents_record(key: str, documents: Sequence[DocumentRecord]) -> Record:
    """What `quoth list`, `quoth tag` ("documents") and `quoth remove` ("removed") print."""
    return {key: [document_record(document) for document in documents]}


def document_record(document: DocumentRecord) -> Record:
    """A document; `coverage` says how its pages were read, null where its format has none."""
    from quoth.datatypes import Coverage

    coverage = Coverage.from_metadata(document.metadata)
    metadata = {key: value for key, value in document.metadata.items() if key != "coverage"}
    return {
        **dataclasses.asdict(document),
        "metadata": metadata,
        "coverage": None if coverage is None else dataclasses.asdict(coverage),
    }


def info_record(info: dict[str, object], config: Config) -> Record:
    """What `quoth info --json` prints: the library's facts, then every setting and its origin."""
    settings = [
        {"key": key, "value": plain_value(value), "origin": origin}
        for key, value, origin in config.items()
    ]
    return {**info, "configuration": settings}


def verify_record(problems: Sequence[Problem]) -> Record:
    """What `quoth verify --json` prints."""
    return {"problems": [dataclasses.asdict(problem) for problem in problems]}


def doctor_record(diagnoses: Sequence[Diagnosis]) -> Record:
    """What `quoth doctor --json` prints."""
    return {
        "well": all(diagnosis.status != "failed" for diagnosis in diagnoses),
        "checks": [dataclasses.asdict(diagnosis) for diagnosis in diagnoses],
    }


def repair_record(report: RepairReport) -> Record:
    """What `quoth repair --json` prints."""
    return {"mended": list(report.mended), **verify_record(report.problems)}


def plain_value(value: Any) -> Any:
    """A setting's value as JSON has it: tuples as lists, worked examples as objects."""
    if isinstance(value, tuple):
        return [dataclasses.asdict(v) if dataclasses.is_dataclass(v) else v for v in value]  # type: ignore[arg-type]
    return value
