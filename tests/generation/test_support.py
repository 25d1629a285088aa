from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.evidence import Evidence, gather
from generation.support import check
from quoth.datatypes import Context, Passage
from tests.generation.sources import WARRANTY, chunk, context, hit, passage
from tests.generation.vectors import embed_words

if TYPE_CHECKING:
    from vectorstore import Embedder

QUESTION = "What does the warranty of the X200 say?"


@pytest.fixture(scope="module")
def evidence(embedder: Embedder) -> Evidence:
    return gather(QUESTION, context(), embedder.embed_passages)


def verdicts(answer: str, evidence: Evidence, embedder: Embedder) -> list[tuple[str, str]]:
    return [(s.verdict, s.reason) for s in check(answer, evidence, embedder.embed_passages)]


@pytest.mark.parametrize(
    "claim",
    [
        "The warranty lasts 24 months from the purchase.",
        "The warranty is good for 24 months after the date of purchase.",
        "Batteries are not covered.",
        "Nordvand was founded by Karen Holm in March 1987.",
        "The filter should be cleaned every six weeks with warm water.",
        "You should never use bleach on the filter.",
        "The red light means the tank is empty.",
        "Repairs cost $45 an hour after that.",
        "The X200 pump is made in Denmark.",
        "Output increased from 40 to 65 litres per minute.",
    ],
)
def test_what_the_sources_say_is_supported(
    claim: str, evidence: Evidence, embedder: Embedder
) -> None:
    assert verdicts(claim, evidence, embedder) == [("supported", "")]


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("The warranty lasts 36 months from the date of purchase.", "does not say 36"),
        ("The warranty lasts 24 years from the date of purchase.", "does not say 24 year"),
        ("Repairs cost 45 euros an hour after that.", "does not say 45 euro"),
        ("The company Nordvand was founded in Odense in March 1987.", "does not say Odense"),
        ("Peter Holm founded the company Nordvand in Aarhus in March 1987.", "Peter"),
        ("The company Nordvand was founded in Aarhus in May 1987.", "May"),
        ("The company Nordvand was founded in Aarhus in March 1978.", "1978"),
        ("The warranty covers batteries and wear.", "denies it"),
        ("The warranty does not last 24 months from the date of purchase.", "does not deny it"),
        ("Output decreased from 40 to 65 litres per minute in the newer model.", "increased"),
        ("In 2015 the Danish group bought 3 factories and closed 12 offices.", "counts"),
        ("Output increased from 40 to 40 litres per minute.", "40 twice"),
        ("Output increased from 65 to 40 litres per minute.", "says 40 to 65"),
        ("Aarhus was founded in Nordvand in March 1987 by Karen Holm.", "not of Aarhus"),
        ("The company Karen Holm was founded in Aarhus in March 1987.", "not of Karen Holm"),
        ("Clean the filter every 6 weeks with warm water in Denmark.", "does not say Denmark"),
        ("The moon is made of green cheese.", "do not say this"),
    ],
)
def test_a_changed_fact_is_named(
    claim: str, reason: str, evidence: Evidence, embedder: Embedder
) -> None:
    ((verdict, said),) = verdicts(claim, evidence, embedder)
    assert verdict == "unsupported"
    assert reason in said


@pytest.mark.parametrize(
    "talk",
    ["According to the sources:", "Hello!", "Is there anything else?", "Sure, here it is:", "..."],
)
def test_talk_is_not_a_claim(talk: str, evidence: Evidence, embedder: Embedder) -> None:
    assert verdicts(talk, evidence, embedder) == [("not a claim", "")]


def test_a_short_answer_is_read_with_its_question(embedder: Embedder) -> None:
    question = "Who founded the company Nordvand?"
    evidence = gather(question, context(), embedder.embed_passages)
    assert verdicts("Karen Holm.", evidence, embedder) == [("supported", "")]
    assert verdicts("Peter Smith.", evidence, embedder)[0][0] == "unsupported"


def test_a_quote_is_the_document_at_its_offsets(evidence: Evidence, embedder: Embedder) -> None:
    answer = "The warranty lasts 24 months. Clean the filter every 6 weeks."
    first, second = check(answer, evidence, embedder.embed_passages)
    (quote,) = first.quotes
    assert quote.text == "The warranty lasts 24 months from the date of purchase."
    assert WARRANTY[quote.start - 100 : quote.end - 100] == quote.text
    assert (quote.document_id, quote.source, quote.page) == ("warranty", "warranty.txt", 3)
    assert second.quotes[0].text == "Clean the filter every 6 weeks with warm water."


def test_a_name_from_another_sentence_is_quoted_too(evidence: Evidence, embedder: Embedder) -> None:
    (sentence,) = check(
        "The warranty of the pump made in Denmark lasts 24 months from the date of purchase.",
        evidence,
        embedder.embed_passages,
    )
    assert sentence.verdict == "supported"
    assert [quote.text[:12] for quote in sentence.quotes] == ["The X200 pum"]


