from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from generation.turns import Turns, Watched
from quoth.errors import ModelError
from tests.generation.models import TellingModel

if TYPE_CHECKING:
    from collections.abc import Callable


class Asker(threading.Thread):
    """Takes a turn in a thread of its own; `waits` is what it was told while it waited."""

    def __init__(self, turns: Turns, log: list[str], name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.turns = turns
        self.log = log
        self.waits: list[int] = []
        self.told = threading.Event()
        self.stop = threading.Event()
        self.granted: bool | None = None
        self.start()
        assert self.told.wait(30)

    def run(self) -> None:
        with self.turns.turn(self.stop.is_set, self.tell) as self.granted:
            self.log.append(self.name)
            self.told.set()

    def tell(self, before: int) -> None:
        self.waits.append(before)
        self.told.set()


def test_turns_are_taken_in_the_order_of_coming_and_each_is_told_its_place() -> None:
    turns, log = Turns(30.0), list[str]()
    with turns.turn() as granted:
        assert granted
        askers = [Asker(turns, log, str(i)) for i in range(4)]
        assert [asker.waits for asker in askers] == [[1], [2], [3], [4]]
        assert log == []
    for asker in askers:
        asker.join(30)
    assert log == ["0", "1", "2", "3"]
    for place, asker in enumerate(askers, 1):
        assert asker.waits[0] == place
        assert asker.waits[-1] == 0
        assert asker.waits == sorted(asker.waits, reverse=True)


def test_one_who_gives_up_makes_room_for_the_others() -> None:
    turns, log = Turns(30.0), list[str]()
    with turns.turn():
        first, second = Asker(turns, log, "first"), Asker(turns, log, "second")
        first.stop.set()
        first.join(30)
        assert first.granted is False
        while second.waits[-1] != 1:
            time.sleep(0.005)
    second.join(30)
    assert log == ["first", "second"]
    assert second.waits == [2, 1, 0]


def test_an_error_in_a_turn_ends_it() -> None:
    turns = Turns(30.0)
    with pytest.raises(ZeroDivisionError), turns.turn():
        raise ZeroDivisionError
    with turns.turn() as granted:
        assert granted


def test_a_turn_that_nobody_uses_is_not_waited_for_for_ever() -> None:
    turns = Turns(0.0)
    with turns.turn():
        turns.idle_since = -1.0
        with pytest.raises(ModelError, match="nobody reads it"), turns.turn():
            pass


def test_a_free_turn_is_given_without_a_word() -> None:
    waits: list[int] = []
    with Turns(30.0).turn(on_wait=waits.append) as granted:
        assert granted
    assert waits == []


def test_what_is_done_aside_gives_way_to_whoever_comes_and_is_not_counted() -> None:
    turns, came = Turns(30.0), list[str]()
    with turns.aside() as wanted:
        assert not wanted()
        asker = threading.Thread(target=lambda: take(turns, came), daemon=True)
        asker.start()
        while not wanted():
            time.sleep(0.005)
        assert came == []
    asker.join(30)
    assert came == ["granted"]


def take(turns: Turns, came: list[str]) -> None:
    with turns.turn(on_wait=lambda before: came.append(f"{before} before")):
        came.append("granted")


def test_nothing_is_done_aside_while_somebody_has_a_turn_or_does_so_already() -> None:
    turns = Turns(30.0)
    with turns.turn(), turns.aside() as wanted:
        assert wanted()
    with turns.aside() as first, turns.aside() as second:
        assert not first()
        assert second()
    with turns.aside() as wanted:
        assert not wanted()


def test_a_watched_model_is_the_model_where_it_has_no_queue() -> None:
    telling = TellingModel("Yes.")
    watched = Watched(telling, lambda _: None)
    same: list[Callable[..., object]] = [watched.count_tokens, watched.render, watched.complete]
    assert same == [telling.count_tokens, telling.render, telling.complete]
    assert (watched.name, watched.context_size) == ("telling", 4096)
