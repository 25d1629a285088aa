from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.places import PlacedWord, boxes_in, places_of, words_of
from quoth.datatypes import Box, Place

HEIGHT, LETTER = 10.0, 5.0


def laid_out(*lines: str) -> list[PlacedWord]:
    """The words of lines below each other, every letter as wide as any other."""
    return [
        PlacedWord(
            words_of(word)[0], Box(at * LETTER, top, (at + len(word)) * LETTER, top + HEIGHT)
        )
        for top, line in zip(range(0, 1000, 20), lines, strict=False)
        for at, word in _words(line)
    ]


def _words(line: str) -> list[tuple[int, str]]:
    starts = [at for at, letter in enumerate(line) if letter != " " and (" " + line)[at] == " "]
    return [(at, line[at:].split(" ", maxsplit=1)[0]) for at in starts]


def test_a_span_has_a_box_for_each_line_as_wide_as_its_letters() -> None:
    text = "one two three\nfour five six\n"
    places = places_of(text, laid_out("one two three", "four five six"))
    assert [text[one.start : one.end] for one in places] == ["one two three", "four five six"]
    start, end = text.index("three"), text.index(" six")
    assert boxes_in(places, start, end) == (Box(40, 0, 65, 10), Box(0, 20, 45, 30))
    assert boxes_in(places, 0, 0) == ()


def test_words_that_the_layout_joined_or_left_out_move_no_others() -> None:
    text = "An example stands here.\n"
    places = places_of(text, laid_out("Page 7", "An exam-", "ple stands here."))
    assert [text[one.start : one.end] for one in places] == ["An", "stands here"]
    assert places[1].box == Box(20, 40, 80, 50)


def test_what_stands_far_apart_on_a_line_is_two_pieces() -> None:
    text = "left right"
    assert len(places_of(text, laid_out("left        right"))) == 2


def test_lines_whose_boxes_overlap_part_in_the_middle() -> None:
    upper, lower = Box(0, 0, 50, 18), Box(0, 12, 50, 30)
    right = Box(100, 4, 150, 22)
    words = [PlacedWord("one", upper), PlacedWord("two", lower), PlacedWord("three", right)]
    boxes = [place.box for place in places_of("one two three", words)]
    assert boxes == [Box(0, 0, 50, 15), Box(0, 15, 50, 30), right]


def test_a_part_of_a_line_that_runs_downwards_is_the_whole_of_it() -> None:
    down = Box(10, 0, 20, 200)
    assert boxes_in([Place(0, 9, down)], 2, 4) == (down,)


@given(st.lists(st.text("abc", min_size=1, max_size=3), max_size=30), st.data())
def test_places_are_in_order_and_boxes_within_theirs(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    kept = [word for word in words if data.draw(st.booleans())]
    places = places_of(text, laid_out(*(" ".join(kept[at : at + 4]) for at in range(0, 30, 4))))
    ends = [0, *(end for one in places for end in (one.start, one.end)), len(text)]
    assert ends == sorted(ends)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    for box in boxes_in(places, start, end):
        assert any(
            one.box.left <= box.left <= box.right <= one.box.right + 1e-6
            and (one.box.top, one.box.bottom) == (box.top, box.bottom)
            for one in places
        )
