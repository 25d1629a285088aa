"""Writes numbers and dates as a spreadsheet shows them under a number format; knows no file.

The formats are those of ECMA-376, part 1, 18.8.31. What depends on the reader's locale, and fractions,
conditions and patterns with letters between digits, is left to the caller.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from ingest.date_formats import Moment, shown_date

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = float | Moment

# By the ids that files give instead of a format; 14, 22 and 41 to 44 are the locale's.
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 37: "#,##0_);(#,##0)", 38: "#,##0_);(#,##0)", 39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);(#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss",
}  # fmt: skip

# In the order in which they are looked for: a literal, an elapsed time, a bracket (currency, colour,
# condition), a filler or the space of a letter, a number's pattern, a date's letters, anything else.
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<elapsed>\[(?:h+|m+|s+)\])|\[(?P<bracket>[^\]]*)\]'
    r"|[*_].|(?P<number>[0#?][0#?,]*(?:\.[0#?]*)?,*(?:[eE][+-]0+)?|\.[0#?]+)"
    r"|(?P<date>AM/PM|A/P|y+|m+|d+|h+|s+(?:\.0+)?|General)|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_FORMAT = 255
# Neither fractions nor exponents; more decimals than a value has are a trap.
_PLAIN = re.compile(r"[0#?,]*(?:\.[0#?]{0,20})?,*")
TYPED_DIGITS = 10
"""A number of more digits was computed: nobody looks for it by them."""
_LARGEST = 1e15


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of a format, for numbers of one sign: tokens as (kind, text)."""

    tokens: tuple[tuple[str, str], ...]

    @property
    def is_date(self) -> bool:
        return any(kind in ("date", "elapsed") for kind, _ in self.tokens)


def shown(value: Value, code: str) -> str | None:
    """The value as it is shown; None where that is not known, and the value is better as it is.

    What a person typed and the format rounds stands behind it: "12% (12.34%)".
    """
    sections = _sections(code)
    if not sections:
        return None
    if isinstance(value, int | float):
        is_plain = abs(value) < _LARGEST  # which nan is not
        return _shown_number(Decimal(f"{value:.15g}"), sections) if is_plain else None
    section = sections[0]
    return shown_date(value, section.tokens) if section.is_date else None


@functools.lru_cache(maxsize=256)
def _sections(code: str) -> tuple[_Section, ...]:
    """The sections; none for a format that is not understood."""
    if len(code) > _LONGEST_FORMAT:
        return ()
    sections: list[list[tuple[str, str]]] = [[]]
    for found in _TOKEN.finditer(code):
        kind, text = found.lastgroup or "", found[found.lastgroup or 0]
        if kind == "plain" and text == ";":
            sections.append([])
        elif kind == "bracket":
            if text[:1] in "<>=":
                return ()
            sections[-1].append((kind, text))
        elif kind:
            sections[-1].append(("literal" if kind in ("quoted", "escaped") else kind, text))
    return tuple(_Section(tuple(tokens)) for tokens in sections)


def _shown_number(value: Decimal, sections: Sequence[_Section]) -> str | None:
    """By the section for its sign; without one of its own a negative number has a minus."""
    numeric = sections[:3]
    section, sign = numeric[0], "-" if value < 0 else ""
    if value < 0 and len(numeric) > 1:
        section, sign = numeric[1], ""
    elif value == 0 and len(numeric) > 2:
        section = numeric[2]
    if section.is_date:
        return None
    return _written(abs(value), section, sign)


def _written(value: Decimal, section: _Section, sign: str) -> str | None:
    patterns = [text for kind, text in section.tokens if kind == "number"]
    if not value and not "".join(patterns).strip("?"):
        return _literal(section)
    if len(patterns) != 1 or not _PLAIN.fullmatch(patterns[0]):
        return None
    unit = "%" * sum(kind == "plain" and text == "%" for kind, text in section.tokens)
    scaled = value.scaleb(2 * len(unit))
    pattern = patterns[0].rstrip(",")
    thousands = 3 * (len(patterns[0]) - len(pattern))
    rounded = _rounded(scaled.scaleb(-thousands), pattern)
    digits = _digits(rounded, pattern)
    written = "".join(_piece(kind, text, digits) for kind, text in section.tokens)
    text = " ".join(f"{sign}{written}".split())
    is_typed = len(scaled.normalize().as_tuple().digits) <= TYPED_DIGITS
    if rounded.scaleb(thousands) != scaled and is_typed:
        return f"{text} ({sign}{scaled.normalize():f}{unit})"
    return text


def _literal(section: _Section) -> str | None:
    """What stands for nought, such as a dash; None where the section is empty, which hides it."""
    text = "".join(_piece(kind, text, "") for kind, text in section.tokens).strip()
    return text if text and "@" not in text else None


def _piece(kind: str, text: str, digits: str) -> str:
    if kind == "number":
        return digits
    if kind == "bracket":
        return text[1:].partition("-")[0] if text.startswith("$") else ""
    return text


def _rounded(value: Decimal, pattern: str) -> Decimal:
    """Half up, as spreadsheets do, to the decimals of the pattern."""
    return value.quantize(Decimal(1).scaleb(-len(pattern.partition(".")[2])), ROUND_HALF_UP)


def _digits(rounded: Decimal, pattern: str) -> str:
    """The digits of a number that is not negative."""
    whole, _, decimals = pattern.partition(".")
    before, _, after = f"{rounded:f}".partition(".")
    while after.endswith("0") and decimals[len(after) - 1] != "0":
        after = after[:-1]
    if "," in whole:
        before = f"{int(before):,}"
    before = before.zfill(whole.count("0"))
    return f"{before}.{after}" if after else before
