from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import mean

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import chunk_document
from ingest.formats import SOURCE_CODE
from quoth.datatypes import Chunk, Document
from quoth.errors import ConfigError
from tests.ingest.making import make_document

CountTokens = Callable[[Sequence[str]], list[int]]

SENTENCES = [
    f"This is plain sentence number {number} about nothing at all." for number in range(400)
]
SCRIPTS = st.sampled_from(
    [
        "word",
        "Zürich",
        "日本語の文章です。",
        "😀👩‍👩‍👧",
        "السلام",
        "नमस्ते",
        "a" * 300,
        "3.14",
        "x\u0301",
        "\u200b",
        "[CLS]",
    ]
)
GLUE = st.sampled_from(
    [" ", "\n", "\n\n", ". ", "", "\t", "\u3000", "\n- ", "\n| a | b |\n", "\n```\n", "。"]
)
TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(st.tuples(SCRIPTS, GLUE), max_size=120).map(
        lambda parts: "".join(map("".join, parts))
    ),
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    from quoth.datatypes import Heading, Page

    texts = draw(st.lists(TEXTS, min_size=1, max_size=4))
    whole = "".join(texts)
    starts = draw(st.lists(st.integers(0, max(0, len(whole) - 1)), max_size=6)) if whole else []
    headings = tuple(
        Heading(start, draw(st.integers(1, 6)), draw(st.text(min_size=1, max_size=60)))
        for start in sorted(starts)
    )
    pages = []
    for number, text in enumerate(texts, 1):
        pages.append(Page(number, text, sum(len(one) for one in texts[: number - 1])))
    return Document("f" * 16, "any.txt", "any", "text/plain", tuple(pages), headings)


def check_invariants(
    document: Document, chunks: Sequence[Chunk], count_tokens: CountTokens, max_tokens: int
) -> None:
    text = document.text
    covered = 0
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        assert chunk.text == chunk.text.strip() != ""
        assert text[covered : chunk.start].strip() == ""
        assert chunk.start >= covered
        covered = chunk.end
        assert chunk.id == f"{document.id}:{chunk.start}-{chunk.end}"
        on = [p.number for p in document.pages if p.start < chunk.end and p.end > chunk.start]
        assert (chunk.first_page, chunk.last_page) == (on[0], on[-1])
    assert text[covered:].strip() == ""
    counts = count_tokens([chunk.text_with_headings for chunk in chunks]) if chunks else []
    assert counts == [chunk.n_tokens for chunk in chunks]
    assert max(counts, default=0) <= max_tokens


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=documents(), max_tokens=st.sampled_from([16, 24, 64, 256]))
def test_any_text_is_cut_whole_in_order_and_within_the_limit(
    count_tokens: CountTokens, document: Document, max_tokens: int
) -> None:
    chunks = chunk_document(document, count_tokens, max_tokens)
    check_invariants(document, chunks, count_tokens, max_tokens)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=documents(), max_tokens=st.sampled_from([16, 64]))
