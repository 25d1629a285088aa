"""Quoth answers questions from your own documents, on your own machine, with quotes.

`Quoth` is loaded on first use (PEP 562), so that `import quoth` is light.
"""

from typing import TYPE_CHECKING, Any

from quoth.config import Config, load_config
from quoth.datatypes import (
    Answer,
    Chunk,
    Context,
    Document,
    Hit,
    IngestReport,
    Message,
    Piece,
    Quote,
    Sentence,
    Where,
)
from quoth.errors import QuothError

if TYPE_CHECKING:
    from quoth.engine import Quoth

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Chunk",
    "Config",
    "Context",
    "Document",
    "Hit",
    "IngestReport",
    "Message",
    "Piece",
    "Quote",
    "Quoth",
    "QuothError",
    "Sentence",
    "Where",
    "load_config",
]


def __getattr__(name: str) -> Any:
    if name == "Quoth":
        from quoth.engine import Quoth

        return Quoth
    raise AttributeError(f"module 'quoth' has no attribute {name!r}")
