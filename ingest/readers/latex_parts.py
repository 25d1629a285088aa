"""Takes out of LaTeX what is not prose, tables and listings, and names what it refers to.

It knows those environments and commands, no sections and no documents. What is taken out leaves a
mark of two private characters, which goes through the reading of commands unchanged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.assembly import one_line
from ingest.blocks import markdown_table

if TYPE_CHECKING:
    from collections.abc import Callable

_ENVIRONMENT = re.compile(
    r"\\begin\{(tabular\*?|tabularx|longtable|verbatim|lstlisting|minted)\}"
    r"((?:(?!\\begin\{|\\end\{).)*)\\end\{\1\}",
    re.DOTALL,
)
_MARK = re.compile("\ue000([0-9]{1,6})\ue001")
_BRACED = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_LAYOUT = re.compile(rf"\s*(?:\[[^\]]*\]|{_BRACED})")
_LINES = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|endlastfoot)\b"
    r"|\\(?:cline|cmidrule)\s*(?:\([^)]{0,40}\))?\s*\{[^{}]*\}"
)
_ROW = re.compile(r"\\\\(?:\[[^\]]{0,40}\])?|\\tabularnewline\b")
_CELL = re.compile(r"(?<!\\)&")
_SPAN = re.compile(rf"\\multicolumn\s*\{{(\d+)\}}\s*{_BRACED}\s*({_BRACED})")
_TALL = re.compile(rf"\\multirow\s*\{{[^{{}}]*\}}\s*(?:\{{[^{{}}]*\}}|\*)\s*({_BRACED})")
_CITED = re.compile(
    r"\\(?!nocite)[a-zA-Z]{0,10}cite[a-zA-Z]{0,10}\*?\s*(?:\[[^\]]{0,200}\]){0,2}\s*\{([^{}]*)\}"
)
_REFERRED = re.compile(r"\\(?:eq|auto|page|name|c|C|v)?ref\*?\s*\{([^{}]*)\}")
# Reading commands takes a millisecond a cell: most have none.
_SPECIAL = re.compile(r"[\\{}$~`'^_%#-]")
_MOST_COLUMNS = 100
# The arguments that say how an environment's columns or lines are set.
_ARGUMENTS = {"tabular*": 2, "tabularx": 2, "tabular": 1, "longtable": 1, "minted": 1}


def take_out(latex: str, spoken: Callable[[str], str]) -> tuple[str, list[str]]:
    """The text with a mark for each table and listing, and what each of them becomes."""
    taken: list[str] = []

    def mark(found: re.Match[str]) -> str:
        name, body = found[1], _without_arguments(found[2], _ARGUMENTS.get(found[1], 0))
        is_table = name.startswith(("tabular", "longtable"))
        taken.append(_table(body, spoken) if is_table else f"```\n{body.strip(chr(10))}\n```")
        return f"\n\n\ue000{len(taken) - 1}\ue001\n\n"

    return _ENVIRONMENT.sub(mark, latex), taken


def put_back(paragraph: str, taken: list[str]) -> str | None:
    """What a paragraph that is a mark stands for; None for any other."""
    found = _MARK.fullmatch(paragraph.strip())
    return taken[int(found[1])] if found and int(found[1]) < len(taken) else None


def with_keys(latex: str) -> str:
    """References by the keys that the author gave them: what they are called is not known here."""
    cited = _CITED.sub(lambda found: f"[{one_line(found[1])}]", latex)
    return _REFERRED.sub(lambda found: one_line(found[1]), cited)


def _without_arguments(body: str, n: int) -> str:
    """The body without an optional argument and `n` that must be there."""
    while found := _LAYOUT.match(body):
        is_optional = found[0].lstrip().startswith("[")
        if not is_optional and n == 0:
            break
        n -= not is_optional
        body = body[found.end() :]
    return body


def _table(body: str, spoken: Callable[[str], str]) -> str:
    rows = [_cells(row, spoken) for row in _ROW.split(_LINES.sub("", body))]
    return markdown_table(rows)


def _cells(row: str, spoken: Callable[[str], str]) -> list[str]:
    def spread(found: re.Match[str]) -> str:
        return found[2] + "&" * (min(int(found[1]), _MOST_COLUMNS) - 1)

    flat = _SPAN.sub(spread, _TALL.sub(lambda found: found[1], row))
    cells = _CELL.split(flat)
    return [one_line(spoken(cell) if _SPECIAL.search(cell) else cell) for cell in cells]
