"""Who is signed in to the page of this process, by the digest of a random token.

Knows the engine's users, no Streamlit. A restart signs everyone out.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quoth.access import Users


@dataclass(frozen=True, slots=True)
class _Pass:
    """What a token is good for. `stamp` is that of the password it was got with."""

    user: str
    users: Users
    stamp: str
    until: float


_passes: dict[str, _Pass] = {}


def issue(users: Users, name: str, hours: float) -> str:
    """A token of 256 random bits for someone who has shown their password; of URL-safe letters."""
    now = time.time()
    for old in [key for key, each in _passes.items() if each.until < now]:
        _passes.pop(old, None)
    token = secrets.token_urlsafe(32)
    _passes[_digest(token)] = _Pass(name, users, users.stamp(name), now + 3600 * hours)
    return token


def holder(token: str) -> str | None:
    """Whose token it is; None once it is too old or given back, or their password another."""
    entry = _passes.get(_digest(token)) if token else None
    if entry is None or entry.until < time.time() or entry.users.stamp(entry.user) != entry.stamp:
        return None
    return entry.user


def forget(token: str) -> None:
    """Let the token be good for nothing from now on."""
    _passes.pop(_digest(token), None)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
