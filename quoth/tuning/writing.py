"""Writes settings into a TOML file, and leaves its comments and order as they are."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quoth.errors import ConfigError, StorageFullError

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_settings(file: Path, settings: Mapping[str, Any]) -> None:
    """Set each `section.key`; the file is made if need be, and is whole at any moment.

    Raises ConfigError for a file that is not TOML, StorageFullError when it cannot be written.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        document = tomlkit.parse(text)
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise ConfigError(f"{file} cannot be changed: {error}; mend it or delete it") from error
    for dotted, value in settings.items():
        section, _, key = dotted.partition(".")
        if section not in document:
            document.add(section, tomlkit.table())
        table: Any = document[section]
        table[key] = value
    _replace(file, tomlkit.dumps(document))


def _replace(file: Path, text: str) -> None:
    """Write beside the file, then put in its place: a link stays one, and so do its rights."""
    target = Path(os.path.realpath(file))
    try:
        handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            mode = target.stat().st_mode if target.exists() else 0o644
            Path(beside).chmod(mode & 0o777)
            Path(beside).replace(target)
        except OSError:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StorageFullError(
            f"{file} cannot be written ({error.strerror}); set the values by hand"
        ) from error
