"""What a person at a terminal sees, through a real pseudo-terminal, and what Ctrl-C does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quoth.cli.answers import count_rows

pty = pytest.importorskip("pty", reason="pseudo-terminals are a thing of POSIX")
ROOT = Path(__file__).parents[2]


class Terminal:
    """The command line over a fake engine on a pseudo-terminal of 80 columns and 24 rows."""

    def __init__(self, scenario: str, *arguments: str, **variables: str) -> None:
        import fcntl
        import struct
        import termios

        self.screen, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        quiet = {"COLUMNS", "LINES", "NO_COLOR"}
        kept = {key: value for key, value in os.environ.items() if key not in quiet}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.quoth.fake_engine", *arguments],
            cwd=ROOT,
            env={**kept, "SCENARIO": scenario, "TERM": "xterm", **variables},
            stdin=child,
            stdout=child,
            stderr=child,
            start_new_session=True,
        )
        os.close(child)
        self.seen = ""

    def read_until(self, text: str) -> str:
        while text not in self.seen and self._read():
            pass
        assert text in self.seen
        return self.seen

    def finish(self) -> tuple[str, int]:
        while self._read():
            pass
        os.close(self.screen)
        return self.seen, self.process.wait(timeout=30)

    def _read(self) -> bool:
        try:
            data = os.read(self.screen, 65536)
        except OSError:  # how Linux says that the other side is closed
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)


def test_withdrawn_text_is_erased_before_the_answer() -> None:
    seen, code = Terminal("withdrawn", "ask", "?").finish()
    assert code == 0
    _, _, after = seen.partition("Never mind this. ")
    assert "\r\x1b[J" in after
    assert after.index("\r\x1b[J") < after.index("It lasts two years.")


def test_a_missing_password_is_asked_for_and_not_shown() -> None:
    terminal = Terminal("locked", "ingest", "deed.pdf")
    terminal.read_until("Password for deed.pdf (empty: leave it): ")
    os.write(terminal.screen, b"open sesame\n")
    seen, code = terminal.finish()
    assert code == 0
    assert "+ deed.pdf (2 pages, 3 chunks)" in seen
    assert "1 added, 0 unchanged, 0 replaced, 0 failed" in seen
    assert "sesame" not in seen


def test_where_nothing_can_be_erased_withdrawn_text_is_not_shown() -> None:
    seen, code = Terminal("withdrawn", "ask", "?", TERM="dumb").finish()
    assert code == 0
    assert "Never mind" not in seen
    assert "\x1b" not in seen


def test_an_answer_taller_than_the_screen_stays_and_its_doubts_are_listed() -> None:
    seen, code = Terminal("long", "ask", "?").finish()
    assert code == 0
    assert "\x1b[J" not in seen.partition("word0")[2]
    assert "[unsupported] “It covers accidents.”: no source says so" in seen


def test_withdrawn_text_taller_than_the_screen_is_announced() -> None:
    seen, code = Terminal("long withdrawn", "ask", "?").finish()
    assert code == 0
    announced = seen.index("[withdrawn: the text above did not pass its check")
    assert seen.index("word999") < announced < seen.index("It lasts two years.")


@pytest.mark.parametrize(("variable", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colour_is_for_terminals_that_want_it(variable: dict[str, str], coloured: bool) -> None:
    seen, _ = Terminal("plain", "search", "?", **variable).finish()
    assert ("\x1b[1m" in seen) is coloured


def test_ingest_draws_a_bar_with_rates_and_keeps_the_lines() -> None:
    seen, code = Terminal("plain", "ingest", "x").finish()
    assert code == 1
    assert "pages (7.0/s)" in seen
    assert "chunks (18.5/s)" in seen
    assert "+ manuals/kettle.pdf (12 pages, 31 chunks)" in seen


def test_remove_asks_a_person_and_takes_no_for_an_answer() -> None:
    terminal = Terminal("plain", "remove", "kettle.pdf")
    terminal.read_until("[y/N]")
    os.write(terminal.screen, b"n\n")
    seen, code = terminal.finish()
    assert code == 1
    assert "- manuals" not in seen


def test_remove_does_what_a_person_confirms() -> None:
    terminal = Terminal("plain", "remove", "kettle.pdf")
    terminal.read_until("[y/N]")
    os.write(terminal.screen, b"y\n")
    seen, code = terminal.finish()
    assert code == 0
    assert "- manuals/kettle.pdf" in seen


def test_ctrl_c_keeps_the_answer_so_far() -> None:
    terminal = Terminal("slow", "ask", "?")
    terminal.read_until("word3")
    terminal.process.send_signal(signal.SIGINT)
    seen, code = terminal.finish()
    assert code == 130
    assert "word0 word1 word2 word3" in seen.rpartition("\x1b[J")[2]
    assert seen.count("quoth: interrupted") == 1
    assert "Traceback" not in seen


def test_ctrl_c_ends_an_ingest_run_with_its_summary() -> None:
    terminal = Terminal("slow", "ingest", "x")
    terminal.read_until("+ manuals/kettle.pdf")
    terminal.process.send_signal(signal.SIGINT)
    seen, code = terminal.finish()
    assert code == 130
    assert " 1 added" in seen
    assert seen.count("quoth: interrupted") == 1
    assert "Traceback" not in seen


def test_ctrl_c_at_the_question_is_an_interrupt() -> None:
    terminal = Terminal("plain", "remove", "kettle.pdf")
    terminal.read_until("[y/N]")
    while terminal.process.poll() is None:  # a press before Python waits for input is not seen
        terminal.process.send_signal(signal.SIGINT)
        time.sleep(0.2)
    seen, code = terminal.finish()
    assert code == 130
    assert "Traceback" not in seen


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", 1),
        ("a" * 10, 1),
        ("a" * 11, 2),
        ("a" * 20, 2),
        ("a\nb", 2),
        ("a" * 10 + "\n", 2),
        ("漢字", None),
        ("e\u0301", None),
    ],
)
def test_rows_are_counted_as_a_terminal_wraps_them(text: str, rows: int | None) -> None:
    assert count_rows(text, 10) == rows
