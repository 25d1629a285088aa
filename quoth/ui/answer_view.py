"""Draws one turn of a conversation: the answer, its sources, and how it was made.

Knows Streamlit and the engine's types; asks the engine for nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from quoth.ui import inside, texts
from quoth.ui.citations import Source, number_quotes, source_of_hit, sources
from quoth.ui.markup import Html, element, join
from quoth.ui.widgets import chip, draw, file_name, place, show_error, source_card, table

if TYPE_CHECKING:
    from quoth.datatypes import Answer, Hit, Message, Sentence, Turn, Window

OpenSource = Callable[[Source], None]


def streaming(text: str, n_before: int) -> Html:
    """An answer that is still being written, or waits for others to be written first."""
    waiting = texts.count(n_before, texts.WAITING_N) if n_before else texts.SEARCHING
    words = text or waiting
    kind = "q-answer q-writing" if text else "q-answer q-searching"
    return element("div", words, class_=kind, role="status", aria_live="polite")


def show_turn(turn: Turn, open_source: OpenSource, rate: Callable[[Turn], None]) -> None:
    """A finished turn: an answer, a refusal, a partial answer or an error; `rate` ends an answer."""
    with st.chat_message("assistant", avatar=":material/format_quote:"):
        if turn.error:
            show_error(turn.error)
        if turn.answer is None:
            _show_partial(turn)
        elif turn.answer.refused:
            _show_refusal(turn.answer, turn.number, open_source)
        else:
            _show_answer(turn.answer, turn, open_source)
        if turn.answer is not None:
            draw(_facts(turn.answer))
            _show_details(turn.answer)
            inside.offer(turn)
            rate(turn)


def _show_partial(turn: Turn) -> None:
    if turn.text:
        draw(element("div", turn.text, class_="q-answer q-unchecked"))
    if turn.status == "stopped":
        draw(_note(texts.STOPPED_UNCHECKED if turn.text else texts.STOPPED_EMPTY))
    elif not turn.error:
        draw(_note(texts.UNEXPECTED))


def _show_refusal(answer: Answer, number: int, open_source: OpenSource) -> None:
    title = element("div", texts.REFUSED, class_="q-refusal-title")
    draw(element("div", title, element("div", answer.text), class_="q-refusal"))
    if answer.closest:
        draw(element("div", texts.CLOSEST, class_="q-label"))
        found = tuple(source_of_hit(hit) for hit in answer.closest)
        _show_sources(found, f"closest-{number}", open_source, answer.not_enough)


def _show_answer(answer: Answer, turn: Turn, open_source: OpenSource) -> None:
    anchor = f"source-{turn.number}"
    if answer.extractive:
        draw(chip(texts.VERBATIM, "q-verbatim"))
    draw(answer_body(answer, anchor))
    if turn.withdrawn:
        draw(_note(texts.WITHDRAWN))
    if answer.stop_reason == "cancelled":
        draw(_note(texts.STOPPED if answer.text.strip() else texts.STOPPED_EMPTY))
    if answer.stop_reason == "length":
        draw(_note(texts.CUT_SHORT))
    cited = sources(answer)
    if cited:
        draw(element("div", texts.SOURCES, class_="q-label"))
        _show_sources(cited, anchor, open_source)


def answer_body(answer: Answer, anchor: str) -> Html:
    """The sentences with the numbers of their quotes, which link to `anchor`-number."""
    numbers = number_quotes(answer)
    written = []
    for sentence in answer.sentences:
        words = sentence.text.rstrip()
        cites = (_citation(numbers[quote], anchor) for quote in sentence.quotes)
        written.append(join(_words(sentence, words), *cites, sentence.text[len(words) :]))
    return element("div", *written, class_="q-answer")


def _words(sentence: Sentence, words: str) -> Html:
    if sentence.verdict != "unsupported" or not words:
        return element("span", words)
    why = texts.UNSUPPORTED_WHY.format(sentence.reason) if sentence.reason else texts.UNSUPPORTED
    flag = element("span", why, class_="q-flag")
    return join(element("span", words, class_="q-unsupported"), " ", flag)


def _citation(number: int, anchor: str) -> Html:
    label = texts.SOURCE_ANCHOR.format(number)
    link = element(
        "a", str(number), href=f"#{anchor}-{number}", class_="q-cite", aria_label=label, title=label
    )
    return element("sup", link)


def _show_sources(
    found: tuple[Source, ...], anchor: str, open_source: OpenSource, notes: tuple[str, ...] = ()
) -> None:
    for position, source in enumerate(found):
        with st.container(
            horizontal=True, vertical_alignment="top", gap="small", key=f"row-{anchor}-{position}"
        ):
            draw(source_card(source, anchor))
            st.button(
                texts.OPEN_PAGE,
                key=f"{anchor}-open-{position}",
                type="tertiary",
                icon=":material/menu_book:",
                on_click=open_source,
                args=(source,),
            )
        if position < len(notes):
            draw(element("p", texts.NOT_ENOUGH.format(notes[position]), class_="q-help"))


def _facts(answer: Answer) -> Html:
    """Time and tokens at a glance."""
    timings = answer.timings
    facts = [texts.seconds(timings["total"])] if "total" in timings else []
    if "first_token" in timings:
        facts.append(texts.FIRST_WORD.format(texts.seconds(timings["first_token"])))
    if answer.n_prompt_tokens:
        facts.append(texts.TOKENS_READ.format(answer.n_prompt_tokens))
        facts.append(texts.TOKENS_WRITTEN.format(answer.n_completion_tokens))
    return element("div", " · ".join(facts), class_="q-facts")


def _show_details(answer: Answer) -> None:
    with st.expander(texts.DETAILS, icon=":material/manage_search:"):
        blocks = (
            window_bar(answer.window, answer.n_completion_tokens) if answer.window else "",
            _found(answer.hits),
            _read(answer),
            _left_out(answer),
            _stages(answer),
            _prompt(answer.messages),
        )
        draw(element("div", *(block for block in blocks if block), class_="q-details"))


def window_bar(window: Window, written: int) -> Html:
    """How the model's window was divided, as a bar and in words; `written` of the reserve is used."""
    parts = (
        (texts.WINDOW_SYSTEM, "q-w2", window.system),
        (texts.WINDOW_SOURCES, "q-w1", window.sources),
        (texts.WINDOW_HISTORY, "q-w4", window.history),
        (texts.WINDOW_QUESTION, "q-w5", window.question),
        (texts.WINDOW_ANSWER, "q-w3", window.reserve),
    )
    free = ((texts.WINDOW_FREE, "q-w0", window.free),)
    bars = (
        element("span", class_=kind, style=f"width:{100 * tokens / window.size:.2f}%")
        for _, kind, tokens in parts
    )
    legend = (
        element("li", element("span", class_=f"q-dot {kind}"), f"{name} {tokens:,}")
        for name, kind, tokens in parts + free
    )
    label = texts.WINDOW_LABEL.format(
        read=window.size - window.free - window.reserve, written=written, size=window.size
    )
    return element(
        "div",
        element("div", texts.WINDOW, element("small", label), class_="q-subtitle"),
        element("div", *bars, class_="q-window", role="img", aria_label=label),
        element("ul", *legend, class_="q-legend"),
    )


