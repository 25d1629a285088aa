"""Formats that are text: RTF, JSON, notebooks, code, subtitles and lightweight markup."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers import reader_for
from quoth.config import IngestConfig
from quoth.errors import DamagedFileError, NoTextError, ReadError
from tests.ingest.reading_files import headings_of, read_file

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.formats import Format

RTF = (
    rb"{\rtf1\ansi\ansicpg1252{\fonttbl\f0 Arial;}{\info{\title The title}{\author Ada}}"
    rb"\pard Gr\'fc\'dfe \u8364? 5\par {\pict\pngblip " + b"89504e47" * 4000 + rb"}After.\par "
    rb"\trowd\cellx1\cellx2 Year\cell Sum\cell\row\trowd 2023\cell 7\cell\row\pard End.\par}"
)


def test_rtf_gives_text_and_tables_and_no_pictures(tmp_path: Path) -> None:
    document = read_file(tmp_path / "a.rtf", RTF)
    assert document.text.startswith("Grüße € 5\n")
    assert "| Year | Sum |\n| --- | --- |\n| 2023 | 7 |\n" in document.text
    assert "8950" not in document.text
    assert (document.title, document.metadata["author"]) == ("The title", "Ada")


@pytest.mark.parametrize("name", ["a.doc", "a.docx", "a.txt", "a"])
def test_rtf_is_known_by_its_bytes(tmp_path: Path, name: str) -> None:
    document = read_file(tmp_path / name, RTF)
    assert document.media_type == "application/rtf"
    assert bool(document.warnings) == ("." in name)


def test_large_pictures_in_rtf_cost_no_time(tmp_path: Path) -> None:
    picture = b"{\\pict " + b"0a1b\n" * 1_000_000 + b"}"
    began = time.perf_counter()
    assert read_file(
        tmp_path / "a.rtf", b"{\\rtf1 Before. " + picture + b" After.}"
    ).text.split() == [
        "Before.",
        "After.",
    ]
    assert time.perf_counter() - began < 30, "a minute and more when it is parsed"


def test_rtf_that_breaks_off_is_read_or_damaged(tmp_path: Path) -> None:
    assert "Gr" in read_file(tmp_path / "a.rtf", RTF[:150]).text
    with pytest.raises(NoTextError):
        read_file(tmp_path / "b.rtf", b"{\\rtf1\\ansi}")


PEOPLE = [{"name": "Ada", "age": 36, "tags": ["x", "y"], "at": {"city": "Bern", "zip": None}}]


def test_json_records_keep_their_values_with_their_paths(tmp_path: Path) -> None:
    text = read_file(tmp_path / "a.json", json.dumps([*PEOPLE, {"name": "Bob", "ok": True}])).text
    assert (
        text == "[0]\nname: Ada\nage: 36\ntags: x, y\nat.city: Bern\n\n[1]\nname: Bob\nok: true\n"
    )


def test_json_lists_inside_an_object_are_records_under_its_key(tmp_path: Path) -> None:
    data = {"title": "T", "meta": {"version": 1}, "people": PEOPLE, "empty": []}
    text = read_file(tmp_path / "a.json", json.dumps(data)).text
    assert text.startswith("title: T\n\nmeta\nversion: 1\n\npeople[0]\nname: Ada\n")


def test_json_lines_are_records_whatever_the_name(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps({"n": number}) for number in range(250))
    for name in ("a.jsonl", "a.ndjson", "a.json"):
        document = read_file(tmp_path / name, lines)
        assert document.text.startswith("line 1\nn: 0\n\nline 2\nn: 1\n")
        assert [page.label for page in document.pages] == [
            "line 1–line 100", "line 101–line 200", "line 201–line 250",
        ]  # fmt: skip


def test_numbers_in_json_stay_as_written(tmp_path: Path) -> None:
    data = '{"a": 1.10, "b": 1e3, "c": ' + "9" * 5000 + ', "d": NaN}'
    lines = read_file(tmp_path / "a.json", data).text.splitlines()
    assert (lines[0], lines[1], lines[3]) == ("a: 1.10", "b: 1e3", "d: NaN")


@pytest.mark.parametrize("data", ['{"a": 1,}', "// a comment\n{}", "[" * 200_000])
def test_what_is_not_json_is_read_as_text_and_said_so(tmp_path: Path, data: str) -> None:
    document = read_file(tmp_path / "a.json", data)
    assert document.text == data
    assert "not valid JSON" in document.warnings[0]


def notebook(*cells: dict[str, Any], **more: Any) -> str:
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": list(cells), **more})


CODE = {
    "cell_type": "code",
    "source": ["import os\n", "print(1)"],
    "outputs": [
        {"output_type": "stream", "text": ["\x1b[31m1\x1b[0m\n"]},
        {"output_type": "display_data", "data": {"image/png": "iVBORw0", "text/plain": "<Figure>"}},
        {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": ["long"]},
    ],
}


def test_a_notebook_has_a_page_for_each_cell(tmp_path: Path) -> None:
    prose = {"cell_type": "markdown", "source": "# Results\nWe see:"}
    document = read_file(tmp_path / "a.ipynb", notebook(prose, {**CODE, "source": ""}, CODE))
    assert [page.label for page in document.pages] == ["cell 1", "cell 3"]
    assert document.pages[0].text == "# Results\nWe see:\n\n"
    assert document.pages[1].text == (
        "```python\nimport os\nprint(1)\n```\n\n```text\n1\n```\n\n```text\n<Figure>\n```\n\n"
        "```text\nValueError: no\n```\n\n"
    )
    assert headings_of(document) == [(1, "Results")]
    assert document.title == "Results"


def test_an_old_notebook_is_read_too(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Old"},
        {"cell_type": "code", "input": "x = 1", "outputs": []},
    ]
    data = json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]})
    document = read_file(tmp_path / "a.ipynb", data)
    assert headings_of(document) == [(2, "Old")]
    assert "x = 1" in document.text


@pytest.mark.parametrize("data", ["{}", "[]", '{"cells": 3}', '{"cells": [1]}', "no json"])
def test_a_broken_notebook_is_damaged(tmp_path: Path, data: str) -> None:
    with pytest.raises(DamagedFileError, match=r"^a\.ipynb is damaged"):
        read_file(tmp_path / "a.ipynb", data)


@pytest.mark.parametrize(
    ("name", "code", "found"),
    [
        (
            "a.py",
            "import os\n\nclass Cat(Animal):\n    def purr(self) -> None:\n        pass\n\nasync def main():\n    ...\n",
            [(1, "class Cat"), (2, "def purr"), (1, "def main")],
        ),
        (
            "a.ts",
            "export default class Cat {\n  public static size = 1\n}\nexport async function run() {}\ninterface A {}\n",
            [(1, "class Cat"), (1, "function run"), (1, "interface A")],
        ),
        (
            "a.go",
            "package a\n\nfunc (c *Cat) Purr() {}\n\nfunc main() {}\n",
            [(1, "func (c *Cat) Purr"), (1, "func main")],
        ),
        (
            "a.rs",
            "pub(crate) struct Cat;\nimpl Cat {\n    pub fn purr(&self) {}\n}\n",
            [(1, "struct Cat"), (1, "impl Cat"), (2, "fn purr")],
        ),
        (
            "a.sql",
            "CREATE TABLE IF NOT EXISTS cats (id INT);\n",
            [(1, "CREATE TABLE IF NOT EXISTS cats")],
        ),
        ("a.yaml", "name: x\nclass: y\n", []),
    ],
)
def test_code_stays_as_it_is_and_its_definitions_are_headings(
    tmp_path: Path, name: str, code: str, found: list[tuple[int, str]]
) -> None:
    document = read_file(tmp_path / name, code)
    assert document.text == code
    assert headings_of(document) == found
    assert document.title == name


SRT = """1
00:00:01,000 --> 00:00:03,000
<i>Hello</i> there.

