"""Writes the file map of the README from the first sentence of each module; knows no more."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
_BEGIN, _END = "<!-- file map: written by make docs -->\n", "<!-- end of file map -->"
_FOLDERS = (
    "",
    "quoth",
    "quoth/cli",
    "quoth/langchain",
    "quoth/tuning",
    "quoth/ui",
    "ingest",
    "ingest/readers",
    "vectorstore",
    "vectorstore/dense",
    "retrieval",
    "generation",
    "benchmarks",
)


def readme() -> str:
    """The README with its file map as the code is now."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(_BEGIN)
    _, after = rest.split(_END)
    return before + _BEGIN + file_map() + _END + after


def file_map() -> str:
    """One table row for each module, folder by folder."""
    rows = [
        f"| [`{module.relative_to(ROOT)}`]({module.relative_to(ROOT)}) | {_summary(module)} |\n"
        for folder in _FOLDERS
        for module in sorted((ROOT / folder).glob("*.py"))
    ]
    return "\n| file | what it does |\n|---|---|\n" + "".join(rows) + "\n"


def _summary(module: Path) -> str:
    """The first sentence of the module's docstring, without what it does not know."""
    text = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    sentence = re.split(r"(?<=\.)\s", " ".join(text.split()), maxsplit=1)[0]
    return sentence.rstrip(".:").partition(";")[0].replace("|", "\\|")