def _prompt(messages: tuple[Message, ...]) -> str:
    """The exact text that the model read, message by message; closed at first, as it is long."""
    if not messages:
        return ""
    said = (
        element(
            "div",
            element("b", texts.ROLES[message.role]),
            element("div", message.content, class_="q-message"),
        )
        for message in messages
    )
    summary = element("summary", texts.PROMPT, class_="q-subtitle")
    lead = element("p", texts.PROMPT_LEAD, class_="q-place")
    return element("details", summary, lead, *said, class_="q-prompt")


def _found(hits: tuple[Hit, ...]) -> str:
    rows = tuple((str(hit.rank), *_hit_cells(hit)) for hit in hits)
    titles = (texts.RANK, texts.FILE, texts.WHERE, texts.SCORE, texts.SIMILARITY, texts.FOUND_BY)
    return _section(texts.FOUND, table(titles, rows)) if rows else ""


def _hit_cells(hit: Hit) -> tuple[str, ...]:
    chunk = hit.chunk
    found_by = ", ".join(
        texts.RETRIEVERS.get(finding.retriever, finding.retriever + " #{}").format(finding.rank)
        for finding in hit.found_by
    )
    where = place(chunk.first_page, chunk.headings, chunk.last_page)
    return file_name(chunk.source), where, f"{hit.score:.3f}", f"{hit.similarity:.3f}", found_by


def _read(answer: Answer) -> Html:
    rows = tuple(
        (
            str(passage.number),
            file_name(passage.source),
            place(passage.first_page, passage.headings, passage.last_page),
            str(passage.rank),
            f"{passage.n_tokens:,}",
        )
        for passage in answer.context.passages
    )
    titles = ("#", texts.FILE, texts.WHERE, texts.RANK, texts.TOKENS)
    body = table(titles, rows) if rows else element("p", texts.NOTHING_READ)
    return _section(texts.READ_BY_MODEL, body)


def _left_out(answer: Answer) -> str:
    rows = tuple(
        (str(left.hit.rank), *_hit_cells(left.hit), left.reason) for left in answer.context.left_out
    )
    titles = (texts.RANK, texts.FILE, texts.WHERE, texts.SCORE, texts.SIMILARITY, texts.FOUND_BY)
    return _section(texts.LEFT_OUT, table((*titles, texts.REASON), rows)) if rows else ""


def _stages(answer: Answer) -> Html:
    stages = " · ".join(
        f"{texts.TIMINGS.get(stage, stage)} {texts.seconds(seconds)}"
        for stage, seconds in answer.timings.items()
    )
    confidence = texts.CONFIDENCE.format(answer.confidence)
    return _section(texts.STAGES, element("p", stages), element("p", confidence))


def _section(title: str, *body: str) -> Html:
    return element("section", element("div", title, class_="q-subtitle"), *body)


def _note(text: str) -> Html:
    return element("div", text, class_="q-note", role="note")
