"""The map page: the collection as a picture, its clusters in words, a question among its hits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from quoth.datatypes import Quote
from quoth.errors import QuothError
from quoth.ui import map_chart, reader, session, texts
from quoth.ui.citations import Source
from quoth.ui.jobs import Work
from quoth.ui.markup import Html, element
from quoth.ui.widgets import (
    card_title,
    choose,
    collection_select,
    dot,
    draw,
    draw_again,
    file_name,
    legend,
    show_error,
    source_card,
    style,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quoth.datatypes import Chunk
    from quoth.engine import Quoth
    from quoth.mapping import CollectionMap, Located, Spot

_LOOK_EVERY = 1.0  # seconds
_PASSAGES = 6  # of a cluster that are listed
_DOCUMENTS = 3  # of a cluster that its row names


def show(quoth: Quoth) -> None:
    """Draw the map page."""
    style()
    st.title(texts.MAP, anchor=False)
    draw(element("p", texts.MAP_LEAD, class_="q-lead"))
    collection, question = _controls(quoth)
    shown = _improved(quoth, quoth.map(collection=collection), collection)
    if not shown.spots:
        draw(element("p", texts.NO_DOCUMENTS, class_="q-lead"))
        return
    located = _locate(quoth, question, shown, collection)
    colours = _choose_colours(shown)
    groups, group_of = (
        map_chart.by_cluster(shown)
        if colours == texts.MAP_BY_CLUSTER
        else map_chart.by_document(shown.spots)
    )
    picked = _chart(shown, groups, group_of, located)
    if colours == texts.MAP_BY_DOCUMENT:  # topics have their names on the map and in the table
        draw(legend(group.as_entry() for group in groups))
    draw(element("p", facts(shown), class_="q-place"))
    _open_picked(quoth, shown, picked)
    if located is not None:
        _hits(quoth, located)
    if shown.clusters:
        _clusters(quoth, shown)


def _controls(quoth: Quoth) -> tuple[str | None, str]:
    question_column, collection_column = st.columns((3, 2))
    question = question_column.text_input(
        texts.MAP_QUESTION, key="map-question", icon=":material/search:"
    )
    with collection_column:
        chosen = collection_select(quoth.collections(), session.collection(quoth), "map-collection")
    return chosen or None, question.strip()


def _choose_colours(shown: CollectionMap) -> str:
    if not shown.clusters:
        return texts.MAP_BY_DOCUMENT
    return choose(texts.MAP_COLOURS, (texts.MAP_BY_CLUSTER, texts.MAP_BY_DOCUMENT), "map-colours")


def _locate(
    quoth: Quoth, question: str, shown: CollectionMap, collection: str | None
) -> Located | None:
    """Where the question is, found once for each question and map."""
    if not question:
        return None
    try:
        return session.once(
            "map-located",
            (question, collection, shown.content, shown.method),
            lambda: quoth.locate(question, shown, collection=collection),
        )
    except QuothError as error:
        show_error(str(error))
        return None


def _improved(quoth: Quoth, quick: CollectionMap, collection: str | None) -> CollectionMap:
    """The better map when it has been made; until then the quick one, and word of what is done."""
    if quick.method == "neighbours" or not quick.spots:
        return quick
    work = _layout(str(quoth.path.absolute()), quick.content, collection, quoth)
    if work.error:
        show_error(work.error)
    elif work.result is None:
        _follow(work)
    return work.result or quick


# One for all tabs. The engine is no part of the key, its library is.
@st.cache_resource(max_entries=16, show_spinner=False)
def _layout(
    library: str, content: str, collection: str | None, _quoth: Quoth
) -> Work[CollectionMap]:
    del library, content
    return Work(lambda _: _quoth.map(collection=collection, best=True))


@st.fragment(run_every=_LOOK_EVERY)
def _follow(work: Work[CollectionMap]) -> None:
    if work.wait(0):
        draw_again()
    draw(element("p", texts.MAP_LAYING_OUT, class_="q-note q-searching", role="status"))


def _chart(
    shown: CollectionMap,
    groups: tuple[map_chart.Group, ...],
    group_of: tuple[int, ...],
    located: Located | None,
) -> int | None:
    """Draw the chart; gives the index of the spot that was clicked last."""
    theme = st.context.theme.type or "light"
    spec = map_chart.specification(len(shown.spots), theme=theme, marked=located is not None)
    event: Any = st.vega_lite_chart(
        map_chart.columns(shown, groups, group_of, located),
        dict(spec),
        key=f"map-{shown.content}-{shown.method}",
        on_select="rerun",
        selection_mode=map_chart.SELECTION,
        alt=description(shown, groups),
    )
    chosen = event.selection.get(map_chart.SELECTION) or ()
    numbers = [entry["id"] for entry in chosen if isinstance(entry, dict) and "id" in entry]
    return int(numbers[0]) if numbers and 0 <= numbers[0] < len(shown.spots) else None


def description(shown: CollectionMap, groups: Iterable[map_chart.Group]) -> str:
    """The picture in a sentence, for those who don't see it; the table below says the rest."""
    parts = (texts.MAP_GROUP.format(group.label, group.size) for group in groups)
    passages = texts.count(len(shown.spots), texts.MAP_PASSAGES_N)
    return texts.MAP_ALT.format(passages, "; ".join(parts))


