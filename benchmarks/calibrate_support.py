"""Fits the support check, and states what it catches and what it wrongly accuses.

    python -m benchmarks.calibrate_support [--data FOLDER] [--cache FOLDER]

Claims are the sentences of CLAPnq's answers, written by people from one gold passage, often in
other words and over several of its sentences. A claim is carried when its passage is in the
context, and not when that passage is taken out of the library. Then one fact of each claim that is
called supported is changed (benchmarks/changes.py), and the share that is flagged counted. Failures
of one half of the questions were read while the check was made, those of the other half never.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.beir import document_of, lines_of
from benchmarks.calibrate_refusal import FOLDS, options, overlaps, plain
from benchmarks.cases import collection_cases
from benchmarks.changes import CHANGES, POOLS
from benchmarks.measuring import proportion
from benchmarks.reporting import Skipped
from generation import spans, support
from generation.claims import split
from generation.evidence import Embed, Evidence, gather
from generation.words import is_content, words
from quoth import Config
from quoth.datatypes import Context, Passage
from vectorstore import RememberedVectors, load_embedder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from benchmarks.cases import Case


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer, its question's id and gold, its passage, the evidence with and without."""

    text: str
    group: str
    passage: str
    gold: Mapping[str, Any]
    present: Evidence
    absent: Evidence


def claims(cases: Sequence[Case], embed: Embed) -> Iterator[Claim]:
    """The sentences of the answers to every answerable question, each once."""
    for case in cases:
        if not case.answerable:
            continue
        shown = case.gold["passage_shown"]
        passages = [p for p in case.context.passages if document_of(p.source) != shown]
        own = " ".join(p.text for p in case.context.passages if document_of(p.source) == shown)
        present = gather(case.question, case.context, embed, hits=case.hits)
        absent = gather(case.question, Context(tuple(passages)), embed, hits=case.hits)
        said = [s.strip() for answer in case.gold["answers"] for s in split(answer)]
        for text in dict.fromkeys(said):
            if any(is_content(word) for word in words(text)):
                yield Claim(text, case.group, own, case.gold, present, absent)


def best(claim: Claim, evidence: Evidence, embed: Embed) -> tuple[float, float]:
    """Cosine and overlap of the span that the present weights like best."""
    read = spans.read_spans(evidence)
    found = spans.features([claim.text], embed([claim.text]), read, evidence)
    cosine, overlap = found[0, int(np.argmax(spans.log_odds(found, read)))]
    return float(cosine), float(overlap)


