"""Counts the numbers that Word prints before headings and list items; knows no text.

A contract's "see section 4.2" leads nowhere when the numbers, which are not in the text, are lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%([1-9])")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
          (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_LARGEST_ROMAN = 4000


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list is numbered; `text` is like "%1.%2."."""

    start: int
    kind: str
    text: str


class Numbering:
    """The lists of one document, counted paragraph by paragraph."""

    def __init__(self, numbering: Any | None, styles: Iterable[Any]) -> None:
        """`numbering` is the root of numbering.xml, `styles` the document's style elements."""
        abstract = {} if numbering is None else _abstract_levels(numbering)
        numbers = [] if numbering is None else numbering.findall(f"{_W}num")
        self._lists = {_id(one): _value(one, "abstractNumId") for one in numbers}
        self._overrides = {_id(one): _start_overrides(one) for one in numbers}
        self._levels = abstract
        self._styles = _style_numbers(styles)
        self._counts: dict[str, dict[int, int]] = {}

    def place(self, paragraph: Any) -> tuple[str, int] | None:
        """The list and the level, from 0, that a paragraph stands in by itself or by its style."""
        properties = paragraph.find(f"{_W}pPr")
        own = properties.find(f"{_W}numPr") if properties is not None else None
        style = _value(properties, "pStyle") if properties is not None else ""
        by_style = self._styles.get(style, ("", 0))
        if own is None:
            return by_style if by_style[0] else None
        number = _value(own, "numId") or by_style[0]
        level = _value(own, "ilvl")
        # The number 0 takes a paragraph out of the list that its style puts it into.
        return None if number in ("", "0") else (number, int(level) if level.isdigit() else 0)

    def label(self, place: tuple[str, int]) -> str:
        """The number of the next paragraph in a place ("4.2", "(a)"); "" for a bullet."""
        number, depth = place
        abstract = self._lists.get(number, "")
        levels = self._levels.get(abstract, {})
        if depth not in levels:
            return ""
        counts = self._counts.setdefault(abstract, {})
        overrides = self._overrides.get(number, {})
        if depth in overrides:
            counts[depth] = overrides.pop(depth) - 1
        counts[depth] = counts.get(depth, levels[depth].start - 1) + 1
        for deeper in [one for one in counts if one > depth]:
            del counts[deeper]
        if levels[depth].kind in ("bullet", "none"):
            return ""

        def written(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            level = levels.get(at, levels[depth])
            return _written(counts.get(at, level.start), level.kind)

        return _PLACE.sub(written, levels[depth].text).strip()


def _abstract_levels(numbering: Any) -> dict[str, dict[int, _Level]]:
    return {
        abstract.get(f"{_W}abstractNumId", ""): {
            int(level.get(f"{_W}ilvl", "0")): _Level(
                int(_value(level, "start") or 1),
                _value(level, "numFmt") or "decimal",
                _value(level, "lvlText"),
            )
            for level in abstract.findall(f"{_W}lvl")
        }
        for abstract in numbering.findall(f"{_W}abstractNum")
    }


def _start_overrides(number: Any) -> dict[int, int]:
    return {
        int(one.get(f"{_W}ilvl", "0")): int(start)
        for one in number.findall(f"{_W}lvlOverride")
        if (start := _value(one, "startOverride"))
    }


def _style_numbers(styles: Iterable[Any]) -> dict[str, tuple[str, int]]:
    """The list and level of each style that has one, its own or that of the style it is based on."""
    own: dict[str, tuple[str, int]] = {}
    parents = {}
    for style in styles:
        name = style.get(f"{_W}styleId", "")
        parents[name] = _value(style, "basedOn")
        found = style.find(f"{_W}pPr/{_W}numPr")
        if found is not None:
            level = _value(found, "ilvl")
            own[name] = (_value(found, "numId"), int(level) if level.isdigit() else 0)
    for name, parent in parents.items():
        seen = {name}
        above = parent
        while name not in own and above and above not in seen:
            seen.add(above)
            if above in own:
                own[name] = own[above]
            above = parents.get(above, "")
    return {name: place for name, place in own.items() if place[0] not in ("", "0")}


def _written(count: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter") and count > 0:
        letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 % 9 + 1)
        return letters.upper() if kind == "upperLetter" else letters
    if kind in ("lowerRoman", "upperRoman") and 0 < count < _LARGEST_ROMAN:
        return _roman(count).upper() if kind == "upperRoman" else _roman(count)
    return f"{count:02}" if kind == "decimalZero" else str(count)


def _roman(count: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        written += letters * (count // value)
        count %= value
    return written


def _id(number: Any) -> str:
    return str(number.get(f"{_W}numId", ""))


def _value(element: Any, name: str) -> str:
    found = element.find(f"{_W}{name}")
    return "" if found is None else str(found.get(f"{_W}val", ""))
