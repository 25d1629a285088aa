"""The list of documents: formats, coverage and its length; and what became of uploads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.formats import FORMATS
from quoth import Quoth
from quoth.config import Config, IngestConfig
from quoth.datatypes import Coverage, FileOutcome
from quoth.ui import texts
from quoth.ui.adding import outcome_list, skipped_line
from quoth.ui.documents import coverage_marks, format_name
from tests.ingest.making import encrypt, make_pdf
from tests.samples import record
from tests.ui.fake_engine import FakeQuoth
from tests.ui.test_pages import _button, _page, _shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from vectorstore import Embedder

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
    assert len(app.button) < 75


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


def test_an_encrypted_upload_asks_for_its_password_and_opens_with_it(
    tmp_path: Path, embedder: Embedder
) -> None:
    plain = make_pdf(tmp_path / "plain.pdf", ["The vault opens at noon."])
    locked = encrypt(plain, tmp_path / "locked.pdf", user="secret").read_bytes()
    with Quoth.open(tmp_path / "library", embedder=embedder) as quoth:
        app = _page("documents", quoth)
        for password, said in (
            ("", "is encrypted"),
            ("wrong", "is encrypted"),
            ("secret", "1 page"),
        ):
            asked = [each for each in app.text_input if each.label == texts.UPLOAD_PASSWORD]
            assert len(asked) == bool(password), "only once a file has been found to want one"
            if password:
                asked[0].set_value(password)
            app.get("file_uploader")[0].set_value([("locked.pdf", locked, "application/pdf")]).run()
            _button(app, "Add to the library").click().run()
            assert app.session_state["ingest_job"].wait(60)
            assert said in _shown(app.run())
        assert not [each for each in app.text_input if each.label == texts.UPLOAD_PASSWORD]
        (record,) = quoth.documents()
    assert record.n_pages == 1


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


def test_the_list_can_be_ordered_and_filtered_by_format(tmp_path: Path) -> None:
    listed = [
        record("b.pdf", id="b", n_characters=10, added_at="2026-01-01T00:00:00+00:00"),
        record("a.md", id="a", n_characters=20, media_type="text/markdown"),
        record("c.pdf", id="c", n_characters=5, added_at="2026-07-01T00:00:00+00:00"),
    ]
    app = _page("documents", FakeQuoth(tmp_path, listed))
    orders = {"By name": "a.md b.pdf c.pdf", "Latest first": "c.pdf a.md b.pdf",
              "Longest first": "a.md b.pdf c.pdf"}  # fmt: skip
    for order, names in orders.items():
        app.selectbox(key="list-order").set_value(order).run()
        assert re.findall(r"[abc]\.(?:pdf|md)", _shown(app)) == names.split()
    app.text_input(key="filter").set_value("markdown").run()
    assert re.findall(r"[abc]\.(?:pdf|md)", _shown(app)) == ["a.md"]


def test_a_document_offers_its_tags_and_to_be_read_again(tmp_path: Path) -> None:
    listed = [record(tags=("warranty",)), record("b.txt", id="b", tags=("tea",))]
    app = _page("documents", FakeQuoth(tmp_path, listed))
    app.button(key="edit-default-d0c").click().run()
    assert not app.exception
    tags = app.multiselect(key="edited-tags")
    assert (tags.options, tags.value) == (["tea", "warranty"], ["warranty"])
    assert app.button(key="again").label == "Read again"


def test_collections_are_made_on_the_page_and_a_wrong_name_is_one_line(tmp_path: Path) -> None:
    quoth = FakeQuoth(tmp_path, [record()])
    app = _page("documents", quoth)
    form = next(each for each in app.text_input if each.label == "A new collection")
    form.set_value("work")
    _button(app, "Make it").click().run()
    assert quoth.collections() == ("default", "work")
    assert "work 0 documents" in _shown(app)
    form = next(each for each in app.text_input if each.label == "A new collection")
    form.set_value("work")
    _button(app, "Make it").click().run()
    assert "cannot name a collection" in app.error[0].value


def test_deleting_a_collection_says_what_goes_with_it(tmp_path: Path) -> None:
    quoth = FakeQuoth(tmp_path, [record()])
    app = _page("documents", quoth)
    app.button(key="delete-collection-default").click().run()
    assert "default is deleted with 1 document" in _shown(app)
    assert len(quoth.records) == 1


def test_a_folder_is_read_as_a_folder(tmp_path: Path) -> None:
    quoth = FakeQuoth(tmp_path)
    app = _page("documents", quoth)
    app.segmented_control(key="upload-what").set_value("A whole folder").run()
    app.get("file_uploader")[0].set_value([("papers/x/a.txt", b"a", "text/plain")]).run()
    _button(app, "Add to the library").click().run()
    assert not app.exception
    (read,) = quoth.records
    assert read.sources == (str(tmp_path / "uploads" / "default" / "papers"),)


def test_a_failed_files_name_is_said_once() -> None:
    reason = "broken.pdf is damaged: it ends too soon; get it again"
    said = outcome_list((FileOutcome("papers/broken.pdf", "failed", reason=reason),))
    assert said.count("broken.pdf") == 1
    assert "is damaged: it ends too soon; get it again" in said
