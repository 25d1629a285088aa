"""Shows what our own packages have to say while they work. It knows logging and the terminal."""

from __future__ import annotations

import logging

from quoth.cli.terminal import one_line, tell

_PACKAGES = ("quoth", "ingest", "vectorstore", "retrieval", "generation")


class _Notices(logging.Handler):
    """Writes a line on stderr for each message."""

    def emit(self, record: logging.LogRecord) -> None:
        tell(f"quoth: {one_line(record.getMessage())}")


def show_notices() -> None:
    """From now on, show the warnings of our own packages; calling it twice changes nothing."""
    for package in _PACKAGES:
        logger = logging.getLogger(package)
        if not any(isinstance(handler, _Notices) for handler in logger.handlers):
            logger.addHandler(_Notices(logging.WARNING))