def test_a_claim_may_stand_on_two_sentences_apart(embedder: Embedder) -> None:
    text = (
        "Karen Holm founded the company Nordvand in Aarhus in March 1987. Her brother kept the books. "
        "The company moved to a large hall in Odense and made garden pumps there. "
        "The hall burnt down, and nobody was hurt."
    )
    sources = Context((passage(1, hit(1, chunk("firm", text))),))
    evidence = gather("What became of Nordvand?", sources, embedder.embed_passages)
    claim = (
        "Nordvand, which Karen Holm founded in Aarhus in March 1987, moved to a large hall in Odense "
        "and made garden pumps there."
    )
    (sentence,) = check(claim, evidence, embedder.embed_passages)
    assert sentence.verdict == "supported", sentence.reason
    assert len(sentence.quotes) == 2
    assert text[sentence.quotes[1].start :].startswith("The company moved")


def test_passages_that_join_on_are_one_text(embedder: Embedder) -> None:
    text = (
        "In 1898 Martinus Beijerinck repeated the experiments with filtered solutions. "
        "He called it a living germ.\n"
        "In the same year Friedrich Loeffler passed the first animal virus through a filter. "
        "Nobody was ill."
    )
    cut = text.index("In the same")
    chunks = [chunk("virus", text[:cut].rstrip()), chunk("virus", text[cut:], start=cut)]
    passages = [passage(number, hit(number, one)) for number, one in enumerate(chunks, start=1)]
    claim = "In 1898 Friedrich Loeffler passed the first animal virus through a filter."
    evidence = gather("Who found the virus?", Context(tuple(passages)), embedder.embed_passages)
    (sentence,) = check(claim, evidence, embedder.embed_passages)
    assert sentence.verdict == "supported", sentence.reason
    assert [quote.start for quote in sentence.quotes] == [cut, 0]
    apart = gather("Who found the virus?", Context(tuple(passages[1:])), embedder.embed_passages)
    assert verdicts(claim, apart, embedder) == [("unsupported", "the source does not say 1898")]


def test_a_short_sentence_of_the_sources_is_not_read_with_the_question(embedder: Embedder) -> None:
    text = "The word cadre is a loanword. It is of French descent. Nobody used it before 1850."
    sources = Context((passage(1, hit(1, chunk("word", text))),))
    evidence = gather("How long does the warranty last?", sources, embedder.embed_passages)
    assert verdicts("It is of French descent.", evidence, embedder) == [("supported", "")]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from([*"ab", "not", "12", "3rd", "Karen", "May"]), min_size=2),
        min_size=1,
        max_size=6,
    )
)
def test_what_is_copied_from_a_source_is_supported(written: list[list[str]]) -> None:
    text = " ".join(f"It {' '.join(sentence)} end." for sentence in written)
    source = Passage(1, "d", "d.txt", text, 0, len(text), 1, 1, (), 1, 1)
    evidence = gather("What is it?", Context((source,)), embed_words)
    for sentence in evidence.sentences:
        for checked in check(sentence.text, evidence, embed_words):
            assert checked.verdict == "supported"
            assert checked.quotes


def test_a_page_is_asked_of_the_caller(embedder: Embedder) -> None:
    evidence = gather(
        QUESTION, context(), embedder.embed_passages, lambda _, offset: 7 + offset // 150
    )
    (sentence,) = check("The warranty lasts 24 months.", evidence, embedder.embed_passages)
    assert sentence.quotes[0].page == 7
    assert {s.quote.page for s in evidence.sentences} == {7, 8, 9}


def test_a_citation_mark_is_no_number_and_no_proof(evidence: Evidence, embedder: Embedder) -> None:
    answer = "The warranty lasts 24 months. [1] The pump plays music in Italy [2]."
    assert [v for v, _ in verdicts(answer, evidence, embedder)] == ["supported", "unsupported"]


def test_without_sources_nothing_is_supported(embedder: Embedder) -> None:
    evidence = gather(QUESTION, Context(), embedder.embed_passages)
    assert [v for v, _ in verdicts("It lasts 24 months.", evidence, embedder)] == ["unsupported"]


@settings(max_examples=150, deadline=None)
@given(answer=st.text(max_size=300), source=st.text(max_size=400), start=st.integers(0, 1000))
def test_sentences_join_to_the_answer_and_quotes_to_the_document(
    answer: str, source: str, start: int
) -> None:
    spans = Passage(1, "d", "d.txt", source, start, start + len(source), 1, 1, (), 1, 1)
    evidence = gather("What is it?", Context((spans,)), embed_words)
    checked = check(answer, evidence, embed_words)
    assert "".join(sentence.text for sentence in checked) == answer
    quotes = [s.quote for s in evidence.sentences] + [q for s in checked for q in s.quotes]
    for quote in quotes:
        assert quote.text
        assert source[quote.start - start : quote.end - start] == quote.text


def test_mutations_of_every_source_sentence_are_caught(
    evidence: Evidence, embedder: Embedder
) -> None:
    digits = str.maketrans("0123456789", "7894561230")
    sentences = [s.quote.text for s in evidence.sentences if any(c.isdigit() for c in s.quote.text)]
    sentences = [text for text in sentences if "X200" not in text]
    assert len(sentences) == 6
    for text in sentences:
        assert verdicts(text, evidence, embedder)[0][0] == "supported"
        assert verdicts(text.translate(digits), evidence, embedder)[0][0] == "unsupported"
