"""Decides what becomes of a text that a model wrote: keep, mark, cut, write anew, quote, refuse.

It knows the checked sentences and the evidence; it does not make the model write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation import refusal, support
from generation.claims import declines
from generation.extractive import extract
from quoth.datatypes import Sentence, StopReason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.evidence import Embed, Evidence
    from quoth.config import AnswerConfig
    from quoth.datatypes import Quote

SUPPORTED_SHARE = 0.5  # of an answer's claims; with less, it is withdrawn
SURE = 0.9  # confidence at which a model that declines is not believed
LEAST_EXTRACT = 0.05  # probability of the best sentence below which quoting it helps nobody

_AGAIN = (
    "{question}\n\n(An answer said “{sentence}”, and {reason}. "
    "Answer again, by what the sources say alone.)"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a text: the sentences to show, and how they came about.

    `failing` is the first sentence that was not supported, None when all were.
    """

    sentences: tuple[Sentence, ...]
    stop_reason: StopReason
    failing: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """How a text is judged: against which evidence, how strictly, and how sure the library is."""

    evidence: Evidence
    confidence: float
    answer: AnswerConfig
    embed: Embed
    weak: bool

    def judge(self, written: str, reason: StopReason) -> Verdict:
        """Keep the text when it is supported enough; else quote the sources, or refuse.

        A model that declines is believed, unless the sources are all but sure to hold the answer.
        """
        sentences = self.checked(written) if written else ()
        if reason == "cancelled":
            return Verdict(sentences, reason)
        failing = next((s for s in sentences if s.verdict == "unsupported"), None)
        declined = declines(written)
        fallback = self.answer.fallback and (not declined or self.confidence >= SURE)
        kept = () if declined else self._kept(sentences)
        if kept:
            return Verdict(kept, reason, failing)
        quoted = extract(self.evidence) if fallback else ()
        if quoted and max(sentence.support for sentence in quoted) >= LEAST_EXTRACT:
            return Verdict(quoted, "extractive", failing)
        return Verdict(refusal_sentences(), "refused", failing)

    def checked(self, written: str) -> tuple[Sentence, ...]:
        """The sentences of a text with their verdicts."""
        return support.check(written, self.evidence, self.embed, doubted=self.weak)

    def _kept(self, sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
        """What is shown of a text that may stand; nothing of one that may not."""
        if self.answer.fallback:
            quoted = extract(self.evidence) if self.weak else ()
            if not is_kept(sentences, quoted, weak=self.weak):
                return ()
        return self._without_unsupported(sentences)

    def _without_unsupported(self, sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
        """The sentences to show: all of them, or by configuration what is supported.

        Talk does not stand without the claims that it introduces.
        """
        if self.answer.unsupported != "remove":
            return sentences
        kept = tuple(s for s in sentences if s.verdict != "unsupported")
        return kept if any(s.verdict == "supported" for s in kept) else ()


def is_kept(sentences: Sequence[Sentence], quoted: Sequence[Sentence], *, weak: bool) -> bool:
    """Whether a written answer may stand.

    Half of its claims must be supported. A weak model often joins true words wrongly: of it
    every claim must be, and by the sentences that would be quoted in its place.
    """
    claims = [sentence for sentence in sentences if sentence.verdict != "not a claim"]
    supported = [sentence for sentence in claims if sentence.verdict == "supported"]
    if not weak:
        return bool(supported) and len(supported) >= SUPPORTED_SHARE * len(claims)
    sources = [quote for sentence in quoted for quote in sentence.quotes]
    return len(supported) == len(claims) > 0 and all(
        any(_overlap(quote, source) for source in sources for quote in sentence.quotes)
        for sentence in supported
    )


def asked_again(question: str, failing: Sentence) -> str:
    """The question for a second attempt, which names the sentence that failed and why."""
    said = " ".join(failing.text.split())
    return _AGAIN.format(question=question, sentence=said, reason=failing.reason)


def refusal_sentences() -> tuple[Sentence, ...]:
    """The refusal as an answer's only sentence."""
    return (Sentence(refusal.REFUSAL, (), 0.0, "not a claim"),)


def _overlap(one: Quote, other: Quote) -> bool:
    same = one.document_id == other.document_id
    return same and one.start < other.end and other.start < one.end