def fit(found: list[Claim], embed: Embed) -> None:
    """Print the weights, and the cross-validated share of right verdicts on meaning and words."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    rows = [best(c, e, embed) for c in found for e in (c.present, c.absent)]
    labels = [True, False] * len(found)
    groups = [c.group for c in found for _ in range(2)]
    model = LogisticRegression(C=10, max_iter=3000)
    right = cross_val_predict(model, rows, labels, groups=groups, cv=GroupKFold(FOLDS)) == labels
    model.fit(rows, labels)
    print("support: intercept", np.round(model.intercept_, 2), "weights", np.round(model.coef_, 2))
    print(f"right verdicts {np.mean(right):.3f} of {len(rows)}")


def supported(text: str, evidence: Evidence, embed: Embed) -> bool:
    """Whether every claim of a text is supported."""
    checked = support.check(text, evidence, embed)
    return all(sentence.verdict != "unsupported" for sentence in checked)


def compare_with_gold(found: Sequence[Claim], embed: Embed) -> None:
    """Print how many quotes are gold evidence, and how much of it is quoted, on CLAPnq."""
    quoted: dict[str, set[str]] = {}
    for claim in found:
        sentences = support.check(claim.text, claim.present, embed)
        texts = {
            " ".join(q.text.split())
            for s in sentences
            if s.verdict == "supported"
            for q in s.quotes
        }
        quoted.setdefault(claim.group, set()).update(texts)
    gold = {c.group: [plain(s) for s in c.gold["selected_sentences"]] for c in found}
    right = [
        overlaps(plain(text), gold[group]) for group, texts in quoted.items() for text in texts
    ]
    covered = [
        overlaps(one, map(plain, quoted[group]))
        for group, sentences in gold.items()
        for one in sentences
    ]
    print(
        f"CLAPnq: precision {np.mean(right):.3f} of {len(right)} quotes, "
        f"recall {np.mean(covered):.3f} of {len(covered)} gold sentences"
    )


def compare_with_scifact(folder: Path, embed: Embed) -> None:
    """Print the same for the claims of SciFact over their abstracts, and which are supported."""
    abstracts = {line["_id"]: line["text"] for line in lines_of(folder / "corpus.jsonl")}
    claims_of = {line["_id"]: line["text"] for line in lines_of(folder / "queries.jsonl")}
    rationales: dict[tuple[str, str, str], list[str]] = {}
    for line in lines_of(folder / "evidence.jsonl"):
        key = (line["_id"], line["doc"], line["label"])
        rationales.setdefault(key, []).extend(plain(text) for text in line["rationale"])
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for (claim, document, label), gold in rationales.items():
        if claim in claims_of and document in abstracts:
            row = _row(claims_of[claim], abstracts[document], gold, embed)
            rows.setdefault(label, []).append(row)
    for label, found in rows.items():
        right = [row[1] for row in found if row[1] >= 0]
        covered, held = np.mean([row[2] for row in found]), np.mean([row[0] for row in found])
        print(
            f"SciFact {label}: precision of the best quote {np.mean(right):.3f} of {len(right)}, "
            f"recall {covered:.3f}, called supported {held:.3f} of {len(found)}"
        )


def _row(
    claim: str, abstract: str, gold: Sequence[str], embed: Embed
) -> tuple[float, float, float]:
    """Whether supported; whether its first quote is evidence, -1 without one; the share quoted."""
    passage = Passage(1, "d", "d.md", abstract, 0, len(abstract), 1, 1, (), 1, 1)
    evidence = gather(claim, Context((passage,)), embed)
    sentences = support.check(claim, evidence, embed)
    quotes = [plain(quote.text) for sentence in sentences for quote in sentence.quotes]
    right = [overlaps(text, gold) for text in quotes]
    covered = np.mean([overlaps(one, quotes) for one in gold])
    held = all(sentence.verdict != "unsupported" for sentence in sentences)
    return float(held), float(right[0]) if right else -1.0, float(covered)


def count_verdicts(found: Sequence[Claim], embed: Embed) -> None:
    """Print the shares flagged: as they are, without their passage, with a fact changed."""
    held = [claim for claim in found if supported(claim.text, claim.present, embed)]
    _tell("true", [claim not in held for claim in found])
    _tell("passage absent", [not supported(c.text, c.absent, embed) for c in found])
    flags: dict[str, list[bool]] = {}
    for label, change in CHANGES.items():
        pairs = [(claim, change(claim.text, claim.passage)) for claim in held]
        flags[label] = [
            not supported(text, claim.present, embed) for claim, text in pairs if text != claim.text
        ]
        _tell(label, flags[label])
    for label, kinds in POOLS.items():
        _tell(label, [flag for kind in kinds for flag in flags[kind]])


def _tell(label: str, flagged: Sequence[bool]) -> None:
    print(f"{label:30s} flagged {proportion(flagged)} of {len(flagged)}")


def is_looked_at(claim: Claim) -> bool:
    """Whether the claim is of the half whose failures were read while the check was made."""
    return zlib.crc32(claim.group.encode()) % 2 == 0


def main() -> None:
    """Fit, then count."""
    chosen, embedder = options(__doc__), load_embedder(Config().embedder)
    embed = RememberedVectors(embedder.embed_passages, capacity=200_000)
    try:
        cases = collection_cases("clapnq", chosen, embedder)
    except Skipped as reason:
        raise SystemExit(str(reason)) from None
    found = list(claims(cases, embed))
    fit(found, embed)
    for label, half in (("half looked at", True), ("other half", False)):
        print(f"\n{label}")
        count_verdicts([claim for claim in found if is_looked_at(claim) is half], embed)
    print()
    compare_with_gold(found, embed)
    compare_with_scifact(chosen.data / "scifact", embed)


if __name__ == "__main__":
    main()
