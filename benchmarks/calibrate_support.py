"""Fits the support check, and states what it catches and what it wrongly accuses.

    python -m benchmarks.calibrate_support [--data FOLDER]

Claims are the sentences of CLAPnq's answers, written by people from one gold passage, often in
other words and over several of its sentences. A claim is carried when its passage is in the
context, and not when that passage is taken out of the library. Then one fact of each claim is
changed (a number, a name, a "not"), and the share of changed claims still called supported is
counted against that of the unchanged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.calibrate_refusal import FOLDS, Library, context, data_folder, minilm
from generation import support
from generation.claims import split
from generation.evidence import Embed, Evidence, gather
from generation.words import is_content, names, stated_numbers, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

OTHER_NAMES = ("Zanzibar", "Hawthorne", "Mulligan")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer, its question's id, and the evidence with and without its passage."""

    text: str
    group: str
    present: Evidence
    absent: Evidence


def claims(library: Library, passages: Mapping[str, str], embed: Embed) -> Iterator[Claim]:
    """The sentences of the first answer to every answerable question."""
    for name, question in library.questions.items():
        gold = library.gold[name]
        if not gold["answerable"]:
            continue
        shown = passages[name]
        present = gather(question, context(library.search(question)), embed)
        absent = gather(question, context(library.search(question, shown)), embed)
        for sentence in split(gold["answers"][0]):
            if sentence.strip():
                yield Claim(sentence.strip(), name, present, absent)


def other_number(claim: str) -> str:
    """The claim with its first number in digits one higher."""
    found = next((n.written for n in stated_numbers(claim) if n.written.isdigit()), "")
    return claim.replace(found, str(int(found) + 1), 1) if found else claim


def other_name(claim: str) -> str:
    """The claim with its last name, if that is not its first word, replaced."""
    found = [name for name in names(claim) if name.start > 0]
    if not found:
        return claim
    new = OTHER_NAMES[len(claim) % len(OTHER_NAMES)]
    return claim[: found[-1].start] + new + claim[found[-1].end :]


def negation(claim: str) -> str:
    """The claim with a "not" after its first auxiliary verb."""
    return re.sub(r"\b(is|are|was|were|can|will|has|have)\b(?! not)", r"\1 not", claim, count=1)


CHANGES: Mapping[str, Callable[[str], str]] = {
    "number": other_number,
    "name": other_name,
    "negation": negation,
}


def best(claim: Claim, evidence: Evidence, embed: Embed) -> tuple[float, float]:
    """Cosine and overlap of the span that the present weights like best."""
    spans = support.read_spans(evidence)
    vectors = embed([claim.text])
    odds = support.log_odds([claim.text], vectors, spans, evidence)
    found = support.features([claim.text], vectors, spans, evidence)[0, int(np.argmax(odds))]
    return float(found[0]), float(found[1])


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


def main() -> None:
    """Fit, then count."""
    folder = data_folder() / "clapnq"
    embed, count = minilm()
    library = Library(folder, embed, count)
    shown = {name: gold["passage_shown"] for name, gold in library.gold.items()}
    found = [c for c in claims(library, shown, embed) if any(is_content(w) for w in words(c.text))]
    fit(found, embed)
    for label, texts in {"unchanged": found, "passage absent": found}.items():
        verdicts = [
            supported(c.text, c.present if label == "unchanged" else c.absent, embed) for c in texts
        ]
        print(f"{label:15s} supported {np.mean(verdicts):.3f} of {len(verdicts)}")
    held = [c for c in found if supported(c.text, c.present, embed)]
    for label, change in CHANGES.items():
        changed = [c for c in held if change(c.text) != c.text]
        verdicts = [supported(change(c.text), c.present, embed) for c in changed]
        print(
            f"{label:15s} changed in {len(changed)} supported claims: still {np.mean(verdicts):.3f}"
        )


if __name__ == "__main__":
    main()
