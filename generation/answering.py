"""Answers a question from its hits: refuse, or write, check what was written, and show quotes.

It joins the stages of `generation`; it knows no library and no search.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING

from generation import refusal
from generation.claims import declines, split, strip_unknown_marks
from generation.close_reading import Read, carried, read_closely
from generation.evidence import Embed, Evidence, PageOf, gather
from generation.judging import Judge, Verdict, asked_again, refusal_sentences
from generation.narrowing import Reader, holds_best, narrowed, overlap
from generation.packing import Packed, pack, pack_into
from generation.shortfall import shortfall
from generation.widening import Around, widened
from generation.windows import divided
from quoth.datatypes import (
    Answer,
    Context,
    Hit,
    Message,
    Piece,
    StopReason,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from generation.model import Completion, LanguageModel, Prompt
    from quoth.config import AnswerConfig, GenerationConfig

PATIENCE = 3  # unsupported claims, and no other, after which a model is not waited for
# Measured with the embedded 135 M model on 40 XQuAD questions over five passages: its own text
# holds the gold answer for .43, the quoted sentences for .93, the final answer for .85 under the
# rule for strong models and for .90 under the one for weak models.
WEAK_BELOW = 300_000_000  # parameters
CLOSEST = 3
_ENDS_SENTENCE = re.compile(r"[.!?\n。！？]")


@dataclass(frozen=True, slots=True)
class _Task:
    """One question on its way to an answer, with what was found out before writing."""

    question: str
    hits: tuple[Hit, ...]
    packed: Packed
    judge: Judge


# A turn has this many parts, each passed by name: they and what they mean are half of its lines.
def stream_answer(  # noqa: PLR0913
    question: str,
    hits: Sequence[Hit],
    history: Sequence[Message],
    *,
    model: LanguageModel,
    embed: Embed,
    generation: GenerationConfig,
    answer: AnswerConfig,
    previous: Context | None = None,
    page_of: PageOf | None = None,
    around: Around | None = None,
    read: Read | None = None,
    query: str = "",
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Piece]:
    """Answer piece by piece; the last piece carries the Answer, and only it.

    `embed` gives float32 (n, d) unit rows. `previous` is the context that the model read in the turn
    before: it is kept, with its place in the prompt, when the best sentences stand in it. Else what is
    packed is narrowed to what there is time to read, or widened by what stands `around` the hits where
    there is room. `read` reads the sentences that likeliest answer together with the question; without
    it they are told by meaning and words alone. `query` is the question as it was searched for, where a
    follow-up was completed or the names of the documents were left out; the default is the question. The
    texts after the last withdrawn piece, joined, are `answer.text`. Its `timings` have "pack",
    "first_token" and "total", in seconds since the call. Raises QuestionTooLongError and ModelError.
    """
    clock = _Clock()
    ranked = tuple(sorted(hits, key=lambda hit: hit.rank))
    if not ranked:
        yield clock.stamped(_refused(question, Context(), (), 0.0))
        return
    packed = pack(
        question,
        ranked,
        history,
        model=model,
        generation=generation,
        answer=answer,
        text_of=None if around is None else around.text,
    )
    clock.note("pack")
    query = query or question
    evidence = read_closely(gather(query, packed.context, embed, page_of, ranked), read)
    confidence = refusal.answerability(evidence, ranked, embed)
    if confidence < refusal.THRESHOLDS[answer.refusal] or not evidence.sentences:
        yield clock.stamped(_refused(question, packed.context, ranked, confidence))
        return
    reader = Reader(model, generation, answer.first_token_seconds)
    kept = _kept(previous, evidence, ranked, question, history, reader)
    shown = kept or narrowed(packed, evidence, ranked, question, reader, page_of)
    if shown is packed and around is not None:
        shown = widened(packed, ranked, question, reader, answer, around)
    if shown.context is not packed.context:
        anew = gather(query, shown.context, embed, page_of, ranked)
        packed, evidence = shown, carried(anew, evidence)
    judge = Judge(evidence, confidence, answer, embed, 0 < model.n_parameters < WEAK_BELOW)
    task = _Task(question, ranked, packed, judge)
    for piece in _written(task, model, generation, cancelled):
        clock.note("first_token")
        yield clock.stamped(piece)


class _Clock:
    """The seconds since it was made at which each step of an answer was first reached."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._noted: dict[str, float] = {}

    def note(self, step: str) -> None:
        self._noted.setdefault(step, time.perf_counter() - self._began)

    def stamped(self, piece: Piece) -> Piece:
        """The piece; the last one's answer with the steps' times, and its own."""
        if piece.answer is None:
            return piece
        self.note("total")
        return replace(piece, answer=replace(piece.answer, timings=dict(self._noted)))


def _kept(
    previous: Context | None,
    evidence: Evidence,
    hits: tuple[Hit, ...],
    question: str,
    history: Sequence[Message],
    reader: Reader,
) -> Packed | None:
    """The prompt over the previous context, where that has the best of the evidence and it fits."""
    if previous is None or not holds_best(previous, evidence):
        return None
    model, generation = reader.model, reader.generation
    kept = pack_into(previous, question, history, model=model, generation=generation)
    return None if kept is None else replace(kept, context=_reranked(previous, hits))


