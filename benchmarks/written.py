"""Passages written for the readers: questions they answer or nearly do, claims true or nearly so.

They were written for Quoth with a large language model, of invented and of common things, and are of no
collection that anything is measured on. A line of benchmarks/written/*.jsonl is a passage: its title,
section and sentences; questions with the indices of the sentences that answer, none where the passage
does not; claims, each with the sentences it rests on, in pairs of which the second is false by one thing
(`kind`). Those of benchmarks/written/claims/ have claims alone. Every tenth passage is never trained on.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from generation.close_reading import HEADINGS, given
from generation.words import content
from retrieval import close_reader

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Iterator, Sequence

FOLDER = Path(__file__).with_name("written")
CLAIMS = FOLDER / "claims"
HOLDING, OTHERS = (
    2,
    3,
)  # sentences of a question that are taken: of those that answer, and of the rest
HELD_OUT = 10  # one passage in so many
POSITIVE_WEIGHT = 2.0  # of a sentence that answers, beside one that does not


@dataclass(frozen=True, slots=True)
class Pair:
    """A question or claim, a sentence with what stands around it, and whether that answers or supports."""

    question: str
    sentence: tuple[str, str]
    answers: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the indices of the sentences that answer it, which may be none."""

    question: str
    answers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim, the indices of the sentences it rests on, whether true, and how the false one is false."""

    text: str
    rests_on: tuple[int, ...]
    is_true: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Written:
    """A passage, sentence by sentence, under its headings."""

    headings: str
    sentences: tuple[str, ...]
    asked: tuple[Asked, ...]
    claimed: tuple[Claimed, ...]

    @property
    def is_held_out(self) -> bool:
        """Whether it is kept from training."""
        return zlib.crc32(self.headings.encode()) % HELD_OUT == 0

    def with_around(self, index: int) -> tuple[str, str]:
        """A sentence, and what stands around it, as the product gives them to the reader."""
        before = self.sentences[index - 1] if index else ""
        after = self.sentences[index + 1] if index + 1 < len(self.sentences) else ""
        return given(self.sentences[index], self.headings, before, after)

    def others(self, rows: Sequence[int]) -> list[int]:
        """The indices of the sentences that are not among these."""
        return [row for row in range(len(self.sentences)) if row not in rows]

    def ground(self, rows: Sequence[int]) -> tuple[str, str]:
        """Sentences together, under their headings, as a claim is held against them."""
        text = " ".join(self.sentences[row] for row in rows)
        return text, f"{self.headings[-HEADINGS:]}. "


def passages(folder: Path = FOLDER) -> list[Written]:
    """Every passage, in order of the files."""
    return [
        _passage(json.loads(line))
        for file in sorted(folder.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]


def passages_with_claims() -> list[Written]:
    """Every passage that has claims."""
    return [passage for passage in (*passages(), *passages(CLAIMS)) if passage.claimed]


def _passage(line: dict[str, Any]) -> Written:
    headings = " > ".join(one for one in (line["title"], line["section"]) if one)
    asked = (Asked(one["q"], tuple(one["answers"])) for one in line.get("questions", ()))
    claimed = (
        Claimed(pair[key], tuple(pair["rests_on"]), key == "true", pair["kind"])
        for pair in line.get("claims", ())
        for key in ("true", "false")
    )
    return Written(headings, tuple(line["sentences"]), tuple(asked), tuple(claimed))


def marked(
    question: str,
    holding: Iterable[int],
    others: Iterable[int],
    with_around: Callable[[int], tuple[str, str]],
) -> Iterator[Pair]:
    """The pairs of a question with sentences, by their indices, that answer it and that do not."""
    for rows, answers, weight in ((holding, 1.0, POSITIVE_WEIGHT), (others, 0.0, 1.0)):
        for row in rows:
            yield Pair(question, with_around(row), answers, weight)


def question_pairs(passage: Written, chance: random.Random) -> Iterator[Pair]:
    """Of each question two sentences that answer it; of the rest those that share its words, and one more.

    One sentence more where none answers.
    """
    for asked in passage.asked:
        about = content(asked.question)
        rest = passage.others(asked.answers)
        rest.sort(key=lambda i: -len(about & content(passage.sentences[i])))
        near = OTHERS - 1 if asked.answers else OTHERS
        chosen = rest[:near] + chance.sample(rest[near:], min(1, len(rest[near:])))
        yield from marked(asked.question, asked.answers[:HOLDING], chosen, passage.with_around)


def claim_pairs(passage: Written, chance: random.Random) -> Iterator[Pair]:
    """Each claim with the sentences it rests on; every other true one with a sentence it does not rest on."""
    for claimed in passage.claimed:
        yield Pair(claimed.text, passage.ground(claimed.rests_on), float(claimed.is_true))
        rest = passage.others(claimed.rests_on)
        if claimed.is_true and rest and chance.random() < 0.5:
            yield Pair(claimed.text, passage.ground([chance.choice(rest)]), 0.0)


def main() -> None:
    """Print how well the close reader tells the questions of held out passages, and their claims, apart."""
    from sklearn.metrics import roc_auc_score

    reader = close_reader()
    kept_back = [passage for passage in passages() if passage.is_held_out]
    answered, highest, first = [], [], []
    for passage in kept_back:
        sentences = [passage.with_around(row) for row in range(len(passage.sentences))]
        for asked in passage.asked:
            odds = reader(asked.question, sentences)
            answered.append(bool(asked.answers))
            highest.append(float(odds.max()))
            first += [int(odds.argmax()) in asked.answers] if asked.answers else []
    area = roc_auc_score(answered, highest)
    print(
        f"{len(answered)} questions: answered or not, area {area:.3f}; first right {np.mean(first):.3f}"
    )
    claimed = [
        (one, passage.ground(one.rests_on)) for passage in kept_back for one in passage.claimed
    ]
    supported = [float(reader(one.text, [ground])[0]) for one, ground in claimed]
    area = roc_auc_score([one.is_true for one, _ in claimed], supported)
    print(f"{len(claimed)} claims: true or not, area {area:.3f}")


if __name__ == "__main__":
    main()