def facts(shown: CollectionMap) -> str:
    """How many passages are shown, of how many, and what being near means here."""
    passages = texts.count(len(shown.spots), texts.MAP_PASSAGES_N)
    if len(shown.spots) < shown.n_chunks:
        passages = texts.MAP_SAMPLE.format(passages, f"{shown.n_chunks:,}")
    return f"{passages}. {texts.MAP_METHODS[shown.method]}"


def _open_picked(quoth: Quoth, shown: CollectionMap, picked: int | None) -> None:
    """Open a spot that was just clicked; a re-run does not open it again, its button does."""
    if picked is None:
        st.session_state.pop("map-opened", None)
        return
    chunk = shown.spots[picked].chunk
    draw(element("div", texts.MAP_PICKED, class_="q-label"))
    _passages(quoth, (chunk,), "picked")
    if st.session_state.get("map-opened") != chunk.id:
        st.session_state["map-opened"] = chunk.id
        reader.open_source(quoth, source_of_chunk(chunk))


def source_of_chunk(chunk: Chunk, number: int = 1) -> Source:
    """A chunk as a source that is itself the quote, so that the reader marks it."""
    quote = Quote(
        chunk.document_id, chunk.source, chunk.first_page, chunk.start, chunk.end, chunk.text
    )
    return Source(
        chunk.document_id, chunk.source, chunk.first_page, chunk.headings, chunk.start, chunk.text,
        (number,), (quote,),
    )  # fmt: skip


def _hits(quoth: Quoth, located: Located) -> None:
    card_title(texts.MAP_HITS, texts.MAP_HITS_LEAD)
    _passages(quoth, (hit.chunk for hit, _, _ in located.hits), "hit")


def _passages(quoth: Quoth, chunks: Iterable[Chunk], anchor: str) -> None:
    """Chunks as cards, each with a button that opens it."""
    for number, chunk in enumerate(chunks, 1):
        key = f"map-{anchor}-{number}"
        with st.container(horizontal=True, vertical_alignment="top", gap="small", key=f"row-{key}"):
            draw(source_card(source_of_chunk(chunk, number), key))
            pressed = st.button(
                texts.OPEN_PAGE, key=f"open-{key}", type="tertiary", icon=":material/menu_book:"
            )
        if pressed:
            reader.open_source(quoth, source_of_chunk(chunk))


def _clusters(quoth: Quoth, shown: CollectionMap) -> None:
    card_title(texts.MAP_CLUSTERS, texts.MAP_CLUSTERS_LEAD)
    draw(cluster_table(shown))
    names = [map_chart.cluster_name(cluster.words) for cluster in shown.clusters]
    number = st.selectbox(
        texts.MAP_READ_CLUSTER,
        range(len(names)),
        format_func=lambda n: f"{n + 1}. {names[n]}",
        index=None,
        placeholder=texts.MAP_CHOOSE_CLUSTER,
        key="map-cluster",
    )
    if number is not None and number < len(names):
        _passages(quoth, (spot.chunk for spot in central(shown.spots, number)), "cluster")


def central(spots: tuple[Spot, ...], cluster: int, n: int = _PASSAGES) -> list[Spot]:
    """The spots of a cluster that are nearest to its middle on the map."""
    own = [spot for spot in spots if spot.cluster == cluster]
    x = sum(spot.x for spot in own) / max(len(own), 1)
    y = sum(spot.y for spot in own) / max(len(own), 1)
    return sorted(own, key=lambda spot: (spot.x - x) ** 2 + (spot.y - y) ** 2)[:n]


def cluster_table(shown: CollectionMap) -> Html:
    """The clusters in words: what the picture shows, for the keyboard and for screen readers."""
    groups, _ = map_chart.by_cluster(shown)
    rows = tuple(
        (
            element("span", dot(group.colour), str(number), class_="q-nowrap"),
            group.label,
            f"{cluster.size:,}",
            _documents(cluster.documents),
        )
        for number, (group, cluster) in enumerate(zip(groups, shown.clusters, strict=True), 1)
    )
    titles = ("#", texts.MAP_WORDS, texts.MAP_PASSAGES, texts.DOCUMENTS)
    return table(titles, rows)


def _documents(documents: tuple[tuple[str, int], ...]) -> str:
    named = ", ".join(f"{file_name(source)} ({n:,})" for source, n in documents[:_DOCUMENTS])
    rest = len(documents) - _DOCUMENTS
    return named if rest <= 0 else f"{named}, {texts.count(rest, texts.MAP_MORE)}"
