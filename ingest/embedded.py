"""Writes the pictures of a document into its page, as addresses that hold them; knows no format."""

from __future__ import annotations

import base64
from dataclasses import dataclass

_MOST = 4_000_000  # bytes on a page
_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp")


@dataclass(slots=True)
class Pictures:
    """The pictures of one page, which together are `left` bytes at most; the others are left out."""

    left: int = _MOST

    def address(self, content: bytes, media_type: str) -> str:
        """What an `img` has as its source; "" for what is no picture that browsers show, or too large."""
        kind = "image/jpeg" if media_type == "image/jpg" else media_type
        if not content or len(content) > self.left or kind not in _SHOWN:
            return ""
        self.left -= len(content)
        return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
