"""A document of two pages, and hits, answers and records of it; and texts that try to be markup."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from quoth.datatypes import (
    Answer,
    Chunk,
    Context,
    Document,
    DocumentRecord,
    Finding,
    Hit,
    LeftOut,
    Message,
    Page,
    Passage,
    Quote,
    Sentence,
    Window,
)

PAGE_1 = "Acme kettles. The warranty lasts two years from the day of purchase. Keep the receipt. "
PAGE_2 = "Repairs are free within the warranty. Descale the kettle once a month. "
SOURCE = "manuals/kettle.pdf"
DOCUMENT = Document(
    "d0c", SOURCE, "Kettle manual", "application/pdf",
    (Page(1, PAGE_1, 0), Page(2, PAGE_2, len(PAGE_1))),
)  # fmt: skip


def quote(text: str) -> Quote:
    start = DOCUMENT.text.index(text)
    page = 1 if start < len(PAGE_1) else 2
    return Quote(DOCUMENT.id, SOURCE, page, start, start + len(text), text)


def hit(rank: int = 1, page: int = 1, source: str = SOURCE) -> Hit:
    text = DOCUMENT.pages[page - 1].text
    start = DOCUMENT.pages[page - 1].start
    chunk = Chunk(
        f"c{page}", DOCUMENT.id, source, text, start, start + len(text), page, page,
        ("Kettle", "Warranty"), 20,
    )  # fmt: skip
    return Hit(
        chunk, 0.9 / rank, rank, 0.7, (Finding("dense", rank, 0.7), Finding("lexical", 2, 9.1))
    )


PASSAGE = Passage(
    1, DOCUMENT.id, SOURCE, PAGE_1, 0, len(PAGE_1), 1, 1, ("Kettle", "Warranty"), 1, 30
)


def answer(question: str = "How long?", **changes: Any) -> Answer:
    sentences = (
        Sentence(
            "It lasts two years. ", (quote("The warranty lasts two years"),), 0.9, "supported"
        ),
        Sentence(
            "Repairs are free. ",
            (quote("Repairs are free within the warranty."),),
            0.8,
            "supported",
        ),
        Sentence("It covers the moon.", (), 0.1, "unsupported", "no passage says so"),
    )
    made = Answer(
        question=question,
        sentences=sentences,
        refused=False,
        context=Context((PASSAGE,), 30, (LeftOut(hit(2, 2), "over the budget"),)),
        stop_reason="end",
        hits=(hit(1), hit(2, 2)),
        timings={"search": 0.02, "pack": 0.01, "first_token": 0.4, "total": 1.2},
        n_prompt_tokens=120,
        n_completion_tokens=24,
        window=Window(1000, 40, 30, 41, 9, 256),
        messages=(Message("system", "Use only the <sources>."), Message("user", question)),
    )
    return replace(made, **changes)


def refusal(question: str = "") -> Answer:
    said = Sentence("The documents do not say.", (), 0.0, "not a claim")
    return answer(
        question,
        sentences=(said,),
        refused=True,
        closest=(hit(1),),
        stop_reason="refused",
        not_enough=("it does not mention “moon”",),
    )


def record(name: str = SOURCE, **changes: Any) -> DocumentRecord:
    made = DocumentRecord(
        "d0c", "default", (name,), "Kettle manual", "application/pdf", "en", 2, 2, 150,
        "2026-05-04T10:20:30+00:00", {}, ("1 of 2 pages has no text",),
    )  # fmt: skip
    return replace(made, **changes)


HOSTILE = (
    "![x](http://evil.example/a.png) [link](http://evil.example) <img src=http://evil.example/b.png>",
    "https://evil.example/c www.evil.example me@evil.example <http://evil.example>",
    ":smile: :material/home: :red[red] :blue-background[x] $x^2$ $$y$$ -> <- >= -- ~~gone~~ `code`",
    "# title\n- item\n1. one\n> quote\n| a | b |\n|---|---|\n```\ncode\n```\n***\n[^1] [x]: http://e.example",
    "<script>window.taken = 1</script> &lt;b&gt; &amp; \\* **bold** __bold__ *it* 2*3*4",
)
