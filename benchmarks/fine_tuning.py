"""Trains the embedded embedder's transformer to read two texts together, and keeps what changed of it.

It knows pairs of texts and a mark for each; where they come from is others' business.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from benchmarks.reporting import tell
from retrieval.close_reader import inputs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from benchmarks.written import Pair

BATCH = 32
ALIKE = 20  # batches that are parted by length
RATE, HEAD_RATE, WARMING, DROPOUT = 1e-4, 1e-3, 0.1, 0.1
SEED = 1


def train(pairs: Sequence[Pair], folder: Path, epochs: int) -> dict[str, Any]:
    """What changes of the transformer in `folder`, and the head: float32 tensors by name."""
    import torch

    torch.manual_seed(SEED)
    trainee = _Trainee(folder)
    steps = len(pairs) * epochs // BATCH
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
    return trainee.changes()


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
        """The mean binary cross entropy, each pair by its weight."""
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
            torch.tensor([pair.weight for pair in batch]),
        )

    def changes(self) -> dict[str, Any]:
        """What changed of each parameter, and the head."""
        changes = {name: w.detach() - self._before[name] for name, w in self._layers.items()}
        head = {"head.weight": self._head.weight[0], "head.bias": self._head.bias[0]}
        return changes | {name: tensor.detach().clone() for name, tensor in head.items()}


def averaged(one: Mapping[str, Any], other: Mapping[str, Any], share: float) -> dict[str, Any]:
    """The changes of two trainings from the same weights, `share` in [0, 1] being of the first.

    M. Wortsman et al., "Model soups: averaging weights of multiple fine-tuned models improves
    accuracy without increasing inference time", ICML 2022.
    """
    return {name: share * change + (1 - share) * other[name] for name, change in one.items()}


def packed(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes as `retrieval.CloseReader` reads them: the layers' in eight bits."""
    kept: dict[str, Any] = {}
    for name, change in changes.items():
        kept |= {name: change} if name.startswith("head.") else eight_bits(name, change)
    return {name: tensor.contiguous() for name, tensor in kept.items()}


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
