from __future__ import annotations

import pytest

from benchmarks.reading import _running_lines, _without
from benchmarks.reading_truth import passes, row_is_kept, similarity, statement_rows

TABLE = (
    "Before.\n\n| Item | 2022 | 2021 |\n| --- | --- | --- |\n| Cash | 12 | 15 |\n| Debt | 7 | 9 |\n"
)


def test_similarity_is_of_words() -> None:
    assert similarity("The Cat — sat!", "the cat sat") == 1
    assert similarity("the cat sat", "the dog sat") < 0.9


@pytest.mark.parametrize(
    ("test", "passed"),
    [
        ({"type": "present", "text": "Before."}, True),
        ({"type": "present", "text": "After."}, False),
        ({"type": "present", "text": "Befora.", "max_diffs": 1}, True),
        ({"type": "absent", "text": "Before."}, False),
        ({"type": "absent", "text": "Before.", "last_n": 9}, True),
        ({"type": "order", "before": "Cash", "after": "Debt"}, True),
        ({"type": "order", "before": "Debt", "after": "Cash"}, False),
        ({"type": "table", "cell": "12", "left": "Cash"}, True),
        ({"type": "table", "cell": "15", "left": "Cash"}, False),
        ({"type": "table", "cell": "9", "top_heading": "2021", "up": "15"}, True),
        ({"type": "table", "cell": "9", "left_heading": "Debt"}, True),
        ({"type": "table", "cell": "9", "top_heading": "2022"}, False),
    ],
)
def test_the_tests_of_olmocr_bench(test: dict[str, object], passed: bool) -> None:
    assert passes(test, TABLE) is passed


def test_rows_of_a_statement_are_found_and_looked_for_on_one_line() -> None:
    rows = statement_rows("Income\n2022\n2021\nNet sales\n$\n34,229 $\n35,355\nCost\n(12)\n(13)\n")
    assert rows == [("Net sales", ["34,229", "35,355"]), ("Cost", ["(12)", "(13)"])]
    assert row_is_kept(*rows[0], "| Net sales | $ 34,229 | $ 35,355 |")
    assert not row_is_kept(*rows[0], "Net sales\n34,229\n35,355")
    assert not row_is_kept(*rows[0], "Net sales 35,355 34,229")


def test_running_lines_are_found_and_left_out() -> None:
    pages = ("Head 1\nText of one\n1", "Head 2\nText of two\n2", "Head 3\nText of three\n3")
    running = _running_lines(pages)
    assert _without("\n".join(pages), running) == "Text of one\nText of two\nText of three"
