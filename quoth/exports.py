"""Conversations as Markdown, HTML and JSON, and ratings as an evaluation set; knows the datatypes.

What documents, models and people wrote is data: none of it becomes markup, and nothing in an
exported file loads anything.
"""

from __future__ import annotations

import dataclasses
import html
import json
import re
import unicodedata
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from quoth.answer_records import answer_record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quoth.datatypes import Answer, Conversation, Quote, Sentence, Turn

_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~$&])")
_ESCAPE = re.compile(r"\\([\\`*_\[\]<>#|~$&])")
_GAP = re.compile(r"[^a-z0-9]+")
_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin-top: 2.5rem; }
h2, p, blockquote, cite { white-space: pre-wrap; overflow-wrap: anywhere; }
blockquote { margin: .3rem 0 0; padding-left: .8rem; border-left: 3px solid #8aa; font-family: Georgia, serif; }
cite { font-style: normal; font-weight: 600; } .note { font-size: .9rem; opacity: .8; }
.unsupported { text-decoration: underline wavy; }
"""


def as_json(conversation: Conversation) -> str:
    """One object: what is known of the conversation and its turns, under the keys of `quoth ask`."""
    return json.dumps(as_record(conversation), indent=2, ensure_ascii=False) + "\n"


def as_record(conversation: Conversation) -> dict[str, Any]:
    """The same as a dictionary."""
    return {
        **dataclasses.asdict(conversation.record),
        "turns": [_turn_record(turn) for turn in conversation.turns],
    }


def _turn_record(turn: Turn) -> dict[str, Any]:
    return {
        "number": turn.number,
        "question": turn.question,
        "asked_at": turn.asked_at,
        "status": turn.status,
        "text": turn.text,
        "error": turn.error,
        "rating": turn.rating,
        "note": turn.note,
        "answer": None if turn.answer is None else answer_record(turn.answer),
    }


def as_markdown(conversation: Conversation) -> str:
    """A heading for each question, the answer with numbered citations, and a list of the quotes."""
    parts = [f"# {_escaped(conversation.record.title)}", f"*{conversation.record.created_at[:10]}*"]
    for turn in conversation.turns:
        parts.append(f"## {_escaped(' '.join(turn.question.split()))}")
        if turn.answer is None:
            parts += [_escaped(turn.text), f"*{_escaped(_ended(turn))}*"]
        else:
            parts += [_markdown_answer(turn.answer), *map(_markdown_quote, _numbered(turn.answer))]
        parts += [f"*{_escaped(_opinion(turn))}*"] if turn.rating else []
    return "\n\n".join(part for part in parts if part) + "\n"


def _markdown_answer(answer: Answer) -> str:
    marked = (
        _escaped(words) + "".join(f" [{number}]" for number in numbers) + _escaped(flag) + after
        for words, numbers, flag, after in _cited(answer)
    )
    return ("**Not in the documents.** " if answer.refused else "") + "".join(marked).strip()


def _markdown_quote(numbered: tuple[int, Quote]) -> str:
    number, quote = numbered
    text = "\n".join(f"> {_escaped(line)}" for line in quote.text.splitlines())
    return f"[{number}] **{_escaped(_name(quote.source))}**, page {quote.page}\n\n{text}"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def as_text(conversation: Conversation) -> str:
    """The same as Markdown, without escapes: for a terminal, where nothing is markup."""
    return _ESCAPE.sub(r"\1", as_markdown(conversation)).strip()


def as_html(conversation: Conversation) -> str:
    """One page that needs no other file, runs nothing and asks nothing of any machine."""
    body = [f"<h1>{html.escape(conversation.record.title)}</h1>"]
    body += [f'<p class="note">{html.escape(conversation.record.created_at[:10])}</p>']
    for turn in conversation.turns:
        body.append(f"<h2>{html.escape(turn.question)}</h2>")
        body += _html_turn(turn)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{html.escape(conversation.record.title)}</title>\n<style>{_STYLE}</style>\n"
        "</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def _html_turn(turn: Turn) -> list[str]:
    opinion = [f'<p class="note">{html.escape(_opinion(turn))}</p>'] if turn.rating else []
    if turn.answer is None:
        ended = f'<p class="note">{html.escape(_ended(turn))}</p>'
        return [f"<p>{html.escape(turn.text)}</p>", ended, *opinion]
    place = f"turn-{turn.number}-quote"
    refused = "<strong>Not in the documents.</strong> " if turn.answer.refused else ""
    said = "".join(_html_words(part, place) for part in _cited(turn.answer))
    quotes = (
        f'<li id="{place}-{number}"><cite>{html.escape(_name(quote.source))}</cite>, page {quote.page}'
        f"<blockquote>{html.escape(quote.text)}</blockquote></li>"
        for number, quote in _numbered(turn.answer)
    )
    listed = "".join(quotes)
    return [f"<p>{refused}{said}</p>", f"<ol>{listed}</ol>" if listed else "", *opinion]


def _html_words(part: tuple[str, tuple[int, ...], str, str], place: str) -> str:
    words, numbers, flag, after = part
    kind = ' class="unsupported"' if flag else ""
    links = "".join(f'<sup><a href="#{place}-{number}">{number}</a></sup>' for number in numbers)
    note = f'<span class="note">{html.escape(flag)}</span>' if flag else ""
    return f"<span{kind}>{html.escape(words)}</span>{links}{note}{html.escape(after)}"


def _numbered(answer: Answer) -> list[tuple[int, Quote]]:
    return list(enumerate(answer.quotes, start=1))


def _cited(answer: Answer) -> Iterable[tuple[str, tuple[int, ...], str, str]]:
    """Each sentence's words, the numbers of its quotes, why it is unsupported, the space after."""
    numbers = {quote: number for number, quote in _numbered(answer)}
    for sentence in answer.sentences:
        words = sentence.text.rstrip()
        cites = tuple(numbers[quote] for quote in sentence.quotes)
        yield words, cites, _flag(sentence), sentence.text[len(words) :]


def _flag(sentence: Sentence) -> str:
    if sentence.verdict != "unsupported":
        return ""
    return f" (not supported{': ' if sentence.reason else ''}{sentence.reason})"


def _ended(turn: Turn) -> str:
    return f"Failed: {turn.error}" if turn.error else "Stopped; not checked against the documents."


def _opinion(turn: Turn) -> str:
    return f"Rated {turn.rating}{': ' if turn.note else ''}{turn.note}"


def _name(source: str) -> str:
    """The file's name: whoever is sent the conversation need not know where files lie here."""
    return PurePath(source).name or source


def evaluation_set(rated: Iterable[Turn]) -> str:
    """JSON lines: each rated question, the documents that hold its answer, and the verdict on it.

    `expected_documents` are those that a good answer quotes, `expected_passages` what it quotes of
    them, as `quoth tune` takes it; of a bad one they are not known, and the lists are empty.
    `cited_documents` are those that it did quote.
    """
    return "".join(json.dumps(_judged(t), ensure_ascii=False) + "\n" for t in rated)


def _judged(turn: Turn) -> dict[str, Any]:
    quotes = () if turn.answer is None else turn.answer.quotes
    cited = list(dict.fromkeys(quote.source for quote in quotes))
    good = turn.rating == "good"
    passages = [{"file": quote.source, "passage": quote.text} for quote in quotes]
    return {
        "question": turn.question,
        "expected_documents": cited if good else [],
        "expected_passages": passages if good else [],
        "verdict": turn.rating,
        "note": turn.note,
        "cited_documents": cited,
        "cited_quotes": [quote.text for quote in quotes],
        "answer": turn.text if turn.answer is None else turn.answer.text,
        "refused": turn.answer is not None and turn.answer.refused,
        "asked_at": turn.asked_at,
    }


def file_name(conversation: Conversation) -> str:
    """A name for the exported file, without a suffix: words of the title in ASCII."""
    plain = unicodedata.normalize("NFKD", conversation.record.title).encode("ascii", "ignore")
    return _GAP.sub("-", plain.decode().lower()).strip("-")[:60] or "conversation"
