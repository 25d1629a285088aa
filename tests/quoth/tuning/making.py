"""A library of parts that differ by their number alone: meaning cannot tell them apart, words can."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from generation.model import Completion, Prompt
from quoth import Config, Quoth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from quoth.config import GenerationConfig
    from quoth.datatypes import Message
    from vectorstore import Embedder

# No codes: what is plainly one is found with any settings.
CODES = [str(number) for number in range(7301, 7311)]


def part(code: str) -> str:
    return f"# Valve {code}\n\nValve {code} closes at {int(code) % 97} bar, and no earlier.\n"


def library_of_parts(
    folder: Path, embedder: Embedder, n: int = len(CODES), **settings: object
) -> Quoth:
    files = folder / "parts"
    files.mkdir()
    for code in CODES[:n]:
        (files / f"{code}.md").write_text(part(code), encoding="utf-8")
    config = Config().with_values(settings, "test")
    quoth = Quoth.open(folder / "library", config=config, embedder=embedder)
    quoth.ingest([files])
    return quoth


def questions_on_parts(folder: Path, n: int = len(CODES)) -> Path:
    file = folder / "questions.jsonl"
    asked = ("When does {} close?", "At how many bar is {} closed?", "closing of {}")
    rows = [
        {"question": question.format(code), "file": f"{code}.md"}
        for code in CODES[:n]
        for question in asked
    ]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


class CannedModel:
    """A LanguageModel that writes what a function makes of the last message."""

    name = "canned"
    context_size = 2048
    n_parameters = 0

    def __init__(self, write: Callable[[str], str]) -> None:
        self._write = write
        self._asked = ""

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def render(self, messages: Sequence[Message]) -> Prompt:
        self._asked = messages[-1].content
        return Prompt((1,))

    def complete(
        self,
        prompt: Prompt,
        settings: GenerationConfig,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Completion]:
        del prompt, settings, cancelled
        yield Completion(self._write(self._asked), "end")

    def close(self) -> None:
        pass
