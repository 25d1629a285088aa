from __future__ import annotations

import base64
import io
import re
import zipfile
from typing import TYPE_CHECKING

import docx
import pytest
from PIL import Image

from ingest import page_markup, read_document
from ingest.markups import Wanted
from ingest.viewing import markup_of
from quoth.config import IngestConfig
from quoth.errors import DamagedFileError
from tests.generation.injections import ALL
from tests.ingest.test_html_view import HOSTILE, check_harmless

if TYPE_CHECKING:
    from pathlib import Path

    from quoth.datatypes import PageMarkup

CONFIG = IngestConfig()
NOTES = """---
title: Notes
---
# Kettles

> The **Borealis** kettle, see [page two](http://evil.example/2), boils.

1. Fill it.
2. Press start, as in `a<b>`.

| Model | Watts |
|---|--:|
| Borealis | 2200 |
"""
ROWS = "Region,Units\nNorth,12\nSouth | <b>coast</b>,30\nWest,12\n"


def shown(path: Path, *quotes: str) -> PageMarkup:
    """The document's first page, the last place of each quote marked."""
    document = read_document(path, CONFIG)
    page = document.pages[0]
    starts = [page.text.rindex(quote) for quote in quotes]
    spans = [(start, start + len(quote)) for start, quote in zip(starts, quotes, strict=True)]
    wanted = Wanted(str(path), 1, page.text, document.headings)
    made = markup_of(wanted, document.media_type, CONFIG, spans)
    check_harmless(made.markup)
    return made


def marked(page: PageMarkup) -> list[str]:
    return re.findall("<mark[^>]*>(.*?)</mark>", page.markup, re.DOTALL)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_markdown_looks_like_what_it_means(tmp_path: Path) -> None:
    page = shown(written(tmp_path / "a.md", NOTES)).markup
    assert "<h1>Kettles</h1>" in page
    assert "<strong>Borealis</strong>" in page
    assert "<li>Fill it.</li>" in page
    assert '<td style="text-align:right">2200</td>' in page
    assert "title: Notes" not in page


@pytest.mark.parametrize(
    ("quote", "pieces"),
    [
        ("The **Borealis** kettle, see [page two](http://evil.example/2), boils.",
         ["The ", "Borealis", " kettle, see ", "page two", ", boils."]),
        ("2. Press start", ["Press start,"]),
        ("as in `a<b>`.", ["as in ", "a&lt;b"]),
        ("| Borealis | 2200 |", ["Borealis", "2200"]),
    ],
)  # fmt: skip
def test_a_quote_of_markdown_is_marked_in_what_is_seen_of_it(
    tmp_path: Path, quote: str, pieces: list[str]
) -> None:
    page = shown(written(tmp_path / "a.md", NOTES), quote)
    assert page.found == (True,)
    assert "".join(marked(page)).rstrip(".,") == "".join(pieces).rstrip(".,")


def test_a_row_of_a_table_is_marked_and_not_its_like(tmp_path: Path) -> None:
    page = shown(written(tmp_path / "a.csv", ROWS), "| West | 12 |")
    assert "<tr><th>Region</th><th>Units</th></tr>" in page.markup
    assert "<td>South | &lt;b&gt;coast&lt;/b&gt;</td>" in page.markup
    assert marked(page) == ["West", "12"]
    assert page.markup.rindex("<mark") > page.markup.index("South")


def word(path: Path) -> Path:
    """A Word document with a heading, emphasis, a table and a picture."""
    written = docx.Document()
    written.add_heading("Kettles", 1)
    paragraph = written.add_paragraph("The warranty lasts ")
    paragraph.add_run("two").bold = True
    paragraph.add_run(" years.")
    for step in ("Fill it.", "Press start."):
        written.add_paragraph(step, style="List Number")
    table = written.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Borealis", "2200"
    png = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(png, "PNG")
    written.add_picture(png)
    written.save(str(path))
    return path


def test_a_word_document_keeps_headings_emphasis_tables_and_pictures(tmp_path: Path) -> None:
    page = shown(word(tmp_path / "a.docx"), "lasts two years", "2200")
    assert "<h1>Kettles</h1>" in page.markup
    assert "<strong><mark" in page.markup
    assert marked(page) == ["lasts ", "two", " years.", "2200"]
    (picture,) = re.findall('<img src="data:image/png;base64,([^"]*)"', page.markup)
    assert base64.b64decode(picture).startswith(b"\x89PNG")


def test_a_line_is_found_without_the_number_that_word_prints(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx")
    assert "2. Press start." in read_document(path, CONFIG).text
    page = shown(path, "1. Fill it.\n2. Press start.")
    assert page.found == (True,)
    assert marked(page) == ["Fill it.", "Press start."]


def test_a_picture_that_lies_elsewhere_is_left_out(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx")
    with zipfile.ZipFile(path) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    relations = "word/_rels/document.xml.rels"
    parts[relations] = re.sub(
        rb'Target="media/[^"]*"', b'Target="http://evil.example/a.png" TargetMode="External"',
        parts[relations],
    )  # fmt: skip
    with zipfile.ZipFile(path, "w") as after:
        for name, content in parts.items():
            after.writestr(name, content)
    assert "src=" not in shown(path, "two years").markup


def test_a_word_document_without_its_parts_is_damaged(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx")
    document = read_document(path, CONFIG)
    with zipfile.ZipFile(path, "w") as emptied:
        emptied.writestr("word/document.xml", "<x/>")
    with pytest.raises(DamagedFileError):
        page_markup(path, document.pages[0], document.media_type, CONFIG)


def test_hostile_markdown_and_tables_do_nothing(tmp_path: Path) -> None:
    hostile = "\n\n".join((*HOSTILE, *(text for text in ALL if "\0" not in text)))
    links = "[x](javascript:alert(1)) <http://evil.example> ![y](http://evil.example/a.png)\n\n"
    assert "evil.example/a.png" not in shown(
        written(tmp_path / "a.md", f"Kettle.\n\n{links}{hostile}"), "Kettle."
    ).markup.replace("&lt;", "")
    cells = "".join(f'"{text.replace(chr(34), chr(34) * 2)}",1\n' for text in HOSTILE)
    assert shown(written(tmp_path / "a.csv", f"Kettle,n\n{cells}"), "Kettle").found == (True,)
