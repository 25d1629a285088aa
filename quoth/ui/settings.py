"""How answers are written in this tab: presets, sampling, instruction, worked examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from quoth.config import Example
from quoth.ui import session, texts
from quoth.ui.markup import element
from quoth.ui.widgets import card_title, draw

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quoth.config import AnswerConfig, Config, GenerationConfig

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "precise": {
        "temperature": 0.0, "top_k": 40, "top_p": 0.95, "min_p": 0.05, "repeat_penalty": 1.1,
    },
    "balanced": {
        "temperature": 0.4, "top_k": 40, "top_p": 0.9, "min_p": 0.05, "repeat_penalty": 1.1,
    },
    "creative": {
        "temperature": 0.9, "top_k": 100, "top_p": 0.98, "min_p": 0.02, "repeat_penalty": 1.05,
    },
}  # fmt: skip
LIMITS: Mapping[str, tuple[Any, Any, Any]] = {
    "temperature": (0.0, 2.0, 0.05),
    "top_k": (0, 200, 1),
    "top_p": (0.05, 1.0, 0.01),
    "min_p": (0.0, 0.5, 0.01),
    "repeat_penalty": (1.0, 2.0, 0.05),
}


def show(config: Config, window: int) -> None:
    """Draw the settings of this tab; `window` is the running model's, in tokens."""
    configured = config.generation
    card_title(texts.SETTINGS, texts.SETTINGS_LEAD)
    with st.container(horizontal=True, horizontal_alignment="left"):
        for name, label in texts.PRESET_NAMES.items():
            st.button(
                label, key=f"preset-{name}", on_click=_apply, args=(configured, PRESETS[name]),
                help=texts.PRESET_HELP[name],
            )  # fmt: skip
        st.button(
            texts.RESET, type="tertiary", on_click=_apply, args=(configured, _all(configured))
        )
    settings = session.generation(configured)
    limits = {
        **LIMITS,
        "seed": (0, None, 1),
        "max_new_tokens": (1, max(window // 2, settings.max_new_tokens, 1), 16),
    }
    columns = st.columns(2, gap="large")
    for position, (name, bounds) in enumerate(limits.items()):
        with columns[position % 2]:
            _widget(configured, settings, name, bounds)
    _refusal(config.answer)
    _instruction(configured, settings)
    _examples(configured, settings)


def _refusal(configured: AnswerConfig) -> None:
    key = "setting-refusal"
    st.session_state.setdefault(key, session.answering(configured).refusal)
    st.selectbox(
        texts.REFUSAL, list(texts.REFUSAL_NAMES), key=key,
        format_func=texts.REFUSAL_NAMES.__getitem__,
        on_change=_refusal_changed, args=(configured,),
    )  # fmt: skip
    draw(element("p", texts.REFUSAL_HELP, class_="q-help"))


def _refusal_changed(configured: AnswerConfig) -> None:
    session.change_answering(configured, refusal=st.session_state["setting-refusal"])


def _instruction(configured: GenerationConfig, settings: GenerationConfig) -> None:
    key = "setting-system_prompt"
    st.session_state.setdefault(key, settings.system_prompt)
    st.text_area(
        texts.INSTRUCTION, key=key, height="content", placeholder=texts.INSTRUCTION_OWN,
        on_change=_changed, args=(configured, "system_prompt"),
    )  # fmt: skip
    draw(element("p", texts.INSTRUCTION_HELP, class_="q-help"))


def _examples(configured: GenerationConfig, settings: GenerationConfig) -> None:
    """Worked examples to write, change and take away; those without both sides are not used."""
    card_title(texts.EXAMPLES, texts.EXAMPLES_LEAD)
    written = st.session_state.setdefault("examples", dict(enumerate(settings.examples)))
    for position, number in enumerate(written, 1):
        _example(configured, number, position)
    st.button(
        texts.EXAMPLE_ADD, icon=":material/add:", key="example-add",
        on_click=_add_example, args=(configured,),
    )  # fmt: skip


def _example(configured: GenerationConfig, number: int, position: int) -> None:
    written: dict[int, Example] = st.session_state["examples"]
    keys = f"example-{number}-question", f"example-{number}-answer"
    for key, value in zip(keys, (written[number].question, written[number].answer), strict=True):
        st.session_state.setdefault(key, value)
    with st.container(border=True):
        st.text_input(
            texts.EXAMPLE_QUESTION.format(position), key=keys[0],
            on_change=_change_example, args=(configured, number),
        )  # fmt: skip
        st.text_area(
            texts.EXAMPLE_ANSWER.format(position), key=keys[1], height="content",
            on_change=_change_example, args=(configured, number),
        )  # fmt: skip
        st.button(
            texts.EXAMPLE_REMOVE.format(position), key=f"example-{number}-remove", type="tertiary",
            icon=":material/delete:", on_click=_remove_example, args=(configured, number),
        )  # fmt: skip


def _add_example(configured: GenerationConfig) -> None:
    st.session_state["examples"][_fresh_number()] = Example("", "")
    _use_examples(configured)


def _change_example(configured: GenerationConfig, number: int) -> None:
    question, answer = (
        st.session_state[f"example-{number}-{side}"] for side in ("question", "answer")
    )
    st.session_state["examples"][number] = Example(question.strip(), answer.strip())
    _use_examples(configured)


def _remove_example(configured: GenerationConfig, number: int) -> None:
    st.session_state["examples"].pop(number, None)
    _use_examples(configured)


def _use_examples(configured: GenerationConfig) -> None:
    whole = (
        each for each in st.session_state["examples"].values() if each.question and each.answer
    )
    session.change_generation(configured, examples=tuple(whole))


def _widget(
    configured: GenerationConfig,
    settings: GenerationConfig,
    name: str,
    bounds: tuple[Any, Any, Any],
) -> None:
    low, high, step = bounds
    key = f"setting-{name}"
    value = max(getattr(settings, name), low)
    st.session_state.setdefault(key, value if high is None else min(value, high))
    widget: Any = st.slider if name in LIMITS else st.number_input
    widget(
        texts.SETTING_LABELS[name],
        min_value=low, max_value=high, step=step, key=key,
        on_change=_changed, args=(configured, name),
    )  # fmt: skip
    draw(element("p", texts.SETTING_HELP[name], class_="q-help"))


def _changed(configured: GenerationConfig, name: str) -> None:
    session.change_generation(configured, **{name: st.session_state[f"setting-{name}"]})


def _apply(configured: GenerationConfig, values: Mapping[str, Any]) -> None:
    session.change_generation(configured, **values)
    for name, value in values.items():
        if name == "examples":
            st.session_state["examples"] = dict(enumerate(value, _fresh_number()))
        else:
            st.session_state[f"setting-{name}"] = value


def _fresh_number() -> int:
    """A number no example has had: widgets of former ones keep what was typed."""
    return max(st.session_state.get("examples", ()), default=-1) + 1


def _all(configured: GenerationConfig) -> Mapping[str, Any]:
    names = (*texts.SETTING_LABELS, "system_prompt", "examples")
    return {name: getattr(configured, name) for name in names}
