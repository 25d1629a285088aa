from __future__ import annotations

import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from generation.embedded import embedded_model
from generation.store import find_model, import_model, local_models, removable, remove_model
from quoth.errors import ModelError, ModelLoadError, ModelNotFoundError, StorageFullError
from tests.generation.making import LLAMA, write_gguf, write_split

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QUOTH_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def test_the_embedded_model_is_always_listed(folder: Path) -> None:
    (model,) = local_models()
    assert (model.name, model.path) == ("embedded", embedded_model())
    assert not folder.exists()


def test_an_imported_file_goes_by_its_name(folder: Path, tmp_path: Path) -> None:
    imported = import_model(write_gguf(tmp_path / "Mine.gguf", LLAMA))
    assert imported.path == folder / "Mine.gguf"
    assert imported.path.read_bytes() == (tmp_path / "Mine.gguf").read_bytes()
    assert [model.name for model in local_models()] == ["embedded", "Mine"]
    assert find_model("Mine") == find_model("Mine.gguf") == imported.path
    assert sorted(path.name for path in folder.iterdir()) == ["Mine.gguf"]


def test_a_split_model_is_imported_and_removed_as_one(folder: Path, tmp_path: Path) -> None:
    imported = import_model(write_split(tmp_path))
    assert imported.name == "big"
    assert imported.facts is not None
    assert imported.facts.n_parameters == 8
    assert len(list(folder.iterdir())) == 2
    assert find_model("big").name == "big-00001-of-00002.gguf"
    assert remove_model(removable("big")).name == "big"
    assert list(folder.iterdir()) == []
    assert len(list(tmp_path.glob("*.gguf"))) == 2


def test_a_file_that_is_moved_leaves_its_place_and_needs_no_room(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = write_gguf(tmp_path / "Mine.gguf", LLAMA)
    content = mine.read_bytes()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(StorageFullError, match=r"Mine\.gguf has 0\.00 GB"):
        import_model(mine)
    assert import_model(mine, move=True).path == folder / "Mine.gguf"
    assert (folder / "Mine.gguf").read_bytes() == content
    assert not mine.exists()


def test_a_taken_name_and_a_file_that_is_no_model_are_not_imported(
    folder: Path, tmp_path: Path
) -> None:
    mine = write_gguf(tmp_path / "Mine.gguf", LLAMA)
    import_model(mine)
    with pytest.raises(ModelError, match="is there already"):
        import_model(mine)
    (tmp_path / "report.gguf").write_bytes(b"%PDF")
    with pytest.raises(ModelLoadError):
        import_model(tmp_path / "report.gguf")
    assert [path.name for path in folder.iterdir()] == ["Mine.gguf"]


def test_a_damaged_file_in_the_folder_is_listed_with_its_reason_and_can_be_removed(
    folder: Path,
) -> None:
    folder.mkdir()
    (folder / "cut.gguf").write_bytes(b"GGUF")
    _, cut = local_models()
    assert cut.facts is None
    assert "incomplete" in cut.error
    remove_model(removable("cut"))
    assert list(folder.iterdir()) == []


def test_a_name_of_the_catalogue_finds_its_file(folder: Path) -> None:
    folder.mkdir()
    path = write_gguf(folder / "qwen2.5-1.5b-instruct-q4_k_m.gguf", LLAMA)
    assert local_models()[1].catalogue_name == "qwen2.5-1.5b"
    assert find_model("qwen2.5-1.5b") == path
    remove_model(removable("qwen2.5-1.5b"))
    with pytest.raises(ModelNotFoundError, match=r"run: quoth models pull qwen2\.5-1\.5b"):
        find_model("qwen2.5-1.5b")


def test_an_unknown_name_says_where_names_are(folder: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="quoth models lists"):
        find_model("nothing")
    for name in ("nothing", "embedded", str(embedded_model())):
        with pytest.raises(ModelNotFoundError):
            removable(name)
    assert embedded_model().exists()
    assert not folder.exists()


def test_a_path_is_a_path_wherever_it_leads(folder: Path, tmp_path: Path) -> None:
    assert find_model(str(folder / "absent.gguf")) == folder / "absent.gguf"
    renamed = write_gguf(tmp_path / "model.bin", LLAMA)
    assert find_model(str(renamed)) == renamed
