"""Exported conversations hold their citations, and nothing in them is markup or leaves the machine."""

from __future__ import annotations

import json
from dataclasses import replace

from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from quoth import exports
from quoth.datatypes import Conversation, ConversationRecord, Quote, Sentence, Turn
from tests.samples import HOSTILE, answer, refusal

WHEN = "2026-05-04T10:20:30.000000+00:00"


def conversation(*turns: Turn, title: str = "Kettles") -> Conversation:
    return Conversation(ConversationRecord("c0", title, WHEN, WHEN, len(turns), 3), turns)


def asked(number: int = 1, **changes: object) -> Turn:
    given = answer("How long?")
    made = Turn(number, "How long?", WHEN, "answered", given.text, given)
    return replace(made, **changes)  # type: ignore[arg-type]


def hostile() -> Conversation:
    turns = []
    for number, text in enumerate(HOSTILE, 1):
        quote = Quote("d", text, 1, 0, len(text), text)
        said = Sentence(text, (quote,), 0.1, "unsupported", text)
        turns.append(
            asked(number, question=text, answer=answer(sentences=(said,)), rating="bad", note=text)
        )
    turns.append(asked(9, answer=None, text=HOSTILE[0], status="failed", error=HOSTILE[4]))
    return conversation(*turns, title=HOSTILE[4])


def test_markdown_has_the_answer_with_its_numbered_quotes() -> None:
    text = exports.as_markdown(conversation(asked(rating="good", note="yes")))
    assert text.startswith("# Kettles\n\n*2026-05-04*\n\n## How long?\n\n")
    assert "It lasts two years. [1] Repairs are free. [2] It covers the moon." in text
    assert "(not supported: no passage says so)" in text
    assert "[1] **kettle.pdf**, page 1\n\n> The warranty lasts two years\n" in text
    assert "*Rated good: yes*" in text


def test_a_terminal_gets_the_same_without_escapes() -> None:
    shown = exports.as_text(conversation(asked(question="2*3 <b>?")))
    assert "## 2*3 <b>?" in shown


def test_hostile_text_is_no_markup_in_markdown() -> None:
    html = MarkdownIt("commonmark", {"html": True}).render(exports.as_markdown(hostile()))
    page = LexborHTMLParser(html)
    assert page.css("img, a, script, iframe, code, pre") == []
    assert "![x](http://evil.example/a.png)" in page.text()


def test_hostile_text_is_no_markup_in_html() -> None:
    text = exports.as_html(hostile())
    page = LexborHTMLParser(text)
    assert page.css("img, script, iframe, link, object, form") == []
    assert {a.attributes["href"][:1] for a in page.css("a")} == {"#"}  # type: ignore[index]
    assert all(name in {"class", "id", "href", "content", "http-equiv", "name", "charset", "lang"}
               for node in page.css("*") for name in node.attributes)  # fmt: skip
    assert "default-src 'none'" in text
    for line in HOSTILE:
        assert " ".join(line.split()) in " ".join(page.text().split())


def test_html_links_each_number_to_its_quote() -> None:
    page = LexborHTMLParser(exports.as_html(conversation(asked(1), asked(2))))
    links = [a.attributes["href"] for a in page.css("a")]
    places = [f"#{li.attributes['id']}" for li in page.css("li")]
    assert links == places == [f"#turn-{t}-quote-{n}" for t in (1, 2) for n in (1, 2)]
    assert page.css_first("blockquote").text() == "The warranty lasts two years"


def test_json_holds_what_ask_prints_and_more() -> None:
    kept = json.loads(exports.as_json(conversation(asked(rating="bad", note="no"))))
    (turn,) = kept["turns"]
    assert (kept["title"], kept["n_turns"], turn["rating"], turn["note"]) == (
        "Kettles",
        1,
        "bad",
        "no",
    )
    assert turn["answer"]["sentences"][0]["quotes"] == [1]
    assert turn["answer"]["quotes"][0]["page"] == 1


def test_a_refusal_and_an_answer_that_was_stopped_say_so() -> None:
    refused = asked(answer=refusal("q"))
    stopped = asked(2, answer=None, text="It lasts", status="stopped")
    for text in (exports.as_markdown(conversation(refused, stopped)),
                 exports.as_html(conversation(refused, stopped))):  # fmt: skip
        assert "Not in the documents." in text
        assert "It lasts" in text
        assert "Stopped; not checked against the documents." in text


def test_ratings_become_an_evaluation_set() -> None:
    lines = exports.evaluation_set(
        [
            asked(rating="good"),
            asked(rating="bad", note="it is three"),
            asked(answer=None, rating="bad"),
        ]
    ).splitlines()
    good, bad, empty = map(json.loads, lines)
    assert good["question"] == "How long?"
    assert (good["verdict"], good["expected_documents"]) == ("good", ["manuals/kettle.pdf"])
    assert (bad["verdict"], bad["expected_documents"], bad["note"]) == ("bad", [], "it is three")
    assert bad["cited_documents"] == ["manuals/kettle.pdf"]
    assert good["expected_passages"] == [
        {"file": "manuals/kettle.pdf", "passage": text} for text in good["cited_quotes"]
    ]
    assert good["cited_quotes"]
    assert bad["expected_passages"] == empty["expected_passages"] == []
    assert (empty["cited_documents"], empty["refused"]) == ([], False)


def test_a_file_is_named_after_the_title() -> None:
    assert exports.file_name(conversation(title="Où est /../ l'été?")) == "ou-est-l-ete"
    assert exports.file_name(conversation(title="日本")) == "conversation"
