from __future__ import annotations

from generation.placed import read_facts


def test_an_initial_within_a_name_does_not_end_it() -> None:
    text = "He moved up when George W. Bush resigned."
    read = read_facts(text, frozenset())
    assert [text[read.tokens[f.first].start : read.tokens[f.last - 1].end] for f in read.facts] == [
        "George W. Bush"
    ]


def test_a_sentence_after_a_lone_letter_is_no_part_of_a_name() -> None:
    read = read_facts("He took vitamin C. The doctor agreed.", frozenset())
    assert [fact.last - fact.first for fact in read.facts] == [1]
