"""Takes out of a text the characters that nobody sees: tags, zero-width marks, reordering, controls.

It knows Unicode alone. What a reader cannot see must not reach a model either.
"""

from __future__ import annotations

import re

# Joiners (U+200C, U+200D) and direction marks (U+200E, U+200F) stay: scripts need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff"
    "\U000e0000-\U000e007f]"
)


def without_unseen(text: str) -> str:
    """The text as it is read by eye; tabs and line feeds stay."""
    return _UNSEEN.sub("", text)
