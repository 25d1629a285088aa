"""The command that measures settings on the user's own questions. It knows tuning and its report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from quoth.cli.options import Options, common_options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from quoth.engine import Quoth
    from quoth.tuning import Compared, Questions, TuningReport
    from quoth.tuning.intervals import Interval


@click.command()
@click.argument(
    "file", required=False, metavar="[QUESTIONS]", type=click.Path(dir_okay=False, path_type=Path)
)
@click.option(
    "--generate",
    type=click.IntRange(min=1),
    metavar="N",
    help="Let the local model write about N questions from the library's chunks.",
)
@click.option("--reranker", default="", metavar="MODEL", help="Try this rerank.model.")
@click.option(
    "--embedder",
    "embedders",
    multiple=True,
    metavar="MODEL",
    help="Try this embedder.model: the library is embedded anew in a temporary folder; repeatable.",
)
@click.option(
    "--chunk-size",
    "chunk_sizes",
    type=click.IntRange(min=16),
    multiple=True,
    metavar="TOKENS",
    help="Try this chunking.max_tokens, likewise; repeatable.",
)
@click.option("--write", is_flag=True, help="Write what is better beyond chance into quoth.toml.")
@common_options
def tune(
    options: Options,
    file: Path | None,
    generate: int | None,
    reranker: str,
    embedders: tuple[str, ...],
    chunk_sizes: tuple[int, ...],
    write: bool,
) -> None:
    """Measure which settings of retrieval help this library, on questions of your own.

    QUESTIONS is a JSONL or CSV file with `question` and the `file` or `passage` that answers it
    (docs/tuning.md). Settings are tried one at a time, then the best together; a difference that
    could be chance is said to be.
    """
    from quoth.cli.records import say_json
    from quoth.cli.terminal import say, tell
    from quoth.tuning import Extras, write_settings
    from quoth.tuning import tune as measure

    if (file is None) == (generate is None):
        raise click.UsageError(
            "give a file of questions, or --generate N", click.get_current_context()
        )
    extras = Extras(reranker, embedders, chunk_sizes)
    with options.open() as library, _Status() as status:
        questions = _questions(library, options, file, generate, status)
        report = measure(library, questions, extras, collection=options.scope, on_progress=status)
    target = _target(options)
    written = target if write and report.chosen else None
    if written is not None:
        write_settings(written, report.chosen)
    if options.as_json:
        say_json(tuning_record(report, str(written or "")))
        return
    say(report_text(report))
    if report.chosen:
        tell(_what_now(report.chosen, written))


def _questions(
    library: Quoth, options: Options, file: Path | None, generate: int | None, status: _Status
) -> Questions:
    from quoth.tuning import generate_questions, load_questions

    if file is not None:
        return load_questions(file, library, options.scope)
    assert generate is not None
    return generate_questions(library, generate, collection=options.scope, on_progress=status)


def _target(options: Options) -> Path:
    from quoth.engine import config_file

    return options.config_file or config_file(options.library)


def _what_now(chosen: Mapping[str, Any], written: Path | None) -> str:
    from quoth.cli.terminal import one_line

    done = f"quoth: written to {written}" if written else "quoth: --write puts this into quoth.toml"
    if {"embedder.model", "chunking.max_tokens"} & set(chosen):
        done += "; then run quoth ingest --re-embed"
    return one_line(done)


def report_text(report: TuningReport) -> str:
    """The table of trials, the notes, and what to do."""
    from quoth.cli.terminal import one_line, table

    rows = [
        (
            "SETTING",
            "RECIPROCAL RANK",
            f"FOUND AMONG {report.k}",
            "AGAINST NOW",
            "",
            "MS",
        ),
        *(_row(one) for one in (report.now, *report.trials)),
    ]
    lines = [
        one_line(f"{report.n_questions} questions: {report.origin}"),
        "Means over questions, with 95 % bootstrap intervals; AGAINST NOW allows for all the trials.",
        "",
        table(rows),
        "",
        *(f"note: {one_line(note)}" for note in report.notes),
        one_line(_verdict(report)),
    ]
    return "\n".join(lines)


def _verdict(report: TuningReport) -> str:
    if not report.chosen:
        return "Nothing is better than now beyond chance: keep what you have."
    return f"Better than now beyond chance: {_settings(report.chosen)}."


def _row(one: Compared) -> tuple[str, ...]:
    from quoth.cli.terminal import one_line

    is_now = not one.settings
    return (
        "now" if is_now else one_line(_settings(one.settings)),
        _interval(one.mrr),
        _interval(one.found),
        "" if is_now else _interval(one.difference, signed=True),
        "" if is_now else one.verdict,
        f"{one.milliseconds:.0f}",
    )


def _settings(settings: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{key} = {value if value != '' else 'none'}" for key, value in settings.items()
    )


def _interval(one: Interval, *, signed: bool = False) -> str:
    form = "+.3f" if signed else ".3f"
    return f"{one.mean:{form}} [{one.low:{form}}, {one.high:{form}}]"


def tuning_record(report: TuningReport, written: str) -> dict[str, Any]:
    """What `quoth tune --json` prints; `written` is the file that was changed, null for none."""
    import dataclasses

    return {**dataclasses.asdict(report), "written": written or None}


class _Status:
    """A line on stderr that says what is under way; nothing where it is no terminal."""

    def __enter__(self) -> Self:
        from rich.console import Console

        self._status = Console(stderr=True).status("measuring")
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def __call__(self, what: str, done: int, total: int) -> None:
        self._status.update(f"{what}: {done} of {total}")
