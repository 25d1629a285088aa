"""One frozen Config of sections: defaults < quoth.toml < environment < flags.

It reads, converts and checks values; the settings themselves are in `quoth/settings.py`.
"""

from __future__ import annotations

import dataclasses
import math
import os
import tomllib
import typing
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from quoth.errors import ConfigError
from quoth.settings import (
    EMBEDDED,
    OWN,
    AnswerConfig,
    ChunkingConfig,
    EmbedderConfig,
    Example,
    GenerationConfig,
    IndexConfig,
    IngestConfig,
    ModelConfig,
    PageConfig,
    RerankConfig,
    RetrievalConfig,
    SyncConfig,
)

if typing.TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "EMBEDDED",
    "OWN",
    "AnswerConfig",
    "ChunkingConfig",
    "Config",
    "EmbedderConfig",
    "Example",
    "GenerationConfig",
    "IndexConfig",
    "IngestConfig",
    "ModelConfig",
    "PageConfig",
    "RerankConfig",
    "RetrievalConfig",
    "SyncConfig",
    "allowed",
    "check_ranges",
    "load_config",
    "section_names",
]

RESERVED_VARIABLES = frozenset(
    {
        "QUOTH_LIBRARY",
        "QUOTH_CONFIG",
        "QUOTH_COLLECTION",
        "QUOTH_DEBUG",
        "QUOTH_DATA",
        "QUOTH_MODELS",
        "QUOTH_ENDPOINT_KEY",
    }
)


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting. `origins` maps "section.key" to where a value other than its default is from."""

    ingest: IngestConfig = field(default_factory=IngestConfig)
    sync: SyncConfig = field(default_factory=SyncConfig)
    chunking: ChunkingConfig = field(default_factory=ChunkingConfig)
    embedder: EmbedderConfig = field(default_factory=EmbedderConfig)
    index: IndexConfig = field(default_factory=IndexConfig)
    retrieval: RetrievalConfig = field(default_factory=RetrievalConfig)
    rerank: RerankConfig = field(default_factory=RerankConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    generation: GenerationConfig = field(default_factory=GenerationConfig)
    answer: AnswerConfig = field(default_factory=AnswerConfig)
    page: PageConfig = field(default_factory=PageConfig)
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    def with_values(self, values: Mapping[str, Any], origin: str) -> Config:
        """A copy with `{"section.key": value}` set. Raises ConfigError for what does not fit.

        Strings are converted to the key's type, so that flags and environment variables work.
        """
        sections = {name: dict[str, Any]() for name in section_names()}
        for dotted, value in values.items():
            section, _, key = dotted.partition(".")
            sections[section if section in sections else _unknown(dotted, origin)][key] = value
        changed = {
            name: _replace_section(getattr(self, name), name, entries, origin)
            for name, entries in sections.items()
            if entries
        }
        origins = {**self.origins, **dict.fromkeys(values, origin)}
        return dataclasses.replace(self, **changed, origins=origins)

    def items(self) -> tuple[tuple[str, Any, str], ...]:
        """Every ("section.key", value, origin), in order; the origin of a default is "default"."""
        return tuple(
            (dotted, value, self.origins.get(dotted, "default"))
            for name in section_names()
            for key, value in (
                (f.name, getattr(getattr(self, name), f.name)) for f in fields(getattr(self, name))
            )
            for dotted in (f"{name}.{key}",)
        )


def section_names() -> tuple[str, ...]:
    """The sections of Config, in order."""
    return tuple(f.name for f in fields(Config) if f.name != "origins")


def load_config(
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
) -> Config:
    """Defaults, then `file` if it exists, then QUOTH_SECTION_KEY variables, then `flags`.

    `flags` maps "section.key" to values. Raises ConfigError, naming the key and the source.
    """
    config = Config()
    if file is not None and file.exists():
        config = config.with_values(_flatten(_read_toml(file)), str(file))
    for variable, value in sorted((os.environ if environment is None else environment).items()):
        if variable.startswith("QUOTH_") and variable not in RESERVED_VARIABLES:
            section, _, key = variable.removeprefix("QUOTH_").lower().partition("_")
            config = config.with_values({f"{section}.{key}": value}, variable)
    return config.with_values(flags or {}, "command line")


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not valid TOML: {error}; mend it or delete it") from error
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error


def _flatten(table: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for section, entries in table.items():
        if isinstance(entries, dict):
            flat.update({f"{section}.{key}": value for key, value in entries.items()})
        else:
            flat[section] = entries
    return flat


def _unknown(dotted: str, origin: str) -> str:
    import difflib

    known = [name for name, _, _ in Config().items()]
    near = difflib.get_close_matches(dotted, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "see docs/configuration.md for the keys"
    raise ConfigError(f"unknown configuration key {dotted} (from {origin}); {hint}")


def _replace_section(section: Any, name: str, entries: Mapping[str, Any], origin: str) -> Any:
    hints = typing.get_type_hints(type(section))
    values = {}
    for key, value in entries.items():
        if key not in hints:
            _unknown(f"{name}.{key}", origin)
        values[key] = _convert(value, hints[key], f"{name}.{key}", origin)
    replaced = dataclasses.replace(section, **values)
    check_ranges(replaced, name, f" (from {origin})")
    return replaced


def check_ranges(section: Any, name: str, place: str = "") -> None:
    """Raise ConfigError when a number of a section of Config is out of its range.

    `name` is the section's, `place` says where the values are from.
    """
    for key in fields(section):
        value, bounds = getattr(section, key.name), allowed(key)
        if bounds and not _lies_within(value, key.metadata):
            raise ConfigError(
                f"{name}.{key.name} = {value!r}{place} is out of range; it takes {bounds}"
            )


def allowed(key: dataclasses.Field[Any]) -> str:
    """The range of a setting in words, "" when it has none."""
    least, most = (key.metadata.get(bound) for bound in ("least", "most"))
    if least is None:
        return ""
    return f"{least} or more" if most is None else f"{least} to {most}"


def _lies_within(value: float, bounds: Mapping[str, Any]) -> bool:
    most = math.inf if bounds["most"] is None else bounds["most"]
    return math.isfinite(value) and bool(bounds["least"] <= value <= most)


def _convert(value: Any, kind: Any, dotted: str, origin: str) -> Any:
    """The value as the key's type, or a ConfigError that says what was wanted."""
    try:
        return _as_type(value, kind)
    except (TypeError, ValueError, KeyError) as error:
        wanted = " or ".join(map(str, typing.get_args(kind))) or getattr(
            kind, "__name__", str(kind)
        )
        if typing.get_origin(kind) is tuple:
            wanted = "a list"
        raise ConfigError(
            f"{dotted} = {value!r} (from {origin}) does not fit; it takes {wanted}"
        ) from error


def _as_type(value: Any, kind: Any) -> Any:
    if kind is bool:
        words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        return value if isinstance(value, bool) else words[str(value).lower()]
    if kind in (int, float):
        if isinstance(value, bool) or (kind is int and isinstance(value, float)):
            raise TypeError
        return kind(value)
    if typing.get_origin(kind) is Literal:
        if value not in typing.get_args(kind):
            raise ValueError
        return value
    if typing.get_origin(kind) is tuple:
        return _as_tuple(value, typing.get_args(kind)[0])
    if not isinstance(value, str):
        raise TypeError
    return value


def _as_tuple(value: Any, item: Any) -> tuple[Any, ...]:
    if isinstance(value, str):
        import json

        value = json.loads(value) if value.startswith("[") else [value]
    if not isinstance(value, list | tuple):
        raise TypeError
    if item is str:
        return tuple(_as_type(entry, str) for entry in value)
    return tuple(entry if isinstance(entry, item) else item(**entry) for entry in value)
