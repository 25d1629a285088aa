"""Writes dates, times and durations under the tokens of a spreadsheet's number format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

Moment = dt.datetime | dt.date | dt.time | dt.timedelta
Tokens = Sequence[tuple[str, str]]

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENGLISH = 0x09


def shown_date(moment: Moment, tokens: Tokens) -> str | None:
    """The moment as it is shown; None where that needs words of another language.

    A date whose day or year is not shown stands behind it: "Mar-24 (2024-03-15)".
    """
    letters = [text.lower() for kind, text in tokens if kind in ("date", "elapsed")]
    named = any(one.startswith(("mmm", "ddd")) for one in letters)
    if "general" in letters or (named and not _is_english(tokens)):
        return None
    if isinstance(moment, dt.timedelta):
        return _duration(moment, tokens)
    at = _as_datetime(moment)
    if at is None:
        return None
    written = "".join(_parts(at, _with_minutes(tokens)))
    text = " ".join(written.split())
    return text + _exactly(at, letters) if isinstance(moment, dt.date) else text


def _is_english(tokens: Tokens) -> bool:
    """Whether names of months are English: no locale is named, or an English one."""
    locales = [
        text.rpartition("-")[2] for kind, text in tokens if kind == "bracket" and "-" in text
    ]
    try:
        return all(int(one, 16) & 0x3FF == _ENGLISH for one in locales)
    except ValueError:
        return False


def _as_datetime(moment: Moment) -> dt.datetime | None:
    if isinstance(moment, dt.datetime):
        return moment
    if isinstance(moment, dt.date):
        return dt.datetime.combine(moment, dt.time())
    if isinstance(moment, dt.time):
        return dt.datetime.combine(dt.date(1, 1, 1), moment)
    return None


def _with_minutes(tokens: Tokens) -> list[tuple[str, str]]:
    """The tokens; an "m" behind hours or before seconds is said to be minutes."""
    found = [(kind, text.lower() if kind == "date" else text) for kind, text in tokens]
    places = [at for at, (kind, _) in enumerate(found) if kind in ("date", "elapsed")]
    for number, at in enumerate(places):
        before = found[places[number - 1]][1] if number else ""
        after = found[places[number + 1]][1] if number + 1 < len(places) else ""
        is_minute = before.strip("[").startswith("h") or after.startswith("s")
        if found[at][1] in ("m", "mm") and is_minute:
            found[at] = ("minute", found[at][1])
    return found


def _parts(at: dt.datetime, tokens: Tokens) -> list[str]:
    half = any(kind == "date" and text in ("am/pm", "a/p") for kind, text in tokens)
    return [_part(at, kind, text, half=half) for kind, text in tokens]


def _part(at: dt.datetime, kind: str, text: str, *, half: bool) -> str:
    if kind == "minute":
        return f"{at.minute:0{len(text)}}"
    if kind != "date":
        return "" if kind == "bracket" else text
    whole, _, fraction = text.partition(".")
    written = _LETTERS[text[0]](at, whole, half)
    return (
        f"{written}.{at.microsecond:06}"[: len(written) + 1 + len(fraction)]
        if fraction
        else written
    )


def _number(number: int, letters: str) -> str:
    """In two figures at least; for a single letter in as many as it has."""
    return f"{number:0{min(len(letters), 2)}}"


def _name(name: str, letters: str) -> str:
    """The name of a month or day in as many letters as the format has; "" where it has a number."""
    lengths = {3: 3, 5: 1}
    return name[: lengths.get(len(letters), len(name))] if len(letters) >= 3 else ""


# How what a letter stands for is written: of a moment, in these letters, in a half of the day or not.
_LETTERS: dict[str, Callable[[dt.datetime, str, bool], str]] = {
    "y": lambda at, text, _: f"{at.year:04}" if len(text) > 2 else f"{at.year % 100:02}",
    "m": lambda at, text, _: _name(_MONTHS[at.month - 1], text) or _number(at.month, text),
    "d": lambda at, text, _: _name(_DAYS[at.weekday()], text) or _number(at.day, text),
    "h": lambda at, text, half: _number((at.hour % 12 or 12) if half else at.hour, text),
    "a": lambda at, text, _: ("AM" if at.hour < 12 else "PM")[: 2 if "m" in text else 1],
    "s": lambda at, text, _: _number(at.second, text),
}


def _duration(length: dt.timedelta, tokens: Tokens) -> str | None:
    """Hours that may be more than a day's, minutes and seconds."""
    total = round(abs(length.total_seconds()))
    units = {"h": 3600, "m": 60, "s": 1}
    text = "-" if length < dt.timedelta() else ""
    left = total
    for kind, token in _with_minutes(tokens):
        if kind in ("date", "elapsed", "minute"):
            letters = token.strip("[]").lower()
            unit = units.get(letters[0])
            if unit is None:
                return None
            amount, left = divmod(left, unit)
            text += f"{amount:0{len(letters.partition('.')[0])}}"
        elif kind != "bracket":
            text += token
    return " ".join(text.split())


def _exactly(at: dt.datetime, letters: Sequence[str]) -> str:
    """The date in parentheses when a part of it is hidden that is not the first of its kind."""
    told = {one[0] for one in letters if not one.startswith(("ddd", "am", "a/"))}
    hides_day = not any(one in ("d", "dd") for one in letters) and at.day != 1
    hides_month = not any(one[0] == "m" for one in letters) and at.month != 1
    is_date = told & set("yd") or any(one.startswith("mmm") for one in letters)
    if not is_date or hides_day or hides_month or "y" not in told:
        return f" ({at:%Y-%m-%d})"
    return ""
