from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from ingest import read_document
from quoth.config import IngestConfig
from quoth.errors import DamagedFileError, LimitError, NoTextError
from tests.ingest.making import word_file

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = IngestConfig()


def text_of(path: Path, build: Any) -> str:
    return read_document(word_file(path, build), CONFIG).text


def test_paragraphs_tables_and_lists_stand_in_body_order(tmp_path: Path) -> None:
    def build(word: Any) -> None:
        word.add_paragraph("Before.")
        table = word.add_table(rows=2, cols=2)
        for cell, text in zip(
            [cell for row in table.rows for cell in row.cells], ["Year", "Sales", "2023", "7|8"],
            strict=True,
        ):  # fmt: skip
            cell.text = text
        word.add_paragraph("one", style="List Bullet")
        word.add_paragraph("two", style="List Number")
        word.add_paragraph("After.")

    assert text_of(tmp_path / "a.docx", build) == (
        "Before.\n\n| Year | Sales |\n| --- | --- |\n| 2023 | 7\\|8 |\n\n- one\n1. two\n\nAfter.\n"
    )


def test_a_merged_cell_stands_once(tmp_path: Path) -> None:
    def build(word: Any) -> None:
        table = word.add_table(rows=3, cols=3)
        for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
            cell.text = str(number)
        for first, second, text in (((0, 0), (0, 1), "wide"), ((1, 2), (2, 2), "tall")):
            merged = table.cell(*first).merge(table.cell(*second))
            merged.text = text

    text = text_of(tmp_path / "a.docx", build)
    assert (text.count("wide"), text.count("tall")) == (1, 1)
    assert text.splitlines()[-1] == "| 6 | 7 |  |"


def test_heading_styles_are_headings(tmp_path: Path) -> None:
    def build(word: Any) -> None:
        word.add_heading("Report", 1)
        word.add_paragraph("Text.")
        word.add_heading("Details", 2)
        word.add_paragraph("More.")

    document = read_document(word_file(tmp_path / "a.docx", build), CONFIG)
    found = [(heading.level, heading.text) for heading in document.headings]
    assert found == [(1, "Report"), (2, "Details")]
    assert all(document.text.startswith(h.text, h.start) for h in document.headings)
    assert document.title == "Report"
    assert len(document.pages) == 1


def test_core_properties_are_kept(tmp_path: Path) -> None:
    def build(word: Any) -> None:
        word.add_paragraph("Text.")
        word.core_properties.title = "The title"
        word.core_properties.author = "Grace H."
        word.core_properties.language = "fr-FR"

    document = read_document(word_file(tmp_path / "a.docx", build), CONFIG)
    assert (document.title, document.language) == ("The title", "fr")
    assert document.metadata["author"] == "Grace H."