2
00:00:03,500 --> 00:00:05,000
Hello there.
- General &amp; friend

3
01:02:03,000 --> 01:02:05,000
{\\an8}Much later.
"""
VTT = """\ufeffWEBVTT

NOTE not spoken

intro
00:01.000 --> 00:03.000 align:start
<v Ada>Good <c.loud>morning</c>.

01:02.000 --> 01:04.000

01:03.000 --> 01:04.000
Bye.
"""


def test_subtitles_are_pages_of_a_minute_labelled_by_their_time(tmp_path: Path) -> None:
    document = read_file(tmp_path / "a.srt", SRT.replace("\n", "\r\n"))
    assert [(page.label, page.text) for page in document.pages] == [
        ("0:00:01", "Hello there.\n- General & friend\n"),
        ("1:02:03", "Much later.\n"),
    ]
    document = read_file(tmp_path / "a.vtt", VTT)
    assert [(page.label, page.text) for page in document.pages] == [
        ("0:00:01", "Ada: Good morning.\n"),
        ("0:01:02", "Bye.\n"),
    ]


def test_subtitles_without_times_are_damaged(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match=r"^a\.srt is damaged.*rename it"):
        read_file(tmp_path / "a.srt", "Just words.\n")


RST = """=====
Title
=====

Intro with a table:

