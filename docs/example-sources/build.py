"""Makes the PDF and DOCX files of examples/ from the Markdown beside this script.

Knows nothing of Quoth. Run it after changing a source: `python docs/example-sources/build.py`.
The same sources give the same bytes with the same library versions: every date is fixed.
"""

from __future__ import annotations

import sys
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import docx
from docx.shared import Cm, Pt
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document
    from docx.text.paragraph import Paragraph

SOURCES = Path(__file__).parent
EXAMPLES = SOURCES.parent.parent / "examples"
BUILT = {
    "transformers-and-attention.pdf": "How a decoder turns tokens into the next one",
    "quantization-and-memory.pdf": "What a language model takes in memory, and how fast it writes",
    "fine-tuning.docx": "Changing a model's weights: full, LoRA, QLoRA, instructions, preferences",
}
AUTHOR = "The Quoth examples"
DATE = datetime(2025, 1, 1, tzinfo=UTC)

Kind = Literal["heading", "paragraph", "bullet", "number", "code", "table"]
INK, RULE, SHADE = (30, 34, 42), (190, 196, 205), (242, 244, 247)
HEADING_POINTS = {1: 20.0, 2: 14.0, 3: 11.5}
LINE = 5.4  # millimetres


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page. `text` keeps `**bold**`; `rows` is filled for tables, header first."""

    kind: Kind
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def parse(markdown: str) -> tuple[Block, ...]:
    """Cut a Markdown text into blocks, in order. Raises ValueError for one without a rule."""
    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(markdown))
    return tuple(block for node in tree.children for block in _blocks(node))


def _blocks(node: SyntaxTreeNode) -> Iterator[Block]:
    if node.type == "heading":
        yield Block("heading", _text(node), int(node.tag[1]))
    elif node.type == "paragraph":
        yield Block("paragraph", _text(node))
    elif node.type in ("bullet_list", "ordered_list"):
        for place, item in enumerate(node.children, 1):
            kind: Kind = "bullet" if node.type == "bullet_list" else "number"
            yield Block(kind, _text(item.children[0]), place)
    elif node.type == "fence":
        yield Block("code", node.content.strip())
    elif node.type == "table":
        rows = (row for part in node.children for row in part.children)
        yield Block("table", rows=tuple(tuple(map(_text, row.children)) for row in rows))
    else:
        raise ValueError(f"no rule for the Markdown block {node.type!r}")


def _text(node: SyntaxTreeNode) -> str:
    return node.children[0].content.replace("\n", " ") if node.children else ""


class _Pages(FPDF):
    """A4 pages with the page number at the foot."""

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("Helvetica", size=9)
        self.cell(0, 8, str(self.page_no()), align="C")


def build_pdf(markdown: str, subject: str) -> bytes:
    """Make a PDF with an outline, page numbers and metadata."""
    blocks = parse(markdown)
    pdf = _Pages(format="A4")
    pdf.core_fonts_encoding = "windows-1252"
    pdf.set_margins(24, 22, 24)
    pdf.set_auto_page_break(auto=True, margin=24)
    pdf.set_creation_date(DATE)
    pdf.set_title(blocks[0].text)
    pdf.set_author(AUTHOR)
    pdf.set_subject(subject)
    pdf.set_lang("en")
    pdf.set_text_color(*INK)
    pdf.set_draw_color(*RULE)
    pdf.add_page()
    for before, block in zip((None, *blocks), blocks, strict=False):
        if before and "bullet" in (before.kind, block.kind) and before.kind != block.kind:
            pdf.ln(1.5)
        _draw(pdf, block)
    return bytes(pdf.output())


def _draw(pdf: FPDF, block: Block) -> None:
    pdf.set_font("Helvetica", size=10.5)
    if block.kind == "heading":
        _draw_heading(pdf, block)
    elif block.kind == "table":
        _draw_table(pdf, block.rows)
    elif block.kind == "code":
        pdf.set_font("Courier", size=10)
        pdf.set_fill_color(*SHADE)
        _lines(pdf, block.text, fill=True)
        pdf.set_fill_color(255)  # or the next table's cells are shaded too
        pdf.ln(2.5)
    elif block.kind == "paragraph":
        _lines(pdf, block.text)
        pdf.ln(2.5)
    else:
        mark = "•" if block.kind == "bullet" else f"{block.level}."
        pdf.cell(6, LINE, mark)
        pdf.set_left_margin(30)
        _lines(pdf, block.text)
        pdf.set_left_margin(24)
        pdf.ln(1)


def _lines(pdf: FPDF, text: str, *, fill: bool = False) -> None:
    pdf.multi_cell(
        0, LINE, text, align="L", fill=fill, markdown=True, new_x=XPos.LMARGIN, new_y=YPos.NEXT
    )


def _draw_heading(pdf: FPDF, block: Block) -> None:
    if pdf.will_page_break(40):  # a heading stays with what follows
        pdf.add_page()
    elif block.level > 1:
        pdf.ln(2.5)
    pdf.start_section(block.text, level=block.level - 1)
    pdf.set_font("Helvetica", "B", HEADING_POINTS[block.level])
    pdf.multi_cell(0, HEADING_POINTS[block.level] * 0.5, block.text, align="L", new_x=XPos.LMARGIN)
    pdf.ln(4 if block.level == 1 else 1.5)


def _draw_table(pdf: FPDF, rows: tuple[tuple[str, ...], ...]) -> None:
    pdf.set_font("Helvetica", size=9.5)
    if pdf.will_page_break(7.5 * len(rows)):
        pdf.add_page()
    widths = [max(9, *(len(row[i]) for row in rows)) for i in range(len(rows[0]))]
    with pdf.table(
        rows,
        col_widths=widths,
        text_align="LEFT",
        line_height=5,
        padding=1,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis="BOLD", fill_color=SHADE),
    ):
        pass
    pdf.ln(4)


def build_docx(markdown: str, subject: str) -> bytes:
    """Make a DOCX file with real heading, list and table styles."""
    blocks = parse(markdown)
    document = docx.Document()
    document.styles["Normal"].font.size = Pt(11)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
    for block in blocks:
        _append(document, block)
    properties = document.core_properties
    properties.title, properties.subject = blocks[0].text, subject
    properties.author = properties.last_modified_by = AUTHOR
    properties.created = properties.modified = DATE.replace(tzinfo=None)
    properties.language, properties.comments = "en", ""
    raw = BytesIO()
    document.save(raw)
    return _with_fixed_dates(raw)


def _append(document: Document, block: Block) -> None:
    if block.kind == "heading":
        document.add_heading(block.text, block.level)
    elif block.kind == "table":
        table = document.add_table(len(block.rows), len(block.rows[0]), "Light Grid Accent 1")
        for row, texts in zip(table.rows, block.rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
        document.add_paragraph()
    else:
        styles = {"bullet": "List Bullet", "number": "List Number"}
        _add_runs(document.add_paragraph(style=styles.get(block.kind)), block.text)


def _add_runs(paragraph: Paragraph, text: str) -> None:
    for place, part in enumerate(text.split("**")):
        paragraph.add_run(part).bold = place % 2 == 1 or None


def _with_fixed_dates(raw: BytesIO) -> bytes:
    """Date each entry of the archive DATE: they are stamped with the clock otherwise."""
    fixed = BytesIO()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(fixed, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, DATE.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return fixed.getvalue()


def build(name: str) -> bytes:
    """Return the bytes of one of BUILT."""
    markdown = (SOURCES / name).with_suffix(".md").read_text(encoding="utf-8")
    make = build_pdf if name.endswith(".pdf") else build_docx
    return make(markdown, BUILT[name])


def main() -> None:
    """Write every built example into examples/, or into the folder given."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLES
    for name in BUILT:
        (folder / name).write_bytes(build(name))


if __name__ == "__main__":
    main()
