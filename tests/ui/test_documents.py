"""The list of documents: formats, coverage and its length; and what became of uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.formats import FORMATS
from quoth.config import Config, IngestConfig
from quoth.datatypes import Coverage
from quoth.ui import texts
from quoth.ui.adding import skipped_line
from quoth.ui.documents import coverage_marks, format_name
from tests.ui.fake_engine import FakeQuoth, record
from tests.ui.test_pages import _button, _page, _shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from quoth import Quoth

PARTLY = Coverage(12, ocr=(2, 3), empty=(5,), failed={7: "too <b>many</b> strokes"})


def _covered(coverage: Coverage) -> Mapping[str, str]:
    return {"coverage": coverage.as_text()}


def test_each_way_in_which_pages_were_read_is_counted(tmp_path: Path) -> None:
    listed = record(metadata=_covered(PARTLY), warnings=PARTLY.warnings(), n_pages=12)
    shown = _shown(_page("documents", FakeQuoth(tmp_path, [listed])))
    assert "PDF · 12 pages · 2 chunks" in shown
    assert "8 pages read" in shown
    assert "2 pages by OCR" in shown
    assert "1 page empty" in shown
    assert "1 page failed" in shown
    assert "not read: too &lt;b&gt;many" in shown


def test_what_did_not_happen_is_not_counted() -> None:
    marks = coverage_marks(record(metadata=_covered(Coverage(3))))
    assert "3 pages read" in marks
    assert marks.count("q-chip") == 1
    assert coverage_marks(record()) == ""


def test_the_format_is_a_word_or_else_the_suffix() -> None:
    assert format_name(record(media_type="text/markdown")) == "Markdown"
    odt = "application/vnd.oasis.opendocument.text"
    assert format_name(record(media_type=f"{odt}-template")) == "OpenDocument text"
    assert format_name(record("a/b.xyz", media_type="x/<b>")) == "XYZ"


def test_every_format_of_the_examples_has_a_word(examples_library: Quoth) -> None:
    for listed in examples_library.documents():
        assert listed.media_type in texts.FORMATS, listed.sources


def test_a_thousand_documents_cost_what_is_shown_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the rows of the part that is shown have their coverage looked into."""
    looked: list[object] = []
    real = Coverage.from_metadata

    def counted(metadata: Mapping[str, str]) -> Coverage | None:
        looked.append(metadata)
        return real(metadata)

    monkeypatch.setattr(Coverage, "from_metadata", counted)
    many = [
        record(f"{n:04}.pdf", id=f"d{n}", metadata=_covered(PARTLY), warnings=())
        for n in range(1000)
    ]
    app = _page("documents", FakeQuoth(tmp_path, many))
    assert "1,000 documents" in _shown(app)
    assert len(looked) == 20
    assert len(app.button) < 50


def test_the_uploader_takes_every_format_and_archives(tmp_path: Path) -> None:
    quoth = FakeQuoth(tmp_path)
    app = _page("documents", quoth)
    (uploader,) = app.get("file_uploader")
    assert list(uploader.proto.type) == [], "no suffix is kept out"
    suffixes = [facts.suffixes[0] for facts in FORMATS.values()] + [".zip", ".tar.gz"]
    uploader.set_value([(f"a{suffix}", b"x", "") for suffix in suffixes]).run()
    _button(app, "Add to the library").click().run()
    assert not app.exception
    kept = {path.name for path in (tmp_path / "uploads" / "default").iterdir()}
    assert kept == {f"a{suffix}" for suffix in suffixes}


def test_a_file_that_is_too_large_is_one_line_and_the_rest_goes_in(tmp_path: Path) -> None:
    quoth = FakeQuoth(tmp_path)
    quoth.config = Config(ingest=IngestConfig(max_megabytes=1))
    quoth.fail_ingest["bad.txt"] = "it is\nbroken; get it again"
    app = _page("documents", quoth)
    files = [("big.pdf", b"x" * 1_000_001), ("bad.txt", b"bad"), ("good.txt", b"good")]
    app.get("file_uploader")[0].set_value([(*file, "text/plain") for file in files]).run()
    _button(app, "Add to the library").click().run()
    assert not app.exception
    shown = _shown(app)
    assert "failedbig.pdf1 MB is more than ingest.max_megabytes = 1; raise" in shown
    assert "failedbad.txtit is broken; get it again" in shown
    assert "addedgood.txt" in shown


def test_only_too_large_files_start_no_run(tmp_path: Path) -> None:
    quoth = FakeQuoth(tmp_path)
    quoth.config = Config(ingest=IngestConfig(max_megabytes=1))
    app = _page("documents", quoth)
    big = ("big.pdf", b"x" * 1_000_001, "application/pdf")
    app.get("file_uploader")[0].set_value([big]).run()
    _button(app, "Add to the library").click().run()
    assert not app.exception
    assert "failedbig.pdf" in _shown(app)
    assert quoth.records == []


def test_what_an_archive_holds_besides_is_told_by_suffix() -> None:
    line = skipped_line({".exe": 1, "": 2, ".<b>": 3})
    assert line.endswith("3 × .<b>, 2 × no suffix, 1 × .exe.")
