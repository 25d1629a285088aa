"""Shows a slide of a presentation: its texts, tables and pictures where they stand on it.

Colours, drawings and backgrounds are left out; the numbers of charts are tables, as they are read.
Knows nothing of cleaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.embedded import Pictures
from ingest.packages import check_package, mended, transitional
from ingest.readers.presentation import notes_of, shape_blocks, titled
from ingest.text_markup import LOOK, blocks_laid_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quoth.config import IngestConfig

_POINT = 12_700  # English metric units, in which presentations measure
_WIDTH, _HEIGHT = 9_144_000, 6_858_000  # where a presentation says nothing
_SIZES = {"title": 4400, "body": 2400, "other": 1800}  # hundredths of a point, where nothing says
_TITLES = ("title", "ctrTitle")
_ALIGNED = {"l": "left", "ctr": "center", "r": "right", "just": "justify"}
_ANCHORED = {"ctr": "center", "b": "flex-end"}
_LOOK = """<style>
html { background: #6b7075 } body { padding: .7rem }
.slide { position: relative; container-type: inline-size; background: #fff; overflow: auto; margin: 0 auto;
  box-shadow: 0 1px 5px rgb(0 0 0 / .45); font-family: Calibri, Carlito, Arial, "Liberation Sans", sans-serif; line-height: 1.2 }
.slide > div { position: absolute; display: flex; flex-direction: column; box-sizing: border-box; padding: .4cqw .8cqw }
.slide > div > .laid-out { display: block }
.slide p, .slide h1, .slide h2, .slide li { font-size: inherit; font-weight: inherit; line-height: inherit; margin: 0 0 .3em }
.slide table { font-size: inherit; margin: 0; width: 100% } .slide img { width: 100%; height: 100% }
.notes { margin-top: .7rem; padding: .5rem .9rem; background: #fff; font: .9rem/1.5 system-ui, sans-serif }
</style>"""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a shape stands, in units of the slide: what is in a group is moved and scaled by it."""

    left: float = 0.0
    top: float = 0.0
    across: float = 1.0
    down: float = 1.0

    def of(self, shape: Any) -> tuple[float, float, float, float]:
        """Left, top, width and height on the slide."""
        left, top = self.left + self.across * shape.left, self.top + self.down * shape.top
        return left, top, self.across * shape.width, self.down * shape.height

    def inside(self, group: Any) -> _Frame:
        """The frame of what is in the group."""
        left, top, width, height = self.of(group)
        inner = group.element.grpSpPr.xfrm
        if inner is None or inner.chExt is None or not (inner.chExt.cx and inner.chExt.cy):
            return self
        across, down = width / inner.chExt.cx, height / inner.chExt.cy
        return _Frame(left - across * inner.chOff.x, top - down * inner.chOff.y, across, down)


def slide(data: bytes, source: str, config: IngestConfig, number: int) -> str:
    """The slide with this number, from 1. Raises DamagedFileError and LimitError."""
    import pptx
    from pptx.exc import PythonPptxError

    with mended(source, "a presentation program"):
        check_package(data, source, config)
        try:
            show = pptx.Presentation(transitional(data, "ppt/presentation.xml"))
            width, height = show.slide_width or _WIDTH, show.slide_height or _HEIGHT
            return _drawn(show.slides[number - 1], width, height)
        except PythonPptxError as error:
            raise ValueError(str(error)) from error


def _drawn(shown: Any, width: int, height: int) -> str:
    pictures = Pictures()
    title = shown.shapes.title
    placed = list(_placed(shown.shapes, _Frame()))
    # The title goes first, as it is read.
    placed.sort(key=lambda each: not titled(each[0], title))
    written: list[str] = []
    for shape, frame in placed:
        inside = _inside(shape, pictures, is_title=titled(shape, title))
        if inside:
            place = "" if shape.left is None else _place(frame.of(shape), width, height)
            written.append(f'<div style="{place};{_type(shape, shown, width)}">{inside}</div>')
    notes = notes_of(shown)
    below = f'<div class="notes">{blocks_laid_out(notes)}</div>' if notes else ""
    ratio = f"{width / height:.4f}"
    size = f"aspect-ratio:{ratio};max-width:calc((100vh - 1.4rem)*{ratio})"
    return f'{LOOK}{_LOOK}<div class="slide" style="{size}">{"".join(written)}</div>{below}'


def _placed(shapes: Any, frame: _Frame) -> Iterator[tuple[Any, _Frame]]:
    """The shapes in their order, those in groups in the place of their group."""
    stack = [(shape, frame) for shape in reversed(list(shapes))]
    while stack:
        shape, around = stack.pop()
        if hasattr(shape, "shapes"):
            inside = around if shape.left is None else around.inside(shape)
            stack.extend((each, inside) for each in reversed(list(shape.shapes)))
        else:
            yield shape, around


def _inside(shape: Any, pictures: Pictures, *, is_title: bool) -> str:
    image = _image(shape)
    if image is not None:
        address = pictures.address(image.blob, image.content_type)
        return f'<img src="{address}" alt="">' if address else ""
    blocks = [block for block in shape_blocks(shape, is_title=is_title) if block.text.strip()]
    return blocks_laid_out(blocks) if blocks else ""


def _image(shape: Any) -> Any:
    """The picture that the shape is; None for others, and for one that lies elsewhere."""
    try:
        return shape.image
    except (AttributeError, KeyError, ValueError):
        return None


def _place(at: tuple[float, float, float, float], width: int, height: int) -> str:
    left, top, across, down = at
    names = ("left", "top", "width", "height")
    shares = (left / width, top / height, across / width, down / height)
    return ";".join(f"{name}:{100 * share:.2f}%" for name, share in zip(names, shares, strict=True))


def _type(shape: Any, shown: Any, width: int) -> str:
    """Size, alignment and anchor of the shape's text, from where PowerPoint takes them."""
    kind = _kind(shape)
    said = [shape.element, *_models(shape, shown)]
    style = "titleStyle" if kind == "title" else "bodyStyle"
    master = f".//p:{style}/a:lvl1pPr"
    chosen = _first(said[:1], ".//a:rPr/@sz") or _first(
        said, ".//a:lstStyle/a:lvl1pPr/a:defRPr/@sz"
    )
    of_all = [shown.slide_layout.slide_master.element] if kind != "other" else []
    size = int(chosen or _first(of_all, f"{master}/a:defRPr/@sz") or _SIZES[kind])
    shrunk = int(_first(said[:1], ".//a:normAutofit/@fontScale") or 100_000) / 100_000
    aligned = (
        _first(said[:1], ".//a:pPr/@algn")
        or _first(said, ".//a:lstStyle/a:lvl1pPr/@algn")
        or _first(of_all, f"{master}/@algn")
    )
    anchored = _ANCHORED.get(_first(said, ".//a:bodyPr/@anchor"), "flex-start")
    across = 100 * shrunk * size / 100 * _POINT / width
    return (
        f"font-size:{across:.2f}cqw;text-align:{_ALIGNED.get(aligned, 'left')};"
        f"justify-content:{anchored}"
    )


def _kind(shape: Any) -> str:
    if not shape.is_placeholder:
        return "other"
    name = shape.element.xpath(".//p:ph/@type")
    return "title" if name and name[0] in _TITLES else "body"


def _models(shape: Any, shown: Any) -> list[Any]:
    """The layout's and the master's placeholder that the shape fills."""
    if not shape.is_placeholder:
        return []
    wanted = shape.placeholder_format
    layout = [p for p in shown.slide_layout.placeholders if p.placeholder_format.idx == wanted.idx]
    master = [
        p
        for p in shown.slide_layout.slide_master.placeholders
        if p.placeholder_format.type == wanted.type
    ]
    return [each.element for each in (*layout[:1], *master[:1])]


def _first(elements: list[Any], path: str) -> str:
    """What the first of the elements that says something says; "" when none does."""
    return next((str(found[0]) for one in elements if (found := one.xpath(path))), "")
