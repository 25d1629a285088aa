from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from generation import requantize
from generation.embedded import embedded_model
from quoth import Quoth, models
from quoth.errors import ModelLoadError, ModelNotFoundError
from tests.generation.hub_server import Hub, the_hub
from tests.generation.making import LLAMA, write_gguf
from tests.generation.model_servers import like_openai
from tests.sharing import sharing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QUOTH_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    path = write_gguf(tmp_path / "source.gguf", {**LLAMA, "general.name": "Small"})
    with the_hub({"ada/small/small.gguf": path.read_bytes()}, monkeypatch) as served:
        yield served


def test_the_embedded_model_is_shown_with_what_it_needs_and_what_there_is() -> None:
    shown = models.show("embedded")
    assert shown.facts.feed_forward_length == 1536
    assert shown.facts.position_encoding == "RoPE, base 100,000"
    assert [(t.name, t.n_tensors) for t in shown.facts.tensor_types] == [
        ("Q4_1", 210),
        ("Q8_0", 1),
        ("F32", 61),
    ]
    assert [need.context_size for need in shown.needs] == [2048, 4096, 8192]
    need = shown.needs[1]
    assert (need.weights, need.cache) == (embedded_model().stat().st_size, 90 * 2**20)
    assert need.total == need.weights + need.cache + need.buffers
    assert 0 < shown.largest_context <= 8192
    assert shown.machine.cores >= 1
    assert shown.machine.memory_bytes >= shown.machine.available_bytes > 0


def test_a_pulled_model_is_local_and_goes_by_its_name(hub: Hub, folder: Path) -> None:
    pulled = models.pull("ada/small/small.gguf")
    assert hub.requests
    assert (pulled.name, pulled.path) == ("small", folder / "small.gguf")
    assert pulled.facts is not None
    assert pulled.facts.name == "Small"
    assert [model.name for model in models.local()] == ["embedded", "small"]
    assert models.show("small").facts.context_length == 128
    assert models.remove("small").path == pulled.path
    assert not pulled.path.exists()


def test_what_is_pulled_and_is_no_model_does_not_stay(hub: Hub, folder: Path) -> None:
    hub.files["ada/small/page.gguf"] = b"<html>"
    with pytest.raises(ModelLoadError, match="not a GGUF model"):
        models.pull("ada/small/page.gguf")
    assert not list(folder.glob("*.gguf"))


def test_a_name_of_the_catalogue_is_pulled_with_the_checksum_it_has_there(hub: Hub) -> None:
    known = models.catalogue()[0]
    content = b"another file"
    hub.files[f"{known.repository}/{known.file}"] = content
    with pytest.raises(models.DownloadError, match=hashlib.sha256(content).hexdigest()):
        models.pull(known.name)


def test_an_unknown_name_is_refused_without_asking_anybody(hub: Hub) -> None:
    with pytest.raises(ModelNotFoundError, match="neither in the catalogue nor"):
        models.pull("gpt-5")
    assert hub.requests == []


def test_the_proposal_is_of_the_catalogue() -> None:
    assert models.propose() in (None, *models.catalogue())


def test_a_server_writes_the_answers_of_a_library_and_says_so(examples_library: Quoth) -> None:
    words = ["GPT-2 has a vocabulary", " size of 50,257."]
    with like_openai(words, tokenizes=True) as server:
        config = examples_library.config.with_values({"model.endpoint": server.url}, "test")
        quoth = sharing(examples_library, config=config)
        pieces = list(quoth.stream("How large is the vocabulary of GPT-2?"))
        assert [piece.text for piece in pieces[:2]] == words
        answer = pieces[-1].answer
        assert answer is not None
        assert answer.sentences[0].verdict == "supported"
        assert "50,257" in answer.quotes[0].text
        sent = [body for path, body in server.requests if path == "/v1/chat/completions"]
        contents = [message["content"] for message in sent[0]["messages"]]
        assert any(answer.quotes[0].text in content for content in contents)
        n_requests = len(server.requests)
        assert quoth.info()["model"] == {
            "endpoint": server.url,
            "name": "",
            "context_window": config.model.context_size,
        }
        assert len(server.requests) == n_requests


def test_a_model_that_was_optimised_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    imported = models.import_file(write_gguf(tmp_path / "mine.gguf", LLAMA))
    assert imported.facts is not None
    requantize.remember(imported.facts, models.Choice("", ()))
    assert list((folder / "optimised").iterdir())
    models.remove("mine")
    assert list((folder / "optimised").iterdir()) == []
