from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from quoth.errors import DamagedFileError, EncryptedFileError, LimitError, NoTextError
from tests.ingest.reading_files import headings_of, read_file

if TYPE_CHECKING:
    from pathlib import Path

SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
        ("presentation", "presentation"), ("meta", "meta"),
    )
)  # fmt: skip
LAUGHS = (
    "<!DOCTYPE d ["
    '<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


def open_document(
    path: Path, body: str, *, kind: str = "text", doctype: str = "", manifest: str = ""
) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr(
            "content.xml",
            f"<?xml version='1.0'?>{doctype}<office:document-content {SPACES}><office:body>"
            f"<office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        )
        archive.writestr(
            "meta.xml",
            f"<office:document-meta {SPACES} xmlns:dc='http://purl.org/dc/elements/1.1/'><office:meta>"
            "<dc:title>The title</dc:title><dc:language>de-CH</dc:language>"
            "<dc:creator>Ada</dc:creator></office:meta></office:document-meta>",
        )
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return path


TEXT = """<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>
<text:h text:outline-level="1">Report</text:h>
<text:p>One<text:s text:c="2"/>two<text:line-break/>three<text:span> four</text:span><text:note>
<text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p></text:note-body>
</text:note>.</text:p>
<text:list><text:list-item><text:p>outer</text:p><text:list><text:list-item><text:p>inner</text:p>
</text:list-item></text:list></text:list-item></text:list>
<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Year</text:p>
</table:table-cell><table:table-cell table:number-columns-repeated="2"><text:p>Sum</text:p>
</table:table-cell></table:table-row></table:table-header-rows><table:table-row><table:table-cell>
<text:p>2023</text:p></table:table-cell><table:table-cell><text:p>7</text:p></table:table-cell>
<table:table-cell><text:p>8</text:p></table:table-cell></table:table-row></table:table>
<text:p><draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame></text:p>
<text:h text:outline-level="2">Details</text:h><text:p>End.</text:p>"""


def test_a_text_keeps_order_headings_lists_tables_notes_and_boxes(tmp_path: Path) -> None:
    document = read_file(open_document(tmp_path / "a.odt", TEXT))
    assert document.text == (
        "Report\n\nOne  two\nthree four.\n\nA note.\n\n- outer\n  - inner\n\n"
        "| Year | Sum | Sum |\n| --- | --- | --- |\n| 2023 | 7 | 8 |\n\nboxed\n\nDetails\n\nEnd.\n"
    )
    assert headings_of(document) == [(1, "Report"), (2, "Details")]
    assert (document.title, document.language) == ("The title", "de")
    assert document.metadata["author"] == "Ada"


def test_a_presentation_has_a_page_for_each_slide(tmp_path: Path) -> None:
    slide = (
        '<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>Plan</text:p>'
        "</draw:text-box></draw:frame><draw:frame><draw:text-box><text:p>Do it.</text:p>"
        "</draw:text-box></draw:frame><presentation:notes><draw:frame><draw:text-box>"
        "<text:p>Slowly.</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>"
    )
    plain = "<draw:page><draw:frame><draw:text-box><text:p>Bare</text:p></draw:text-box></draw:frame></draw:page>"
    document = read_file(open_document(tmp_path / "a.odp", slide + plain, kind="presentation"))
    assert document.pages[0].text == "Plan\n\nDo it.\n\nNotes: Slowly.\n"
    assert [page.label for page in document.pages] == ["slide 1", "slide 2"]
    assert headings_of(document) == [(1, "Plan"), (1, "Slide 2")]


def test_a_count_of_spaces_or_cells_cannot_fill_the_memory(tmp_path: Path) -> None:
    body = (
        '<text:p>x<text:s text:c="999999999999"/>y</text:p><table:table><table:table-row>'
        '<table:table-cell table:number-columns-repeated="999999999"><text:p>z</text:p>'
        "</table:table-cell></table:table-row></table:table>"
    )
    assert len(read_file(open_document(tmp_path / "a.odt", body)).text) < 1000


def test_an_encrypted_document_needs_its_password(tmp_path: Path) -> None:
    path = open_document(tmp_path / "a.odt", TEXT, manifest="<encryption-data/>")
    with pytest.raises(EncryptedFileError, match=r"^a\.odt needs a password"):
        read_file(path)


def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("SECRET")
    for entity in ('"ha"', f'SYSTEM "file://{tmp_path}/secret"'):
        doctype = f"<!DOCTYPE d [<!ENTITY a {entity}>]>"
        path = open_document(tmp_path / "a.odt", "<text:p>x &a; y</text:p>", doctype=doctype)
        assert read_file(path).text == "x  y\n"


def test_a_billion_laughs_are_damaged(tmp_path: Path) -> None:
    path = open_document(tmp_path / "a.odt", "<text:p>x &j; y</text:p>", doctype=LAUGHS)
    with pytest.raises(DamagedFileError):
        read_file(path)


def test_nesting_without_end_is_damaged(tmp_path: Path) -> None:
    body = "<text:section>" * 100_000 + "</text:section>" * 100_000
    with pytest.raises(DamagedFileError):
        read_file(open_document(tmp_path / "a.odt", body))


def test_a_broken_or_empty_one_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match=r"^a\.odt is damaged: .*LibreOffice"):
        read_file(open_document(tmp_path / "a.odt", "<text:p>"))
    with pytest.raises(NoTextError):
        read_file(open_document(tmp_path / "b.odt", "<text:p/>"))


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    path = open_document(tmp_path / "a.odt", TEXT)
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(50_001):
            archive.writestr(zipfile.ZipInfo(f"Pictures/{number}"), b"")
    with pytest.raises(LimitError, match="parts"):
        read_file(path)
