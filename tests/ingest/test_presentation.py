from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from pptx.util import Inches

from quoth.errors import DamagedFileError, LimitError, NoTextError
from tests.ingest.reading_files import headings_of, read_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BOX = tuple(Inches(n) for n in (1, 1, 4, 2))


def slides(path: Path, *builds: Callable[[Any], None], layout: int = 1) -> Path:
    import pptx

    show = pptx.Presentation()
    for build in builds:
        build(show.slides.add_slide(show.slide_layouts[layout]))
    show.save(str(path))
    return path


def title_and_list(slide: Any) -> None:
    slide.shapes.title.text = "Our plan"
    slide.placeholders[1].text = "First\nSecond"
    slide.placeholders[1].text_frame.paragraphs[1].level = 1
    slide.notes_slide.notes_text_frame.text = "Say it slowly."


def table(slide: Any) -> None:
    slide.shapes.title.text = "Numbers"
    cells = slide.shapes.add_table(3, 2, *BOX).table
    for at, text in enumerate(["Year", "Sales", "2023", "7", "wide", ""]):
        cells.cell(at // 2, at % 2).text = text
    cells.cell(2, 0).merge(cells.cell(2, 1))


def chart(slide: Any) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    data = CategoryChartData()
    data.categories = ["East", "West"]
    data.add_series("Q1", (19.2, 21.4))
    data.add_series("Q2", (22, None))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *BOX, data)


def group(slide: Any) -> None:
    inner = slide.shapes.add_group_shape().shapes.add_group_shape()
    inner.shapes.add_textbox(*BOX).text_frame.text = "Deep inside"


def test_a_slide_is_a_page_with_its_title_list_and_notes(tmp_path: Path) -> None:
    document = read_file(slides(tmp_path / "a.pptx", title_and_list, table))
    assert [page.label for page in document.pages] == ["slide 1", "slide 2"]
    assert document.pages[0].text == ("Our plan\n\n- First\n  - Second\n\nNotes: Say it slowly.\n")
    assert headings_of(document) == [(1, "Our plan"), (1, "Numbers")]
    assert document.title == "Our plan"


def test_a_table_keeps_its_rows_and_a_merged_cell_stands_once(tmp_path: Path) -> None:
    text = read_file(slides(tmp_path / "a.pptx", table)).text
    assert "| Year | Sales |\n| --- | --- |\n| 2023 | 7 |\n| wide |  |" in text


def test_a_chart_gives_its_numbers(tmp_path: Path) -> None:
    text = read_file(slides(tmp_path / "a.pptx", chart, layout=6)).text
    assert "|  | Q1 | Q2 |\n| --- | --- | --- |\n| East | 19.2 | 22 |\n| West | 21.4 |  |" in text


def test_text_in_groups_is_read_and_a_slide_without_title_is_named(tmp_path: Path) -> None:
    document = read_file(slides(tmp_path / "a.pptx", group, layout=6))
    assert document.text == "Deep inside\n"
    assert headings_of(document) == [(1, "Slide 1")]


def test_slides_without_words_have_no_text(tmp_path: Path) -> None:
    with pytest.raises(NoTextError):
        read_file(slides(tmp_path / "a.pptx", lambda _: None, layout=6))


@pytest.mark.parametrize(
    "part", ["ppt/presentation.xml", "ppt/slides/slide1.xml", "[Content_Types].xml"]
)
def test_a_broken_part_is_damaged(tmp_path: Path, part: str) -> None:
    path = slides(tmp_path / "a.pptx", title_and_list)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.pptx", "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<broken" if name == part else old.read(name))
    with pytest.raises(DamagedFileError, match=r"^b\.pptx is damaged"):
        read_file(tmp_path / "b.pptx")


def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = slides(tmp_path / "a.pptx", title_and_list)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/media/zeros", bytes(60_000_000))
    with pytest.raises(LimitError, match="decompression bomb"):
        read_file(path)


def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("SECRET")
    path = slides(tmp_path / "a.pptx", title_and_list)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.pptx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "ppt/slides/slide1.xml":
                entity = f'?><!DOCTYPE d [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'
                data = data.replace(b"?>", entity.encode(), 1).replace(b"First", b"First &x;")
            new.writestr(name, data)
    assert "SECRET" not in read_file(tmp_path / "b.pptx").text


SCHEMAS = "http://schemas.openxmlformats.org"
DRAWING = f'xmlns:d="{SCHEMAS}/drawingml/2006/diagram" xmlns:a="{SCHEMAS}/drawingml/2006/main"'


def smart_art(slide: Any) -> None:
    """Two shapes that people see, and one that joins them; then a drawing whose data is missing."""
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI
    from pptx.oxml import parse_xml

    points = "".join(
        f'<d:pt type="{kind}"><d:t><a:p><a:r><a:t>{one}</a:t></a:r><a:r><a:t>{two}</a:t></a:r></a:p>'
        "</d:t></d:pt>"
        for kind, one, two in (("node", "Plan", " it"), ("sibTrans", "x", ""), ("asst", "Do", ""))
    )
    data = f"<d:dataModel {DRAWING}><d:ptLst>{points}</d:ptLst></d:dataModel>".encode()
    kind = "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"
    part = Part(PackURI("/ppt/diagrams/data1.xml"), kind, slide.part.package, data)
    relations = f"{SCHEMAS}/officeDocument/2006/relationships"
    for name in (slide.part.relate_to(part, f"{relations}/diagramData"), "rId99"):
        slide.shapes.element.append(
            parse_xml(
                f'<p:graphicFrame xmlns:p="{SCHEMAS}/presentationml/2006/main" {DRAWING}>'
                '<p:nvGraphicFramePr><p:cNvPr id="9" name="Art"/><p:cNvGraphicFramePr/><p:nvPr/>'
                "</p:nvGraphicFramePr><p:xfrm/><a:graphic>"
                f'<a:graphicData uri="{SCHEMAS}/drawingml/2006/diagram">'
                f'<d:relIds xmlns:r="{relations}" r:dm="{name}"/>'
                "</a:graphicData></a:graphic></p:graphicFrame>"
            )
        )


def test_the_words_of_smart_art_are_items(tmp_path: Path) -> None:
    document = read_file(slides(tmp_path / "a.pptx", smart_art, layout=6))
    assert document.text == "- Plan it\n- Do\n"
