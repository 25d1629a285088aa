"""The page's Streamlit options as command-line flags; knows streamlit.toml, never Streamlit.

An installed Quoth has no `.streamlit` folder beside it, so `quoth ui` passes these flags.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = Path(__file__).with_name("streamlit.toml")


def flags(changes: Mapping[str, Any]) -> tuple[str, ...]:
    """`--section.key=value` for each option of streamlit.toml, with `changes` put over them."""
    options = tomllib.loads(FILE.read_text(encoding="utf-8"))
    merged = {**dict(_flatten(options)), **changes}
    return tuple(f"--{key}={_text(value)}" for key, value in merged.items())


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
