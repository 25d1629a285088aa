"""Says which failures last: an unchanged file is not tried again in vain. Knows no shelf.

A file fails again as long as it, Quoth's readers, the limits and what does OCR are the same.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from ingest import READER_VERSION
from ingest.nested import INSIDE
from ingest.passwords import passwords_of
from quoth.datatypes import FileOutcome, KnownFailure
from quoth.errors import (
    DamagedFileError,
    EncryptedFileError,
    LimitError,
    NoTextError,
    UnsupportedFileError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quoth.config import IngestConfig
    from quoth.datatypes import SourceFile
    from quoth.errors import ReadError

_LASTING = (NoTextError, DamagedFileError, UnsupportedFileError, LimitError, EncryptedFileError)


@dataclass(frozen=True, slots=True)
class Failures:
    """What failed before and what fails in a run: `found`.

    The files that are `named`, or lie in an archive that is, are tried again whatever is known;
    with passwords so are the encrypted ones.
    """

    recipe: str
    known: Mapping[str, KnownFailure] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    with_passwords: bool = False
    found: list[KnownFailure] = field(default_factory=list)

    def again(self, file: SourceFile) -> FileOutcome | None:
        """The outcome of a file that would fail as it did; None for one that is to be tried."""
        failure = self.known.get(file.source)
        if failure is None or {file.source, file.source.partition(INSIDE)[0]} & self.named:
            return None
        if failure.encrypted and self.with_passwords:
            return None
        now = (file.size, file.modified_ns, self.recipe)
        if (failure.size, failure.modified_ns, failure.recipe) != now:
            return None
        reason = f"{failure.reason} (unchanged, so not tried again)"
        return FileOutcome(
            file.source, "failed", reason=reason, encrypted=failure.encrypted, known=True
        )

    def note(self, file: SourceFile, error: ReadError) -> None:
        """Keep a failure in mind, unless another try may end otherwise."""
        if isinstance(error, _LASTING) and file.modified_ns:
            encrypted = isinstance(error, EncryptedFileError)
            self.found.append(
                KnownFailure(
                    file.source, file.size, file.modified_ns, self.recipe, str(error), encrypted
                )
            )


def failures_before(
    known: Mapping[str, KnownFailure], config: IngestConfig, named: frozenset[str] = frozenset()
) -> Failures:
    """For a run that begins."""
    return Failures(reading_recipe(config), known, named, bool(passwords_of(config)))


def reading_recipe(config: IngestConfig) -> str:
    """Names everything but a file itself that decides whether it can be read, passwords apart."""
    limits = {key: value for key, value in asdict(config).items() if key != "passwords"}
    recognisers = (
        shutil.which("tesseract") is not None,
        importlib.util.find_spec("rapidocr_onnxruntime") is not None,
    )
    told = json.dumps([limits, recognisers], sort_keys=True)
    return f"{READER_VERSION}/{hashlib.sha256(told.encode()).hexdigest()[:16]}"
