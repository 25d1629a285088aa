"""Turns a map of chunks into the data and the Vega-Lite description of a chart; knows no Streamlit.

The text of documents goes into cells of the data and is drawn as text: nothing of it becomes part
of the description.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from quoth.ui import texts
from quoth.ui.widgets import file_name, place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quoth.mapping import CollectionMap, Located, Spot

# Each has a contrast of 3 : 1 and more against the page, light and dark (a test measures it).
PALETTE = (
    "#2b83ba", "#c8702a", "#4b8f4e", "#c4515c", "#8a71c7", "#94764a",
    "#c0619e", "#4a7f93", "#8a8526", "#2a9187", "#5c7ad1", "#a8654f",
)  # fmt: skip
OTHERS = "#7d8286"
_TEXT = {"light": "#23272b", "dark": "#f2efe8"}
_PAPER = {"light": "#fbfaf6", "dark": "#15181b"}
_BEGINNING = 220  # characters of a chunk that hovering shows
_LABEL_WORDS = 2
SELECTION = "picked"


@dataclass(frozen=True, slots=True)
class Group:
    """What one colour stands for: a document, a cluster, or all the rest."""

    label: str
    colour: str
    size: int

    def as_entry(self) -> tuple[str, str, str]:
        """Itself in a legend."""
        return self.colour, self.label, f"{self.size:,}"


def by_document(spots: Sequence[Spot]) -> tuple[tuple[Group, ...], tuple[int, ...]]:
    """A colour for each of the documents with most spots, one for the rest; each spot's group."""
    counted = Counter(spot.chunk.source for spot in spots).most_common()
    named = counted if len(counted) <= len(PALETTE) else counted[: len(PALETTE) - 1]
    names = Counter(file_name(source) for source, _ in named)
    groups = [
        Group(file_name(source) if names[file_name(source)] == 1 else source, colour, size)
        for (source, size), colour in zip(named, PALETTE, strict=False)
    ]
    number = {source: n for n, (source, _) in enumerate(named)}
    rest = counted[len(named) :]
    if rest:
        label = texts.count(len(rest), texts.MAP_OTHERS)
        groups.append(Group(label, OTHERS, sum(size for _, size in rest)))
    return tuple(groups), tuple(number.get(spot.chunk.source, len(named)) for spot in spots)


def by_cluster(shown: CollectionMap) -> tuple[tuple[Group, ...], tuple[int, ...]]:
    """A colour for each cluster, and each spot's group; no group when there are no clusters."""
    groups = tuple(
        Group(cluster_name(cluster.words), PALETTE[n % len(PALETTE)], cluster.size)
        for n, cluster in enumerate(shown.clusters)
    )
    return groups, tuple(spot.cluster for spot in shown.spots)


def cluster_name(words: Sequence[str]) -> str:
    """A cluster's words on one line."""
    return ", ".join(words) or texts.MAP_NO_WORDS


def columns(
    shown: CollectionMap,
    groups: Sequence[Group],
    group_of: Sequence[int],
    located: Located | None = None,
) -> dict[str, list[Any]]:
    """The rows of the chart by column; `kind` is chunk, label, hit or question.

    `id` is the index of a chunk's spot, -1 for the other kinds.
    """
    rows = [
        _row("chunk", spot.x, spot.y, groups[group].colour, spot, n)
        for n, (spot, group) in enumerate(zip(shown.spots, group_of, strict=True))
    ]
    rows += _labels(shown)
    if located is not None:
        rows += [_mark("hit", x, y, str(hit.rank)) for hit, x, y in located.hits]
        rows.append(_mark("question", located.x, located.y, texts.MAP_QUESTION_MARK))
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def _row(kind: str, x: float, y: float, colour: str, spot: Spot, number: int) -> dict[str, Any]:
    chunk = spot.chunk
    beginning = " ".join(chunk.text[: 2 * _BEGINNING].split())
    cut = len(beginning) > _BEGINNING or len(chunk.text) > 2 * _BEGINNING
    return {
        "id": number,
        "kind": kind,
        "x": x,
        "y": y,
        "colour": colour,
        "label": "",
        "text": beginning[:_BEGINNING] + " …" * cut,
        "file": file_name(chunk.source),
        "where": place(chunk.first_page, chunk.headings, chunk.last_page),
    }


