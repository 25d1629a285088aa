"""The retrieval benchmark on a made-up collection, with the real embedder and a real library."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.libraries import library_of
from benchmarks.reporting import Options, Skipped
from benchmarks.retrieval import measure, run
from benchmarks.retrieval_systems import BY_RANK, FUSED, MEANING, WORDS
from benchmarks.watching import WatchedEmbedder
from tests.benchmarks.making import write_collection

if TYPE_CHECKING:
    from pathlib import Path

    from vectorstore import Embedder

SUBJECTS = (
    "glacier", "violin", "tomato", "volcano", "bicycle", "penguin", "compass", "lighthouse",
    "saffron", "telescope", "cathedral", "mushroom", "submarine", "butterfly", "accordion",
    "waterfall", "hedgehog", "sundial", "tapestry", "espresso",
)  # fmt: skip
CORPUS = {f"d/{s}": (s.title(), f"All that is known of the {s} stands here.") for s in SUBJECTS}
QUESTIONS = {s: f"What is known of the {s}?" for s in SUBJECTS[:5]}
# One question in five is judged as if another document answered it.
GRADES = {s: {f"d/{s}": 1} for s in SUBJECTS[:4]} | {"bicycle": {"d/nowhere": 1}}


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Options:
    folder = tmp_path_factory.mktemp("benchmarks")
    write_collection(folder / "data" / "made", CORPUS, QUESTIONS, GRADES)
    return Options(folder / "data", folder / "cache", collections=("made",))


@pytest.fixture(scope="module")
def figures(options: Options, embedder: Embedder) -> dict[str, Any]:
    watched = WatchedEmbedder(embedder, remember=True)
    found = measure(options.data / "made", options, watched)
    assert watched.watch.calls["question"] == len(QUESTIONS)
    return found


def test_each_question_finds_its_document_and_the_misjudged_one_does_not(
    figures: dict[str, Any],
) -> None:
    assert figures["questions"] == 5
    for system in (FUSED, WORDS, MEANING, BY_RANK):
        measures = figures["systems"][system]
        assert measures["ndcg@10"]["mean"] == pytest.approx(0.8), system
        assert measures["mrr@10"]["mean"] == pytest.approx(0.8), system
        assert measures["recall@10"]["mean"] == pytest.approx(0.8), system
        assert measures["ndcg@10"]["low"] < 0.8 < measures["ndcg@10"]["high"]


def test_what_fusion_adds_is_the_difference_of_the_pairs(figures: dict[str, Any]) -> None:
    gain = figures["ndcg@10 gain"][f"{FUSED} minus {MEANING}"]
    assert gain == {"mean": 0.0, "low": 0.0, "high": 0.0}


def test_another_system_that_fails_is_left_out_alone(
    options: Options, embedder: Embedder, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text(
        "#!/bin/sh\n"
        'if [ "$2" = txtai ]; then echo "no module named txtai" >&2; exit 1; fi\n'
        "echo '[[0, 1], [2], [3], [4], [5]]'\n"
    )
    python.chmod(0o755)
    watched = WatchedEmbedder(embedder, remember=True)
    found = measure(options.data / "made", replace(options, others=python), watched)
    assert found["left out"] == {"txtai": f"txtai failed in {python}: no module named txtai"}
    assert set(found["systems"]) == {FUSED, WORDS, MEANING, BY_RANK, "langchain"}
    assert "quoth minus langchain" in found["ndcg@10 gain"]
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    given_up = measure(
        options.data / "made", replace(options, others=slow, others_seconds=0), watched
    )
    assert set(given_up["left out"]) == {"langchain", "txtai"}


def test_a_kept_library_is_used_again_until_a_fresh_one_is_asked_for(
    options: Options, embedder: Embedder, figures: dict[str, Any]
) -> None:
    assert figures
    watched = WatchedEmbedder(embedder)
    folder = options.data / "made"
    kept = library_of(folder, options, watched)
    assert watched.watch.calls["passages"] == 0
    assert library_of(folder, replace(options, fresh=True), watched) == kept
    assert watched.watch.calls["passages"] > 0


def test_an_absent_collection_is_skipped_with_a_reason(options: Options) -> None:
    with pytest.raises(Skipped, match="elsewhere"):
        run(replace(options, collections=("elsewhere",)))
