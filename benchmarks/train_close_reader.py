"""Trains the small cross-encoder that reads a question and a sentence together.

    python -m benchmarks.train_close_reader [--data FOLDER] [--cache FOLDER]

Over the cases of benchmarks/cases.py: the sentences that hold the gold against those that the product
ranks high beside them. A model that has seen a question's sentences says nothing honest of them, so
three models are trained, each without a third of the questions (an XQuAD article is never in two), and
their readings of what they were not trained on are kept in the cache, for
benchmarks/calibrate_reading.py. The model that is shipped is trained on all: writes
retrieval/close_reader.safetensors. Some 45 minutes on two cores.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.calibrate_refusal import COLLECTIONS, cases_with_evidence, is_gold, options
from benchmarks.reporting import Options, tell
from generation.close_reading import likeliest, with_around
from generation.extractive import scored, states
from quoth.config import EMBEDDED
from retrieval.close_reader import WEIGHTS, CloseReader, inputs_of
from vectorstore import find_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.cases import Case
    from generation.evidence import Evidence

FOLDS, EPOCHS, BATCH = 3, 2, 32
ALIKE = 20  # batches that are parted by length
RATE, HEAD_RATE, WARMING, DROPOUT = 1e-4, 1e-3, 0.1, 0.1
POSITIVE_WEIGHT = 2.0
SEED = 1


def held_out_file(chosen: Options) -> Path:
    """Where the readings of what was not trained on are kept, in the order of the cases."""
    return chosen.cache / "close-readings.json"


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, a sentence with what stands around it, and whether that answers: 1.0 or 0.0."""

    question: str
    sentence: tuple[str, str]
    answers: float


def pairs_of(case: Case, evidence: Evidence, chance: random.Random) -> Iterator[Pair]:
    """The pairs of one case: what answers, and what nearly does.

    Where the answer is there, two sentences that hold it, and five of the twelve likeliest others;
    where it is not, the three likeliest, or six of CLAPnq's, which are of one passage on the subject;
    of a question asked of another collection the likeliest.
    """
    odds = np.where(states(evidence), scored(evidence)[1], -np.inf)
    order = np.argsort(-odds, kind="stable").tolist()
    if case.collection not in COLLECTIONS:
        chosen, holding = order[:1], []
    else:
        gold = is_gold(evidence, case)
        holding = [i for i in order if gold[i]][:2] if case.answerable else []
        chosen = _near_misses(case, order, gold, chance)
    for rows, answers in ((holding, 1.0), (chosen, 0.0)):
        for i in rows:
            yield Pair(case.question, with_around(evidence, i), answers)


def _near_misses(
    case: Case, order: Sequence[int], gold: Sequence[bool], chance: random.Random
) -> list[int]:
    if not case.answerable:
        return list(order[: 6 if case.collection == "clapnq" else 3])
    others = [i for i in order[:12] if not gold[i]]
    return others[:3] + chance.sample(others[3:], min(2, len(others[3:])))


def train(pairs: Sequence[Pair], folder: Path) -> dict[str, Any]:
    """What changes of the transformer in `folder` and the head, as `CloseReader` reads them."""
    import torch

    torch.manual_seed(SEED)
    trainee = _Trainee(folder)
    steps = len(pairs) * EPOCHS // BATCH
    optimizer = torch.optim.AdamW(trainee.groups(), weight_decay=0.01)
    trained = [weight for group in trainee.groups() for weight in group["params"]]
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda t: min(1, (t + 1) / (steps * WARMING)) * max(0.02, 1 - t / steps)
    )
    for step, batch in enumerate(_batches(pairs, steps), 1):
        trainee.loss(batch).backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        pace.step()
        tell(f"step {step}/{steps}", last=step == steps)
    return trainee.kept()


