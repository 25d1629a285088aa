"""Finds what a question is about: its names, or its last words of content. Knows one question."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LINK = r"(?:of|the|for|and|de|la|von|der|van)"
_CAPITAL = r"[^\W\d_a-zß-öø-ÿ][\w’'.&/-]*|\w*\d[\w./-]*"
_NAME = re.compile(rf"(?:{_CAPITAL})(?:(?:\s+{_LINK}){{0,2}}\s+(?:{_CAPITAL}))*")
_WORD = re.compile(r"\w[\w’'-]*")
_TIED = re.compile(r"[\w’'-]+\s+(?:of|in|for|at)\s+(?:the\s+|an?\s+)?$", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$")
_SENTENCE_END = (".", "?", "!", ":")
_FUNCTION = _words(
    """a an the of in on at to for from by with and or but is are was were be been being am did does
    do has have had what which who whom whose when where why how many much long often that this
    these those it its they them their he she his her him as than then not no so if into about over
    under between during after before against through up down out off can could will would shall
    should may might must there here i you we me my your our us name names named tell say said please
    also just still only other another same more most such some any each every both few all while
    because until year years kind type types number person people place time times way part parts
    thing things call called example reason used give list describe explain one first"""
)
_LAST_WORDS = 3
# A question is short; what is pasted into one is not read to its end.
READ = 1000


def subject_of(question: str) -> str:
    """The names in a question, else its last few words of content; "" when it has none.

    What is "of" or "in" a name comes with it: "the warranty of the X200".
    """
    found = [f"{_head(question, name)}{name}" for name in names(question)]
    return " ".join(found or content_words(question)[-_LAST_WORDS:])


def _head(question: str, name: str) -> str:
    """The word of content that a preposition ties to a name, with the preposition."""
    before = question[:READ].partition(name)[0]
    tied = _TIED.search(before)
    return tied.group() if tied and content_words(tied.group()) else ""


def names(text: str) -> list[str]:
    """Runs of words with capitals or digits, in order, without the capital that opens a sentence."""
    found = []
    for match in _NAME.finditer(text[:READ]):
        words = match.group().split()
        before = text[: match.start()].rstrip()
        if not before or before.endswith(_SENTENCE_END):
            words = words if len(words) > 1 or words[0].isupper() else []
            while words and words[0].casefold() in _FUNCTION:
                words = words[1:]
        name = _POSSESSIVE.sub("", " ".join(words)).strip(".")
        if name and name.casefold() not in _FUNCTION:
            found.append(name)
    return found


def content_words(text: str) -> list[str]:
    """The words that say what a text is about, in order."""
    return [w for w in _WORD.findall(text[:READ]) if len(w) > 1 and w.casefold() not in _FUNCTION]
