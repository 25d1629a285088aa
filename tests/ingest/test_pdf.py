from __future__ import annotations

import logging
import re
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING

import pypdf
import pytest

from ingest import ReaderPool, read_document, with_passwords
from ingest.readers import pdf
from quoth.config import IngestConfig
from quoth.datatypes import Coverage
from quoth.errors import DamagedFileError, EncryptedFileError, LimitError, NoTextError
from tests.ingest.making import encrypt, make_pdf

if TYPE_CHECKING:
    from pathlib import Path

    from quoth.datatypes import Document

CONFIG = IngestConfig()


def headings_as_written(document: Document) -> list[tuple[int, str]]:
    return [
        (heading.level, document.text[heading.start :][: len(heading.text)])
        for heading in document.headings
    ]


def test_pages_are_contiguous_and_end_with_a_line_end(tmp_path: Path) -> None:
    document = read_document(make_pdf(tmp_path / "a.pdf", ["First page.", "Second."]), CONFIG)
    assert [page.text for page in document.pages] == ["First page.\n", "Second.\n"]
    assert [page.number for page in document.pages] == [1, 2]
    assert document.pages[0].start == 0
    assert all(one.end == two.start for one, two in pairwise(document.pages))
    assert document.warnings == ()


def test_metadata_title_and_language_are_the_files_own(tmp_path: Path) -> None:
    path = make_pdf(
        tmp_path / "a.pdf", ["Hallo."], title="Der Titel", author="Ada L.", lang="de-CH"
    )
    document = read_document(path, CONFIG)
    assert (document.title, document.language) == ("Der Titel", "de")
    assert document.metadata["author"] == "Ada L."
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d", document.metadata["created"])


def test_a_file_without_a_title_is_named_by_its_stem(tmp_path: Path) -> None:
    document = read_document(make_pdf(tmp_path / "annual report.pdf", ["Text."]), CONFIG)
    assert (document.title, document.language) == ("annual report", "")


def test_the_outline_points_at_its_titles_in_the_text(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", ["About this."] * 2, outline=["Aims", "Methods  used"])
    document = read_document(path, CONFIG)
    assert [heading.text for heading in document.headings] == ["Aims", "Methods used"]
    assert headings_as_written(document) == [(1, "Aims"), (1, "Methods used")]
    assert document.title == "Aims"


def test_an_outline_entry_that_is_not_in_the_text_starts_its_page(tmp_path: Path) -> None:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=str(make_pdf(tmp_path / "a.pdf", ["One.", "Two."])))
    top = writer.add_outline_item("Part", 1)
    writer.add_outline_item("Nowhere written", 1, parent=top)
    writer.write(str(tmp_path / "b.pdf"))
    document = read_document(tmp_path / "b.pdf", CONFIG)
    found = [(heading.start, heading.level, heading.text) for heading in document.headings]
    start = document.pages[1].start
    assert found == [(start, 1, "Part"), (start, 2, "Nowhere written")]


def test_printed_page_labels_are_kept(tmp_path: Path) -> None:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=str(make_pdf(tmp_path / "a.pdf", ["One."] * 3)))
    writer.set_page_label(0, 1, style="/r")
    writer.set_page_label(2, 2, style="/D")
    writer.write(str(tmp_path / "b.pdf"))
    pages = read_document(tmp_path / "b.pdf", CONFIG).pages
    assert [page.label for page in pages] == ["i", "ii", "1"]


def test_an_empty_user_password_just_opens(tmp_path: Path) -> None:
    plain = make_pdf(tmp_path / "a.pdf", ["Read me."], title="Report")
    document = read_document(encrypt(plain, tmp_path / "b.pdf", user=""), CONFIG)
    assert (document.text, document.title) == ("Read me.\n", "Report")


def test_a_real_password_is_asked_for(tmp_path: Path) -> None:
    plain = make_pdf(tmp_path / "a.pdf", ["Secret."])
    with pytest.raises(
        EncryptedFileError, match=r"^b\.pdf needs a password; give it with --password"
    ):
        read_document(encrypt(plain, tmp_path / "b.pdf", user="x"), CONFIG)


def test_one_of_the_given_passwords_opens_it(tmp_path: Path) -> None:
    plain = make_pdf(tmp_path / "a.pdf", ["Secret."])
    locked = encrypt(plain, tmp_path / "b.pdf", user="x y")
    config = with_passwords(CONFIG, ["wrong", "x y"])
    with ReaderPool(config) as pool:
        document = pool.submit(locked).result()
    assert document.text == "Secret.\n"
    assert "x y" not in repr(config)
    with pytest.raises(EncryptedFileError, match=r"^b\.pdf needs another password; "):
        read_document(locked, with_passwords(CONFIG, ["wrong"]))


def test_a_password_outside_ascii_is_prepared_as_the_standard_asks(tmp_path: Path) -> None:
    plain = make_pdf(tmp_path / "a.pdf", ["Secret."])
    locked = encrypt(plain, tmp_path / "b.pdf", user="Sa")
    assert read_document(locked, with_passwords(CONFIG, ["Sª"])).text == "Secret.\n"


def test_blank_pages_are_no_document(tmp_path: Path) -> None:
    with pytest.raises(
        NoTextError, match=r"^a\.pdf has no text: its pages are empty; leave it out"
    ):
        read_document(make_pdf(tmp_path / "a.pdf", ["", ""]), CONFIG)


