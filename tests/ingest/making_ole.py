"""Writes OLE compound files (MS-CFB), which no installed library writes, for the tests."""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SECTOR = 512
_SMALLEST = 4096  # shorter streams would need a second allocation table
_END, _FREE, _FAT, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF


def ole_file(path: Path, streams: Mapping[str, bytes]) -> Path:
    """Write streams, named "stream" or "folder/stream", each padded with NULs to 4,096 bytes."""
    folders = sorted({name.partition("/")[0] for name in streams if "/" in name})
    names = [*folders, *streams]
    children: dict[str, list[int]] = {"": [], **{folder: [] for folder in folders}}
    for number, name in enumerate(names, 1):
        children[name.rpartition("/")[0] if name in streams else ""].append(number)
    fat: list[int] = []
    body = b""
    starts = {}
    for name, data in streams.items():
        padded = data.ljust(_SMALLEST, b"\0")
        starts[name] = (len(fat), len(padded))
        body += padded.ljust(-(-len(padded) // _SECTOR) * _SECTOR, b"\0")
        fat += [*range(len(fat) + 1, len(body) // _SECTOR), _END]
    right = {a: b for kids in children.values() for a, b in pairwise(kids)}
    entries = [_entry("Root Entry", 5, child=(children[""] or [_NONE])[0])]
    for number, name in enumerate(names, 1):
        follows = right.get(number, _NONE)
        if name in folders:
            entries.append(_entry(name, 1, right=follows, child=(children[name] or [_NONE])[0]))
        else:
            start, size = starts[name]
            entries.append(_entry(name.rpartition("/")[2], 2, follows, _NONE, start, size))
    directory = b"".join(entries)
    directory += _entry("", 0) * (-len(entries) % 4)
    first_directory = len(fat)
    n_sectors = len(directory) // _SECTOR
    fat += [*range(first_directory + 1, first_directory + n_sectors), _END]
    n_fat = 1
    while n_fat * 128 < len(fat) + n_fat:
        n_fat += 1
    fat_sectors = list(range(len(fat), len(fat) + n_fat))
    fat += [_FAT] * n_fat
    fat += [_FREE] * (n_fat * 128 - len(fat))
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6,
        0, n_fat, first_directory, 0, _SMALLEST, _END, 0, _END, 0, fat_sectors[0],
    )  # fmt: skip
    rest = struct.pack(f"<{n_fat - 1}I", *fat_sectors[1:])
    header = (header + rest).ljust(_SECTOR, b"\xff")
    path.write_bytes(header + body + directory + struct.pack(f"<{len(fat)}I", *fat))
    return path


def _entry(
    name: str, kind: int, right: int = _NONE, child: int = _NONE, start: int = _END, size: int = 0
) -> bytes:
    encoded = name.encode("utf-16-le")
    length = len(encoded) + 2 if name else 0
    fixed = struct.pack(
        "<64sHBBIII16sI8s8sII4x", encoded, length, kind, 1, _NONE, right, child, b"", 0, b"", b"",
        start if kind == 2 else (_END if kind == 5 else 0), size,
    )  # fmt: skip
    assert len(fixed) == 128
    return fixed
