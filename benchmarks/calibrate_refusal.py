"""Fits the refusal and the ranking of extracted sentences, and states how good they are.

    python -m benchmarks.calibrate_refusal [--data FOLDER] [--cache FOLDER]

Over the cases of benchmarks/cases.py. Figures are cross-validated in 5 folds (an XQuAD article is
never in two); each collection is also left out whole. Writes generation/answerable.json; the
weights of the ranking are printed, to be pasted into generation/extractive.py.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.beir import document_of
from benchmarks.cases import Case, all_cases
from benchmarks.quality import holds
from benchmarks.reporting import ROOT, Options, Skipped, data_folder, tell
from generation import extractive
from generation.evidence import Embed, Evidence, gather
from generation.refusal import THRESHOLDS
from generation.signals import Signals, read_signals
from quoth import Config
from vectorstore import RememberedVectors, load_embedder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

FOLDS = 5
COLLECTIONS = {"clapnq": 1.0, "xquad": 1.0, "chunking": 0.3}  # what each weighs
STRANGERS = 0.05
SENTENCES = {"clapnq": 0.3, "xquad": 1.0, "chunking": 0.5}  # the same for the ranking
WRONG_REFUSALS = (0.02, 0.05, 0.10, 0.15, 0.20, 0.30)
ANY_WAY = {"second_similarity", "standing_out", "new_words"}  # the rest can only raise the odds
TREES, DEPTH, RATE, LEAF, SHRINKING = 60, 3, 0.1, 30, 5.0


def is_gold(evidence: Evidence, case: Case) -> list[bool]:
    """Whether each sentence holds the answer, or is evidence for it."""
    return [
        _is_gold(s.text, s.quote.source, (s.quote.start, s.quote.end), case)
        for s in evidence.sentences
    ]


def _is_gold(text: str, source: str, span: tuple[int, int], case: Case) -> bool:
    gold = case.gold
    if case.collection == "xquad":
        return document_of(source) == gold["gold_passage"] and holds([text], gold["answers"])
    if case.collection == "clapnq":
        said = plain(text)
        return len(said) > 15 and overlaps(said, map(plain, gold["selected_sentences"]))
    same = Path(source).stem == gold["corpus"]
    return same and any(span[0] < end and start < span[1] for start, end in gold["spans"])


def plain(text: str) -> str:
    """Words alone, in lower case."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def overlaps(text: str, others: Iterable[str]) -> bool:
    """Whether a text holds any of the others, or is held by it."""
    return any(text in one or one in text for one in others)


def fit_ranking(cases: Sequence[Case], evidences: Sequence[Evidence]) -> None:
    """Print the weights of the ranking, and how often one and two sentences hold the gold."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    stating = [extractive.states(evidence) for evidence in evidences]
    found = [extractive.features(e)[one] for e, one in zip(evidences, stating, strict=True)]
    labels = [
        np.array(is_gold(e, c))[one] for e, c, one in zip(evidences, cases, stating, strict=True)
    ]
    names = [case.collection for case in cases]
    share = {name: SENTENCES[name] / names.count(name) for name in SENTENCES}

    def fitted(rows: Sequence[int]) -> Any:
        weights = np.concatenate([np.full(len(labels[i]), share[names[i]]) for i in rows])
        x, y = np.vstack([found[i] for i in rows]), np.concatenate([labels[i] for i in rows])
        return LogisticRegression(C=10, max_iter=3000).fit(x, y, sample_weight=weights * len(rows))

    held: dict[str, list[tuple[bool, bool]]] = {}
    for train, test in GroupKFold(FOLDS).split(cases, groups=[case.group for case in cases]):
        model = fitted(train)
        for i in test:
            order = np.argsort(-model.decision_function(found[i]))
            marked = labels[i][order]
            held.setdefault(names[i], []).append((bool(marked[:1].any()), bool(marked[:2].any())))
    whole = fitted(range(len(cases)))
    print("ranking: intercept", np.round(whole.intercept_, 2), np.round(whole.coef_, 2))
    for name, marks in held.items():
        print(f"gold in 1, 2 sentences, {name}: {np.round(np.mean(marks, axis=0), 3)}")


def boosted() -> Any:
    """The classifier that is fitted; most signals may only raise its odds."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=TREES,
        max_depth=DEPTH,
        learning_rate=RATE,
        min_samples_leaf=LEAF,
        l2_regularization=SHRINKING,
        monotonic_cst=[int(name not in ANY_WAY) for name in Signals.__dataclass_fields__],
    )


def weights_of(cases: Sequence[Case]) -> NDArray[np.float64]:
    """The weight of each case: a collection's questions with an answer and without weigh alike."""
    kinds = [(case.collection, case.answerable) for case in cases]
    share = {
        kind: COLLECTIONS.get(kind[0], STRANGERS) / kinds.count(kind)
        for kind in dict.fromkeys(kinds)
    }
    return np.array([share[kind] for kind in kinds]) * len(cases) / 4


