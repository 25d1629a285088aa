from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from generation.close_reading import READ, carried, likeliest, read_closely, with_around
from generation.evidence import gather
from generation.extractive import extract, scored
from generation.refusal import answerability
from quoth.datatypes import Context
from tests.generation.sources import MANUAL, chunk, context, hit, hits, passage
from tests.generation.vectors import embed_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

QUESTION = "How often should the filter be cleaned?"
ANSWER = "Clean the filter every 6 weeks with warm water."


class Favouring:
    """Says of a sentence with a certain text that it answers, and remembers what it was given."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.given: list[tuple[str, str]] = []

    def __call__(self, question: str, sentences: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        assert question == QUESTION
        self.given += sentences
        return np.array([40.0 if self.text in text else -4.0 for text, _ in sentences])


def test_the_likeliest_sentences_are_read_and_no_others() -> None:
    evidence = gather(QUESTION, context(), embed_words)
    reader = Favouring(ANSWER)
    readings = read_closely(evidence, reader).readings
    assert readings is not None
    assert len(reader.given) == READ < len(evidence.sentences)
    assert set(np.flatnonzero(~np.isnan(readings))) == set(likeliest(evidence))
    odds = scored(evidence)[1]
    assert min(odds[likeliest(evidence)]) >= max(odds[np.isnan(readings)])


def test_a_sentence_is_given_with_its_headings_and_neighbours_of_the_same_passage() -> None:
    evidence = gather(QUESTION, context(), embed_words)
    index = next(i for i, s in enumerate(evidence.sentences) if s.text == ANSWER)
    text, around = with_around(evidence, index)
    assert text == ANSWER
    assert around == "X200 Care.  Never use bleach on the filter."  # what is before is another's
    assert "Clean the filter" in with_around(evidence, index + 1)[1]


def test_what_the_reader_favours_is_quoted() -> None:
    evidence = gather(QUESTION, context(), embed_words)
    for index in likeliest(evidence):
        favoured = evidence.sentences[index].text
        read = read_closely(evidence, Favouring(favoured))
        assert extract(read, max_sentences=1)[0].text == favoured


def test_what_was_not_read_is_no_likelier_than_before_beside_what_was() -> None:
    evidence = gather(QUESTION, context(), embed_words)
    read = read_closely(evidence, Favouring(ANSWER))
    assert read.readings is not None
    unread = np.isnan(read.readings)
    order = np.argsort(-scored(evidence)[1][unread])
    assert np.array_equal(order, np.argsort(-scored(read)[1][unread]))
    assert scored(read)[1][unread].max() < scored(read)[1].max()


def test_readings_stay_with_their_sentences_when_a_context_is_cut() -> None:
    whole = read_closely(gather(QUESTION, context(), embed_words), Favouring(ANSWER))
    cut = gather(QUESTION, Context(context().passages[1:]), embed_words)
    kept = carried(cut, whole)
    assert kept.readings is not None
    by_text = {s.text: r for s, r in zip(whole.sentences, whole.readings, strict=True)}  # type: ignore[arg-type]
    assert np.array_equal(kept.readings, [by_text[s.text] for s in cut.sentences], equal_nan=True)


def test_without_readings_nothing_is_carried() -> None:
    whole = read_closely(gather(QUESTION, context(), embed_words), Favouring(ANSWER))
    elsewhere = Context((passage(1, hit(1, chunk("other", MANUAL))),))
    cut = gather(QUESTION, elsewhere, embed_words)
    assert carried(cut, whole).readings is None
    assert carried(cut, cut) is cut


def test_nothing_is_read_without_a_reader_or_a_statement() -> None:
    evidence = gather(QUESTION, context(), embed_words)
    assert read_closely(evidence, None) is evidence
    titles = Context((passage(1, hit(1, chunk("titles", "# The filter\n\nTHE WARRANTY"))),))
    silent = gather(QUESTION, titles, embed_words)
    reader = Favouring(ANSWER)
    assert read_closely(silent, reader) is silent
    assert not reader.given


def test_a_higher_reading_never_makes_a_refusal_likelier() -> None:
    evidence = read_closely(gather(QUESTION, context(), embed_words), Favouring(ANSWER))
    assert evidence.readings is not None
    chances = []
    for added in (-6.0, -3.0, 0.0, 3.0, 6.0):
        each = replace(evidence, readings=np.full_like(evidence.readings, added))
        chances.append(answerability(each, hits(), embed_words))
    assert chances == sorted(chances)
    assert chances[0] < chances[-1]
