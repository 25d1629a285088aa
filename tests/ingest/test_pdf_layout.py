from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ingest import read_document
from ingest.readers.pdf_columns import regions
from ingest.readers.pdf_layout import lines_of
from ingest.readers.pdf_segments import Word
from quoth.config import IngestConfig
from tests.ingest.laying import LINE, column, placed_pdf, prose, segment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ingest.readers.pdf_segments import Segment
    from tests.ingest.laying import Placed

CONFIG = IngestConfig()
LEFT, RIGHT = 50.0, 310.0


def text_of(path: Path) -> str:
    return read_document(path, CONFIG).text


def firsts(text: str) -> list[str]:
    """The first word of each line that prose() wrote."""
    return re.findall(r"^(\w+\d+) says", text, re.MULTILINE)


def numbered(name: str, n: int) -> list[str]:
    return [f"{name}{at}" for at in range(n)]


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    page = [(LEFT, 60.0, "A title that stands over both of the columns and crosses the gutter, so")]
    page += column(LEFT, 100, prose("a", 12)) + column(RIGHT, 100, prose("b", 10))
    text = text_of(placed_pdf(tmp_path / "a.pdf", [page]))
    assert text.startswith("A title that stands")
    assert firsts(text) == numbered("a", 12) + numbered("b", 10)


def test_columns_written_line_by_line_across_the_page_are_told_apart(tmp_path: Path) -> None:
    lines = zip(column(LEFT, 100, prose("a", 9)), column(RIGHT, 100, prose("b", 9)), strict=True)
    page: list[Placed] = [one for pair in lines for one in pair]
    assert firsts(text_of(placed_pdf(tmp_path / "a.pdf", [page]))) == (
        numbered("a", 9) + numbered("b", 9)
    )


def test_three_columns_and_a_line_below_them(tmp_path: Path) -> None:
    texts = [[f"{name}{at} says what it can" for at in range(8)] for name in "abc"]
    page = [
        *column(40, 80, texts[0]),
        *column(220, 80, texts[1]),
        *column(400, 80, texts[2]),
        (
            40.0,
            300.0,
            "Below all columns a line runs over the whole width of the page, as notes do it",
        ),
    ]
    text = text_of(placed_pdf(tmp_path / "a.pdf", [page]))
    assert firsts(text) == numbered("a", 8) + numbered("b", 8) + numbered("c", 8)
    assert text.rstrip().endswith("as notes do it")


def test_titles_of_figures_side_by_side_are_read_one_after_the_other(tmp_path: Path) -> None:
    first = ["(a) The two marked triangles meet in the", "middle and along a side."]
    second = ["(b) The two marked triangles meet in the", "middle and outside."]
    below = [(150.0, 250.0, "Figure 2: Triangulations that are wrong")]
    for names in ("a b", "x y"):
        labels = [(LEFT + 20 + 60 * at, 180.0, name) for at, name in enumerate(names.split())]
        page = [
            (LEFT, 60.0, "Some text of the page stands above its figures and says what they are."),
            *labels,
            *column(LEFT, 210, first),
            *[(x + RIGHT - LEFT, y, name) for x, y, name in labels],
            *column(RIGHT, 210, second),
            *below,
        ]
        lines = text_of(placed_pdf(tmp_path / "a.pdf", [page])).split("\n")
        found = [line for line in lines if len(line) > 4]
        assert found[1:] == [*first, *second, below[0][2]]
        assert not any(line.startswith("|") for line in lines)


def test_labels_of_a_figure_stand_with_its_title(tmp_path: Path) -> None:
    def figure(x: float, letter: str) -> list[Placed]:
        labels = [(x, 300.0, f"{letter}1"), (x + 90, 130.0, f"{letter}2"), (x, 110.0, f"{letter}3")]
        return [*labels, (x + 30, 320.0, f"({letter}) Case {letter}")]

    page = [*figure(LEFT, "a"), *figure(RIGHT, "b"), (150.0, 350.0, "Figure 3: Two cases of it")]
    words = text_of(placed_pdf(tmp_path / "a.pdf", [page])).split()
    assert max(words.index(f"a{n}") for n in (1, 2, 3)) < words.index("(a)")
    assert words.index("(a)") < min(words.index(f"b{n}") for n in (1, 2, 3))
    assert max(words.index(f"b{n}") for n in (1, 2, 3)) < words.index("(b)") < words.index("3:")


def test_text_written_last_is_read_where_it_stands(tmp_path: Path) -> None:
    body = column(LEFT, 100, prose("a", 4)) + column(LEFT, 300, prose("c", 4))
    page = body + column(LEFT, 200, prose("b", 4))
    text = text_of(placed_pdf(tmp_path / "a.pdf", [page]))
    assert firsts(text) == numbered("a", 4) + numbered("b", 4) + numbered("c", 4)


