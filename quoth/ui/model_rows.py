"""Models as rows of a table and as charts that compare them; knows no Streamlit.

Names come from files and go into cells of the data; nothing of them becomes part of a chart's
description.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quoth import models
from quoth.ui import texts
from quoth.ui.map_chart import OTHERS, PALETTE
from quoth.ui.markup import Html, element
from quoth.ui.widgets import chip, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from quoth.models import CatalogueModel, LocalModel, MemoryNeed, ModelFacts

# Bits of a file for each weight: exact for the formats of one block type, measured on Llama 2 7B for
# the mixtures (llama.cpp, tools/quantize). Models with large vocabularies differ by some percent.
BITS: Mapping[str, float] = {
    "F16": 16.0, "Q8_0": 8.5, "Q6_K": 6.56, "Q5_K_M": 5.68, "Q4_K_M": 4.84, "Q3_K_M": 3.91,
    "Q2_K": 3.35,
}  # fmt: skip
METRICS = ("parameters", "layers", "width", "heads", "vocabulary", "context", "n_bytes")
_GIB = 2**30

Chart = tuple[dict[str, list[Any]], dict[str, Any]]
"""The columns of a chart's data, and its description."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model to compare. `use` is the name to run it by, "" where it is not on this machine.

    `pull` is its name in the catalogue, "" for others. Sizes are in bytes and tokens; `error` says
    why a file can't be used.
    """

    name: str
    use: str = ""
    pull: str = ""
    parameters: int = 0
    layers: int = 0
    width: int = 0
    heads: int = 0
    kv_heads: int = 0
    vocabulary: int = 0
    context: int = 0
    n_bytes: int = 0
    quantization: str = ""
    licence: str = ""
    needs: tuple[MemoryNeed, ...] = ()
    path: Path | None = None
    error: str = ""

    @property
    def memory(self) -> int:
        """Bytes that it takes with a window of 4,096 tokens, or its largest if that is smaller."""
        return self.needs[min(1, len(self.needs) - 1)].total


def rows(local: Sequence[LocalModel], catalogue: Sequence[CatalogueModel]) -> tuple[ModelRow, ...]:
    """The models on this machine, then those of the catalogue that are not."""
    here = {model.catalogue_name for model in local}
    return (
        *map(_local, local),
        *(_remote(model) for model in catalogue if model.name not in here),
    )


def _local(model: LocalModel) -> ModelRow:
    if model.facts is None:
        return ModelRow(model.name, path=model.path, error=model.error)
    plain_name = model.path.stem.partition(".")[0]
    name = texts.MODEL_EMBEDDED.format(plain_name) if model.name == "embedded" else model.name
    return _row(
        model.facts, name, use=model.name, pull=model.catalogue_name, path=model.path,
        parameters=model.facts.n_parameters,
    )  # fmt: skip


def _remote(model: CatalogueModel) -> ModelRow:
    return _row(
        model, model.title, pull=model.name, licence=model.licence, parameters=model.n_parameters
    )


def _row(facts: ModelFacts | CatalogueModel, name: str, **others: Any) -> ModelRow:
    return ModelRow(
        name,
        layers=facts.block_count,
        width=facts.embedding_length,
        heads=facts.head_count,
        kv_heads=facts.head_count_kv,
        vocabulary=facts.vocabulary_size,
        context=facts.context_length,
        n_bytes=facts.file_bytes,
        quantization=facts.quantization,
        needs=models.needs(facts),
        **others,
    )


def comparison(compared: Sequence[ModelRow], running: Path | None, free: int) -> Html:
    """Every model's figures as a table; a model that can't be used says why instead."""
    titles = (
        texts.MODEL, texts.MODEL_STATE, *(texts.METRICS[name] for name in METRICS),
        texts.MODEL_QUANTIZATION, texts.MODEL_NEEDS,
    )  # fmt: skip
    body = table(titles, tuple(_cells(row, running, free) for row in compared))
    return element("div", body, class_="q-models")


def _cells(row: ModelRow, running: Path | None, free: int) -> tuple[str, ...]:
    blank = texts.NONE
    if row.error:
        return (row.name, element("span", row.error, class_="q-warning"), *[blank] * 9)
    heads = f"{row.heads:,}" if row.heads == row.kv_heads else f"{row.heads:,} / {row.kv_heads:,}"
    needed = gib(row.memory)
    fits = needed if row.memory <= free else f"{needed} · {texts.MODEL_TOO_LARGE}"
    figures = (row.layers, row.width, heads, row.vocabulary, row.context)
    return (
        row.name,
        _state(row, running),
        millions(row.parameters),
        *(f if isinstance(f, str) else (f"{f:,}" if f else blank) for f in figures),
        texts.GIGABYTES.format(row.n_bytes / 1e9),
        row.quantization or blank,
        fits,
    )


def _state(row: ModelRow, running: Path | None) -> Html:
    if row.path is not None and row.path == running:
        return chip(texts.MODEL_RUNNING, "q-added")
    if row.use:
        return chip(texts.MODEL_HERE, "q-replaced")
    return element("span", row.licence, class_="q-place")


def millions(parameters: int) -> str:
    """A number of parameters as people say it: 135 M, 1.5 B."""
    if not parameters:
        return texts.NONE
    if parameters >= 1_000_000_000:
        return texts.BILLIONS.format(parameters / 1e9)
    return texts.MILLIONS.format(parameters / 1e6)


def gib(n_bytes: int) -> str:
    """An amount of memory as people say it."""
    return texts.GIB.format(n_bytes / _GIB)


def metric_chart(compared: Sequence[ModelRow], metric: str) -> Chart:
    """Bars that compare one figure of the models: data and description."""
    factor = 1e6 if metric in {"parameters", "n_bytes"} else 1
    known = [row for row in compared if getattr(row, metric)]
    data = {
        "model": [row.name for row in known],
        "value": [getattr(row, metric) / factor for row in known],
        "here": [bool(row.use) for row in known],
    }
    colour = {
        "condition": {"test": "datum.here", "value": PALETTE[0]},
        "value": OTHERS,
    }
    axis = {"title": None, "labelLimit": 190}
    return data, {
        "height": {"step": 26},
        "mark": {"type": "bar", "aria": False, "cornerRadiusEnd": 3, "tooltip": True},
        "encoding": {
            "y": {"field": "model", "type": "nominal", "sort": None, "axis": axis},
            "x": {
                "field": "value", "type": "quantitative", "title": texts.METRIC_UNITS[metric],
                "axis": {"tickCount": 6},
            },
            "color": colour,
        },
    }  # fmt: skip


def memory_chart(compared: Sequence[ModelRow], free: int, total: int) -> Chart:
    """Memory against the window's size, a line a model, with what the machine has drawn in."""
    points = [
        (row.name, PALETTE[n % len(PALETTE)], need)
        for n, row in enumerate(compared)
        for need in row.needs
    ]
    limits = ((texts.MEMORY_FREE, free), (texts.MEMORY_ALL, total))
    smallest = min((need.context_size for _, _, need in points), default=2048)
    data: dict[str, list[Any]] = {
        "model": [name for name, _, _ in points] + [label for label, _ in limits],
        "colour": [colour for _, colour, _ in points] + [OTHERS] * len(limits),
        "tokens": [need.context_size for _, _, need in points] + [smallest] * len(limits),
        "gib": [need.total / _GIB for _, _, need in points] + [n / _GIB for _, n in limits],
        "weights": [need.weights / _GIB for _, _, need in points] + [0.0] * len(limits),
        "cache": [need.cache / _GIB for _, _, need in points] + [0.0] * len(limits),
        "limit": [False] * len(points) + [True] * len(limits),
    }
    return data, {"height": 340, "layer": [*_memory_lines(), *_memory_limits()]}


