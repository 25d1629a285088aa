"""Writes the pages that follow from the code; a test fails when they drift.

It knows the configuration's `doc` texts and click's help; the values that are shown are `samples`.
"""

from __future__ import annotations

import dataclasses
import json
import typing
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docs.file_map import README, readme
from docs.samples import examples
from ingest.formats import FORMATS
from quoth.cli.commands import quoth
from quoth.config import Config, allowed, section_names
from vectorstore.known_embedders import KNOWN_EMBEDDERS, SOURCES, KnownEmbedder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HERE = Path(__file__).parent
CONTEXT = click.Context(quoth)

FORMATS_PAGE = """\
# Formats

<!-- Written by `make docs` from ingest/formats.py. -->

What a file is, its content says: a PDF called `notes.txt` is read as a PDF, a web page called
`table.xls` as a web page, each with a warning. A name decides only between formats that are plain
text. Nothing that a file names is fetched, and no macro, directive or command in it is run.

| format | names end in | a page is | what is read |
|---|---|---|---|
ROWS

ZIP and TAR archives (`.zip`, `.tar`, `.tar.gz`, `.tgz`, `.tar.bz2`, `.tbz2`) are looked into: each
file in one is a document of its own, `papers.zip!/2023/report.pdf`. Files with a password and names that
lead out of the archive are left out and count as failed, with one line each; archives in it are skipped
and counted, as all is that Quoth has no reader for.

PDFs, Office and OpenDocument files under a password open with `--password`; OpenDocument files encrypted for an
OpenPGP key do not.

Pictures, and scanned pages of PDFs, are read by OCR: seconds a page. A picture is refused above 40 million
pixels (a JPEG above some 180 million).

Not read, and said so: old Word and PowerPoint files (`.doc`, `.ppt`; save them as `.docx`, `.pptx`),
books under a seller's lock, encrypted mail, and whatever is not text.

Cells of spreadsheets are quoted as they are shown; what a format rounds stands behind it, `12% (12.34%)`, unless it was
computed to more than ten digits. Not known, so as they are stored: the formats of `.xlsb`, fractions, exponents, and
dates in the format of the reader's own country, which are written as 2024-03-15.
"""

CONFIGURATION = """\
# Configuration

<!-- Written by `make docs` from quoth/settings.py. -->

A setting comes from the first of these that has it:

1. the command line: `--set section.key=value`, or an option of its own such as `--temperature`;
2. the environment: `QUOTH_SECTION_KEY`, for example `QUOTH_GENERATION_TEMPERATURE=0.7`;
3. a TOML file: the one named by `--config` or `QUOTH_CONFIG`, else `quoth.toml` in the library's
   folder;
4. the default.

`quoth info` shows every setting with where its value came from. An unknown key, a value of the
wrong kind, or a number out of its range is an error that names the key and the place. A list on the command line or in the
environment is written as JSON: `--set 'generation.stop=["END"]'`.

Variables that are not settings: `QUOTH_LIBRARY` (the library's folder), `QUOTH_CONFIG` (the
configuration file), `QUOTH_COLLECTION` (the collection), `QUOTH_DEBUG` (1: tracebacks and the
messages of other libraries), `QUOTH_MODELS` (the folder of language models), `QUOTH_ENDPOINT_KEY` (the
key of a model server), `QUOTH_DATA` (data for benchmarks and tests).

A `quoth.toml` that asks for a larger model and longer, freer answers:

```toml
[model]
path = "/home/ada/models/qwen2.5-3b-instruct-q4_k_m.gguf"
context_size = 8192

[generation]
max_new_tokens = 512
temperature = 0.7

[[generation.examples]]
question = "How long is the warranty?"
answer = "The warranty lasts two years."
```
"""

EMBEDDERS_PAGE = """\
# Embedders

<!-- Written by `make docs` from vectorstore/known_embedders.py. -->

`embedder.model` takes any sentence-transformers model, by folder or by name; a library is bound to the
one that it was built with, until `quoth ingest --re-embed`. `quoth tune --embedder NAME` measures
whether another one helps on your documents ([tuning.md](tuning.md)).

- **Prompts.** An asymmetric model wants another text before a question than before a passage. Quoth
  takes both from the model's folder (`config_sentence_transformers.json`, under the names in use:
  `query` and `document`, `passage`, `search_query` and so on), else from the table below if it knows the
  model's name; `embedder.question_prompt` and `embedder.passage_prompt` have the last word, and empty
  ones turn them off.
- **Pooling and length** are those of the model's folder. A chunk, its prompt and headings included, is
  never longer than the model reads.
- **Cut vectors.** `embedder.dimensions` keeps the first numbers of each vector, at unit length again.
  Only models that were trained for it (Matryoshka) bear that well; the table names those that are known
  to have been, with what is left of their nDCG@10.
- **What tells libraries apart**: the model's files, the passage prompt where it is not the model's own,
  and the dimensions. The question prompt can be changed at any time.
- Code that comes with a model is never run (`trust_remote_code` is off).

LangChain's embeddings can be the embedder too: [langchain.md](langchain.md).

## Known to do well

What their authors publish; Quoth has measured the first one only ([benchmarks.md](benchmarks.md)). The
mean nDCG@10 is in percent and compares models of the same benchmark. Memory is that of the weights as
float32, four bytes for each parameter; float16 and bfloat16 take half.

| model | licence | languages | parameters (millions) | memory (MB) | numbers in a vector | may be cut to | tokens read | nDCG@10 | benchmark | prompts |
|---|---|---|---|---|---|---|---|---|---|---|
ROWS

Sources of the figures:

SOURCES
"""

