"""Models to compare in a table and in charts, to run, and to download; knows the engine's calls."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from quoth import models
from quoth.ui import model_rows, texts
from quoth.ui.jobs import Work
from quoth.ui.map_chart import PALETTE
from quoth.ui.markup import element, plain
from quoth.ui.widgets import card_title, draw, legend, show_error, succeeds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quoth.engine import Quoth
    from quoth.models import LocalModel, Progress
    from quoth.ui.model_rows import Chart, ModelRow

_LOOK_EVERY = 0.5  # seconds
_LINES = 4  # models in the memory chart at first


def show(quoth: Quoth, info: Mapping[str, object]) -> None:
    """Draw the comparison, what runs a model, and what downloads one."""
    local = _local(str(models.folder()), _stamps())
    compared = model_rows.rows(local, models.catalogue())
    running = _running(info)
    free, total = models.available_memory()
    card_title(texts.MODELS_COMPARED, texts.MODELS_LEAD)
    draw(model_rows.comparison(compared, running, free))
    _switch(quoth, compared, running)
    _pull([row for row in compared if row.pull and not row.use])
    usable = [row for row in compared if not row.error]
    _metrics(usable)
    _memory(usable, free, total)
    _sizes(usable, running)


def _stamps() -> tuple[tuple[str, int, int], ...]:
    """What tells that the folder has changed."""
    files = ((file.name, file.stat()) for file in sorted(models.folder().glob("*.gguf")))
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in files)


@st.cache_data(max_entries=4, show_spinner=False)
def _local(folder: str, stamps: tuple[tuple[str, int, int], ...]) -> tuple[LocalModel, ...]:
    """The models on this machine, whose headers take a moment to read."""
    del folder, stamps
    return models.local()


def _running(info: Mapping[str, object]) -> Path | None:
    model = info.get("model")
    path = model.get("path") if isinstance(model, dict) else None
    return Path(path) if isinstance(path, str) else None


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
        st.rerun()


def _pull(offered: Sequence[ModelRow]) -> None:
    card_title(texts.PULL, texts.PULL_LEAD)
    work: Work[LocalModel] | None = st.session_state.get("model-pull")
    if work is not None and work.running:
        _follow(work, st.session_state["model-progress"])
        return
    if work is not None and work.error:
        show_error(work.error)
    elif work is not None and work.result is not None:
        st.success(plain(texts.PULL_DONE.format(work.result.name)), icon=":material/check:")
    by_name = {row.pull: row for row in offered}
    chosen = st.selectbox(
        texts.PULL_WHICH, [*by_name, ""], key="model-to-pull",
        format_func=lambda name: _option(by_name[name]) if name else texts.PULL_OTHER,
    )  # fmt: skip
    name = chosen or st.text_input(texts.PULL_OTHER_NAME, key="model-other").strip()
    st.button(
        texts.PULL_DO, icon=":material/download:", disabled=not name, key="model-pull-do",
        on_click=_start, args=(name,),
    )  # fmt: skip


def _option(row: ModelRow) -> str:
    size = texts.MEGABYTES.format(row.n_bytes / 1e6)
    return texts.PULL_OPTION.format(row.name, size, row.licence)


def _start(name: str) -> None:
    """Begin a download, in the background; the only thing on the page that uses the network."""
    reached: list[Progress] = []
    st.session_state["model-progress"] = reached

    def keep(progress: Progress) -> None:
        reached[:] = [progress]

    pull = partial(models.pull, name, on_progress=keep)
    st.session_state["model-pull"] = Work(lambda cancelled: pull(cancelled=cancelled))


@st.fragment(run_every=_LOOK_EVERY)
def _follow(work: Work[LocalModel], reached: Sequence[Progress]) -> None:
    if work.wait(0):
        st.rerun()
    if reached:
        progress = reached[-1]
        share = min(progress.done / max(progress.total, 1), 1.0)
        st.progress(share, text=plain(progress_line(progress)))
    else:
        st.progress(0.0, text=texts.PULL_STARTING)
    st.button(
        texts.STOPPING if work.stopped else texts.STOP,
        on_click=work.stop, disabled=work.stopped, icon=":material/stop_circle:", key="pull-stop",
    )  # fmt: skip


def progress_line(progress: Progress) -> str:
    """How far a download is, how fast, and a guess at the time left."""
    if progress.checking:
        return texts.PULL_CHECKING.format(progress.file_name)
    speed = progress.done / max(progress.seconds, 1e-3)
    line = texts.PULL_PROGRESS.format(
        done=progress.done / 1e6, total=progress.total / 1e6, name=progress.file_name,
        speed=speed / 1e6,
    )  # fmt: skip
    if not 0 < progress.done < progress.total:
        return line
    left = (progress.total - progress.done) / speed
    minutes = texts.MINUTES.format(left / 60) if left >= 60 else texts.seconds(left)
    return line + texts.PULL_LEFT.format(minutes)


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
