"""Keeps a compressed dense index in a file that is whole, or not there. Knows no SQLite.

The file holds plain arrays, so that no byte of it is ever run or trusted as a structure: what was
trained, the size of each list, the rows and blocks of 4-bit codes of each list, then all rows in
ascending order and their 8-bit codes. After them comes the stamp as JSON, and a fixed tail with the stamp's length, its checksum and
the file's mark. The stamp has the checksum of the arrays. A reader refuses a file that was cut,
changed or written for something else; what it derives from is still in SQLite.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from quoth.errors import StorageFullError
from vectorstore.dense.inverted import BLOCK, InvertedIndex, blocks_of, code_bytes, described
from vectorstore.dense.ranges import CENTRES, Trained, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quoth.datatypes import RowArray
    from vectorstore.dense.codes import Codes

FILE_NAME = "dense.snapshot"
_TAIL = struct.Struct("<II8s")
_MARK = b"quothd02"
_MOST_STAMP_BYTES = 4096
_KINDS: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float)}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a snapshot was made of and what it holds.

    `change` is the library's counter that it has reached, `n_blocks` counts those of all lists, `recall` was measured when its lists
    were made, for a library of `trained_on` vectors, since when `misfits` were added that its codes
    cannot hold; `checksum` is the CRC-32 of the arrays.
    """

    library: str
    embedder: str
    change: int
    dimension: int
    n_vectors: int
    n_lists: int
    n_blocks: int
    n_probes: int
    trained_on: int
    recall: float
    misfits: int = 0
    checksum: int = 0

    @property
    def description(self) -> str:
        """The kind of index in words."""
        return described(self.n_lists, self.n_probes, InvertedIndex.how)

    @property
    def n_bytes(self) -> int:
        """The size of the arrays."""
        trained = 4 * (self.n_lists * self.dimension + (CENTRES + 2) * self.dimension + 1)
        lists = 8 * self.n_lists + self.n_blocks * BLOCK * code_bytes(self.dimension)
        return trained + lists + self.n_vectors * (16 + self.dimension)


def write(folder: Path, stamp: Stamp, index: InvertedIndex) -> None:
    """Put a snapshot in place of the one before, at once. Raises StorageFullError."""
    temporary = folder / f"{FILE_NAME}.new"
    try:
        with temporary.open("wb") as file:
            checksum = 0
            for array in _arrays(index):
                checksum = zlib.crc32(array.data, checksum)
                file.write(array.data)
            encoded = json.dumps(asdict(stamp) | {"checksum": checksum}).encode()
            file.write(encoded + _TAIL.pack(len(encoded), zlib.crc32(encoded), _MARK))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / FILE_NAME)
        _sync_folder(folder)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StorageFullError(
            f"{temporary} cannot be written ({error.strerror}); free disk space and try again"
        ) from error


def delete(folder: Path) -> None:
    """Drop the snapshot of `folder`, if there is one. Raises StorageFullError."""
    try:
        (folder / FILE_NAME).unlink(missing_ok=True)
    except OSError as error:
        raise StorageFullError(
            f"{folder / FILE_NAME} cannot be deleted ({error.strerror}); "
            "make the folder writable and try again"
        ) from error


