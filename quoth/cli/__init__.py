"""The command line's outer edge: every ending becomes one line and an exit code.

It knows errors and exit codes; the commands themselves are in `quoth.cli.commands`. Everything
is imported inside `main`, so that an interrupt while Python is still importing ends like any other.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quoth.engine import Quoth

__all__ = ["main"]

FAILURE, USAGE, INTERRUPTED = 1, 2, 130


def main(
    arguments: Sequence[str] | None = None, *, open_library: Callable[..., Quoth] | None = None
) -> int:
    """Run one command and return its exit code: 0, 1 failure, 2 usage, 130 interrupt.

    `arguments` are those after the program's name, from `sys.argv` by default. `open_library`
    stands in for `Quoth.open`. Nothing is raised, unless QUOTH_DEBUG is set.
    """
    debugging = os.environ.get("QUOTH_DEBUG", "") not in {"", "0"}
    try:
        return _finish(_run(arguments, open_library, debugging=debugging))
    except KeyboardInterrupt:
        return _finish(INTERRUPTED)
    except SystemExit:  # click's way out when nobody reads the pipe any more
        return FAILURE
    except Exception as error:
        # Whatever we failed to foresee ends here: no traceback reaches a user unasked.
        if debugging:
            raise
        kind = type(error).__name__
        return _fail(
            f"unexpected {kind}: {error}; run again with QUOTH_DEBUG=1 for the traceback", FAILURE
        )


def _run(
    arguments: Sequence[str] | None, open_library: Callable[..., Quoth] | None, *, debugging: bool
) -> int:
    import click

    from quoth.cli.commands import quoth
    from quoth.errors import QuothError

    _prepare_streams()
    _quieten(debugging=debugging)
    given = None if arguments is None else list(arguments)
    try:
        result: Any = quoth.main(given, "quoth", standalone_mode=False, obj=open_library)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        return _fail(_usage_line(error), error.exit_code)
    except click.Abort:
        return INTERRUPTED
    except QuothError as error:
        return _fail(str(error), FAILURE)
    return result or 0


def _usage_line(error: Any) -> str:
    context = getattr(error, "ctx", None)
    text = error.format_message().rstrip(".")
    return f"{text}; see {context.command_path} --help" if context else text


def _finish(code: int) -> int:
    return _fail("interrupted; what was done is kept", code) if code == INTERRUPTED else code


def _fail(text: str, code: int) -> int:
    from quoth.cli.terminal import one_line, tell

    tell(f"quoth: {one_line(text)}")
    return code


def _prepare_streams() -> None:
    """Show "?" for a character that the terminal's encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _quieten(*, debugging: bool) -> None:
    """Keep the chatter of other libraries from the terminal, except while debugging."""
    import logging

    from quoth.cli.notices import show_notices

    if debugging:
        logging.basicConfig(level=logging.INFO)
    else:
        logging.captureWarnings(capture=True)
        logging.getLogger().addHandler(logging.NullHandler())
        show_notices()
