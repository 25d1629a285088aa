"""A configuration for reading that carries passwords; they are never part of what is shown or kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from quoth.config import IngestConfig

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class UnlockingConfig(IngestConfig):
    """The limits, and passwords that encrypted files are tried with, in order."""

    passwords: tuple[str, ...] = field(default=(), repr=False)


def with_passwords(config: IngestConfig, passwords: Sequence[str]) -> IngestConfig:
    """The configuration with passwords, if there are any."""
    if not passwords:
        return config
    return UnlockingConfig(**{**asdict(config), "passwords": tuple(passwords)})


def passwords_of(config: IngestConfig) -> tuple[str, ...]:
    """The passwords to try."""
    return tuple(config.passwords) if isinstance(config, UnlockingConfig) else ()