def _sync_folder(folder: Path) -> None:
    """Make the new name last; where folders can't be opened the system sees to it."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _arrays(index: InvertedIndex) -> Iterator[np.ndarray[Any, Any]]:
    trained = index.trained
    for array in (trained.centroids, trained.codebook, trained.ranges, trained.furthest):
        yield np.ascontiguousarray(array, dtype="<f4")
    yield np.array([len(rows) for rows, _ in index.lists()], dtype="<i8")
    for rows, blocks in index.lists():
        yield np.ascontiguousarray(rows, dtype="<i8")
        yield np.ascontiguousarray(blocks)
    for rows, _ in index.codes.batches():
        yield np.ascontiguousarray(rows, dtype="<i8")
    for _, codes in index.codes.batches():
        yield np.ascontiguousarray(codes)


def read_stamp(folder: Path) -> Stamp | None:
    """The stamp of the snapshot in `folder`; None when there is none that is whole."""
    try:
        with (folder / FILE_NAME).open("rb") as file:
            return _stamp(file)
    except OSError:
        return None


def read(folder: Path, wanted: Stamp) -> InvertedIndex | None:
    """The index of the snapshot with this very stamp; None when it is gone or damaged."""
    try:
        with (folder / FILE_NAME).open("rb") as file:
            if _stamp(file) != wanted:
                return None
            file.seek(0)
            return _Reader(file, wanted).index()
    except (OSError, _DamagedError):
        return None


def _stamp(file: BinaryIO) -> Stamp | None:
    size = file.seek(0, os.SEEK_END)
    if size < _TAIL.size:
        return None
    file.seek(size - _TAIL.size)
    length, checksum, mark = _TAIL.unpack(file.read(_TAIL.size))
    if mark != _MARK or length > min(size - _TAIL.size, _MOST_STAMP_BYTES):
        return None
    file.seek(size - _TAIL.size - length)
    encoded = file.read(length)
    if zlib.crc32(encoded) != checksum:
        return None
    found = _parsed(encoded)
    fits = found is not None and found.n_bytes + length + _TAIL.size == size
    return found if fits else None


def _parsed(encoded: bytes) -> Stamp | None:
    """The stamp, when every field is of its kind and no number is below zero."""
    try:
        stamp = Stamp(**json.loads(encoded))
    except (ValueError, TypeError):
        return None
    for field in fields(Stamp):
        value: Any = getattr(stamp, field.name)
        if type(value) not in _KINDS[str(field.type)]:
            return None
        if not isinstance(value, str) and value < 0:
            return None
    return stamp if stamp.n_lists and stamp.dimension else None


class _DamagedError(Exception):
    """The arrays are not what was written."""


class _Reader:
    """Reads the arrays once, in order, and their checksum with them."""

    def __init__(self, file: BinaryIO, stamp: Stamp) -> None:
        self._file = file
        self._stamp = stamp
        self._checksum = 0

    def index(self) -> InvertedIndex:
        """The index. Raises _DamagedError."""
        stamp = self._stamp
        trained = self._trained()
        sizes = self._array((stamp.n_lists,), "<i8")
        if (sizes < 0).any() or int(sizes.sum()) != stamp.n_vectors:
            raise _DamagedError
        if sum(blocks_of(int(size)) for size in sizes) != stamp.n_blocks:
            raise _DamagedError
        found = InvertedIndex(trained, trained_on=stamp.trained_on, n_probes=stamp.n_probes)
        found.fill(self._list(int(size)) for size in sizes)
        for array in found.codes.take(stamp.n_vectors):
            self._read(array)
        if self._checksum != stamp.checksum:
            raise _DamagedError
        found.recall = stamp.recall
        return found

    def _trained(self) -> Trained:
        n_lists, dimension = self._stamp.n_lists, self._stamp.dimension
        parts = parts_of(dimension)
        return Trained(
            centroids=self._array((n_lists, dimension), "<f4"),
            codebook=self._array((parts, CENTRES, dimension // parts), "<f4"),
            ranges=self._array((2 * dimension,), "<f4"),
            furthest=self._array((1,), "<f4"),
        )

    def _list(self, size: int) -> tuple[RowArray, Codes]:
        width = BLOCK * code_bytes(self._stamp.dimension)
        return self._array((size,), "<i8"), self._array((blocks_of(size) * width,), "u1")

    def _array(self, shape: tuple[int, ...], kind: str) -> np.ndarray[Any, Any]:
        array = np.empty(shape, dtype=kind)
        self._read(array)
        return array

    def _read(self, array: np.ndarray[Any, Any]) -> None:
        if array.nbytes:
            view = array.reshape(-1).view(np.uint8).data
            if self._file.readinto(view) != array.nbytes:  # type: ignore[attr-defined]
                raise _DamagedError
            self._checksum = zlib.crc32(view, self._checksum)
