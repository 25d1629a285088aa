"""Inside an answer: which source carries which sentence, and what the model expected at each word."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from quoth.datatypes import TokenStep
from quoth.errors import QuothError
from quoth.interpretation import reshaped
from quoth.ui import inside_view, session, talking, texts
from quoth.ui.jobs import Work
from quoth.ui.markup import element
from quoth.ui.settings import LIMITS
from quoth.ui.widgets import choose, draw, draw_again, legend, show_error, style

if TYPE_CHECKING:
    from collections.abc import Callable

    from quoth.config import GenerationConfig
    from quoth.datatypes import Alignment, Answer, Conversation, Turn
    from quoth.engine import Quoth

URL = "inside"
_CHOSEN = "inside-turn"
_LOOK_EVERY = 1.0  # seconds
_Examined = Work[tuple[TokenStep, ...]]


def offer(turn: Turn) -> None:
    """A button under an answer that leads to this page."""
    if st.button(
        texts.INSIDE_OPEN, key=f"inside-{turn.number}", type="tertiary", icon=":material/biotech:"
    ):
        st.session_state[_CHOSEN] = turn.number
        st.switch_page(st.Page(_by_address, url_path=URL))


def _by_address() -> None:
    """Stands for the page: Streamlit finds it by its address alone."""


def show(quoth: Quoth) -> None:
    """Draw the page for an answer of the conversation that this tab holds."""
    style()
    st.title(texts.INSIDE, anchor=False)
    conversation = talking.opened(quoth)
    turns = () if conversation is None else conversation.turns
    answered = {turn.number: turn for turn in turns if turn.answer is not None}
    if conversation is None or not answered:
        draw(element("p", texts.INSIDE_NONE, class_="q-lead"))
        return
    draw(element("p", texts.INSIDE_LEAD, class_="q-lead"))
    numbers = list(answered)
    wanted = st.session_state.pop(_CHOSEN, None)
    if wanted in answered:
        st.session_state["inside-choice"] = wanted
    elif st.session_state.get("inside-choice") not in answered:
        st.session_state["inside-choice"] = numbers[-1]
    number = st.selectbox(
        texts.INSIDE_WHICH, numbers, key="inside-choice",
        format_func=lambda n: f"{n}. {answered[n].question}",
    )  # fmt: skip
    _show_answer(quoth, conversation, answered[number])


def _show_answer(quoth: Quoth, conversation: Conversation, turn: Turn) -> None:
    answer = turn.answer
    if answer is None:
        return
    key = (str(quoth.path), conversation.record.id, turn.number, answer.text)
    sentences, words = st.tabs(texts.INSIDE_TABS)
    with sentences:
        _sentences(quoth, answer, key)
    with words:
        before = replace(conversation, turns=conversation.turns[: turn.number - 1])
        settings = session.generation(quoth.config.generation)
        examine = partial(quoth.examine, answer, history=before.history, generation=settings)
        start = partial(_Examined, lambda cancelled: examine(cancelled=cancelled))
        _words(answer, key, start, settings)


def _sentences(quoth: Quoth, answer: Answer, key: tuple[Any, ...]) -> None:
    def compare() -> Alignment:
        with st.spinner(texts.INSIDE_COMPARING):
            return quoth.align(answer)

    try:
        found = session.once("inside-aligned", key, compare)
    except QuothError as error:
        show_error(str(error))
        return
    if not found.sources:
        draw(element("p", texts.NOTHING_READ, class_="q-lead"))
        return
    by = choose(texts.INSIDE_BY, (texts.INSIDE_SUPPORT, texts.SIMILARITY), "inside-by")
    is_support = by == texts.INSIDE_SUPPORT
    lead = texts.INSIDE_SUPPORT_LEAD if is_support else texts.INSIDE_SIMILARITY_LEAD
    draw(element("p", lead, class_="q-help"))
    draw(inside_view.sentence_list(found))
    draw(inside_view.heat_map(found, found.support if is_support else found.similarity))


def _words(
    answer: Answer,
    key: tuple[Any, ...],
    start: Callable[[], _Examined],
    settings: GenerationConfig,
) -> None:
    draw(element("p", texts.WORDS_LEAD, class_="q-lead"))
    if answer.extractive or answer.refused:
        draw(element("p", texts.WORDS_NOT_ITS_OWN, class_="q-note"))
    kept = st.session_state.get("inside-examined")
    work: _Examined | None = kept[1] if kept and kept[0] == key else None
    if work is not None and work.running:
        _follow(work)
        return
    if work is not None and work.result:
        _explore(work.result, settings)
        return
    if work is not None and work.error:
        show_error(work.error)
    if st.button(texts.WORDS_EXAMINE, icon=":material/biotech:", key="inside-examine"):
        st.session_state["inside-examined"] = key, start()
        draw_again()


@st.fragment(run_every=_LOOK_EVERY)
def _follow(work: _Examined) -> None:
    if work.wait(0):
        draw_again()
    draw(element("p", texts.WORDS_READING, class_="q-note q-searching", role="status"))
    st.button(texts.STOP, on_click=work.stop, icon=":material/stop_circle:", key="inside-stop")


@st.fragment
def _explore(steps: tuple[TokenStep, ...], configured: GenerationConfig) -> None:
    """One token's distribution and what settings make of it; moving a slider draws this alone."""
    strip = st.container()
    position = (
        st.slider(texts.WORDS_WHICH, 1, len(steps), key="inside-position") if len(steps) > 1 else 1
    )
    chosen = min(position, len(steps)) - 1
    with strip:
        draw(inside_view.token_strip(steps, chosen))
    step = steps[chosen]
    draw(element("p", told(step), class_="q-place"))
    tried = _try_settings(configured)
    if tried.temperature == 0:
        draw(element("p", texts.WORDS_COLD, class_="q-note"))
    shares = reshaped(step, tried, [before.token for before in steps[:chosen]])
    shown = inside_view.shown_shares(shares)
    drawn = sum(share.chance > 0 for share in shares[:-1])
    draw(element("p", texts.count(drawn, texts.WORDS_DRAWN), class_="q-place", role="status"))
    draw(legend(inside_view.share_legend()))
    data, spec = inside_view.share_chart(shown, step.token)
    st.vega_lite_chart(data, spec, alt=texts.WORDS_ALT, key="inside-shares")
    with st.expander(texts.WORDS_TABLE, icon=":material/table:"):
        draw(inside_view.share_table(shown, step.token))


def told(step: TokenStep) -> str:
    """What was written at a step, and how likely the model found it."""
    if step.token < 0:
        return texts.WORDS_END
    return texts.WORDS_WRITTEN.format(inside_view.visible(step.text), step.probability)


def _try_settings(configured: GenerationConfig) -> GenerationConfig:
    """Settings to try on the distribution; they change no answer."""
    values: dict[str, Any] = {}
    columns = st.columns(2, gap="large")
    for n, (name, (low, high, step)) in enumerate(LIMITS.items()):
        key = f"inside-{name}"
        st.session_state.setdefault(key, min(max(getattr(configured, name), low), high))
        with columns[n % 2]:
            values[name] = st.slider(
                texts.SETTING_LABELS[name], min_value=low, max_value=high, step=step, key=key,
                help=texts.SETTING_HELP[name],
            )  # fmt: skip
    return replace(configured, **values)