class _Trainee:
    """The transformer with a linear head over the mean of its states; its embeddings stay as they are."""

    def __init__(self, folder: Path) -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer

        self._torch = torch
        self._tokenizer = AutoTokenizer.from_pretrained(str(folder))
        # Dropout of the attention as well takes half the time again.
        self._transformer = AutoModel.from_pretrained(
            str(folder),
            attn_implementation="eager",
            hidden_dropout_prob=DROPOUT,
            attention_probs_dropout_prob=0.0,
        ).train()
        self._head = torch.nn.Linear(self._transformer.config.hidden_size, 1)
        self._layers = dict(self._transformer.encoder.named_parameters(prefix="encoder"))
        self._before = {name: weight.detach().clone() for name, weight in self._layers.items()}
        self._transformer.embeddings.requires_grad_(requires_grad=False)

    def groups(self) -> list[dict[str, Any]]:
        """What is trained, and how fast."""
        return [
            {"params": list(self._layers.values()), "lr": RATE},
            {"params": list(self._head.parameters()), "lr": HEAD_RATE},
        ]

    def loss(self, batch: Sequence[Pair]) -> Any:
        """The mean binary cross entropy."""
        torch = self._torch
        inputs = inputs_of(
            self._tokenizer,
            [pair.question for pair in batch],
            [pair.sentence for pair in batch],
            pad_to_multiple_of=16,  # torch's kernels keep each new shape in memory
        )
        mask = inputs["attention_mask"].unsqueeze(-1)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            given = self._transformer(**inputs).last_hidden_state
            odds = self._head((given * mask).sum(1) / mask.sum(1))[:, 0]
        return torch.nn.functional.binary_cross_entropy_with_logits(
            odds.float(),
            torch.tensor([pair.answers for pair in batch]),
            pos_weight=torch.tensor(POSITIVE_WEIGHT),
        )

    def kept(self) -> dict[str, Any]:
        """What changed, and the head, as `CloseReader` reads them."""
        kept = {
            "head.weight": self._head.weight[0].detach(),
            "head.bias": self._head.bias[0].detach(),
        }
        for name, weight in self._layers.items():
            kept |= eight_bits(name, weight.detach() - self._before[name])
        return {name: tensor.clone() for name, tensor in kept.items()}


def eight_bits(name: str, change: Any) -> dict[str, Any]:
    """A change as int8, and the scale of each row of a matrix or of a whole vector."""
    most = change.abs().amax(dim=-1, keepdim=True)
    scale = most.clamp(min=1e-12) / 127
    return {name: (change / scale).round().char(), f"{name}.scale": scale}


def _batches(pairs: Sequence[Pair], steps: int) -> Iterator[list[Pair]]:
    """Random batches of pairs of like length."""
    chance = random.Random(SEED)
    waiting: list[Pair] = []
    batches: list[list[Pair]] = []
    for _ in range(steps):
        if not batches:
            while len(waiting) < BATCH * ALIKE:
                waiting += chance.sample(pairs, len(pairs))
            near = sorted(waiting[: BATCH * ALIKE], key=lambda p: sum(map(len, p.sentence)))
            waiting = waiting[BATCH * ALIKE :]
            batches = [near[start : start + BATCH] for start in range(0, len(near), BATCH)]
            chance.shuffle(batches)
        yield batches.pop()


def readings(
    weights: Path, cases: Sequence[Case], evidences: Sequence[Evidence]
) -> Iterator[dict[int, float]]:
    """What a model says of the sentences of each case that the product would have it read."""
    reader = CloseReader(weights)
    for number, (case, evidence) in enumerate(zip(cases, evidences, strict=True), 1):
        rows = likeliest(evidence)
        found = reader(case.question, [with_around(evidence, i) for i in rows])
        yield dict(zip(rows, found.tolist(), strict=True))
        tell(f"read {number}/{len(cases)}", last=number == len(cases))


def main() -> None:
    """Train without each third and read it, then on all."""
    from safetensors.torch import save_file
    from sklearn.model_selection import StratifiedGroupKFold

    chosen, folder = options(__doc__), find_folder(EMBEDDED)
    cases, evidences, _ = cases_with_evidence(chosen)
    chance = random.Random(SEED)
    pairs = [list(pairs_of(c, e, chance)) for c, e in zip(cases, evidences, strict=True)]
    held_out: dict[int, dict[int, float]] = {}
    strata = [f"{case.collection} {case.answerable}" for case in cases]
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for train_on, test in folds.split(cases, strata, [case.group for case in cases]):
        weights = held_out_file(chosen).with_suffix(".safetensors")
        save_file(train([pair for i in train_on for pair in pairs[i]], folder), weights)
        tested = readings(weights, [cases[i] for i in test], [evidences[i] for i in test])
        held_out |= dict(zip(map(int, test), tested, strict=True))
    kept = [held_out[i] for i in range(len(cases))]
    held_out_file(chosen).write_text(json.dumps(kept), encoding="utf-8")
    save_file(train([pair for each in pairs for pair in each], folder), WEIGHTS)


if __name__ == "__main__":
    main()