def test_pages_without_text_are_a_warning(tmp_path: Path) -> None:
    document = read_document(make_pdf(tmp_path / "a.pdf", ["One.", "", "Three."]), CONFIG)
    assert document.warnings == ("1 of 3 pages (2) have no text",)
    assert Coverage.from_metadata(document.metadata) == Coverage(3, empty=(2,))
    assert [page.text for page in document.pages] == ["One.\n", "\n", "Three.\n"]


def test_what_is_written_into_forms_and_notes_is_read(tmp_path: Path) -> None:
    import pypdf
    from pypdf.annotations import FreeText, Text

    writer = pypdf.PdfWriter(clone_from=str(make_pdf(tmp_path / "a.pdf", ["The form."])))
    writer.add_annotation(0, FreeText(text="Written by hand", rect=(50, 550, 250, 600)))
    writer.add_annotation(0, Text(text="A remark", rect=(50, 450, 80, 480)))
    writer.write(str(tmp_path / "b.pdf"))
    text = read_document(tmp_path / "b.pdf", CONFIG).text
    assert text.startswith("The form.")
    assert "Written by hand" in text
    assert text.endswith("Note: A remark\n")


def test_a_form_field_filled_without_its_looks_is_read(tmp_path: Path) -> None:
    import pypdf
    from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, FloatObject
    from pypdf.generic import NameObject as Name
    from pypdf.generic import TextStringObject as Text

    writer = pypdf.PdfWriter(clone_from=str(make_pdf(tmp_path / "a.pdf", ["Your name:"])))
    rectangle = ArrayObject(FloatObject(side) for side in (100, 700, 300, 720))
    field = DictionaryObject(
        {
            Name("/Type"): Name("/Annot"),
            Name("/Subtype"): Name("/Widget"),
            Name("/FT"): Name("/Tx"),
            Name("/T"): Text("name"),
            Name("/V"): Text("Ada Lovelace"),
            Name("/DA"): Text("/Helv 10 Tf 0 g"),
            Name("/Rect"): rectangle,
        }
    )
    reference = writer._add_object(field)
    writer.pages[0][Name("/Annots")] = ArrayObject([reference])
    writer.root_object[Name("/AcroForm")] = DictionaryObject(
        {Name("/Fields"): ArrayObject([reference]), Name("/NeedAppearances"): BooleanObject(True)}
    )
    writer.write(str(tmp_path / "b.pdf"))
    assert "Ada Lovelace" in read_document(tmp_path / "b.pdf", CONFIG).text


def test_ligatures_leaders_and_accents_are_plain(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", ["Contents . . . . . . . . . . 12", "J´an Mina´c"])
    pages = read_document(path, CONFIG).pages
    assert pages[0].text == "Contents … 12\n"
    assert pages[1].text == "Ján Minać\n"
    assert pdf._finish("e\ufb03cient \ufb01le") == "efficient file\n"


def test_garbage_after_the_header_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    with pytest.raises(DamagedFileError, match=r"^a\.pdf is damaged.*get it again"):
        read_document(tmp_path / "a.pdf", CONFIG)


def test_a_file_cut_short_gives_its_text_or_is_damaged(tmp_path: Path) -> None:
    data = make_pdf(tmp_path / "a.pdf", ["Some words here."] * 20).read_bytes()
    for share in range(5, 100, 5):
        (tmp_path / "cut.pdf").write_bytes(data[: len(data) * share // 100])
        with suppress(DamagedFileError, NoTextError):
            assert "Some words" in read_document(tmp_path / "cut.pdf", CONFIG).text


def test_more_pages_or_text_than_allowed_are_refused(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", ["Some words."] * 5)
    with pytest.raises(LimitError, match=r"5 pages and the limit is 4; .*ingest\.max_pages"):
        read_document(path, IngestConfig(max_pages=4))
    with pytest.raises(LimitError, match=r"ingest\.max_characters"):
        read_document(path, IngestConfig(max_characters=30))


def test_pypdf_is_silent(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a.pdf").write_bytes(
        b"%PDF-1.7\nxref\ntrailer <</Root 1 0 R>>\nstartxref\n9\n%%EOF"
    )
    with caplog.at_level(logging.DEBUG), pytest.raises(DamagedFileError):
        read_document(tmp_path / "a.pdf", CONFIG)
    assert caplog.records == []


def test_every_handle_of_pdfium_is_closed(tmp_path: Path) -> None:
    """A handle left open is held by pypdfium2 until it is collected; this counts them."""
    import gc

    import pypdfium2

    path = make_pdf(tmp_path / "a.pdf", ["Words."] * 3, outline=["A", "B"])
    read_document(path, CONFIG)
    handles = (pypdfium2.PdfDocument, pypdfium2.PdfPage, pypdfium2.PdfTextPage)
    assert not [one for one in gc.get_objects() if isinstance(one, handles) and one.raw]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("D:20170301123000+01'00'", "2017-03-01 12:30"),
        ("D:20170301", "2017-03-01"),
        ("D:2017", "2017"),
        ("March 2017", "March 2017"),
    ],
)
def test_dates_are_shown_as_people_write_them(tmp_path: Path, written: str, shown: str) -> None:
    writer = pypdf.PdfWriter(clone_from=str(make_pdf(tmp_path / "a.pdf", ["Words."])))
    writer.add_metadata({"/CreationDate": written})
    writer.write(str(tmp_path / "a.pdf"))
    assert read_document(tmp_path / "a.pdf", IngestConfig()).metadata["created"] == shown
