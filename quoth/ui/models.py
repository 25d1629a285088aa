"""The model page: what runs, and how answers are written in this tab."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from quoth.ui import session, texts
from quoth.ui.markup import Html, element, join
from quoth.ui.widgets import card_title, draw, style

if TYPE_CHECKING:
    from quoth.config import AnswerConfig, GenerationConfig
    from quoth.engine import Quoth

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
_LIMITS: Mapping[str, tuple[Any, Any, Any]] = {
    "temperature": (0.0, 2.0, 0.05),
    "top_k": (0, 200, 1),
    "top_p": (0.05, 1.0, 0.01),
    "min_p": (0.0, 0.5, 0.01),
    "repeat_penalty": (1.0, 2.0, 0.05),
}


def show(quoth: Quoth) -> None:
    """Draw the model page."""
    style()
    st.title(texts.MODELS, anchor=False)
    _settings(quoth.config.generation, session.context_window(quoth))
    _refusal(quoth.config.answer)
    card_title(texts.RUNNING, texts.RUNNING_LEAD)
    draw(description({**quoth.info(), texts.PROCESS: {texts.MEMORY: resident_bytes()}}))


def _settings(configured: GenerationConfig, window: int) -> None:
    card_title(texts.SETTINGS, texts.SETTINGS_LEAD)
    with st.container(horizontal=True, horizontal_alignment="left"):
        for name, label in texts.PRESET_NAMES.items():
            st.button(
                label, key=f"preset-{name}", on_click=_apply, args=(configured, PRESETS[name])
            )
        st.button(
            texts.RESET, type="tertiary", on_click=_apply, args=(configured, _all(configured))
        )
    settings = session.generation(configured)
    limits = {
        **_LIMITS,
        "seed": (0, None, 1),
        "max_new_tokens": (1, max(window // 2, settings.max_new_tokens, 1), 16),
    }
    columns = st.columns(2, gap="large")
    for position, (name, bounds) in enumerate(limits.items()):
        with columns[position % 2]:
            _widget(configured, settings, name, bounds)
    draw(element("p", texts.FEW_SHOT, class_="q-place"))


def _refusal(configured: AnswerConfig) -> None:
    key = "setting-refusal"
    if key not in st.session_state:
        st.session_state[key] = session.answering(configured).refusal
    st.selectbox(
        texts.REFUSAL, list(texts.REFUSAL_NAMES), key=key,
        format_func=lambda name: texts.REFUSAL_NAMES[name],
        on_change=_refusal_changed, args=(configured,),
    )  # fmt: skip
    draw(element("p", texts.REFUSAL_HELP, class_="q-help"))


def _refusal_changed(configured: AnswerConfig) -> None:
    session.change_answering(configured, refusal=st.session_state["setting-refusal"])


def _widget(
    configured: GenerationConfig,
    settings: GenerationConfig,
    name: str,
    bounds: tuple[Any, Any, Any],
) -> None:
    low, high, step = bounds
    key = f"setting-{name}"
    if key not in st.session_state:
        value = max(getattr(settings, name), low)
        st.session_state[key] = value if high is None else min(value, high)
    widget: Any = st.slider if name in _LIMITS else st.number_input
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
        st.session_state[f"setting-{name}"] = value


def _all(configured: GenerationConfig) -> Mapping[str, Any]:
    return {name: getattr(configured, name) for name in texts.SETTING_LABELS}


def description(info: Mapping[str, object]) -> Html:
    """A box for each part of Quoth with its names and values; every value is text."""
    parts = {name: value for name, value in info.items() if isinstance(value, Mapping)}
    loose = {name: value for name, value in info.items() if name not in parts}
    boxes = {texts.NAME: loose, **parts} if loose else parts
    return element("div", *(_box(name, part) for name, part in boxes.items()), class_="q-info")


def _box(name: str, part: Mapping[str, object]) -> Html:
    entries = (
        join(element("dt", key.replace("_", " ")), element("dd", _value(key, value)))
        for key, value in part.items()
    )
    title = element("div", name.replace("_", " "), class_="q-subtitle")
    return element("section", title, element("dl", *entries))


def _value(name: str, value: object) -> str:
    if value is None:
        return texts.NONE
    if isinstance(value, bool):
        return texts.YES if value else texts.NO
    if isinstance(value, int):
        in_bytes = name in {"bytes", texts.MEMORY}
        return texts.MEGABYTES.format(value / 1e6) if in_bytes else f"{value:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_value(str(key), inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value).replace(sys.prefix, "…")  # the environment's folder is long and says little


def resident_bytes() -> int:
    """Memory that this process holds now; where the system does not say, the most it ever held."""
    import resource
    from pathlib import Path

    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
