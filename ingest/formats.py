"""The formats that Quoth reads: what each is called and how its files' names end; reads none.

A format's name is the name of its module in `ingest.readers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Format = Literal[
    "pdf",
    "docx",
    "presentation",
    "spreadsheet",
    "opendocument",
    "epub",
    "outlook",
    "rtf",
    "html",
    "mhtml",
    "mail",
    "markdown",
    "restructured",
    "asciidoc",
    "latex",
    "delimited",
    "json_records",
    "notebook",
    "subtitles",
    "code",
    "plain",
]


@dataclass(frozen=True, slots=True)
class Facts:
    """`what` a file of the format is, in words, and its `suffixes`, the usual one first.

    `binary` formats are known by their first bytes, whatever a file is called; which text format
    a text is in, only its name can say.
    """

    what: str
    suffixes: tuple[str, ...]
    binary: bool = False


FORMATS: dict[Format, Facts] = {
    "pdf": Facts("a PDF", (".pdf",), binary=True),
    "docx": Facts("a Word document", (".docx", ".docm", ".dotx", ".doc"), binary=True),
    "presentation": Facts(
        "a PowerPoint presentation", (".pptx", ".pptm", ".ppsx", ".potx", ".ppt"), binary=True
    ),
    "spreadsheet": Facts("a spreadsheet", (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), binary=True),
    "opendocument": Facts("an OpenDocument file", (".odt", ".odp", ".ott", ".otp"), binary=True),
    "epub": Facts("an EPUB book", (".epub",), binary=True),
    "outlook": Facts("an Outlook message", (".msg",), binary=True),
    "rtf": Facts("an RTF document", (".rtf",), binary=True),
    "html": Facts("an HTML page", (".html", ".htm", ".xhtml")),
    "mhtml": Facts("a saved web page", (".mhtml", ".mht")),
    "mail": Facts("an e-mail", (".eml", ".mbox")),
    "markdown": Facts("Markdown", (".md", ".markdown")),
    "restructured": Facts("reStructuredText", (".rst",)),
    "asciidoc": Facts("AsciiDoc", (".adoc", ".asciidoc")),
    "latex": Facts("LaTeX", (".tex", ".latex")),
    "delimited": Facts("a table of values", (".csv", ".tsv", ".tab")),
    "json_records": Facts("JSON", (".json", ".jsonl", ".ndjson")),
    "notebook": Facts("a notebook", (".ipynb",)),
    "subtitles": Facts("subtitles", (".srt", ".vtt")),
    "code": Facts(
        "source code",
        (
            *(".py", ".pyi", ".js", ".mjs", ".jsx", ".ts", ".tsx", ".java", ".kt", ".scala"),
            *(".c", ".h", ".cc", ".cpp", ".hpp", ".cs", ".go", ".rs", ".swift", ".m", ".jl"),
            *(".rb", ".php", ".pl", ".lua", ".r", ".sh", ".bash", ".zsh", ".ps1", ".bat"),
            *(".sql", ".css", ".scss", ".xml", ".yaml", ".yml", ".toml", ".ini", ".cfg"),
        ),
    ),
    "plain": Facts("plain text", (".txt", ".text", ".log")),
}

SUFFIXES: dict[str, Format] = {
    suffix: name for name, facts in FORMATS.items() for suffix in facts.suffixes
}

KINDS = "PDF, office documents, web pages, mail, books, tables, notebooks, text and code"