def _mark(kind: str, x: float, y: float, label: str) -> dict[str, Any]:
    empty = {"colour": OTHERS, "text": "", "file": "", "where": ""}
    return {"id": -1, "kind": kind, "x": x, "y": y, "label": label, **empty}


def _labels(shown: CollectionMap) -> list[dict[str, Any]]:
    """Each cluster's first words, in the midst of its spots; strays don't move it."""
    rows = []
    for number, cluster in enumerate(shown.clusters):
        own = [spot for spot in shown.spots if spot.cluster == number]
        if own:
            x, y = median(s.x for s in own), median(s.y for s in own)
            rows.append(_mark("label", x, y, " · ".join(cluster.words[:_LABEL_WORDS])))
    return rows


def specification(n_spots: int, *, theme: str, marked: bool) -> Mapping[str, Any]:
    """The chart of `columns`: hover reads a chunk, a click picks it, Ctrl and the wheel zoom.

    `theme` is "light" or "dark"; `marked` says that a question is shown, which dims the rest.
    """
    axis = {"type": "quantitative", "axis": None, "scale": {"domain": [-1.08, 1.08]}}
    return {
        "height": 520,
        "config": {"view": {"stroke": None}, "font": "inherit"},
        "usermeta": {"embedOptions": {"renderer": "svg"}},
        "encoding": {"x": {"field": "x", **axis}, "y": {"field": "y", **axis}},
        "layer": [
            _chunks(n_spots, opacity=0.5 if marked else 0.8),
            _writing("label", theme, size=13, weight="bold", dy=-15),
            _circles(theme),
            _writing("hit", theme, size=12, weight="bold", dx=13, dy=-9),
            _question(theme),
        ],
    }


def _only(kind: str) -> list[Mapping[str, str]]:
    return [{"filter": f"datum.kind === '{kind}'"}]


def _chunks(n_spots: int, *, opacity: float) -> Mapping[str, Any]:
    tooltip = [
        {"field": field, "title": title}
        for field, title in (
            ("text", texts.MAP_PASSAGE),
            ("file", texts.FILE),
            ("where", texts.WHERE),
        )
    ]
    picked = {"param": SELECTION, "empty": False}
    return {
        "transform": _only("chunk"),
        "params": [
            {"name": SELECTION, "select": {"type": "point", "fields": ["id"]}},
            {
                "name": "zoom",
                "select": {"type": "interval", "zoom": "wheel![event.ctrlKey]"},
                "bind": "scales",
            },
        ],
        "mark": {"type": "circle", "cursor": "pointer", "aria": False},
        "encoding": {
            "color": {"field": "colour", "type": "nominal", "scale": None, "legend": None},
            "opacity": {"condition": {**picked, "value": 1}, "value": opacity},
            "size": {
                "condition": {**picked, "value": 260},
                "value": max(26, min(110, 40_000 // max(n_spots, 1))),
            },
            "tooltip": tooltip,
        },
    }


def _writing(kind: str, theme: str, *, size: int, weight: str, **offset: int) -> Mapping[str, Any]:
    """Words on the map, twice: first as a halo in the page's colour, so that spots don't hide them."""
    mark = {"type": "text", "fontSize": size, "fontWeight": weight, "aria": False, **offset}
    halo = {"stroke": _PAPER[theme], "strokeWidth": 4, "strokeJoin": "round", "opacity": 0.85}
    text = {"field": "label", "type": "nominal"}
    return {
        "transform": _only(kind),
        "encoding": {"text": text},
        "layer": [
            {"mark": {**mark, "color": _PAPER[theme], **halo}},
            {"mark": {**mark, "color": _TEXT[theme]}},
        ],
    }


def _circles(theme: str) -> Mapping[str, Any]:
    mark = {"type": "point", "size": 240, "strokeWidth": 2.5, "color": _TEXT[theme], "aria": False}
    return {"transform": _only("hit"), "mark": mark}


def _question(theme: str) -> Mapping[str, Any]:
    mark = {
        "type": "point", "shape": "cross", "size": 320, "filled": True, "opacity": 1,
        "color": _TEXT[theme], "stroke": _PAPER[theme], "strokeWidth": 2, "aria": False,
    }  # fmt: skip
    return {"transform": _only("question"), "mark": mark}