def test_the_limit_holds_for_a_tokenizer_that_counts_bytes(
    document: Document, max_tokens: int
) -> None:
    """Sums of parts are no estimate here: each text costs more than its pieces together."""

    def count_bytes(texts: Sequence[str]) -> list[int]:
        return [2 + len(text.encode("utf-8", "replace")) * 5 // 4 for text in texts]

    chunks = chunk_document(document, count_bytes, max_tokens)
    check_invariants(document, chunks, count_bytes, max_tokens)


@pytest.mark.parametrize(
    "text",
    ["", " \n\t ", "x" * 5000, "日" * 3000, "😀" * 2000, "a " * 3000, "\n".join("12" * 2000), " " * 9000 + "x"],
)  # fmt: skip
def test_extreme_texts(count_tokens: CountTokens, text: str) -> None:
    document = make_document(text)
    chunks = chunk_document(document, count_tokens, 64)
    check_invariants(document, chunks, count_tokens, 64)


def test_a_limit_too_small_for_anything_is_refused(count_tokens: CountTokens) -> None:
    with pytest.raises(ConfigError, match=r"chunking\.max_tokens = 15 is too small; set it to 16"):
        chunk_document(make_document("x"), count_tokens, 15)


def test_chunks_end_at_sentences(count_tokens: CountTokens) -> None:
    chunks = chunk_document(make_document(" ".join(SENTENCES)), count_tokens, 256)
    assert len(chunks) > 10
    assert all(chunk.text.endswith(".") and chunk.text.startswith("This") for chunk in chunks)


def test_a_section_just_over_the_limit_becomes_two_of_a_size(count_tokens: CountTokens) -> None:
    text = "".join(f"Here is one more plain sentence, {n}. " for n in range(100, 130))
    total = count_tokens([text])[0]
    assert 256 < total < 330
    first, second = chunk_document(make_document(text), count_tokens, 256)
    assert abs(first.n_tokens - second.n_tokens) < 25


def test_long_texts_fill_their_chunks(count_tokens: CountTokens) -> None:
    chunks = chunk_document(make_document(" ".join(SENTENCES)), count_tokens, 256)
    assert mean(chunk.n_tokens for chunk in chunks) > 0.75 * 256


def test_paragraph_ends_are_preferred_to_sentence_ends(count_tokens: CountTokens) -> None:
    paragraphs = [" ".join(SENTENCES[n : n + 16]) for n in range(0, 160, 16)]
    document = make_document("\n\n".join(paragraphs))
    chunks = chunk_document(document, count_tokens, 256)
    assert [chunk.text for chunk in chunks] == paragraphs


def test_a_heading_starts_a_chunk_and_its_path_names_those_above(count_tokens: CountTokens) -> None:
    body = " ".join(SENTENCES[:12])
    text = f"# Guide\n\n{body}\n\n## Setup\n\n{body}\n\n### Linux\n\n{body}\n\n## Use\n\n{body}\n"
    titles = [(1, "# Guide"), (2, "## Setup"), (3, "### Linux"), (2, "## Use")]
    document = make_document(text, headings=titles)
    chunks = chunk_document(document, count_tokens, 256)
    assert [chunk.text.split("\n")[0] for chunk in chunks] == [title for _, title in titles]
    assert [chunk.headings for chunk in chunks] == [
        (), ("# Guide",), ("# Guide", "## Setup"), ("# Guide",),
    ]  # fmt: skip


def test_later_chunks_of_a_section_stand_under_its_own_title(count_tokens: CountTokens) -> None:
    text = "Title\n\n" + " ".join(SENTENCES[:60])
    chunks = chunk_document(make_document(text, headings=[(1, "Title")]), count_tokens, 128)
    assert [chunk.headings for chunk in chunks] == [(), *[("Title",)] * (len(chunks) - 1)]


def test_a_heading_never_ends_a_chunk(count_tokens: CountTokens) -> None:
    text = "".join(
        f"Part {n}\n\nSub {n}\n\n{' '.join(SENTENCES[n : n + 9])}\n\n" for n in range(20)
    )
    headings = [pair for n in range(20) for pair in ((1, f"Part {n}\n"), (2, f"Sub {n}\n"))]
    chunks = chunk_document(make_document(text, headings=headings), count_tokens, 128)
    assert all(chunk.text.endswith(".") for chunk in chunks)


@pytest.mark.parametrize("title", ["The harbour at night", "**Who owned it**", "It consisted of:"])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_neither_does_a_line_that_only_looks_like_one(
    count_tokens: CountTokens, title: str, gap: str
) -> None:
    sections = [f"{title}{gap}{' '.join(SENTENCES[n : n + 9])}" for n in range(24)]
    chunks = chunk_document(make_document(gap.join(sections)), count_tokens, 128)
    assert all(chunk.text.endswith(".") for chunk in chunks)
    assert sum(chunk.text.startswith(title) for chunk in chunks) >= 20


def test_tiny_sections_join_only_siblings_and_children(count_tokens: CountTokens) -> None:
    text = "A\n\nsmall\n\nB\n\ntiny\n\nC\n\nmini\n\nD\n\nlast\n"
    headings = [(1, "A"), (2, "B"), (2, "C"), (1, "D")]
    document = make_document(text, headings=headings)
    (chunk,) = chunk_document(document, count_tokens, 256)
    assert chunk.headings == ()
    deeper = make_document(text, headings=[(1, "A"), (2, "B"), (3, "C"), (2, "D")])
    body = " ".join(SENTENCES[:15])
    long = make_document(text.replace("small", body), headings=headings)
    assert [chunk.headings for chunk in chunk_document(deeper, count_tokens, 256)] == [()]
    assert [c.headings for c in chunk_document(long, count_tokens, 256)] == [(), ("A",), ()]


def test_a_title_that_the_text_lacks_is_in_the_path(count_tokens: CountTokens) -> None:
    from quoth.datatypes import Heading, Page

    page = Page(1, "The text of the page.\n", 0)
    headings = (Heading(0, 1, "Part One"), Heading(0, 2, "The text"))
    document = Document("0" * 16, "a.pdf", "a", "application/pdf", (page,), headings)
    (chunk,) = chunk_document(document, count_tokens, 64)
    assert chunk.headings == ("Part One",)


def test_a_path_too_long_loses_its_outer_titles(count_tokens: CountTokens) -> None:
    titles = [(level, f"Level {level} " + "of many words " * 8) for level in range(1, 7)]
    body = " ".join(SENTENCES[:20])
    text = "".join(f"{title}\n\n{body}\n\n" for _, title in titles)
    document = make_document(text, headings=titles)
    chunks = chunk_document(document, count_tokens, 128)
    check_invariants(document, chunks, count_tokens, 128)
    assert chunks[-1].headings == (titles[-1][1],)
    everything = chunk_document(document, count_tokens, 32)
    assert everything[-1].headings == ()


def test_code_rows_and_items_stay_whole_when_they_fit(count_tokens: CountTokens) -> None:
    code = "```python\n" + "\n\n".join(f"x{n} = f(y. {n})" for n in range(8)) + "\n```"
    items = "\n".join(f"- Item {n} has a sentence. And it has another one here." for n in range(12))
    rows = "\n".join(f"| row {n} | One. Two. Three. | {n} |" for n in range(20))
    text = "\n\n".join([" ".join(SENTENCES[:7]), code, " ".join(SENTENCES[7:14]), items, rows])
    chunks = chunk_document(make_document(text), count_tokens, 128)
    assert sum(code in chunk.text for chunk in chunks) == 1
    for line in (*items.split("\n"), *rows.split("\n")):
        assert sum(line in chunk.text for chunk in chunks) == 1, line


def table_of(n_rows: int) -> str:
    rows = "".join(f"| Town number {n} | {n * 7} | {n * 11} |\n" for n in range(n_rows))
    return f"| Town | Births | Deaths |\n| --- | --- | --- |\n{rows}"


def test_rows_far_below_their_header_find_it_in_their_heading_path(
    count_tokens: CountTokens,
) -> None:
    text = f"Health\n\nSome words before.\n\n{table_of(80)}\nSome words after.\n"
    document = make_document(text[:900], text[900:], headings=[(1, "Health")])
    chunks = chunk_document(document, count_tokens, 128)
    check_invariants(document, chunks, count_tokens, 128)
    first, *rest, last = chunks
    assert first.headings == ()
    assert len(rest) > 3
    assert all(chunk.headings == ("Health", "Town | Births | Deaths") for chunk in rest)
    assert all(re.fullmatch(r"\|.*\|", line) for c in rest for line in c.text.splitlines())
    assert last.text.endswith("Some words after.")


def test_the_columns_of_a_table_are_no_title_of_what_follows_it(count_tokens: CountTokens) -> None:
    columns = "Town | Births | Deaths"
    for n_rows in range(20, 60, 3):
        text = f"Some words before.\n\n{table_of(n_rows)}\n{'Some words after it. ' * 30}\n"
        document = make_document(text)
        chunks = chunk_document(document, count_tokens, 128)
        check_invariants(document, chunks, count_tokens, 128)
        titled = [chunk for chunk in chunks if columns in chunk.headings]
        assert titled
        assert all("Some words" not in chunk.text for chunk in titled)
        assert all(
            columns in chunk.headings for chunk in chunks if chunk.text.startswith("| Town number")
        )


def test_a_table_header_goes_with_its_first_row(count_tokens: CountTokens) -> None:
    for n_words in range(60, 75):
        text = f"{'word ' * n_words}.\n\n{table_of(6)}"
        for chunk in chunk_document(make_document(text), count_tokens, 96):
            assert "| Town |" not in chunk.text or "| Town number 0 |" in chunk.text


def test_a_header_wider_than_a_third_of_a_chunk_is_left_out(count_tokens: CountTokens) -> None:
    names = " | ".join(f"a long name of column {n}" for n in range(20))
    rows = "".join(f"| {' | '.join(str(n * m) for m in range(20))} |\n" for n in range(30))
    document = make_document(f"| {names} |\n|{' --- |' * 20}\n{rows}")
    chunks = chunk_document(document, count_tokens, 96)
    check_invariants(document, chunks, count_tokens, 96)
    assert {chunk.headings for chunk in chunks} == {()}


def test_code_is_cut_between_its_lines(count_tokens: CountTokens) -> None:
    body = "".join(f'    say("Number {n}. Then more. {n}")\n' for n in range(60))
    fenced = make_document(f"Look:\n\n```python\ndef run():\n{body}```\n\nDone.\n")
    source = replace(make_document(f"def run():\n{body}\n\ndef stop():\n    pass\n",
                     headings=[(1, "def run"), (1, "def stop")]), media_type=SOURCE_CODE)  # fmt: skip
    for document in (fenced, source):
        chunks = chunk_document(document, count_tokens, 96)
        check_invariants(document, chunks, count_tokens, 96)
        assert len(chunks) > 8
        assert all('"' not in c.text or c.text.splitlines()[0].strip()[0] in "sdL`" for c in chunks)
        assert all(c.text.count('"') % 2 == 0 for c in chunks)
    assert chunks[3].headings == ("def run",)
    assert chunks[-1].text.startswith("def stop():")


def test_tables_of_a_pdf_are_cut_between_their_lines(count_tokens: CountTokens) -> None:
    lines = [f"Revenue from segment {n} $ {n},120 $ (1,{n}45) 3.{n} %" for n in range(60)]
    chunks = chunk_document(make_document("\n".join(lines) + "\n"), count_tokens, 128)
    assert len(chunks) > 5
    assert [line for chunk in chunks for line in chunk.text.split("\n")] == lines


def test_sentences_of_a_pdf_are_not_cut_at_its_line_ends(count_tokens: CountTokens) -> None:
    words = " ".join(SENTENCES[:60]).split(" ")
    text = "\n".join(" ".join(words[n : n + 14]) for n in range(0, len(words), 14)) + "\n"
    chunks = chunk_document(make_document(text), count_tokens, 128)
    assert all(chunk.text.endswith(".") for chunk in chunks)


def test_an_unclosed_quote_does_not_hide_the_sentences_after_it(count_tokens: CountTokens) -> None:
    text = 'He said: "this has no end.\n\n' + " ".join(SENTENCES[:60])
    chunks = chunk_document(make_document(text), count_tokens, 128)
    assert all(chunk.text.endswith(".") for chunk in chunks)


def test_a_sentence_longer_than_a_chunk_is_cut_at_white_space(count_tokens: CountTokens) -> None:
    text = " ".join(f"word{number}" for number in range(600))
    chunks = chunk_document(make_document(text), count_tokens, 128)
    assert [word for chunk in chunks for word in chunk.text.split()] == text.split()
    assert all(re.fullmatch(r"(word\d+ ?)+", chunk.text) for chunk in chunks)


def test_pages_are_those_the_text_stands_on(count_tokens: CountTokens) -> None:
    pages = [" ".join(SENTENCES[n : n + 5]) + "\n" for n in range(0, 50, 5)]
    document = make_document(*pages)
    chunks = chunk_document(document, count_tokens, 128)
    check_invariants(document, chunks, count_tokens, 128)
    assert chunks[0].first_page == 1
    assert chunks[-1].last_page == 10
    assert all(
        one.last_page <= two.first_page <= one.last_page + 1 for one, two in pairwise(chunks)
    )


@pytest.mark.parametrize(
    "text",
    [
        "日本語。" * 20_000,
        "1\n" * 40_000,
        "'a. b' " * 10_000,
        "```a\n~~~~\n" * 4_000,
        "(a. " * 20_000,
    ],
)
def test_hostile_texts_do_not_take_quadratic_time(count_tokens: CountTokens, text: str) -> None:
    """Each took minutes when something in the way was quadratic; the suite's timeout watches."""
    document = make_document(text)
    check_invariants(document, chunk_document(document, count_tokens, 256), count_tokens, 256)
