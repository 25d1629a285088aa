"""Checks the files of a tantivy index by the checksum at the end of each. Knows no search.

tantivy checks a file's length and version when it opens it, not its content, and a flipped bit
can make it panic or miss words. Every file of a segment ends with a footer of JSON that holds
the CRC-32 of what comes before, the footer's length, and a magic number.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import shutil
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

META = "meta.json"
_PARTS = ("idx", "pos", "term", "store", "fast", "fieldnorm")
# Another process may hold one of these, so they stay.
LOCKS = frozenset({".tantivy-meta.lock", ".tantivy-writer.lock"})
_MAGIC = 1337
_TAIL = struct.Struct("<II")

# A file that has this name, size and time of change was checked before.
Checked = set[tuple[str, int, int]]
Summary = dict[str, Any]


def are_whole(folder: Path, checked: Checked) -> bool:
    """Whether every file that the index needs is there, with the content it was written with.

    Reads only files that are not in `checked`, and adds those that are well. Raises OSError when
    there is no index, ValueError when its list of files is torn.
    """
    for _ in range(5):
        listed = (folder / META).read_bytes()
        if all(_is_whole(folder / name, checked) for name in _names(listed)):
            return True
        # Unless another process has merged files meanwhile, which leaves another list.
        if (folder / META).read_bytes() == listed:
            return False
    return False


def sweep(folder: Path, own: frozenset[str]) -> None:
    """Delete what writers that died have left; only the holder of the write lock may.

    tantivy forgets such files, and fails for ever to write one that is there already. `own` names
    files of ours that stay. Raises OSError, ValueError.
    """
    listed = _names((folder / META).read_bytes())
    clear(folder, {*listed, *own, META, ".managed.json"})


def clear(folder: Path, kept: Collection[str] = ()) -> None:
    """Delete all but the `kept`, and the locks. Raises OSError."""
    for file in folder.iterdir():
        if file.name in kept or file.name in LOCKS:
            continue
        if file.is_dir():
            shutil.rmtree(file)
        else:
            file.unlink(missing_ok=True)


def summary(folder: Path) -> Summary:
    """What the list of files says: the settings, which never change, and each segment's counts.

    Raises OSError, ValueError.
    """
    meta = json.loads((folder / META).read_bytes())
    segments = _segments(meta)
    settings = json.dumps([meta.get("schema"), meta.get("index_settings")])
    return {
        "settings": hashlib.blake2b(settings.encode(), digest_size=16).hexdigest(),
        "segments": {f"{s.name}.{s.opstamp}": [s.max_doc, s.deleted] for s in segments},
    }


def fits(now: Summary, then: Summary) -> bool:
    """Whether the list may have come from what it was then: segments come and go as wholes."""
    common = now["segments"].keys() & then["segments"].keys()
    return now["settings"] == then["settings"] and all(
        now["segments"][key] == then["segments"][key] for key in common
    )


@dataclass(frozen=True, slots=True)
class _Segment:
    """One segment in tantivy's list. `opstamp` names its file of deleted documents, if any."""

    name: str
    max_doc: int
    opstamp: int | None = None
    deleted: int = 0

    @property
    def files(self) -> list[str]:
        files = [f"{self.name}.{part}" for part in _PARTS]
        return files if self.opstamp is None else [*files, f"{self.name}.{self.opstamp}.del"]


def _segments(meta: Any) -> list[_Segment]:
    """The segments in the parsed list. Raises ValueError when it is torn."""
    try:
        return [
            _Segment(
                segment["segment_id"].replace("-", ""),
                int(segment["max_doc"]),
                *(
                    (int(d["opstamp"]), int(d["num_deleted_docs"]))
                    if (d := segment["deletes"])
                    else ()
                ),
            )
            for segment in meta["segments"]
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{META} is torn ({error!r})") from error


def _names(listed: bytes) -> list[str]:
    return [name for segment in _segments(json.loads(listed)) for name in segment.files]


def _is_whole(file: Path, checked: Checked) -> bool:
    try:
        stat = file.stat()
        key = (file.name, stat.st_size, stat.st_mtime_ns)
        if key not in checked:
            if not _fits_its_checksum(file):
                return False
            checked.add(key)
    except (OSError, ValueError):
        return False
    return True


def _fits_its_checksum(file: Path) -> bool:
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        length, magic = _TAIL.unpack(data[-_TAIL.size :]) if len(data) >= _TAIL.size else (0, 0)
        end = len(data) - _TAIL.size - length
        if magic != _MAGIC or end < 0:
            return False
        footer = json.loads(data[end : -_TAIL.size])
        with memoryview(data) as view, view[:end] as body:
            return isinstance(footer, dict) and footer.get("crc") == zlib.crc32(body)
