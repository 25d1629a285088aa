"""Draws what is inside an answer: sentences against sources, words by their chance; no Streamlit.

What documents and models wrote becomes escaped markup, or cells of a chart's data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quoth.interpretation import Share
from quoth.ui import texts
from quoth.ui.map_chart import OTHERS, PALETTE
from quoth.ui.markup import Html, element
from quoth.ui.widgets import file_name, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import Alignment, TokenStep

_SOURCES = 12  # source sentences shown: those that carry any sentence best
_DARKEST = 42  # percent of the accent behind a cell: text on it keeps its contrast
_BARS = 20
_LEAST = 0.0005  # probability below which a token has no bar, unless it has a chance
_BOUNDS = (0.9, 0.5, 0.2, 0.05)  # probabilities that part the tints of words


def heat_map(found: Alignment, values: Sequence[Sequence[float]]) -> Html:
    """A table of source sentences by sentences of the answer; a cell's tint says how much it is.

    `values` are `found.support` or `found.similarity`; 1 has the fullest tint.
    """
    chosen = sorted(
        sorted(
            range(len(found.sources)), key=lambda j: -max((row[j] for row in values), default=0)
        )[:_SOURCES]
    )
    titles = (texts.INSIDE_SOURCE, *(str(n) for n in range(1, len(found.sentences) + 1)))
    rows = tuple((_source(found, j), *(_cell(row[j]) for row in values)) for j in chosen)
    return element("div", table(titles, rows), class_="q-heat")


def _source(found: Alignment, index: int) -> Html:
    quote = found.sources[index]
    where = f"{file_name(quote.source)}, {texts.PAGE.format(quote.page)}"
    return element(
        "span", element("span", " ".join(quote.text.split()), class_="q-heat-text"), " ",
        element("span", where, class_="q-place"),
    )  # fmt: skip


def _cell(value: float) -> Html:
    share = round(_DARKEST * min(max(value, 0.0), 1.0))
    tint = f"background:color-mix(in srgb, var(--q-accent) {share}%, transparent)"
    return element("span", texts.PERCENT.format(value), class_="q-heat-cell", style=tint)


def sentence_list(found: Alignment) -> Html:
    """The sentences of the answer under the numbers that head the columns."""
    items = (element("li", sentence) for sentence in found.sentences)
    return element("ol", *items, class_="q-heat-sentences")


def token_strip(steps: Sequence[TokenStep], chosen: int) -> Html:
    """The answer's tokens, each tinted by how unlikely the model found it; one is chosen."""
    words = []
    for number, step in enumerate(steps):
        if step.token < 0:
            continue
        kind = f"q-token q-surprise{sum(step.probability < bound for bound in _BOUNDS)}"
        title = texts.STEP_TITLE.format(number + 1, step.probability)
        words.append(
            element("span", step.text, class_=kind + " q-chosen" * (number == chosen), title=title)
        )
    return element("div", *words, class_="q-tokens")


def visible(text: str) -> str:
    """A token's text with its white space made visible."""
    return text.replace(" ", "·").replace("\n", "⏎").replace("\t", "⇥") or texts.STEP_EMPTY


def shown_shares(shares: Sequence[Share]) -> tuple[Share, ...]:
    """The likeliest tokens and those that have a chance, at most 20, and all others as the last."""
    tokens, others = shares[:-1], shares[-1]
    told = [s for s in tokens if s.chance > 0 or s.probability >= _LEAST][:_BARS]
    left = [s for s in tokens if s not in told]
    rest = Share(
        -1, "",
        others.probability + sum(s.probability for s in left),
        others.chance + sum(s.chance for s in left),
    )  # fmt: skip
    return (*told, rest)


def share_chart(
    shares: Sequence[Share], written: int
) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    """Bars of each token's probability and of its chance under the settings: data, description."""
    labels = _labels(shares, written)
    data: dict[str, list[Any]] = {
        "label": [label for label in labels for _ in (0, 1)],
        "order": [n for n in range(len(labels)) for _ in (0, 1)],
        "kind": [kind for _ in shares for kind in (texts.STEP_PROBABILITY, texts.STEP_CHANCE)],
        "value": [value for s in shares for value in (s.probability, s.chance)],
    }
    y = {
        "field": "label", "type": "nominal", "sort": None,
        "axis": {"title": None, "labelLimit": 160, "labelFontSize": 13},
    }  # fmt: skip
    x = {
        "field": "value", "type": "quantitative", "scale": {"domain": [0, 1]},
        "axis": {"title": None, "format": ".0%", "tickCount": 6},
    }  # fmt: skip
    colour = {
        "field": "kind", "type": "nominal", "legend": None,
        "scale": {"domain": [texts.STEP_PROBABILITY, texts.STEP_CHANCE],
                  "range": [OTHERS, PALETTE[0]]},
    }  # fmt: skip
    tooltip = [
        {"field": "label", "title": texts.STEP},
        {"field": "kind", "title": texts.STEP_KIND},
        {"field": "value", "title": texts.STEP_SHARE, "format": ".2%"},
    ]
    return data, {
        "height": {"step": 11},
        "usermeta": {"embedOptions": {"renderer": "svg"}},
        "mark": {"type": "bar", "aria": False},
        "encoding": {
            "y": y, "x": x, "color": colour, "tooltip": tooltip,
            "yOffset": {"field": "kind", "type": "nominal", "sort": None},
        },
    }  # fmt: skip


def _labels(shares: Sequence[Share], written: int) -> list[str]:
    """A name for each bar that no other has: different tokens may read the same."""
    labels: list[str] = []
    for share in shares:
        label = visible(share.text) if share.token >= 0 else texts.STEP_OTHERS
        if share.token == written and written >= 0:
            label = texts.STEP_WRITTEN.format(label)
        labels.append(label if label not in labels else f"{label} #{share.token}")
    return labels


def share_table(shares: Sequence[Share], written: int) -> Html:
    """The same figures in words."""
    rows = tuple(
        (
            label,
            texts.PERCENT_FINE.format(share.probability),
            texts.PERCENT_FINE.format(share.chance),
        )
        for label, share in zip(_labels(shares, written), shares, strict=True)
    )
    return table((texts.STEP, texts.STEP_PROBABILITY, texts.STEP_CHANCE), rows)


def share_legend() -> tuple[tuple[str, str, str], ...]:
    """What the two colours of the bars stand for."""
    return (OTHERS, texts.STEP_PROBABILITY, ""), (PALETTE[0], texts.STEP_CHANCE, "")
