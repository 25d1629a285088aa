"""Cuts an answer into sentences, tells claims from talk, and reads the model's citation marks.

It knows the text of an answer and how many passages there are; nothing of what they say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from generation.vocabulary import FRAMING
from generation.words import is_content, words
from quoth.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MARK = re.compile(r"[ \t]*\[(\d{1,3}(?:[,;\s]+\d{1,3})*)\]")
_OPEN_MARK = re.compile(r"[ \t]*(?:\[[\d,;\s]{0,24})?$")
_INSIDE = re.compile(r"\[[\d,;\s]*$")
_LEADING_MARKS = re.compile(r"(?:\s*\[\d[\d,;\s]*\])+\s*")
_TALK = re.compile(
    r"^\W*(?:hello|hi|hey|thank you|thanks|you're welcome|great question|i hope|let me know"
    r"|feel free|i'm happy|i am happy|i'd be happy|i can help|if you have)\b",
    re.IGNORECASE,
)
_SHORT_TALK = 12
_DECLINES = re.compile(
    r"\b(?:i|we) (?:do not|don't|can't|cannot|can not|am not able to|am unable to|could not|couldn't)"
    r" (?:know|answer|find|determine|say|tell|have)\b"
    r"|\b(?:texts?|passages?|documents?|sources?|contexts?|articles?|excerpts?|information|paragraph)\b"
    r"[^.]{0,40}\b(?:do(?:es)? not|don't|doesn't|did not|didn't|fails? to)"
    r" (?:\w+ )?(?:mention|say|state|specify|provide|contain|include|give|answer|address|indicate|tell|hold)"
    r"|\b(?:there is|there's) no (?:information|mention|answer)\b"
    r"|\b(?:not|isn't) (?:\w+ )?(?:mentioned|specified|stated|provided|given|answered)"
    r" (?:in|by) (?:the|this|these|your)\b",
    re.IGNORECASE,
)


def split(text: str) -> tuple[str, ...]:
    """The sentences of an answer; joined, they are the text. A mark stays with what it marks."""
    parts = [text[start:end] for start, end in sentence_spans(text)]
    for i in range(1, len(parts)):
        leading = _LEADING_MARKS.match(parts[i])
        if leading is not None and leading.end() > 0:
            parts[i - 1] += leading.group()
            parts[i] = parts[i][leading.end() :]
    return tuple(part for part in parts if part)


def without_marks(text: str) -> str:
    """The text without citation marks: what is claimed."""
    return _MARK.sub("", text)


def marked(text: str) -> frozenset[int]:
    """The passage numbers that the citation marks of a text name."""
    return frozenset(
        int(number) for found in _MARK.finditer(text) for number in re.findall(r"\d+", found[1])
    )


def is_talk(sentence: str) -> bool:
    """Whether a sentence claims nothing: a question, a greeting, "According to the sources:"."""
    plain = without_marks(sentence).strip()
    meant = [w for w in words(plain) if is_content(w) and w.folded not in FRAMING]
    if not meant or plain.endswith(("?", "？")):
        return not any(word.is_digits for word in words(plain))
    if plain.endswith(":"):
        return _says_nothing(plain)
    return _TALK.match(plain) is not None and _says_nothing(plain)


def _says_nothing(plain: str) -> bool:
    """Whether a short sentence has neither a number nor a name after its first word."""
    tokens = words(plain)
    facts = any(t.is_digits or (t.is_capitalised and is_content(t)) for t in tokens[1:])
    return len(tokens) <= _SHORT_TALK and not facts


def declines(text: str) -> bool:
    """Whether the first sentence of an answer says that it cannot be answered."""
    first = next((part for part in split(text) if part.strip()), "")
    return _DECLINES.search(first.replace("’", "'")) is not None


def strip_unknown_marks(pieces: Iterable[str], n_passages: int) -> Iterator[str]:
    """The pieces of a stream without the marks that name no passage.

    Text that may be the beginning of a mark is held back until the mark is whole.
    """
    held, before = "", ""
    for piece in pieces:
        held += piece
        opening = _OPEN_MARK.search(held)
        ready = opening.start() if opening is not None else len(held)
        if ready:
            text = _stripped(held[:ready], before, n_passages)
            before = _inside(before + text)
            yield text
        held = held[ready:]
    if held:
        yield _stripped(held, before, n_passages)


def _stripped(text: str, before: str, n_passages: int) -> str:
    """The text without unknown marks; inside a bracket that is open a pair stays in their place.

    Else what stands around a mark that goes could be a mark together: "[[7]9]".
    """
    done, end = before, 0
    for mark in _MARK.finditer(text):
        done += text[end : mark.start()]
        done += _kept(mark, n_passages) or ("[]" if _inside(done) else "")
        end = mark.end()
    return (done + text[end:])[len(before) :]


def _inside(text: str) -> str:
    """The end of the text from a bracket on that may yet be closed as a mark; else nothing."""
    opened = _INSIDE.search(text)
    return opened[0] if opened else ""


def _kept(mark: re.Match[str], n_passages: int) -> str:
    numbers = re.findall(r"\d+", mark[1])
    known = [number for number in numbers if 1 <= int(number) <= n_passages]
    if len(known) == len(numbers):
        return mark[0]
    space = mark[0][: mark[0].index("[")]
    return f"{space}[{', '.join(known)}]" if known else ""
