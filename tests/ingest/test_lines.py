from __future__ import annotations

import pytest

from ingest.lines import Lines

PROSE = "Fourteen boats lay in the harbour that winter, and none of them left it before the spring."
WRAPPED = "\n".join(["Fourteen boats lay in the harbour that winter, and none left"] * 3 + ["it."])


def titles(page: str) -> list[str]:
    return [page[start:below].strip() for start, below in Lines(page).titles()]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (f"The harbour\n{PROSE}\nThe boats\n{PROSE}\n", ["The harbour", "The boats"]),
        (f"{WRAPPED}\nThe boats\n{WRAPPED}", ["The boats"]),
        (f"{PROSE}\n\nPART I\n\nItem 1. The boats\n\n{PROSE}", ["PART I\n\nItem 1. The boats"]),
        (f"{PROSE}\n**Who owned them**\n{PROSE}", ["**Who owned them**"]),
        (f"{PROSE}\n港の船\n{PROSE}", ["港の船"]),
    ],
)
def test_a_short_line_above_prose_is_a_title(page: str, expected: list[str]) -> None:
    assert titles(page) == expected


@pytest.mark.parametrize(
    "page",
    [
        f"{PROSE}\nThere were more of them.\n{PROSE}",  # a sentence
        f"{PROSE[:-1]}\nAmsterdam Street\n{PROSE}",  # what the line above goes on with
        f"{PROSE}\nThe data of all\nflights, of which {PROSE}",  # goes on below
        f"{PROSE}\n- Boats\n- Sails\n{PROSE}",  # items
        f"{PROSE}\n\nBoats\n\nSails\n\nOars\n\nAnchors\n\n{PROSE}",  # a list without marks
        f"{PROSE}\nCash at the end 12 34\n{PROSE}",  # a row
    ],
)
def test_other_short_lines_are_none(page: str) -> None:
    assert titles(page) == []


def test_lines_that_are_not_wrapped_are_paragraphs() -> None:
    paragraph = " ".join([PROSE] * 4)
    page = "\n".join([paragraph, paragraph, paragraph[:-1], paragraph])
    starts = [is_paragraph for _, is_paragraph in Lines(page).starts()]
    assert starts == [True, True, False]


def test_wrapped_lines_begin_nothing() -> None:
    assert list(Lines(WRAPPED).starts()) == []
