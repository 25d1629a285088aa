"""The model page: models to compare, switch and download, how answers are written, what runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from quoth.ui import model_list, settings, texts
from quoth.ui.markup import Html, element, join
from quoth.ui.widgets import card_title, draw, show_error, style

if TYPE_CHECKING:
    from quoth.engine import Quoth


def show(quoth: Quoth) -> None:
    """Draw the model page."""
    style()
    st.title(texts.MODELS, anchor=False)
    answers, compared, running = st.tabs(texts.MODEL_TABS)
    info = quoth.info()
    model = info.get("model")
    if isinstance(model, Mapping) and model.get("error"):
        show_error(str(model["error"]))
    with answers:
        settings.show(quoth.config, context_window(info, quoth.config.model.context_size))
    with compared:
        model_list.show(quoth, info)
    with running:
        card_title(texts.RUNNING, texts.RUNNING_LEAD)
        draw(description({**info, texts.PROCESS: {texts.MEMORY: resident_bytes()}}))


def context_window(info: Mapping[str, object], configured: int) -> int:
    """Tokens of the running model's window; as configured where the engine does not say."""
    model = info.get("model")
    size = model.get("context_window") if isinstance(model, dict) else None
    return size if isinstance(size, int) else configured


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
