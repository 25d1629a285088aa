"""Models to compare in a table and in charts, and to run; knows the engine's calls."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from quoth import models
from quoth.ui import model_files, model_rows, texts
from quoth.ui.map_chart import PALETTE
from quoth.ui.markup import element, plain
from quoth.ui.widgets import card_title, draw, draw_again, legend, succeeds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from quoth.engine import Quoth
    from quoth.models import LocalModel
    from quoth.ui.model_rows import Chart, ModelRow

_LINES = 4  # models in the memory chart at first


def show(quoth: Quoth, info: Mapping[str, object]) -> None:
    """Draw the comparison, what runs a model, and what brings and removes one."""
    local = _local(str(models.folder()), _stamps())
    compared = model_rows.rows(local, models.catalogue())
    running = model_files.running_model(info)
    free, total = models.available_memory()
    card_title(texts.MODELS_COMPARED, texts.MODELS_LEAD)
    draw(model_rows.comparison(compared, running, free))
    _switch(quoth, compared, running)
    model_files.show_download([row for row in compared if row.pull and not row.use])
    model_files.show_import(quoth)
    model_files.show_removal(quoth, local, running)
    usable = [row for row in compared if not row.error]
    _metrics(usable)
    _memory(usable, free, total)
    _sizes(usable, running)


def _stamps() -> tuple[tuple[str, int, int], ...]:
    """What tells that the folder has changed."""
    stamps = []
    for file in sorted(models.folder().glob("*.gguf")):
        with suppress(FileNotFoundError):  # gone since it was listed
            stat = file.stat()
            stamps.append((file.name, stat.st_size, stat.st_mtime_ns))
    return tuple(stamps)


@st.cache_data(max_entries=4, show_spinner=False)
def _local(folder: str, stamps: tuple[tuple[str, int, int], ...]) -> tuple[LocalModel, ...]:
    """The models on this machine, whose headers take a moment to read."""
    del folder, stamps
    return models.local()


def _position(compared: Iterable[ModelRow], running: Path | None) -> int:
    """Where the model that runs is among others; 0 where it is not."""
    return next((n for n, row in enumerate(compared) if row.path == running), 0)


def _switch(quoth: Quoth, compared: Sequence[ModelRow], running: Path | None) -> None:
    card_title(texts.SWITCH, texts.SWITCH_LEAD)
    said = st.session_state.pop("model-switched", None)
    if said:
        st.success(plain(texts.SWITCHED.format(said)), icon=":material/check:")
    others = {row.use: row for row in compared if row.use and not row.error}
    start = _position(others.values(), running)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            texts.SWITCH_TO, list(others), index=start if others else None, key="model-to-run",
            format_func=lambda name: others[name].name if name in others else name,
        )  # fmt: skip
        pressed = st.button(
            texts.SWITCH_DO, icon=":material/play_arrow:", key="model-run",
            disabled=chosen not in others or others[chosen].path == running,
        )  # fmt: skip
    if pressed and chosen:
        with st.spinner(plain(texts.SWITCHING.format(others[chosen].name))):
            switched = succeeds(lambda: quoth.use_model(chosen))
        if not switched:
            return
        st.session_state["model-switched"] = others[chosen].name
        draw_again()


def _metrics(compared: Sequence[ModelRow]) -> None:
    card_title(texts.FIGURES)
    metric = st.selectbox(
        texts.METRIC, model_rows.METRICS, format_func=texts.METRICS.__getitem__, key="model-metric"
    )
    draw(element("p", texts.METRIC_HELP[metric], class_="q-help"))
    alternative = texts.CHART_METRIC_ALT.format(texts.METRICS[metric])
    _chart(model_rows.metric_chart(compared, metric), f"metric-{metric}", alternative)


def _memory(compared: Sequence[ModelRow], free: int, total: int) -> None:
    card_title(texts.MEMORY_CHART, texts.MEMORY_CHART_LEAD)
    by_name = {row.name: row for row in compared}
    names = st.pills(
        texts.MEMORY_SHOWN, list(by_name), default=list(by_name)[:_LINES], key="model-lines",
        selection_mode="multi", format_func=plain,
    )  # fmt: skip
    shown = [row for name, row in by_name.items() if name in names][: len(PALETTE)]
    if not shown:
        return
    sizes = "; ".join(f"{row.name} {model_rows.gib(row.memory)}" for row in shown)
    alternative = texts.CHART_MEMORY_ALT.format(sizes, model_rows.gib(free))
    _chart(model_rows.memory_chart(shown, free, total), "memory", alternative)
    draw(legend((PALETTE[n], row.name, "") for n, row in enumerate(shown)))


def _sizes(compared: Sequence[ModelRow], running: Path | None) -> None:
    card_title(texts.SIZE_CHART, texts.SIZE_CHART_LEAD)
    by_name = {row.name: row for row in compared if row.parameters}
    start = _position(by_name.values(), running)
    name = st.selectbox(texts.SIZE_OF, list(by_name), index=start, key="model-size")
    if not name:
        return
    data, spec = model_rows.size_chart(by_name[name])
    figures = ", ".join(
        f"{kind} {size:.2f} GB" for kind, size in zip(data["format"], data["size"], strict=True)
    )
    _chart((data, spec), "size", texts.CHART_SIZE_ALT.format(name, figures))


def _chart(made: Chart, key: str, alternative: str) -> None:
    data, spec = made
    st.vega_lite_chart(data, spec, alt=alternative, key=f"chart-{key}")