def fit_refusal(signals: NDArray[Any], cases: Sequence[Case]) -> Any:
    """Print the curves, cross-validated and with each collection left out; give the model."""
    from sklearn.model_selection import StratifiedGroupKFold

    answerable = np.array([case.answerable for case in cases])
    names, weights = np.array([case.collection for case in cases]), weights_of(cases)
    groups = [case.group for case in cases]
    strata = [f"{case.collection} {case.answerable}" for case in cases]
    predicted = np.zeros(len(cases))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(signals, strata, groups):
        model = boosted().fit(signals[train], answerable[train], sample_weight=weights[train])
        predicted[test] = model.predict_proba(signals[test])[:, 1]
    for name in COLLECTIONS:
        here = names == name
        print(f"{name}, cross-validated: {curve(predicted[here], answerable[here])}")
        train = np.array([name not in other for other in names])
        model = boosted().fit(signals[train], answerable[train], sample_weight=weights[train])
        alone = model.predict_proba(signals[here])[:, 1]
        print(f"{name}, never seen:      {curve(alone, answerable[here])}")
    for policy, threshold in THRESHOLDS.items():
        shares = [_refused(predicted, names, answerable, name, threshold) for name in set(names)]
        print(policy, threshold, "; ".join(sorted(shares)))
    return boosted().fit(signals, answerable, sample_weight=weights)


def curve(predicted: NDArray[Any], answerable: NDArray[Any]) -> str:
    """Area, and the unanswerable refused at several shares of answerable refused wrongly."""
    from sklearn.metrics import roc_auc_score

    bounds = np.quantile(predicted[answerable], WRONG_REFUSALS)
    shares = [
        f"{wrong}: {(predicted[~answerable] < bound).mean():.2f}"
        for wrong, bound in zip(WRONG_REFUSALS, bounds, strict=True)
    ]
    return f"area {roc_auc_score(answerable, predicted):.3f}, refused at {', '.join(shares)}"


def _refused(
    predicted: NDArray[Any],
    names: NDArray[Any],
    answerable: NDArray[Any],
    name: str,
    threshold: float,
) -> str:
    here = names == name
    wrong, right = (predicted[here & (answerable == kind)] < threshold for kind in (True, False))
    return f"{name} " + " / ".join(f"{part.mean():.2f}" for part in (wrong, right) if part.size)


def exported(model: Any) -> dict[str, Any]:
    """The trees as generation/boosting.py reads them."""
    trees = [list(_nodes(stage[0].nodes)) for stage in model._predictors]  # noqa: SLF001 - no public way
    start = round(float(np.ravel(model._baseline_prediction)[0]), 6)  # noqa: SLF001
    return {"signals": list(Signals.__dataclass_fields__), "start": start, "trees": trees}


def _nodes(nodes: Any) -> Iterator[list[float]]:
    for node in nodes:
        signal = -1 if node["is_leaf"] else int(node["feature_idx"])
        threshold = 0.0 if node["is_leaf"] else float(node["num_threshold"])
        value = round(float(node["value"]), 6) if node["is_leaf"] else 0.0
        yield [signal, threshold, int(node["left"]), int(node["right"]), value]


def options(described: str | None = __doc__) -> Options:
    """What the command line says: --data and --cache."""
    parser = argparse.ArgumentParser(
        description=described, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=data_folder())
    parser.add_argument("--cache", type=Path, default=ROOT / "benchmarks" / "results" / "cache")
    chosen = parser.parse_args()
    return Options(data=chosen.data, cache=chosen.cache)


def evidence_of(cases: Sequence[Case], embed: Embed) -> Iterator[Evidence]:
    """The evidence of each case."""
    for number, case in enumerate(cases, 1):
        tell(f"read {number}/{len(cases)}", last=number == len(cases))
        yield gather(case.question, case.context, embed, hits=case.hits)


def cases_with_evidence(chosen: Options) -> tuple[list[Case], list[Evidence], Embed]:
    """Every case of which anything was packed, its evidence, and what embeds further texts."""
    embedder = load_embedder(Config().embedder)
    embed = RememberedVectors(embedder.embed_passages, capacity=200_000)
    try:
        found = all_cases(chosen, embedder)
    except Skipped as reason:
        raise SystemExit(str(reason)) from None
    cases = [case for case in found if case.context.passages]
    return cases, list(evidence_of(cases, embed)), embed


def signals_of(
    cases: Sequence[Case], evidences: Sequence[Evidence], embed: Embed
) -> NDArray[np.float64]:
    """The signals of each case, without readings: (cases, 14)."""
    pairs = zip(evidences, cases, strict=True)
    return np.array([read_signals(e, c.hits, embed).values() for e, c in pairs])


def main() -> None:
    """Fit, print, and write the trees."""
    cases, evidences, embed = cases_with_evidence(options())
    present = [i for i, c in enumerate(cases) if c.answerable]
    fit_ranking([cases[i] for i in present], [evidences[i] for i in present])
    kept = exported(fit_refusal(signals_of(cases, evidences, embed), cases))
    file = ROOT / "generation" / "answerable.json"
    file.write_text(json.dumps(kept, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
