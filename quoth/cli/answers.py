"""Hits and answers as text for people, and an answer while it is written. It knows datatypes."""

from __future__ import annotations

import itertools
import shutil
import sys
from typing import TYPE_CHECKING, Self

from quoth.cli.terminal import clean, fold_long_lines, is_terminal, one_line, paint, say, tell, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType

    from quoth.cli.interrupt import Interrupt
    from quoth.datatypes import Answer, Hit, Piece, Quote, Sentence

_LINES_OF_A_HIT = 5
_LINES_OF_A_QUOTE = 4
_WITHDRAWN = "[withdrawn: the text above did not pass its check; the answer is below]"


def place(source: str, first_page: int, last_page: int) -> str:
    """The file and its page, or pages."""
    pages = f"page {first_page}" if first_page == last_page else f"pages {first_page}–{last_page}"
    return f"{one_line(source)}, {pages}"


def hit_text(hit: Hit, *, full: bool = False) -> str:
    """Rank, score, file, page and headings on one line, then the excerpt, or the whole passage.

    A hit without an excerpt is shown by its first lines.
    """
    chunk = hit.chunk
    where = paint(place(chunk.source, chunk.first_page, chunk.last_page), bold=True)
    head = f"{hit.rank:>2}  {hit.score:.3f}  {where}"
    if chunk.headings:
        head += "  " + one_line(" > ".join(chunk.headings))
    text = chunk.text if full else excerpt_text(hit)
    lines = None if full or hit.excerpt else _LINES_OF_A_HIT
    return f"{head}{_also_in(hit.also_in)}\n{wrap(text, '    ', lines)}"


def excerpt_text(hit: Hit) -> str:
    """What answers the question, with … where text of the chunk is left out; all without an excerpt."""
    if not hit.excerpt:
        return hit.chunk.text
    before = hit.chunk.text[: hit.excerpt[0].start - hit.chunk.start]
    after = hit.chunk.text[hit.excerpt[-1].end - hit.chunk.start :]
    parts = (quote.text for quote in hit.excerpt)
    return "… " * bool(before.strip()) + " … ".join(parts) + " …" * bool(after.strip())


def _also_in(sources: Sequence[str]) -> str:
    return f"\n    also in {one_line(', '.join(sources))}" if sources else ""


def answer_text(answer: Answer) -> str:
    """The sentences, each with the numbers of its quotes or the mark of an unsupported one."""
    numbers = {quote: number for number, quote in enumerate(answer.quotes, 1)}
    text = ""
    for sentence in answer.sentences:
        marked = _marked(sentence, numbers)
        apart = text.endswith("]") and not marked[:1].isspace()
        text += f" {marked}" if apart else marked
    return clean(text).strip()


def _marked(sentence: Sentence, numbers: dict[Quote, int]) -> str:
    text = sentence.text.rstrip()
    after = sentence.text[len(text) :]
    marks = "".join(f"[{numbers[quote]}]" for quote in sentence.quotes)
    if sentence.verdict == "unsupported":
        marks += f"[unsupported: {_reason(sentence)}]"
    return f"{text} {marks}{after}" if marks else sentence.text


def _reason(sentence: Sentence) -> str:
    return one_line(sentence.reason) or "no source says so"


def sources_text(answer: Answer, *, marked: bool = True) -> str:
    """What stands under the answer: numbered quotes, or the closest passages of a refusal.

    When the answer above is not `marked`, its unsupported sentences are listed.
    """
    if answer.refused:
        parts = ["\nThe closest passages:"] if answer.closest else []
        reasons = itertools.chain(answer.not_enough, itertools.repeat(""))
        close = (_close_text(hit, why) for hit, why in zip(answer.closest, reasons, strict=False))
        return "\n".join([*parts, *close])
    unsupported = [s for s in answer.sentences if s.verdict == "unsupported" and not marked]
    parts = [_unsupported_text(sentence) for sentence in unsupported]
    if answer.extractive:
        parts.append("The sentences are copied from the sources.")
    if answer.quotes:
        parts.append("\nSources:")
    parts += [
        _quote_text(number, quote, answer.also_in(quote))
        for number, quote in enumerate(answer.quotes, 1)
    ]
    return "\n".join(parts)


