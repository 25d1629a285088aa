"""The JSON of `--json`: the engine's values under stable keys. docs/cli.md shows each of them.

Text is escaped to ASCII: exact on every terminal and in every encoding.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from quoth.answer_records import hit_record
from quoth.cli.terminal import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quoth.config import Config
    from quoth.datatypes import (
        Considered,
        ConversationRecord,
        DocumentRecord,
        Hit,
        IngestReport,
        Problem,
        RepairReport,
    )
    from quoth.doctor import Diagnosis
    from quoth.models import (
        CatalogueModel,
        Choice,
        LocalModel,
        Machine,
        ModelDescription,
        ModelFacts,
    )

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


def users_record(names: Sequence[str]) -> Record:
    """What `quoth users` prints."""
    return {"users": list(names)}


def conversations_record(conversations: Sequence[ConversationRecord]) -> Record:
    """What `quoth conversations list` ("conversations") prints."""
    return {"conversations": [dataclasses.asdict(each) for each in conversations]}


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


def models_record(
    known: Sequence[CatalogueModel],
    local: Sequence[LocalModel],
    machine: Machine,
    proposed: CatalogueModel | None,
    configured: str,
) -> Record:
    """What `quoth models list --json` prints. Sizes are in bytes and tokens."""
    here = {model.catalogue_name for model in local}
    return {
        "catalogue": [
            {
                **dataclasses.asdict(model),
                "needed_bytes": model.needed_bytes,
                "local": model.name in here,
            }
            for model in known
        ],
        "local": [local_model_record(model) for model in local],
        "configured": configured,
        "proposed": proposed.name if proposed else "embedded",
        "machine": dataclasses.asdict(machine),
    }


def local_model_record(model: LocalModel) -> Record:
    """What `quoth models pull`, `import` and `remove` print; `facts` is null when it is damaged."""
    return {
        "name": model.name,
        "path": str(model.path),
        "catalogue_name": model.catalogue_name,
        "error": model.error,
        "facts": None if model.facts is None else facts_record(model.facts),
    }


def model_record(shown: ModelDescription) -> Record:
    """What `quoth models show --json` prints."""
    return {
        "name": shown.name,
        "facts": facts_record(shown.facts),
        "needs": [{**dataclasses.asdict(need), "total": need.total} for need in shown.needs],
        "machine": dataclasses.asdict(shown.machine),
        "largest_context": shown.largest_context,
        "largest_context_on_gpu": shown.largest_context_on_gpu,
    }


def choice_record(choice: Choice) -> Record:
    """What `quoth models optimise --json` prints: `kind` is "" where the original stays in use."""
    return {
        "kind": choice.kind,
        "speeds": [
            {**dataclasses.asdict(speed), "seconds": speed.seconds} for speed in choice.speeds
        ],
    }


def facts_record(facts: ModelFacts) -> Record:
    """What a model's header says; its chat template is left out."""
    record = dataclasses.asdict(facts)
    record.pop("template")
    return {**record, "path": str(facts.path)}


def plain_value(value: Any) -> Any:
    """A setting's value as JSON has it: tuples as lists, worked examples as objects."""
    if isinstance(value, tuple):
        return [dataclasses.asdict(v) if dataclasses.is_dataclass(v) else v for v in value]  # type: ignore[arg-type]
    return value