def test_text_in_links_insertions_and_content_controls_is_not_lost(tmp_path: Path) -> None:
    from docx.oxml import parse_xml

    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def build(word: Any) -> None:
        body = word.element.body
        for inner in (
            "<w:p><w:hyperlink><w:r><w:t>linked</w:t></w:r></w:hyperlink></w:p>",
            (
                "<w:p><w:ins><w:r><w:t>inserted</w:t></w:r></w:ins>"
                "<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del></w:p>"
            ),
            "<w:sdt><w:sdtContent><w:p><w:r><w:t>controlled</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        ):
            body.insert(0, parse_xml(inner.replace(">", f" {space}>", 1)))

    text = text_of(tmp_path / "a.docx", build)
    assert text.split() == ["controlled", "inserted", "linked"]


def test_a_strict_file_is_read_as_well(tmp_path: Path) -> None:
    path = word_file(tmp_path / "a.docx", lambda word: word.add_heading("Strictly", 1))
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.docx", "w") as new:
        for name in old.namelist():
            part = old.read(name)
            for group in (b"officeDocument", b"wordprocessingml", b"drawingml"):
                usual = b"http://schemas.openxmlformats.org/" + group + b"/2006/"
                part = part.replace(usual, b"http://purl.oclc.org/ooxml/" + group + b"/")
            new.writestr(name, part)
    document = read_document(tmp_path / "b.docx", CONFIG)
    assert (document.text, len(document.headings)) == ("Strictly\n", 1)


def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = word_file(tmp_path / "a.docx", lambda word: word.add_paragraph("Small."))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/zeros", bytes(5_000_000))
    assert path.stat().st_size < 100_000
    with pytest.raises(LimitError, match=r"^a\.docx expands to 5 MB and the limit is 2;"):
        read_document(path, IngestConfig(max_megabytes=2))


def test_an_empty_document_has_no_text(tmp_path: Path) -> None:
    with pytest.raises(NoTextError, match=r"^a\.docx has no text"):
        read_document(word_file(tmp_path / "a.docx", lambda _: None), CONFIG)


@pytest.mark.parametrize("part", ["word/document.xml", "[Content_Types].xml", "word/styles.xml"])
def test_a_broken_part_is_damaged(tmp_path: Path, part: str) -> None:
    path = word_file(tmp_path / "a.docx", lambda word: word.add_paragraph("Text."))
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.docx", "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<broken" if name == part else old.read(name))
    with pytest.raises(DamagedFileError, match=r"^b\.docx is damaged.*save it again"):
        read_document(tmp_path / "b.docx", CONFIG)


def test_entities_do_not_reach_for_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("SECRET")
    path = word_file(tmp_path / "a.docx", lambda word: word.add_paragraph("MARK"))
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.docx", "w") as new:
        for name in old.namelist():
            data = old.read(name).decode("utf-8", "surrogateescape")
            if name == "word/document.xml":
                entity = f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'
                data = data.replace("?>", "?>" + entity, 1).replace("MARK", "MARK &x;")
            new.writestr(name, data.encode("utf-8", "surrogateescape"))
    assert "SECRET" not in read_document(tmp_path / "b.docx", CONFIG).text


def test_numbers_that_word_prints_stand_before_headings_and_items(tmp_path: Path) -> None:
    from docx.oxml import parse_xml

    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    levels = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, (kind, text) in enumerate(
            [
                ("decimal", "%1."),
                ("decimal", "%1.%2"),
                ("lowerLetter", "(%3)"),
                ("upperRoman", "%4)"),
            ]
        )
    )

    def build(word: Any) -> None:
        numbering = word.part.numbering_part.element
        abstract = parse_xml(
            f'<w:abstractNum {space} w:abstractNumId="90">{levels}</w:abstractNum>'
        )
        numbering.insert(0, abstract)
        for number, override in (("91", ""), ("92", '<w:startOverride w:val="7"/>')):
            inner = f'<w:lvlOverride w:ilvl="0">{override}</w:lvlOverride>' if override else ""
            numbering.append(
                parse_xml(
                    f'<w:num {space} w:numId="{number}"><w:abstractNumId w:val="90"/>{inner}</w:num>'
                )
            )
        for style, number, level in (
            ("Heading 1", 91, 0), ("Heading 2", 91, 1), ("Normal", 91, 2), ("Normal", 91, 2),
            ("Normal", 91, 3), ("Heading 2", 91, 1), ("Heading 1", 92, 0), ("Heading 1", 0, 0),
        ):  # fmt: skip
            paragraph = word.add_paragraph("Text", style=style)
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_numId().val = number
            properties.get_or_add_ilvl().val = level

    document = read_document(word_file(tmp_path / "a.docx", build), CONFIG)
    assert [line.strip() for line in document.text.split("\n") if line] == [
        "1. Text", "1.1 Text", "(a) Text", "(b) Text", "I) Text", "1.2 Text", "7. Text", "Text",
    ]  # fmt: skip
    assert [heading.text for heading in document.headings][:2] == ["1. Text", "1.1 Text"]


def test_comments_and_what_page_headers_say_come_last(tmp_path: Path) -> None:
    def build(word: Any) -> None:
        word.sections[0].header.paragraphs[0].text = "Contract no. 17"
        word.sections[0].footer.paragraphs[0].text = "Page 1 of 9"
        paragraph = word.add_paragraph("Text.")
        word.add_comment(paragraph.runs, text="Is it so?", author="Ada", initials="A")

    text = text_of(tmp_path / "a.docx", build)
    assert text == "Text.\n\nComment by Ada: Is it so?\n\nContract no. 17\n"


def test_a_formula_says_what_is_a_power_and_what_a_fraction(tmp_path: Path) -> None:
    from docx.oxml import parse_xml

    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    run = "<m:r><m:t>{}</m:t></m:r>"
    power = f"<m:sSup><m:e>{run.format('r')}</m:e><m:sup>{run.format(2)}</m:sup></m:sSup>"
    inner = f"<m:f><m:num>{power}</m:num><m:den>{run.format('b')}</m:den></m:f>"

    def build(word: Any) -> None:
        paragraph = word.add_paragraph("A = ")
        paragraph._p.append(parse_xml(f'<m:oMath xmlns:m="{math}">{inner}</m:oMath>'))

    assert text_of(tmp_path / "a.docx", build) == "A = (r^2)/(b)\n"


