"""Turns messages into the pieces of a chat prompt; knows Jinja chat templates, not tokens.

A template is rendered with a mark in the place of each message's text. What it writes between
the marks is the model's own markup; what stands at the marks is data and stays apart from it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from quoth.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import Message

_MARK = "\ue00d{}\ue00e"  # private-use characters: no template spells them
_PLAIN_LABELS = {"system": "", "user": "Question: ", "assistant": "Answer: "}
_MARKS = re.compile("\ue00d(\\d+)\ue00e")


@dataclass(frozen=True, slots=True)
class TemplatePiece:
    """A stretch of a prompt: the template's markup, or a message's text, which is data."""

    text: str
    is_data: bool


class ChatTemplate:
    """A model's chat template. `source` "" stands for a model that has none: plain "role: text"."""

    def __init__(self, source: str, *, bos: str = "", eos: str = "") -> None:
        self._variables = {"bos_token": bos, "eos_token": eos, "add_generation_prompt": True}
        self._template = _compile(source) if source else None
        # Without control tokens nothing but the next question's label shows the answer's end.
        self.stops: tuple[str, ...] = () if source else (f"\n\n{_PLAIN_LABELS['user'].strip()}",)

    def pieces(self, messages: Sequence[Message]) -> tuple[TemplatePiece, ...]:
        """The prompt for these messages, open for the assistant's turn.

        A template without a system role gets the system's text at the head of the first user
        message. Raises ModelError when the template takes the messages in neither form.
        """
        if self._template is None:
            return _plain(messages)
        try:
            return self._render(messages)
        except ModelError:
            merged = _merge_system(messages)
            if merged == tuple(messages):
                raise
            return self._render(merged)

    def _render(self, messages: Sequence[Message]) -> tuple[TemplatePiece, ...]:
        import jinja2

        assert self._template is not None
        marked = [{"role": m.role, "content": _MARK.format(i)} for i, m in enumerate(messages)]
        try:
            # Reasoning models answer at once where their template has this switch.
            text = self._template.render(messages=marked, enable_thinking=False, **self._variables)
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise ModelError(
                f"the model's chat template failed: {error}; choose another model"
            ) from error
        return _split(text, messages)


def _compile(source: str) -> Any:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # The environment that chat templates are written for: that of the transformers library.
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = lambda value, **options: json.dumps(
        value, ensure_ascii=False, **options
    )
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = lambda form: datetime.now().astimezone().strftime(form)
    try:
        return environment.from_string(source)
    except jinja2.TemplateError as error:
        raise ModelError(
            f"the model's chat template is not valid: {error}; choose another model"
        ) from error


def _raise_exception(message: str) -> None:
    import jinja2

    raise jinja2.TemplateError(message)


def _split(text: str, messages: Sequence[Message]) -> tuple[TemplatePiece, ...]:
    parts = _MARKS.split(text)  # markup, number, markup, number, … markup
    shown = {int(number) for number in parts[1::2]}
    if shown != set(range(len(messages))):
        raise ModelError("the model's chat template leaves messages out; choose another model")
    pieces = [
        TemplatePiece(messages[int(part)].content if at % 2 else part, is_data=bool(at % 2))
        for at, part in enumerate(parts)
    ]
    return tuple(piece for piece in pieces if piece.text)


def _merge_system(messages: Sequence[Message]) -> tuple[Message, ...]:
    system = [m.content for m in messages if m.role == "system"]
    turns = [m for m in messages if m.role != "system"]
    for i, turn in enumerate(turns):
        if system and turn.role == "user":
            turns[i] = replace(turn, content="\n\n".join([*system, turn.content]))
            break
    return tuple(turns)


def _plain(messages: Sequence[Message]) -> tuple[TemplatePiece, ...]:
    pieces = []
    for message in messages:
        pieces.append(TemplatePiece(_PLAIN_LABELS[message.role], is_data=False))
        pieces.append(TemplatePiece(message.content, is_data=True))
        pieces.append(TemplatePiece("\n\n", is_data=False))
    pieces.append(TemplatePiece("Answer:", is_data=False))
    return tuple(piece for piece in pieces if piece.text)