def _reranked(context: Context, hits: tuple[Hit, ...]) -> Context:
    """The context with each passage's rank for the hits of another question."""
    return replace(
        context,
        passages=tuple(
            replace(
                passage,
                rank=min((h.rank for h in hits if overlap(passage, h)), default=len(hits) + 1),
            )
            for passage in context.passages
        ),
    )


def _written(
    task: _Task, model: LanguageModel, generation: GenerationConfig, cancelled: Callable[[], bool]
) -> Iterator[Piece]:
    """The model's text as it comes, then what the check makes of it.

    Where the configuration wants it, a text with an unsupported sentence is withdrawn and written
    once more, if the window holds the question with that sentence named.
    """
    written, reason = yield from _stream(task, task.packed.prompt, model, generation, cancelled)
    n_tokens = model.count_tokens(written) if written else 0
    verdict = task.judge.judge(written, reason)
    again = _second_prompt(task, verdict, model, generation)
    if again is not None and not cancelled():
        yield Piece(withdrawn=True)
        written, reason = yield from _stream(task, again, model, generation, cancelled)
        n_tokens += model.count_tokens(written) if written else 0
        verdict = task.judge.judge(written, reason)
    if cancelled():  # what was read by then stays, whatever the check would make of it
        verdict = task.judge.judge(written, "cancelled")
    result = replace(
        _answer(task, verdict),
        n_completion_tokens=n_tokens,
        window=divided(task.packed, task.question, model, generation),
    )
    if result.text == written:
        yield Piece(answer=result)
    else:
        yield Piece(result.text, withdrawn=True, answer=result)


def _stream(
    task: _Task,
    prompt: Prompt,
    model: LanguageModel,
    generation: GenerationConfig,
    cancelled: Callable[[], bool],
) -> Generator[Piece, None, tuple[str, StopReason]]:
    """The pieces of one completion; returns the whole text and why it ended."""
    stops: list[StopReason] = []
    shown: list[str] = []
    given_up = Event()
    steps = model.complete(prompt, generation, cancelled=lambda: given_up.is_set() or cancelled())
    for text in strip_unknown_marks(_texts(steps, stops), len(task.packed.context.passages)):
        if given_up.is_set() or not text:
            continue
        shown.append(text)
        yield Piece(text)
        if _ENDS_SENTENCE.search("".join(shown[-2:-1])) and _is_hopeless("".join(shown), task):
            given_up.set()
    return "".join(shown), "stop" if given_up.is_set() else stops[-1]


def _second_prompt(
    task: _Task, verdict: Verdict, model: LanguageModel, generation: GenerationConfig
) -> Prompt | None:
    """The prompt for a second attempt, or None when none is wanted or it does not fit."""
    if task.judge.answer.unsupported != "regenerate" or verdict.failing is None:
        return None
    question = asked_again(task.question, verdict.failing)
    packed = pack_into(
        task.packed.context, question, task.packed.history, model=model, generation=generation
    )
    return None if packed is None else packed.prompt


def _texts(steps: Iterator[Completion], stops: list[StopReason]) -> Iterator[str]:
    for step in steps:
        if step.stop_reason is not None:
            stops.append(step.stop_reason)
        yield step.text


def _is_hopeless(written: str, task: _Task) -> bool:
    """Whether the finished sentences tell already that the sources will have to speak."""
    finished = split(written)[:-1]
    judge = task.judge
    if not judge.answer.fallback or not finished or declines(written):
        return False
    verdicts = [s.verdict for s in judge.checked("".join(finished))]
    patience = 1 if judge.weak else PATIENCE
    return "supported" not in verdicts and verdicts.count("unsupported") >= patience


def _answer(task: _Task, verdict: Verdict) -> Answer:
    refused = verdict.stop_reason == "refused"
    closest = task.hits[:CLOSEST] if refused else ()
    return Answer(
        question=task.question,
        sentences=verdict.sentences,
        refused=refused,
        context=task.packed.context,
        stop_reason=verdict.stop_reason,
        confidence=task.judge.confidence,
        extractive=verdict.stop_reason == "extractive",
        closest=closest,
        not_enough=tuple(shortfall(task.question, hit.chunk) for hit in closest),
        n_prompt_tokens=len(task.packed.prompt),
        messages=task.packed.messages,
    )


def _refused(question: str, context: Context, hits: tuple[Hit, ...], confidence: float) -> Piece:
    """A refusal before anything was written."""
    sentences = refusal_sentences()
    result = Answer(
        question=question,
        sentences=sentences,
        refused=True,
        context=context,
        stop_reason="refused",
        confidence=confidence,
        closest=hits[:CLOSEST],
        not_enough=tuple(shortfall(question, hit.chunk) for hit in hits[:CLOSEST]),
    )
    return Piece(result.text, answer=result)
