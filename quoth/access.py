"""Who may use the page over a network: names, hashed passwords, and patience with wrong ones.

Only the standard library's scrypt; the engine gives out `Users`. Knows no page.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import ipaddress
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quoth.errors import AccessError, InvalidNameError

if TYPE_CHECKING:
    from collections.abc import Callable

    from vectorstore import LocalLibrary

SHORTEST_PASSWORD = 10
_LONGEST_PASSWORD = 1024
_LONGEST_NAME = 64
_REMEMBERED = 10_000  # whose failures are counted


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs: scrypt's N, r and p; 128 · N · r bytes of memory.

    The default is one of those that OWASP's password storage cheat sheet (2025) gives as equal.
    """

    n: int = 2**15
    r: int = 8
    p: int = 3


# One at a time: guesses from many sides at once must not take the machine's memory.
_hashing = threading.Lock()


def hashed(password: str, cost: Cost | None = None) -> str:
    """The password as it is kept: scheme, cost, salt and key."""
    cost = cost or Cost()
    salt = secrets.token_bytes(16)
    return _written(salt, _key(password, salt, cost), cost)


def _written(salt: bytes, key: bytes, cost: Cost) -> str:
    parts = (base64.b64encode(part).decode("ascii") for part in (salt, key))
    return "$".join(("scrypt", str(cost.n), str(cost.r), str(cost.p), *parts))


def _nobody(cost: Cost) -> str:
    """What no password fits, at the cost of one that might."""
    return _written(bytes(16), bytes(64), cost)


def fits(password: str, kept: str) -> bool:
    """Whether it is the password that `hashed` made this from."""
    _, n, r, p, salt, key = kept.split("$")
    made = _key(password, base64.b64decode(salt), Cost(int(n), int(r), int(p)))
    return hmac.compare_digest(made, base64.b64decode(key))


def _key(password: str, salt: bytes, cost: Cost) -> bytes:
    with _hashing:
        return hashlib.scrypt(
            password[:_LONGEST_PASSWORD].encode("utf-8", "surrogatepass"),
            salt=salt,
            n=cost.n,
            r=cost.r,
            p=cost.p,
            maxmem=256 * cost.n * cost.r,
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address; "" is every address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Users:
    """Those who may use the page of a library over a network. Safe to share between threads."""

    def __init__(self, library: LocalLibrary, cost: Cost | None = None) -> None:
        self._library = library
        self._cost = cost

    def names(self) -> tuple[str, ...]:
        """Their names, sorted."""
        with self._library.reading() as sql:
            return tuple(name for (name,) in sql.execute("SELECT name FROM users ORDER BY name"))

    def add(self, name: str, password: str) -> None:
        """Let someone in, or give them another password; whoever is signed in must do so again.

        Raises InvalidNameError, AccessError for a password of fewer than 10 characters.
        """
        if not (0 < len(name) <= _LONGEST_NAME and name == name.strip() and name.isprintable()):
            raise InvalidNameError(
                f"{name[:_LONGEST_NAME]!r} cannot name a user; use 1 to {_LONGEST_NAME} characters "
                "without line ends, or spaces at its ends"
            )
        if len(password) < SHORTEST_PASSWORD:
            raise AccessError(
                f"the password has {len(password)} characters; use {SHORTEST_PASSWORD} or more"
            )
        kept, now = hashed(password, self._cost), dt.datetime.now(dt.UTC).isoformat("T", "seconds")
        with self._library.transaction() as sql:
            sql.execute("INSERT OR REPLACE INTO users VALUES (?, ?, ?)", (name, kept, now))

    def remove(self, name: str) -> None:
        """Let someone in no more; their conversations stay. Raises AccessError for a stranger."""
        with self._library.transaction() as sql:
            if not sql.execute("DELETE FROM users WHERE name = ?", (name,)).rowcount:
                raise AccessError(f"there is no user {name}; quoth users list shows who there is")

    def stamp(self, name: str) -> str:
        """Changes with the password; "" for a stranger."""
        kept = self._kept(name)
        return "" if kept is None else hashlib.sha256(kept.encode()).hexdigest()

    def check(self, name: str, password: str) -> bool:
        """Whether this is the user's password; a stranger's name takes as long to refuse."""
        kept = self._kept(name)
        return fits(password, kept or _nobody(self._cost or Cost())) and kept is not None

    def _kept(self, name: str) -> str | None:
        """The hashed password; None for a stranger."""
        with self._library.reading() as sql:
            row = sql.execute("SELECT password FROM users WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])


class Patience:
    """How long someone must wait after wrong passwords: not at first, then twice as long each time.

    Counted by any key, such as an address. Safe to share between threads.
    """

    def __init__(
        self,
        free: int = 5,
        longest: float = 900.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`free` failures cost nothing; `longest` is in seconds."""
        self._free, self._longest, self._clock = free, longest, clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def seconds_left(self, key: str) -> float:
        """How long until the next try counts; 0 when it may be made now."""
        with self._lock:
            count, last = self._failures.get(key, (0, 0.0))
        if count < self._free:
            return 0.0
        wait = min(2.0 ** min(count - self._free, 32), self._longest)
        return max(last + wait - self._clock(), 0.0)

    def failed(self, key: str) -> None:
        """Count a wrong password."""
        with self._lock:
            count, _ = self._failures.pop(key, (0, 0.0))
            self._failures[key] = (count + 1, self._clock())
            while len(self._failures) > _REMEMBERED:
                self._failures.popitem(last=False)

    def passed(self, key: str) -> None:
        """Forget the failures of someone who knew the password."""
        with self._lock:
            self._failures.pop(key, None)