COMMAND_LINE = """\
# The command line

<!-- Written by `make docs` from the commands' own help. -->

Data goes to stdout; messages and progress go to stderr. Neither is coloured when it is not a
terminal, or when `NO_COLOR` is set. Control characters in documents are not printed.

| exit code | meaning |
|---|---|
| 0 | done; a refusal to answer is an honest answer, and ends with 0 |
| 1 | failed: one line on stderr says what happened, to what, and what to do next |
| 2 | the command line was not understood |
| 130 | interrupted by Ctrl-C; what was done is kept |

With `--json` a command prints one JSON object, in ASCII, under the keys shown here. Keys are
added, not renamed or removed. Pages and ranks count from 1; offsets count characters of the
document's text, half open; times are seconds.
"""


def every_command() -> dict[str, click.Command]:
    """Each command by its words, such as "collections list"."""
    found: dict[str, click.Command] = {}
    for name, command in quoth.commands.items():
        parts = command.commands if isinstance(command, click.Group) else {"": command}
        found.update({f"{name} {part}".strip(): each for part, each in parts.items()})
    return found


def configuration() -> str:
    """The text of docs/configuration.md."""
    parts = [CONFIGURATION]
    for name in section_names():
        section = getattr(Config(), name)
        summary = (type(section).__doc__ or "").strip()
        parts.append(
            f"\n## [{name}]\n\n{summary}\n\n| key | type | default | |\n|---|---|---|---|\n"
        )
        hints = typing.get_type_hints(type(section))
        for field in dataclasses.fields(section):
            kind, default = _kind(hints[field.name]), _default(field.default)
            kind = f"{kind}, {allowed(field)}" if allowed(field) else kind
            parts.append(f"| `{field.name}` | {kind} | {default} | {field.metadata['doc']} |\n")
    return "".join(parts)


def _kind(kind: Any) -> str:
    if typing.get_origin(kind) is typing.Literal:
        return " or ".join(f"`{choice}`" for choice in typing.get_args(kind))
    if typing.get_origin(kind) is tuple:
        item = typing.get_args(kind)[0]
        fields = [f"`{f.name}`" for f in dataclasses.fields(item)] if item is not str else []
        return f"tables of {' and '.join(fields)}" if fields else "strings"
    names = {bool: "true or false", int: "integer", float: "number", str: "string"}
    return names[kind]


def _default(value: Any) -> str:
    return f"`{json.dumps(value)}`" if value not in ("", ()) else "none"


def command_line() -> str:
    """The text of docs/cli.md."""
    common = set.intersection(*({p.name for p in c.params} for c in every_command().values()))
    shared = [p for p in quoth.commands["list"].params if p.name in common]
    parts = [COMMAND_LINE, "\n## Options of every command\n\n", *_option_rows(shared)]
    printed = examples()
    for name, command in every_command().items():
        own = [p for p in command.params if p.name not in common]
        arguments = [f" {p.make_metavar(CONTEXT)}" for p in own if isinstance(p, click.Argument)]
        options = [p for p in own if isinstance(p, click.Option)]
        parts.append(f"\n## quoth {name}{''.join(arguments)}\n\n{cleandoc(command.help or '')}\n")
        parts += ["\n", *_option_rows(options)] if options else []
        example = json.dumps(printed[name], indent=2, ensure_ascii=False)
        parts.append(f"\nWith `--json`:\n\n```json\n{example}\n```\n")
    return "".join(parts)


def _option_rows(options: Sequence[click.Parameter]) -> Iterator[str]:
    yield "| option | |\n|---|---|\n"
    for option in options:
        assert isinstance(option, click.Option)
        value = "" if option.is_flag else f" {option.make_metavar(CONTEXT)}"
        variable = f" Also `{option.envvar}`." if option.envvar else ""
        names = ", ".join(f"`{name}{value}`" for name in option.opts)
        yield f"| {names} | {option.help}{variable} |\n"


def formats() -> str:
    """The page about file formats."""
    rows = [
        f"| {facts.what.partition(' ')[2] if facts.what.startswith(('a ', 'an ')) else facts.what} "
        f"| {' '.join(f'`{suffix}`' for suffix in facts.suffixes)} | {facts.pages} | {facts.text} |\n"
        for facts in FORMATS.values()
    ]
    return FORMATS_PAGE.replace("ROWS\n", "".join(rows))


def embedders() -> str:
    """The page about embedders."""
    rows = [
        f"| `{one.name}` | {one.licence} | {one.languages} | {one.parameters} | {one.megabytes} "
        f"| {one.dimension} | {_cut(one)} | {one.max_tokens} | {one.ndcg:.2f} | {one.benchmark} [{one.source}] "
        f"| {_prompts(one)} |\n"
        for one in KNOWN_EMBEDDERS
    ]
    sources = [f"- [{key}] {source}\n" for key, source in SOURCES.items()]
    page = EMBEDDERS_PAGE.replace("ROWS\n", "".join(rows))
    return page.replace("SOURCES\n", "".join(sources))


def _cut(model: KnownEmbedder) -> str:
    return "" if model.cut is None else f"{model.cut[0]} ({model.cut[1]:.1f})"


def _prompts(model: KnownEmbedder) -> str:
    found = [f"`{text}`" for text in (model.question_prompt, model.passage_prompt) if text]
    return " and ".join(found) or "none"


def pages() -> dict[Path, str]:
    """Each generated page and its text."""
    return {
        HERE / "formats.md": formats(),
        HERE / "configuration.md": configuration(),
        HERE / "embedders.md": embedders(),
        HERE / "cli.md": command_line(),
        README: readme(),
    }


if __name__ == "__main__":
    for file, text in pages().items():
        file.write_text(text, encoding="utf-8")
