"""The doctor tries what the product does, and says of each thing whether it works."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quoth.cli import main
from quoth.config import Config
from quoth.doctor import Diagnosis, examine

if TYPE_CHECKING:
    from pathlib import Path

    from quoth import Quoth


def diagnoses(path: Path, **settings: object) -> dict[str, Diagnosis]:
    config = Config().with_values(settings, "test")
    return {found.check: found for found in examine(path, config)}


def test_all_is_well_with_the_embedded_models_and_a_real_library(examples_library: Quoth) -> None:
    found = diagnoses(examples_library.path)
    assert {name: each.status for name, each in found.items() if name != "memory"} == dict.fromkeys(
        ("versions", "folder", "library", "embedder", "model", "gpu"), "ok"
    )
    assert "chunks; dense index: exact" in found["library"].what
    assert "384 numbers" in found["embedder"].what


def test_a_folder_without_a_library_is_no_failure_and_stays_as_it_is(tmp_path: Path) -> None:
    found = diagnoses(tmp_path / "new" / "library")
    assert found["folder"].status == found["library"].status == "ok"
    assert list(tmp_path.iterdir()) == []


def test_each_failure_names_the_way_out_and_the_other_checks_go_on(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("precious")
    found = diagnoses(
        tmp_path,
        **{"model.path": str(tmp_path / "none.gguf"), "embedder.model": "/no/such folder"},
    )
    failed = {name for name, each in found.items() if each.status == "failed"}
    assert failed == {"library", "embedder", "model"}
    assert all(found[name].remedy for name in failed)
    assert found["gpu"].status == "ok"


def test_a_library_with_overwritten_pages_fails(examples_library: Quoth, tmp_path: Path) -> None:
    shutil.copytree(examples_library.path, tmp_path / "library")
    file = tmp_path / "library" / "library.sqlite"
    with closing(sqlite3.connect(file)) as sql:
        sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(file.read_bytes())
    for page in range(20, len(data) // 4096, 10):
        data[4096 * page : 4096 * page + 100] = b"x" * 100
    file.write_bytes(data)
    found = diagnoses(tmp_path / "library")
    assert found["library"].status == "failed"
    assert "library.sqlite is damaged" in found["library"].what
    assert found["library"].remedy == "run quoth verify, then quoth repair"
    assert main(["compact", "--library", str(tmp_path / "library")]) == 1


def test_a_demanded_gpu_that_is_absent_fails(tmp_path: Path) -> None:
    import faiss

    if faiss.get_num_gpus():
        pytest.skip("there is a GPU here")
    found = diagnoses(tmp_path / "library", **{"index.device": "gpu"})
    assert found["gpu"] == Diagnosis(
        "gpu", "failed", "FAISS sees no GPU; the CPU searches", "set index.device to auto"
    )


def test_the_command_prints_json_and_fails_when_a_check_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["doctor", "--library", str(tmp_path / "library"), "--json"]
    arguments += ["--set", f"model.path={tmp_path / 'none.gguf'}"]
    assert main(arguments) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["well"] is False
    statuses = {check["check"]: check["status"] for check in told["checks"]}
    assert statuses["model"] == "failed"
    assert statuses["versions"] == "ok"


def test_the_command_prints_a_line_for_each_check(
    examples_library: Quoth, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--library", str(examples_library.path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[0] in ("ok", "warning") for line in lines] == [True] * len(lines)
    assert len(lines) >= 7


def test_the_cpu_agrees_with_itself() -> None:
    from vectorstore.dense import FlatIndex
    from vectorstore.dense.comparison import Agreement, agreement, random_vectors

    one, other = FlatIndex(16), FlatIndex(16)
    vectors = random_vectors(200, 16, seed=0)
    for index in (one, other):
        index.add(np.arange(200), vectors)
    found = agreement("exact", one, other, vectors[:20])
    assert (found.same, found.apart, found.is_well) == (1.0, 0.0, True)
    assert not Agreement("exact", 0.9, 0.0, 0.0, 0.0).is_well
    assert not Agreement("exact", 1.0, 0.1, 0.0, 0.0).is_well
