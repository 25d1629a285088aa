"""Makes conversations of questions that share a subject, each later one with a pronoun for it.

Made from XQuAD, whose 48 articles have five paragraphs each: no set of real conversations is at hand.
A subject is a run of words that two questions of one article share and that can be put apart: an
article or a preposition before it, a verb, a preposition or the end after it.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from quoth.datatypes import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PARAGRAPHS_OF_AN_ARTICLE = 5
_TOKEN = re.compile(r"[\w'’.-]*\w|[^\w\s]")
_PREPOSITIONS = _words(
    "of in to for by with from about on at between during after before under over near "
    "into against through"
)
_AUXILIARIES = _words("is are was were did does do has have had can could will would be been")
_ARTICLES = frozenset({"the", "a", "an"})
_EMPTY = _words(
    "that this these those it its they their them he she his her as than not no and or "
    "what which who whom whose when where why how many much long often name type kind "
    "year people"
)
_BEFORE = _PREPOSITIONS | _AUXILIARIES | _ARTICLES
_AFTER = _PREPOSITIONS | _AUXILIARIES | {"?", ".", ",", "and", "or", "when", "born", "called"}
_NO_END = _BEFORE | _EMPTY
_LONG = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """A question after `history`, as it was asked, in full, and the paragraph that answers it."""

    history: tuple[Message, ...]
    asked: str
    full: str
    gold: str


def article(paragraph: str) -> int:
    """The number of the article that a paragraph ("p17") is of."""
    return int(paragraph[1:]) // PARAGRAPHS_OF_AN_ARTICLE


def subjects(question: str) -> dict[str, tuple[int, int]]:
    """Runs of words that the question may be about, folded, with where they stand."""
    tokens = [(m.group().casefold(), *m.span()) for m in _TOKEN.finditer(question)]
    words = [token[0] for token in tokens] + ["?"]
    found = {}
    for i, j in combinations(range(len(tokens) + 1), 2):
        run = words[i:j]
        apart = i > 0 and words[i - 1] in _BEFORE and words[j] in _AFTER
        if apart and _is_subject(run):
            found[" ".join(run)] = (tokens[i][1], tokens[j - 1][2])
    return found


def _is_subject(run: Sequence[str]) -> bool:
    whole = all(word[0].isalnum() for word in run)
    telling = any(len(word) >= _LONG and word not in _NO_END for word in run)
    return whole and telling and run[0] not in _NO_END and run[-1] not in _NO_END


def with_pronoun(question: str, start: int, end: int) -> str:
    """The question with "it", "its", "they", "them" or "their" for what stands at [start, end)."""
    before = re.sub(r"\b(the|an?)\s+$", "", question[:start], flags=re.IGNORECASE)
    after, phrase = question[end:], question[start:end]
    plural = phrase.endswith("s") and phrase[:1].islower()
    owns = re.match(r"['’]s?\b", after)
    if owns or phrase.endswith(("'s", "’s")):
        return before + ("their" if plural else "its") + after[owns.end() if owns else 0 :]
    last = before.split()[-1].casefold() if before.split() else ""
    return before + (("them" if last in _PREPOSITIONS else "they") if plural else "it") + after


@dataclass(frozen=True, slots=True)
class Material:
    """Questions by name, the paragraph that answers each, and what was replied to it."""

    questions: Mapping[str, str]
    gold: Mapping[str, str]
    answers: Mapping[str, str]

    def said(self, name: str, text: str = "") -> tuple[Message, Message]:
        """A question, in full or as `text`, and its answer."""
        asked = Message("user", text or self.questions[name])
        return asked, Message("assistant", self.answers[name])

    def turn(self, name: str, asked: str, *history: tuple[Message, Message]) -> Turn:
        """The question `name`, asked as `asked` after the history."""
        before = tuple(message for pair in history for message in pair)
        return Turn(before, asked, self.questions[name], self.gold[name])


def conversations(material: Material) -> dict[str, list[Turn]]:
    """Turns by kind. Each question comes once in a kind, about the longest subject it shares."""
    by_article: dict[int, dict[str, dict[str, str]]] = {}
    for name, text in material.questions.items():
        for subject, span in subjects(text).items():
            shared = by_article.setdefault(article(material.gold[name]), {})
            shared.setdefault(subject, {})[name] = with_pronoun(text, *span)
    turns: dict[str, dict[str, Turn]] = {
        "second turn": {},
        "second turn, another paragraph": {},
        "third turn": {},
    }
    for shared in by_article.values():
        for _, pronominal in sorted(shared.items(), key=lambda pair: (-len(pair[0]), pair[0])):
            for kind, name, turn in _about_one_subject(material, pronominal):
                turns[kind].setdefault(name, turn)
    found = {kind: list(each.values()) for kind, each in turns.items()}
    return {**found, "another subject": list(_changed(material))}


def _about_one_subject(
    material: Material, pronominal: Mapping[str, str]
) -> Iterator[tuple[str, str, Turn]]:
    """(kind, question, turn) for questions about one subject, given with their pronouns."""
    gold = material.gold
    for first, second in combinations(pronominal, 2):
        same = gold[first] == gold[second]
        kind = "second turn" if same else "second turn, another paragraph"
        yield kind, second, material.turn(second, pronominal[second], material.said(first))
    for first, second, third in combinations(pronominal, 3):
        history = material.said(first), material.said(second, pronominal[second])
        yield "third turn", third, material.turn(third, pronominal[third], *history)


def _changed(material: Material) -> Iterator[Turn]:
    """Questions in full after one of another article: nothing is to be added to them."""
    dice = random.Random(0)
    names = sorted(material.questions)
    for name in dice.sample(names, min(300, len(names))):
        other = dice.choice(names)
        if article(material.gold[other]) != article(material.gold[name]):
            yield material.turn(name, material.questions[name], material.said(other))