def test_a_style_based_on_a_heading_is_a_heading(tmp_path: Path) -> None:
    def build(word: Any) -> None:
        style = word.styles.add_style("Firm title", 1)
        style.base_style = word.styles["Heading 2"]
        word.add_paragraph("Ours", style="Firm title")

    document = read_document(word_file(tmp_path / "a.docx", build), CONFIG)
    assert [(heading.level, heading.text) for heading in document.headings] == [(2, "Ours")]


SCHEMAS = "http://schemas.openxmlformats.org"
DIAGRAM = f'xmlns:d="{SCHEMAS}/drawingml/2006/diagram" xmlns:a="{SCHEMAS}/drawingml/2006/main"'


def smart_art(word: Any, links: str = "") -> None:
    """Three shapes, written in another order than the one in which they belong together."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml import parse_xml

    points = "".join(
        f'<d:pt modelId="{name}"{kind}><d:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></d:t></d:pt>'
        for name, kind, text in (
            ("0", ' type="doc"', ""),
            ("3", "", "Second"),
            ("2", "", "Below the first"),
            ("1", "", "First"),
        )
    )
    lines = "".join(
        f'<d:cxn modelId="{n}" srcId="{one}" destId="{two}" srcOrd="{at}"/>'
        for n, (one, two, at) in enumerate((("0", "3", 1), ("1", "2", 0), ("0", "1", 0)), 10)
    )
    data = (
        f"<d:dataModel {DIAGRAM}><d:ptLst>{points}</d:ptLst><d:cxnLst>{lines}{links}</d:cxnLst>"
        "</d:dataModel>"
    ).encode()
    kind = "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"
    part = Part(PackURI("/word/diagrams/data1.xml"), kind, data, word.part.package)
    relations = f"{SCHEMAS}/officeDocument/2006/relationships"
    name = word.part.relate_to(part, f"{relations}/diagramData")
    word.add_paragraph("Before.").add_run()._r.append(
        parse_xml(
            f'<w:drawing xmlns:w="{SCHEMAS}/wordprocessingml/2006/main" {DIAGRAM}><a:graphic>'
            f'<a:graphicData uri="{SCHEMAS}/drawingml/2006/diagram">'
            f'<d:relIds xmlns:r="{relations}" r:dm="{name}"/></a:graphicData></a:graphic></w:drawing>'
        )
    )
    word.add_paragraph("After.")


def test_the_words_of_smart_art_stand_where_it_is_anchored_in_their_order(tmp_path: Path) -> None:
    document = read_document(word_file(tmp_path / "a.docx", smart_art), CONFIG)
    assert document.text == "Before.\n\n- First\n  - Below the first\n- Second\n\nAfter.\n"


def test_smart_art_that_runs_in_a_circle_ends(tmp_path: Path) -> None:
    circle = '<d:cxn modelId="9" srcId="2" destId="1" srcOrd="0"/>'
    path = word_file(tmp_path / "a.docx", lambda word: smart_art(word, circle))
    assert read_document(path, CONFIG).text.count("First") == 1


def text_boxes(word: Any) -> None:
    """One as Word draws it today, with its older copy, and one as it was drawn before."""
    from docx.oxml import parse_xml

    w = f'xmlns:w="{SCHEMAS}/wordprocessingml/2006/main"'
    inside = "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>"
    old = "<w:pict><v:shape xmlns:v='urn:schemas-microsoft-com:vml'><v:textbox>{}</v:textbox></v:shape></w:pict>"
    shape = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
    new = (
        f'<mc:AlternateContent xmlns:mc="{SCHEMAS}/markup-compatibility/2006"><mc:Choice Requires="wps">'
        f'<w:drawing><s:wsp xmlns:s="{shape}"><s:txbx>{inside.format("A warning.")}</s:txbx></s:wsp></w:drawing>'
        f"</mc:Choice><mc:Fallback>{old.format(inside.format('A warning.'))}</mc:Fallback></mc:AlternateContent>"
    )
    for text, box in (("One.", new), ("Two.", old.format(inside.format("An old box.")))):
        word.add_paragraph(text)._p.append(parse_xml(f"<w:r {w}>{box}</w:r>"))
    word.add_paragraph("Three.")


def test_a_text_box_stands_once_below_its_paragraph(tmp_path: Path) -> None:
    document = read_document(word_file(tmp_path / "a.docx", text_boxes), CONFIG)
    assert document.text.split("\n\n") == ["One.", "A warning.", "Two.", "An old box.", "Three.\n"]
