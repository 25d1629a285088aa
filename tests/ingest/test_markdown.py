from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.readers.markdown import read
from quoth.config import IngestConfig

if TYPE_CHECKING:
    from quoth.datatypes import Document

CONFIG = IngestConfig()


def document(text: str) -> Document:
    return read(text.encode(), "notes.md", CONFIG)


def test_the_text_stays_as_written() -> None:
    text = "# Title\n\nSome *words*.\r\n\r\n```\ncode\n```\n"
    assert document(text).text == text.replace("\r\n", "\n")


def test_headings_begin_at_their_line() -> None:
    found = document("intro\n\n# One `a` **b**\n\nSetext\n======\n\n### Deep ###\n")
    assert [(h.level, h.text) for h in found.headings] == [
        (1, "One a b"),
        (1, "Setext"),
        (3, "Deep"),
    ]
    lines = [found.text[h.start :].split("\n")[0] for h in found.headings]
    assert lines == ["# One `a` **b**", "Setext", "### Deep ###"]
    assert found.title == "One a b"


def test_a_hash_in_code_or_in_a_quote_is_no_heading() -> None:
    assert document("```\n# comment\n```\n\n> # quoted\n\n- # item\n").headings == ()


def test_front_matter_gives_title_and_language_and_no_heading() -> None:
    found = document('---\ntitle: "My: Notes"\nlang: en-GB\n---\n# Head\ntext\n')
    assert (found.title, found.language) == ("My: Notes", "en")
    assert [(h.text, found.text[h.start : h.start + 6]) for h in found.headings] == [
        ("Head", "# Head")
    ]


def test_a_rule_at_the_top_is_not_front_matter_without_its_end() -> None:
    assert [h.text for h in document("---\n\n# Head\n").headings] == ["Head"]


def test_unusual_line_separators_do_not_shift_headings() -> None:
    found = document("a\u2028b\x0cc\x85d\n\n# Head\n")
    assert found.text[found.headings[0].start :] == "# Head\n"


def test_without_heading_or_front_matter_the_stem_is_the_title() -> None:
    assert document("just text").title == "notes"
