from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generation.decoding import TextAssembler

SHORT = st.text(alphabet="abc€🎉", max_size=12)


def feed_all(assembler: TextAssembler, data: bytes, sizes: list[int]) -> list[str]:
    shown, at = [], 0
    for size in [*sizes, len(data)]:
        shown.append(assembler.feed(data[at : at + size]))
        at += size
    return shown


@given(SHORT, st.lists(st.integers(1, 4)))
def test_characters_come_whole_however_the_bytes_are_cut(text: str, sizes: list[int]) -> None:
    assembler = TextAssembler()
    shown = feed_all(assembler, text.encode(), sizes)
    assert "".join(shown) + assembler.finish() == text
    assert not any("\ufffd" in piece for piece in shown)


@given(
    SHORT,
    st.lists(st.text(alphabet="abc€", min_size=1, max_size=3), max_size=3),
    st.lists(st.integers(1, 3)),
)
def test_nothing_of_a_stop_text_is_shown(text: str, stops: list[str], sizes: list[int]) -> None:
    assembler = TextAssembler(stops)
    shown = "".join(feed_all(assembler, text.encode(), sizes)) + assembler.finish()
    assert text.startswith(shown)
    assert not any(stop in shown for stop in stops)
    assert assembler.stopped == any(stop in text for stop in stops)
    if not assembler.stopped:
        assert shown == text


def test_text_is_held_back_only_while_it_may_be_a_stop_text() -> None:
    assembler = TextAssembler(["END", ""])
    assert [assembler.feed(piece) for piece in (b"the E", b"N", b"d", b" EN", b"D.")] == [
        "the ", "", "ENd", " ", "",
    ]  # fmt: skip
    assert assembler.stopped
    assert assembler.feed(b"more") == assembler.finish() == ""


def test_an_unfinished_character_at_the_end_is_dropped() -> None:
    assembler = TextAssembler()
    assert assembler.feed("a€".encode()[:-1]) == "a"
    assert assembler.finish() == ""


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert TextAssembler().feed(b"a\xffb") == "a\ufffdb"
