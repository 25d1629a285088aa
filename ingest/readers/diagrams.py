"""Reads the words of SmartArt, as Word and PowerPoint keep them; knows neither of the two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.assembly import one_line
from ingest.blocks import Block
from ingest.packages import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DATA = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"
_DEEPEST = 8


def diagram_relations(element: Any) -> Iterator[str]:
    """The relations to the data of the drawings below an element, in order."""
    for named in element.iter(f"{_DIAGRAM}relIds"):
        yield named.get(_DATA, "")


def diagram_blocks(data: bytes) -> Iterator[Block]:
    """The words of a drawing, an item for each shape, below the shape that it belongs to."""
    root = parse_xml(data)
    every = enumerate(root.iter(f"{_DIAGRAM}pt"))
    points = {point.get("modelId", f"nameless {at}"): point for at, point in every}
    below: dict[str, list[tuple[int, str]]] = {}
    for line in root.iter(f"{_DIAGRAM}cxn"):
        if line.get("type", "parOf") == "parOf":
            place = int(line.get("srcOrd", "0")), line.get("destId", "")
            below.setdefault(line.get("srcId", ""), []).append(place)
    tops = [name for name, point in points.items() if point.get("type") == "doc"]
    # Those that no line leads to come last, in the order of the file.
    stack = [(name, 0) for name in reversed([*tops, *points])]
    seen: set[str] = set()
    while stack:
        name, depth = stack.pop()
        if name in seen or name not in points:
            continue
        seen.add(name)
        text = _text(points[name])
        if text:
            yield Block(f"{'  ' * min(depth, _DEEPEST)}- {text}", item=True)
        inner = [(child, depth + bool(text)) for _, child in sorted(below.get(name, ()))]
        stack.extend(reversed(inner))


def _text(point: Any) -> str:
    if point.get("type", "node") not in ("node", "asst"):
        return ""
    lines = ("".join(p.itertext(f"{_DRAWING}t")) for p in point.iter(f"{_DRAWING}p"))
    return one_line(" ".join(lines))