def _close_text(hit: Hit, why: str) -> str:
    return hit_text(hit) + (f"\n{wrap(f'Not enough: {why}.', '    ')}" if why else "")


def _unsupported_text(sentence: Sentence) -> str:
    return wrap(f"[unsupported] “{sentence.text.strip()}”: {_reason(sentence)}")


def _quote_text(number: int, quote: Quote, also_in: Sequence[str]) -> str:
    where = paint(place(quote.source, quote.page, quote.page), bold=True)
    return f"[{number}] {where}{_also_in(also_in)}\n" + wrap(
        f"“{quote.text.strip()}”", "    ", _LINES_OF_A_QUOTE
    )


def follow(pieces: Iterable[Piece], interrupt: Interrupt) -> Answer | None:
    """Print an answer and what it stands on; return it, or None when it was cut off before its end.

    A pipe cannot take text back, so that only a terminal sees the answer grow; a pipe gets it
    when it is finished and checked.
    """
    if is_terminal(sys.stdout):
        with LiveText() as live:
            text, answer = collect(pieces, interrupt, live.show)
        erased = live.take_back()
    else:
        text, answer = collect(pieces, interrupt)
        erased = True
    finished = clean(text).strip() if answer is None else answer_text(answer)
    if not erased:
        say("")
    elif finished:
        say(fold_long_lines(finished))
    below = sources_text(answer, marked=erased) if answer is not None else ""
    if below:
        say(below)
    if answer is not None and answer.stop_reason == "length":
        tell("quoth: the answer was cut at its longest length; --max-new-tokens allows more")
    return answer


def collect(
    pieces: Iterable[Piece],
    interrupt: Interrupt,
    show: Callable[[Piece], None] = lambda _: None,
) -> tuple[str, Answer | None]:
    """The text that stands after the last piece, and the answer when there is one."""
    text, answer = "", None
    for piece in pieces:
        text = piece.text if piece.withdrawn else text + piece.text
        answer = piece.answer or answer
        show(piece)
        interrupt.started = interrupt.started or bool(text)
    return text, answer


class LiveText:
    """Text on a terminal that can still be taken back; a context manager around its writing.

    Until the first text comes a line on stderr says that work is under way.
    """

    def __init__(self) -> None:
        self._shown = ""

    def __enter__(self) -> Self:
        from rich.console import Console

        self._status = Console(file=sys.stderr).status("reading the documents")
        self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._status.stop()

    def show(self, piece: Piece) -> None:
        """Append the piece's text, after taking back what it withdraws."""
        if piece.withdrawn and self._shown and not self.take_back():
            say(f"\n{_WITHDRAWN}")
            self._shown = ""
        text = clean(piece.text)
        if text:
            self._status.stop()
        self._shown += text
        sys.stdout.write(text)
        sys.stdout.flush()

    def take_back(self) -> bool:
        """Erase what was shown; False, and nothing done, when it cannot be erased for sure."""
        size = shutil.get_terminal_size()
        rows = count_rows(self._shown, size.columns)
        if rows is None or rows > size.lines:
            return False
        up = f"\x1b[{rows - 1}A" if rows > 1 else ""
        sys.stdout.write(f"\r{up}\x1b[J")
        sys.stdout.flush()
        self._shown = ""
        return True


def count_rows(text: str, columns: int) -> int | None:
    """How many rows a terminal of that width shows; None when characters are not one column each."""
    from rich.cells import cell_len

    if cell_len(text.replace("\n", "")) != len(text) - text.count("\n"):
        return None
    return sum(max(1, -(-len(line) // columns)) for line in text.split("\n"))