===== =====
a     b
===== =====
1     2
===== =====

Section
-------

.. include:: /etc/passwd

.. unknown-directive:: kept

Sub
~~~

Text --

----

Another
-------
"""


def test_restructured_text_keeps_every_word_and_knows_its_titles(tmp_path: Path) -> None:
    document = read_file(tmp_path / "a.rst", RST)
    assert document.text == RST
    assert headings_of(document) == [(1, "Title"), (2, "Section"), (3, "Sub"), (2, "Another")]
    assert all(document.text.startswith(one.text, one.start) for one in document.headings)
    assert document.title == "Title"


def test_asciidoc_keeps_every_word_and_knows_its_titles(tmp_path: Path) -> None:
    text = (
        "= Book\n\ninclude::/etc/passwd[]\n\n== Chapter ==\n\n----\n== no title\n----\n\n=== Part\n"
    )
    document = read_file(tmp_path / "a.adoc", text)
    assert document.text == text
    assert headings_of(document) == [(1, "Book"), (2, "Chapter"), (3, "Part")]


TEX = r"""\documentclass{article}
\title{On \emph{Cats}}\author{Ada}
\begin{document}
\maketitle
\section{Intro} % a comment
Cats are \textbf{soft} \& warm, 100\% sure. \input{/etc/passwd}
See \cite{x}.

A formula $E = mc^2$.
\subsection*{Fur}
\begin{itemize}\item one \item two\end{itemize}
\end{document}
after"""


def test_latex_becomes_the_text_that_it_sets(tmp_path: Path) -> None:
    document = read_file(tmp_path / "a.tex", TEX)
    assert headings_of(document) == [(1, "On Cats"), (2, "Intro"), (3, "Fur")]
    assert document.title == "On Cats"
    assert "Cats are soft & warm, 100% sure." in " ".join(document.text.split())
    assert "$E = mc^2$" in document.text
    assert "root:" not in document.text
    assert "after" not in document.text
    assert "\\section" not in document.text


TEX_TABLE = r"""\title{Cats \thanks{By nobody}} \author{A. Writer \and B. Reader}
\begin{document}
\maketitle
As \citet[p.~3]{smith} says in \eqref{eq:fur}, read on \today.
\begin{table}\caption{Prices}\begin{tabular*}{5cm}[t]{l|rr} \hline
Cat & Age & Price \\ \cline{1-2}
R\"ed \& blue & 3 & \$20 \\[2pt]
\multicolumn{2}{c}{Any \textbf{other}} & 7 \\
\end{tabular*}\end{table}
\begin{verbatim}
purr \now
\end{verbatim}
Words after.
\end{document}"""


def test_tables_and_listings_of_latex_are_kept_and_nothing_is_made_up(tmp_path: Path) -> None:
    document = read_file(tmp_path / "a.tex", TEX_TABLE)
    assert document.title == "Cats"
    assert document.text == (
        "Cats\n\nA. Writer, B. Reader\n\nAs [smith] says in eq:fur, read on .\nPrices\n\n"
        "| Cat | Age | Price |\n| --- | --- | --- |\n| Rëd & blue | 3 | $20 |\n"
        "| Any other |  | 7 |\n\n```\npurr \\now\n```\n\nWords after.\n"
    )


@pytest.mark.parametrize(
    "data",
    [
        "\\section{" * 5000,
        "{" * 20_000,
        "$" * 9999,
        "\\begin{a}" * 3000,
        "\\begin{tabular}[" * 5000,
        "\\cite[" * 5000 + "\\" + "cite" * 9999,
        "\\begin{tabular}{l}" + "\\\\[" * 20_000 + "\\end{tabular}",
    ],
)
def test_latex_that_is_broken_or_nested_without_end_is_read_somehow(
    tmp_path: Path, data: str
) -> None:
    assert "Words." in read_file(tmp_path / "a.tex", f"Words. {data}").text


@pytest.mark.parametrize(
    "name",
    ["rtf", "json_records", "notebook", "code", "subtitles", "restructured", "asciidoc", "latex",
     "delimited", "mhtml", "mail", "html", "markdown"],
)  # fmt: skip
@given(text=st.text(st.sampled_from('ab1 \n{}[]<>|"=-~:,.\\#*_%$&>\t\u00e9'), max_size=120))
def test_any_text_is_read_or_a_read_error(name: Format, text: str) -> None:
    try:
        document = reader_for(name)(text.encode(), "a.x", IngestConfig())
    except ReadError:
        return
    assert document.text == "".join(page.text for page in document.pages)
