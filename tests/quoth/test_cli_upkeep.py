"""`quoth compact` over a real library."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from quoth.cli import main
from quoth.config import IndexConfig
from tests.vectorstore.making import make_document, put
from vectorstore import LocalLibrary

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_compact_tells_the_bytes_before_and_after(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "library"
    library = LocalLibrary(folder, IndexConfig(device="cpu"))
    with library.writing():
        for number in range(50):
            put(library, make_document(number, f"Whales w{number}. " * 60))
        library.remove([f"{number}.txt" for number in range(45)], None)
    library.close()
    assert main(["compact", "--library", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["bytes_after"] < told["bytes_before"]
    assert main(["compact", "--library", str(folder)]) == 0
    assert capsys.readouterr().out.startswith(f"{told['bytes_after'] / 1e6:.1f} MB before, ")


def test_compact_of_no_library_says_so_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compact", "--library", str(tmp_path / "none")]) == 1
    assert "make one with quoth ingest" in capsys.readouterr().err