def _memory_lines() -> list[dict[str, Any]]:
    y = {
        "field": "gib", "type": "quantitative", "title": texts.MEMORY_AXIS,
        "scale": {"type": "log", "base": 2}, "axis": {"format": "~g"},
    }  # fmt: skip
    x = {
        "field": "tokens", "type": "quantitative", "title": texts.CONTEXT_AXIS,
        "scale": {"type": "log", "base": 2}, "axis": {"format": ",", "tickCount": 7},
    }  # fmt: skip
    tooltip = [
        {"field": field, "title": title, "format": kind}
        if kind
        else {"field": field, "title": title}
        for field, title, kind in (
            ("model", texts.MODEL, ""),
            ("tokens", texts.CONTEXT_AXIS, ","),
            ("gib", texts.MEMORY_AXIS, ".2f"),
            ("weights", texts.MEMORY_WEIGHTS, ".2f"),
            ("cache", texts.MEMORY_CACHE, ".2f"),
        )
    ]
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    only = [{"filter": "!datum.limit"}]
    shared = {"x": x, "y": y, "color": colour, "detail": {"field": "model", "type": "nominal"}}
    return [
        {"transform": only, "mark": {"type": "line", "aria": False}, "encoding": shared},
        {
            "transform": only,
            "mark": {"type": "circle", "size": 60, "opacity": 1, "aria": False},
            "encoding": {**shared, "tooltip": tooltip},
        },
    ]


def _memory_limits() -> list[dict[str, Any]]:
    only = [{"filter": "datum.limit"}]
    y = {"field": "gib", "type": "quantitative"}
    return [
        {
            "transform": only,
            "mark": {"type": "rule", "strokeDash": [6, 4], "color": OTHERS, "aria": False},
            "encoding": {"y": y},
        },
        {
            "transform": only,
            "mark": {"type": "text", "align": "left", "dy": -7, "color": OTHERS, "aria": False},
            "encoding": {"y": y, "x": {"value": 4}, "text": {"field": "model"}},
        },
    ]


def size_chart(row: ModelRow) -> Chart:
    """A model's size by quantization: estimated from its parameters, its own file as it is."""
    names = list(BITS)
    sizes = [row.parameters * bits / 8 / 1e9 for bits in BITS.values()]
    own = row.quantization
    if own in BITS:
        sizes[names.index(own)] = row.n_bytes / 1e9
    elif own:
        names.append(own)
        sizes.append(row.n_bytes / 1e9)
    order = sorted(range(len(names)), key=lambda n: -sizes[n])
    data: dict[str, list[Any]] = {
        "format": [names[n] for n in order],
        "size": [sizes[n] for n in order],
        "own": [names[n] == own for n in order],
    }
    y = {"field": "format", "type": "nominal", "sort": None, "axis": {"title": None}}
    x = {"field": "size", "type": "quantitative", "title": texts.SIZE_AXIS}
    colour = {"condition": {"test": "datum.own", "value": PALETTE[0]}, "value": OTHERS}
    bars = {"type": "bar", "aria": False, "cornerRadiusEnd": 3, "tooltip": True}
    label = {"field": "size", "format": ".2f"}
    words = {"type": "text", "align": "left", "dx": 5, "aria": False, "color": OTHERS}
    return data, {
        "height": {"step": 26},
        "encoding": {"y": y, "x": x},
        "layer": [
            {"mark": bars, "encoding": {"color": colour}},
            {"mark": words, "encoding": {"text": label}},
        ],
    }
