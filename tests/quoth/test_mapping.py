"""Maps of a real library with made-up vectors; no model is needed."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from quoth import Quoth, mapping
from quoth.datatypes import Hit
from quoth.mapping import Maps
from tests.quoth.counting import CountingEmbedder
from tests.vectorstore.making import make_document, odd_and_even, put, unit_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vectorstore import LocalLibrary


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LocalLibrary]:
    with closing(odd_and_even(tmp_path / "library", 12)) as opened:
        yield opened


def layouts(library: LocalLibrary) -> list[Path]:
    return sorted((library.folder / "map").glob("*"))


def test_the_quick_map_has_every_chunk_and_no_clusters(library: LocalLibrary) -> None:
    quick = Maps(library).get(None, best=False)
    assert (quick.method, quick.clusters) == ("principal components", ())
    assert len(quick.spots) == quick.n_chunks == library.statistics()["chunks"]
    assert {spot.cluster for spot in quick.spots} == {-1}
    assert layouts(library) == []


def test_the_best_map_has_clusters_whose_sizes_add_up(library: LocalLibrary) -> None:
    best = Maps(library).get(None, best=True)
    assert best.method == "neighbours"
    assert sum(cluster.size for cluster in best.clusters) == len(best.spots)
    for number, cluster in enumerate(best.clusters):
        own = [spot.chunk.source for spot in best.spots if spot.cluster == number]
        assert sorted(own) == sorted(s for source, n in cluster.documents for s in [source] * n)
    assert all(-1 <= value <= 1 for spot in best.spots for value in (spot.x, spot.y))


def test_a_layout_is_made_once_for_the_same_content(
    library: LocalLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps = Maps(library)
    best = maps.get(None, best=True)
    (file,) = layouts(library)
    monkeypatch.setattr(Maps, "_made", lambda *_: pytest.fail("laid out again"))
    assert maps.get(None, best=False) is best
    reopened = Maps(library).get(None, best=False)
    assert reopened.method == "neighbours"
    assert reopened.clusters == best.clusters
    with library.writing():
        library.remove([make_document(3).id], None)
        put(library, make_document(3), collection="odd", source="/moved/3.txt")
    moved = maps.get(None, best=False)
    assert moved.content == best.content
    assert "/moved/3.txt" in {spot.chunk.source for spot in moved.spots}
    assert layouts(library) == [file]


def test_other_content_has_another_map(library: LocalLibrary) -> None:
    maps = Maps(library)
    before = maps.get("odd", best=True)
    with library.writing():
        put(library, make_document(99), collection="odd")
    after = maps.get("odd", best=False)
    assert after.method == "principal components"
    assert len(after.spots) > len(before.spots)


@pytest.mark.parametrize(
    "torn",
    [
        "",
        "{",
        "[]",
        '{"positions": [], "labels": [], "words": []}',
        '{"positions": [[1]]}',
        "\udcff",
    ],
)
def test_a_torn_layout_is_made_anew(library: LocalLibrary, torn: str) -> None:
    best = Maps(library).get(None, best=True)
    (file,) = layouts(library)
    file.write_text(torn, encoding="utf-8", errors="surrogateescape")
    assert Maps(library).get(None, best=False).method == "principal components"
    assert Maps(library).get(None, best=True).clusters == best.clusters


def test_a_folder_that_cannot_be_written_costs_only_the_keeping(library: LocalLibrary) -> None:
    (library.folder / "map").write_text("a file in the way")
    maps = Maps(library)
    best = maps.get(None, best=True)
    assert best.method == "neighbours"
    assert maps.get(None, best=False) is best


def test_old_layouts_go(library: LocalLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "_FILES_KEPT", 2)
    maps = Maps(library)
    for collection in (None, "odd", "even"):
        maps.get(collection, best=True)
    assert len(layouts(library)) == 2


def test_an_empty_collection_has_an_empty_map(library: LocalLibrary) -> None:
    for best in (False, True):
        empty = Maps(library).get("none", best=best)
        assert (empty.spots, empty.clusters, empty.n_chunks) == ((), (), 0)
        assert Maps(library).locate("q", unit_vectors(1)[0], (), empty) is None


def test_a_question_stands_on_what_it_equals_and_hits_on_their_spots(
    library: LocalLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping, "MOST", 8)
    maps = Maps(library)
    shown = maps.get(None, best=True)
    assert len(shown.spots) == 8 < shown.n_chunks
    spot = shown.spots[0]
    everything = library.chunks(range(1, shown.n_chunks + 1))
    missing = next(c for c in everything.values() if c not in {s.chunk for s in shown.spots})
    hits = [Hit(spot.chunk, 1, 1, 0.9), Hit(missing, 0.5, 2, 0.4)]
    row = next(row for row, chunk in everything.items() if chunk == spot.chunk)
    located = maps.locate("q", library.vectors([row])[row], hits, shown)
    assert located is not None
    (first, x, y), (second, *elsewhere) = located.hits
    assert (first.chunk, x, y) == (spot.chunk, spot.x, spot.y)
    assert second.chunk == missing
    assert all(-1 <= value <= 1 for value in (located.x, located.y, *elsewhere))


def test_the_engine_maps_a_library_and_a_question(quoth: Quoth, tmp_path: Path) -> None:
    (tmp_path / "kettle.md").write_text("# Kettle\n\nThe warranty of the kettle is two years.\n")
    (tmp_path / "mill.md").write_text("# Mill\n\nThe mill grinds coffee beans in a minute.\n")
    quoth.ingest([tmp_path / "kettle.md", tmp_path / "mill.md"])
    shown = quoth.map(best=True)
    assert [cluster.size for cluster in shown.clusters] == [2]
    located = quoth.locate("How long is the warranty?", shown)
    assert located is not None
    nearest = min(shown.spots, key=lambda s: (s.x - located.x) ** 2 + (s.y - located.y) ** 2)
    assert "warranty" in nearest.chunk.text
    assert located.hits[0][0].chunk == nearest.chunk


def test_a_located_question_is_embedded_once(examples_library: Quoth) -> None:
    counting = CountingEmbedder(examples_library.embedder)
    library = examples_library._library
    quoth = Quoth(examples_library.path, examples_library.config, library, counting)
    assert quoth.locate("How does byte-pair encoding work?", quoth.map()) is not None
    assert counting.questions == 1
