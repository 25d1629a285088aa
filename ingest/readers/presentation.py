"""Reads PowerPoint presentations (.pptx), a page for each slide; knows no other format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.assembly import Content, assemble, clean, one_line
from ingest.blocks import Block, Part, join_parts, markdown_table
from ingest.packages import check_package, mended, transitional
from ingest.readers.diagrams import diagram_blocks, diagram_relations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pptx.presentation import Presentation
    from pptx.slide import Slide

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_DEEPEST = 8


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read a presentation. Raises DamagedFileError, NoTextError and LimitError."""
    import pptx
    from pptx.exc import PythonPptxError

    with mended(source, "a presentation program"):
        check_package(data, source, config)
        try:
            show = pptx.Presentation(transitional(data, "ppt/presentation.xml"))
            pages, headings = join_parts(_parts(show))
        except PythonPptxError as error:
            raise ValueError(str(error)) from error
        core = show.core_properties
        content = Content(
            media_type=_MEDIA_TYPE,
            pages=pages,
            headings=headings,
            title=core.title,
            language=core.language,
            metadata={"author": core.author, "subject": core.subject, "keywords": core.keywords},
        )
    return assemble(data, source, content, config)


def _parts(show: Presentation) -> Iterator[Part]:
    for number, slide in enumerate(show.slides, 1):
        is_titled = slide.shapes.title is not None and slide.shapes.title.text_frame.text.strip()
        title = "" if is_titled else f"Slide {number}"
        yield Part(f"slide {number}", list(_blocks(slide)), title)


def _blocks(slide: Slide) -> Iterator[Block]:
    """The title, the shapes in their order, then the speaker's notes."""
    title = slide.shapes.title
    if title is not None:
        yield from shape_blocks(title, is_title=True)
    for shape in _shapes(slide.shapes):
        if not titled(shape, title):
            yield from shape_blocks(shape)
    yield from notes_of(slide)


def titled(shape: Any, title: Any) -> bool:
    """Whether the shape is the slide's title."""
    return title is not None and shape.shape_id == title.shape_id


def notes_of(slide: Slide) -> list[Block]:
    """The speaker's notes, if there are any."""
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    text = clean(notes.text).strip() if notes is not None else ""
    return [Block(f"Notes: {text}")] if text else []


def _shapes(shapes: Any) -> Iterator[Any]:
    """The shapes, those in groups in the place of their group."""
    stack = list(reversed(list(shapes)))
    while stack:
        shape = stack.pop()
        if hasattr(shape, "shapes"):
            stack.extend(reversed(list(shape.shapes)))
        else:
            yield shape


def shape_blocks(shape: Any, *, is_title: bool = False) -> Iterator[Block]:
    """What the shape says."""
    if is_title:
        yield Block(one_line(shape.text_frame.text), level=1)
    elif shape.has_text_frame:
        paragraphs = [one for one in shape.text_frame.paragraphs if one.text.strip()]
        is_list = shape.is_placeholder and len(paragraphs) > 1
        for paragraph in paragraphs:
            text = clean(paragraph.text).strip()
            indent = "  " * min(paragraph.level, _DEEPEST)
            yield Block(f"{indent}- {text}", item=True) if is_list else Block(text)
    elif getattr(shape, "has_table", False):
        yield Block(markdown_table([_row(row) for row in shape.table.rows]))
    elif getattr(shape, "has_chart", False):
        yield from _chart_blocks(shape.chart)
    else:
        yield from _drawn_blocks(shape)


def _row(row: Any) -> list[str]:
    """The texts of a row; a merged cell's text stands once, the cells it covers are empty."""
    return ["" if cell.is_spanned else clean(cell.text) for cell in row.cells]


def _chart_blocks(chart: Any) -> Iterator[Block]:
    """The title and the numbers that the chart draws, a column for each series."""
    if chart.has_title and chart.chart_title.has_text_frame:
        yield Block(clean(chart.chart_title.text_frame.text))
    for plot in chart.plots:
        series = [one for one in plot.series if one.values]
        names = [str(name) for name in plot.categories]
        rows = [["", *(clean(one.name) for one in series)]]
        for at, name in enumerate(names):
            rows.append([clean(name), *(_number(one.values, at) for one in series)])
        if len(rows) > 1:
            yield Block(markdown_table(rows))


def _drawn_blocks(shape: Any) -> Iterator[Block]:
    """The words of SmartArt."""
    for relation in diagram_relations(shape.element):
        if relation in shape.part.rels:
            yield from diagram_blocks(shape.part.related_part(relation).blob)


def _number(values: Any, at: int) -> str:
    return f"{values[at]:.15g}" if at < len(values) and values[at] is not None else ""