def test_a_rotated_page_reads_as_if_it_were_upright(tmp_path: Path) -> None:
    import pypdf

    page = column(LEFT, 100, prose("a", 9)) + column(RIGHT, 100, prose("b", 9))
    upright = placed_pdf(tmp_path / "a.pdf", [page])
    for degrees in (90, 180, 270):
        writer = pypdf.PdfWriter(clone_from=str(upright))
        # The displayed page is turned; then page and text are turned, and it stands upright again.
        writer.pages[0].rotate(degrees)
        writer.write(str(tmp_path / "turned.pdf"))
        assert text_of(tmp_path / "turned.pdf") == text_of(upright)
        writer.pages[0].transfer_rotation_to_content()
        writer.write(str(tmp_path / "turned.pdf"))
        assert firsts(text_of(tmp_path / "turned.pdf")) == firsts(text_of(upright))


def test_right_to_left_columns_begin_at_the_right() -> None:
    def hebrew(x: float, first: int) -> list[Segment]:
        return [
            segment("שלום עולם טוב מאוד היום כאן", x, 100.0 + LINE * at, stream=first + at)
            for at in range(6)
        ]

    left, right = hebrew(50, 0), hebrew(300, 6)
    assert [region[0].x0 for region in regions([*left, *right])] == [300, 50]


def test_columns_that_run_downwards_begin_at_the_right() -> None:
    upper = [("春は", 300, 0), ("夏は", 280, 0), ("秋は", 260, 30)]
    lower = [("冬は", 300, 400), ("雪の", 280, 400)]
    segments = [
        replace(segment(text, x, top, stream=at), bottom=top + 200.0, aside=True)
        for at, (text, x, top) in enumerate([*upper[::-1], *lower[::-1]])
    ]
    assert [line.text for line in lines_of(segments)] == ["春は", "夏は", "秋は", "冬は", "雪の"]
    latin = [replace(one, words=(Word(f"m{one.stream}", 0, 9),)) for one in segments]
    assert [line.text for line in lines_of(latin)] == ["m0", "m1", "m2", "m3", "m4"]


def test_a_statement_becomes_a_table_with_its_labels_beside_its_figures(tmp_path: Path) -> None:
    rows = [
        ("", "2022", "2021"),
        ("Net sales", "34,229", "35,355"),
        ("Cost of sales", "(19,232)", "(18,795)"),
        ("Operating income", "6,539", "7,369"),
    ]
    page: list[Placed] = [(LEFT, 60, "Consolidated statement of income of the whole company:")]
    for at, (label, *figures) in enumerate(rows):
        y = 100 + LINE * at
        page += [(LEFT, y, label)] if label else []
        page += [(x, y, figure) for x, figure in zip((350, 450), figures, strict=True)]
    page += [(LEFT, 200, "The notes are an integral part of this statement.")]
    assert text_of(placed_pdf(tmp_path / "a.pdf", [page])) == (
        "Consolidated statement of income of the whole company:\n\n"
        "|  | 2022 | 2021 |\n| --- | --- | --- |\n"
        "| Net sales | 34,229 | 35,355 |\n"
        "| Cost of sales | (19,232) | (18,795) |\n"
        "| Operating income | 6,539 | 7,369 |\n\n"
        "The notes are an integral part of this statement.\n"
    )


def test_rows_of_labels_stay_inside_their_table_and_headers_are_joined() -> None:
    rows = [
        [("Year ended", 360)],
        [("May 2022", 300), ("May 2021", 420)],
        [("Assets", 50)],
        [("Cash", 60), ("$", 300), ("12", 340), ("$", 420), ("15", 460)],
        [("Debt", 60), ("7", 340), ("9", 460)],
        [("Liabilities", 50)],
        [("Loans", 60), ("3", 340), ("4", 460)],
    ]
    segments = [
        segment(text, x, 100 + LINE * y, stream=100 * y + at)
        for y, row in enumerate(rows)
        for at, (text, x) in enumerate(row)
    ]
    (line,) = lines_of(segments)
    lines = line.text.split("\n")
    assert "May 2022" in lines[0]
    assert "May 2021" in lines[0]
    assert "Year ended" in lines[0]
    assert lines[2:] == [
        "| Assets |  |  |",
        "| Cash | $ 12 | $ 15 |",
        "| Debt | 7 | 9 |",
        "| Liabilities |  |  |",
        "| Loans | 3 | 4 |",
    ]


def table_of(rows: Sequence[Sequence[tuple[str, float]]]) -> list[str]:
    """The lines of the one table that segments at these places are."""
    (line,) = lines_of(
        [
            segment(text, x, 100 + LINE * y, stream=100 * y + at)
            for y, row in enumerate(rows)
            for at, (text, x) in enumerate(row)
        ]
    )
    return line.text.split("\n")


def figures(label: str, *amounts: str) -> list[tuple[str, float]]:
    return [(label, 50), *((amount, 300 + 80 * at) for at, amount in enumerate(amounts))]


