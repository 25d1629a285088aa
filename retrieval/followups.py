"""Makes a follow-up question stand alone, from the words of the conversation.

It knows rules for English, and the openings of follow-ups in some other languages.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retrieval.rewriting import rewritten
from retrieval.subjects import READ, content_words, names, subject_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import Message
    from retrieval.rewriting import Write

_OPENING = re.compile(
    r"^\W*(and|but|or|so|also|then|(what|how) about|why not"
    r"|und|aber|oder|was ist mit|et|mais|ou|pero|(?<=¿)y)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(it|its|they|them|their|theirs|he|him|his|she|her|hers|the same|ones"
    r"|(?:this|that|these|those)(?=\W*$|\s+(?:is|are|was|were|does|do|did|has|have|had|can|will)\b)"
    r"|(?:this|these|those)\s+\w+|(?:for|of|about|by|with|from|than|like|after|before|to|in) that"
    r"|(?:which|that|this|first|second|last|other) one|(?:from|over|in|get|got|go|went) there)\b",
    re.IGNORECASE,
)
# Not explained by a name before it: "Who led the reinforcements of New France in it?"
_OBJECT = re.compile(
    r"\b(?:in|of|to|for|by|with|from|about|on|at|under|over|into|than|like|without|during|after"
    r"|before)\s+(?:it|them|him)\b|\b(?:it|them|him)\W*$",
    re.IGNORECASE,
)
# "it" that stands for nothing: "what is it called when …", "is it true that …".
_DUMMY = re.compile(r"\bit (called|named|true|possible|necessary|that|take|takes)\b", re.IGNORECASE)
_DEFINITION = re.compile(r"\W*(what|who)( is| are| was| were|['’]s)\b", re.IGNORECASE)
_FEW_WORDS = 4
_FEW_CONTENT = 2


def standalone(question: str, history: Sequence[Message], write: Write = lambda _: "") -> str:
    """The text to search for: the question, with what it leans on when it leans on the history.

    A question leans when it opens with a conjunction, refers back by a pronoun that nothing before
    it in the question explains, or has hardly a word of its own. With a pronoun it gets the names of
    the last question that stood alone, and is said twice, so that its own words weigh more: a whole
    question beside it would pull the search back to the passage that answered that one. What is cut
    short ("And the X300?") needs that whole question. A first question is returned as it is.

    Where that question has no names, what the pronoun stands for is a guess: the language model
    behind `write` is asked to say it, and believed if it adds nothing of its own.
    """
    asked = [message.content for message in history if message.role == "user"]
    if not asked or not leans(question):
        return question
    told = next((earlier for earlier in reversed(asked) if not leans(earlier)), asked[0])
    if _refers_back(question[:READ]) and content_words(question):
        said = "" if names(told) else rewritten(question, history, write)
        return said or f"{question} {subject_of(told)} {question}"
    return f"{told}\n{question}"


def leans(question: str) -> bool:
    """Whether a question needs the ones before it to be understood."""
    question = question[:READ]
    if _OPENING.search(question) or _refers_back(question):
        return True
    n_content = len(content_words(question))
    few = len(question.split()) <= _FEW_WORDS and n_content < _FEW_CONTENT
    asks_what_it_is = bool(n_content and _DEFINITION.match(question))
    return few and not asks_what_it_is and not names(question)


def _refers_back(question: str) -> bool:
    if _OBJECT.search(question):
        return True
    pronoun = _PRONOUN.search(question)
    if pronoun is None or _DUMMY.match(question, pronoun.start()):
        return False
    return not names(question[: pronoun.start()])
