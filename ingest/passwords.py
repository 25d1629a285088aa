"""A configuration for reading that carries passwords; they are never part of what is shown or kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from quoth.config import IngestConfig
from quoth.errors import EncryptedFileError

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


def locked(source: str, passwords: Sequence[str]) -> EncryptedFileError:
    """The error for an encrypted file that none of the passwords opens."""
    name = PurePath(source).name
    if passwords:
        return EncryptedFileError(f"{name} needs another password; give the right one")
    return EncryptedFileError(f"{name} needs a password; give it with --password")