def test_a_period_stands_over_all_its_columns() -> None:
    lines = table_of(
        [
            [("Three Months Ended June 30,", 280), ("Six Months Ended June 30,", 440)],
            figures("($ in millions)", "2023", "2022", "2023", "2022"),
            figures("Net sales", "12", "13", "24", "25"),
            figures("Net income", "1", "2", "3", "4"),
        ]
    )
    quarter, half = "Three Months Ended June 30,", "Six Months Ended June 30,"
    assert lines[0] == (
        f"| ($ in millions) | {quarter} 2023 | {quarter} 2022 | {half} 2023 | {half} 2022 |"
    )
    assert lines[2] == "| Net sales | 12 | 13 | 24 | 25 |"


def test_a_date_in_two_lines_stands_over_its_own_column_only() -> None:
    lines = table_of(
        [
            [("July 2,", 300)],
            [("2023", 300), ("2022", 380)],
            figures("Cash", "12", "13"),
            figures("Debt", "1", "2"),
        ]
    )
    assert lines[0] == "|  | July 2, 2023 | 2022 |"


def test_a_further_row_of_periods_opens_a_table_of_its_own() -> None:
    lines = table_of(
        [
            [("Year ended June 30, 2023", 320)],
            [("Americas", 300), ("Asia", 380), ("Total", 460)],
            figures("Net sales", "12", "13", "25"),
            figures("Net income", "1", "2", "3"),
            [("Year ended June 30, 2022", 320)],
            [("Americas", 300), ("Asia", 380), ("Total", 460)],
            figures("Net sales", "22", "23", "45"),
            figures("Net income", "4", "5", "9"),
        ]
    )
    headers = [line for line in lines if "Americas" in line]
    assert [
        line.count(f"Year ended June 30, {year}")
        for line, year in zip(headers, (2023, 2022), strict=True)
    ] == [3, 3]
    at = lines.index(headers[1])
    assert lines[at - 1] == ""
    assert lines[at + 2] == "| Net sales | 22 | 23 | 45 |"


def test_items_with_hanging_bullets_and_numbers_are_no_table() -> None:
    for mark in ("•", "{}.", "({})", ".{}"):
        segments = [
            one
            for at in range(6)
            for one in (
                segment(mark.format(at), 50, 100 + LINE * at, stream=2 * at),
                segment("an item of some words in a line", 90, 100 + LINE * at, stream=2 * at + 1),
            )
        ]
        lines = lines_of(segments)
        assert [line.text for line in lines][:1] == [
            mark.format(0) + " an item of some words in a line"
        ]
        assert len(lines) == 6


def test_prose_in_loose_lines_and_formulas_are_no_tables() -> None:
    loose = [
        segment(word, 50 + 90 * at, 100 + LINE * y, stream=10 * y + at)
        for y in range(2)
        for at, word in enumerate(("tobacco", "company", "espousing a"))
    ]
    formula = [
        segment(text, x, y, stream=at)
        for at, (text, x, y) in enumerate(
            [("x =", 50, 100), ("1", 90, 94), ("2", 90, 106), ("+ y", 120, 100), ("= z", 180, 100)]
        )
    ]
    drawing = [
        segment(text, x, y, stream=at)
        for at, (text, x, y) in enumerate(
            [
                ("X", 50, 100),
                ("Y", 200, 100),
                ("f", 50, 140),
                ("g", 200, 140),
                ("U", 50, 180),
                ("V", 200, 180),
            ]
        )
    ]
    assert not any(line.table for part in (loose, formula, drawing) for line in lines_of(part))


def test_a_grid_is_read_row_by_row_as_the_file_writes_it(tmp_path: Path) -> None:
    page: list[Placed] = []
    for name, x, y in (("a", LEFT, 100), ("b", RIGHT, 100), ("c", LEFT, 250), ("d", RIGHT, 250)):
        page += column(x, y, prose(name, 4))
    text = text_of(placed_pdf(tmp_path / "a.pdf", [page]))
    assert firsts(text) == [one for name in "abcd" for one in numbered(name, 4)]


placements = st.lists(
    st.tuples(
        st.integers(0, 500),
        st.integers(0, 700),
        st.integers(1, 9),
        st.integers(6, 20),
        st.booleans(),
    ),
    max_size=60,
)


@given(placements)
def test_no_word_is_lost_or_doubled_wherever_words_stand(
    places: list[tuple[int, int, int, int, bool]],
) -> None:
    segments = [
        segment(
            " ".join(f"w{at}x{n}" for n in range(n_words)), x, y, stream=at, size=size, bold=bold
        )
        for at, (x, y, n_words, size, bold) in enumerate(places)
    ]
    written = Counter(word.text for one in segments for word in one.words)
    found = Counter(re.findall(r"w\d+x\d+", "\n".join(line.text for line in lines_of(segments))))
    assert found == written
