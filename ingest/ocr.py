"""Recognises the letters of a picture by RapidOCR or Tesseract; knows no file format.

Both are optional. RapidOCR's models come in its wheel and read Latin letters and Chinese; an
installed Tesseract reads the languages that are installed for it.
"""

from __future__ import annotations

import csv
import functools
import io
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ingest.memory import give_back
from quoth.errors import MissingDependencyError, ReadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from PIL.Image import Image

    from quoth.config import IngestConfig

LARGEST_SIDE = 1600
"""Pixels of the longer side of a picture at most: more cost memory and recognise no better."""
FOUND_NOTHING = "a picture, OCR found nothing"
_LEAST_CONFIDENCE = 0.5
_SECONDS_A_PAGE = 60


class Recognised(NamedTuple):
    """A line or word and its box in pixels, y downwards."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float


Recogniser = Callable[["Image"], list[Recognised]]


@dataclass(frozen=True, slots=True)
class Ocr:
    """How scanned pages are read: by what, or why not, and until when (`time.monotonic`)."""

    recognise: Recogniser | None
    absent: str
    deadline: float


_DEADLINE: ContextVar[float] = ContextVar("_DEADLINE")


@contextmanager
def one_file(config: IngestConfig) -> Iterator[None]:
    """Let all that is recognised inside, such as the attachments of a mailbox, share its time."""
    token = _DEADLINE.set(time.monotonic() + config.ocr_seconds)
    try:
        yield
    finally:
        _DEADLINE.reset(token)


def ocr_for(config: IngestConfig) -> Callable[[], Ocr]:
    """Loads the recogniser at the first page that needs it; its time counts from now."""
    deadline = _DEADLINE.get(time.monotonic() + config.ocr_seconds)
    return functools.cache(lambda: _load(config, deadline))


def _load(config: IngestConfig, deadline: float) -> Ocr:
    if config.ocr == "off":
        return Ocr(None, "OCR is off (ingest.ocr)", deadline)
    try:
        return Ocr(recogniser(config), "", deadline)
    except MissingDependencyError as error:
        return Ocr(None, str(error), deadline)


def recogniser(config: IngestConfig) -> Recogniser:
    """What recognises pictures under this configuration.

    Raises MissingDependencyError when what it names, or anything at all, is not installed.
    """
    if config.ocr in ("auto", "tesseract") and shutil.which("tesseract"):
        return functools.partial(_by_tesseract, languages=config.ocr_languages)
    if config.ocr == "tesseract":
        raise MissingDependencyError("Tesseract", "apt install tesseract-ocr")
    engine = _rapidocr()
    return functools.partial(_by_rapidocr, engine)


@functools.cache
def _rapidocr() -> Any:
    from ingest.ocr_bands import BandedDetector
    from ingest.ocr_spaces import SpacingRecogniser

    try:
        from rapidocr_onnxruntime import RapidOCR
    except ImportError as error:
        # OpenCV's wheel wants libGL, which a server may lack.
        command = "pip install rapidocr-onnxruntime"
        if "libGL" in str(error):
            command = "apt install libgl1 (OpenCV needs it)"
        raise MissingDependencyError("RapidOCR, which reads scans,", command) from error
    engine = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1, det_limit_type="max")
    engine.text_det = BandedDetector(engine.text_det)
    engine.text_rec = SpacingRecogniser(engine.text_rec)
    return engine


def _by_rapidocr(engine: Any, picture: Image) -> list[Recognised]:
    import numpy as np

    # It takes blue, green, red.
    pixels = np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])
    try:
        found, _ = engine(pixels)
    except _engine_errors() as error:
        raise ReadError("OCR failed over it; raise ingest.memory_megabytes") from error
    finally:
        give_back()
    return [
        _boxed(text, corners)
        for corners, text, confidence in found or []
        if float(confidence) >= _LEAST_CONFIDENCE and text.strip()
    ]


def _engine_errors() -> tuple[type[Exception], ...]:
    """What RapidOCR's libraries raise; nearly always that memory ran out."""
    import cv2
    from onnxruntime.capi import onnxruntime_pybind11_state as runtime
    from rapidocr_onnxruntime.utils.infer_engine import ONNXRuntimeError

    return (cv2.error, runtime.Fail, runtime.RuntimeException, ONNXRuntimeError, MemoryError)


def _boxed(text: str, corners: Iterable[Sequence[float]]) -> Recognised:
    xs, ys = zip(*corners, strict=True)
    return Recognised(text, float(min(xs)), float(min(ys)), float(max(xs)), float(max(ys)))


def _by_tesseract(picture: Image, languages: Sequence[str]) -> list[Recognised]:
    data = io.BytesIO()
    picture.save(data, "PNG")
    command = ["tesseract", "-", "-", "-l", "+".join(languages), "tsv"]
    try:
        done = subprocess.run(  # noqa: S603 (no shell; the languages are the user's own)
            command,
            input=data.getvalue(),
            capture_output=True,
            timeout=_SECONDS_A_PAGE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return []
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = said[-1] if said else f"exit status {done.returncode}"
        raise ReadError(f"Tesseract failed: {reason}; check ingest.ocr_languages")
    return list(_words(done.stdout.decode(errors="replace")))


def _words(table: str) -> list[Recognised]:
    """The words in Tesseract's table."""
    rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    words = []
    for row in rows:
        text = (row.get("text") or "").strip()
        if text and float(row["conf"]) >= 100 * _LEAST_CONFIDENCE:
            left, top = float(row["left"]), float(row["top"])
            right, bottom = left + float(row["width"]), top + float(row["height"])
            words.append(Recognised(text, left, top, right, bottom))
    return words
