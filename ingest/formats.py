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
    "picture",
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

    `older` suffixes promise it too, but the files that they were made for are refused.
    `pages` says what a page of it is and how it is labelled, `text` what is read; both are
    documentation. `binary` formats are known by their first bytes, whatever a file is called;
    which text format a text is in, only its name can say.
    """

    what: str
    suffixes: tuple[str, ...]
    pages: str
    text: str
    binary: bool = False
    older: tuple[str, ...] = ()


FORMATS: dict[Format, Facts] = {
    "pdf": Facts("a PDF", (".pdf",), "a page, by its printed label", "text, outline", binary=True),
    "docx": Facts(
        "a Word document",
        (".docx", ".docm", ".dotx"),
        "the document",
        "text in order, headings and lists with the numbers that Word prints, tables, text boxes and SmartArt where they are anchored, notes, comments, formulas, page headers and footers once",
        binary=True,
        older=(".doc",),
    ),
    "presentation": Facts(
        "a PowerPoint presentation",
        (".pptx", ".pptm", ".ppsx", ".potx"),
        "a slide",
        "title, shapes in order, lists, tables, the numbers of charts, the words of SmartArt, the speaker's notes",
        binary=True,
        older=(".ppt",),
    ),
    "spreadsheet": Facts(
        "a spreadsheet",
        (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
        "a sheet by its name, 500 rows at most",
        "cells as they are shown (12 %, 15 Mar 2024), as Markdown tables, a header where the first row reads like one; formulas as their last result; hidden sheets are left out and named",
        binary=True,
    ),
    "opendocument": Facts(
        "an OpenDocument file",
        (".odt", ".odp", ".ott", ".otp"),
        "the document, or a slide",
        "text in order, headings, lists, tables, notes, text boxes",
        binary=True,
    ),
    "epub": Facts(
        "an EPUB book",
        (".epub",),
        "a file of the reading order, by its title in the table of contents",
        "text, headings, tables",
        binary=True,
    ),
    "outlook": Facts(
        "an Outlook message",
        (".msg",),
        "the message, then each attachment",
        "subject, people, date, text; attachments by their own readers",
        binary=True,
    ),
    "rtf": Facts(
        "an RTF document",
        (".rtf",),
        "the document",
        "text and tables; headings are not marked in RTF",
        binary=True,
    ),
    "picture": Facts(
        "a picture",
        (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"),
        "the picture; of a TIFF each of its pages",
        "the text in it, by OCR; nothing of what else it shows",
        binary=True,
    ),
    "html": Facts(
        "an HTML page",
        (".html", ".htm", ".xhtml"),
        "the document",
        "text, headings, lists, tables, without navigation and what is hidden; nothing is fetched",
    ),
    "mhtml": Facts("a saved web page", (".mhtml", ".mht"), "the document", "the page, as HTML"),
    "mail": Facts(
        "an e-mail",
        (".eml", ".mbox"),
        "a message, then each of its attachments",
        "subject, people, date, text; attachments by their own readers, at most a hundred, three deep",
    ),
    "markdown": Facts(
        "Markdown", (".md", ".markdown"), "the document", "the text as it is written; headings"
    ),
    "restructured": Facts(
        "reStructuredText",
        (".rst",),
        "the document",
        "the text as it is written; titles; no directive is run",
    ),
    "asciidoc": Facts(
        "AsciiDoc",
        (".adoc", ".asciidoc"),
        "the document",
        "the text as it is written; titles; nothing is included",
    ),
    "latex": Facts(
        "LaTeX",
        (".tex", ".latex"),
        "the document",
        "the text that commands set, title, sections, tables, listings, formulas as they are "
        "written; references by their keys; no command is run",
    ),
    "delimited": Facts(
        "a table of values",
        (".csv", ".tsv", ".tab"),
        "the table, 500 rows at most",
        "a Markdown table; delimiter, quotes and header are found",
    ),
    "json_records": Facts(
        "JSON",
        (".json", ".jsonl", ".ndjson"),
        "the document, 100 records at most",
        "each record or line as `path: value`, numbers as they are written",
    ),
    "notebook": Facts(
        "a notebook",
        (".ipynb",),
        "a cell, by its number",
        "Markdown, code, and what the code printed; nothing is run",
    ),
    "subtitles": Facts(
        "subtitles",
        (".srt", ".vtt"),
        "a minute, by the time at which it begins",
        "what is said, with its speaker",
    ),
    "code": Facts(
        "source code",
        (
            *(".py", ".pyi", ".js", ".mjs", ".jsx", ".ts", ".tsx", ".java", ".kt", ".scala"),
            *(".c", ".h", ".cc", ".cpp", ".hpp", ".cs", ".go", ".rs", ".swift", ".m", ".jl"),
            *(".rb", ".php", ".pl", ".lua", ".r", ".sh", ".bash", ".zsh", ".ps1", ".bat"),
            *(".sql", ".css", ".scss", ".xml", ".yaml", ".yml"),
        ),
        "the document",
        "the text as it is; classes, functions and tables are its headings",
    ),
    "plain": Facts(
        "plain text", (".txt", ".text", ".log"), "the document", "the text, in any encoding"
    ),
}

SOURCE_CODE = "text/x-source"
"""The media type of source code: few agree on one for each language, and this says what matters."""

SUFFIXES: dict[str, Format] = {
    suffix: name for name, facts in FORMATS.items() for suffix in facts.suffixes + facts.older
}

KINDS = "PDF, office documents, pictures, web pages, mail, books, tables, notebooks, text and code"
