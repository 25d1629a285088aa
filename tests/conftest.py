"""Shared by all tests: no network beyond loopback, the real embedder loaded once, a real library."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from quoth.config import EmbedderConfig, IngestConfig
from quoth.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quoth import Quoth
    from vectorstore import Embedder

EXAMPLES = Path(__file__).parent.parent / "examples"

# A setting in the developer's shell must not change what the tests see.
for name in [name for name in os.environ if name.startswith("QUOTH_") and name != "QUOTH_DATA"]:
    del os.environ[name]

# A shell that starts the tests in its background makes them, and what they start, deaf to Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine makes no test wrong.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for models, in which the embedded one is known to be used as it is, and to be fast.

    What a measurement would tell differs from machine to machine, and tests must not.
    """
    from generation import requantize
    from generation.embedded import embedded_model
    from generation.gguf import read_facts
    from generation.prompt_speed import PromptSpeed

    folder = tmp_path_factory.mktemp("models")
    os.environ["QUOTH_MODELS"] = str(folder)
    facts = read_facts(embedded_model())
    requantize.remember(facts, requantize.Choice("", ()))
    requantize.remember_speed(facts, PromptSpeed(facts.quantization, first=1e-6, further=0.0))
    return folder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The real embedder, loaded once."""
    from vectorstore import load_embedder

    return load_embedder(EmbedderConfig())


@pytest.fixture(scope="session")
def rapidocr() -> None:
    """Skips the tests that need RapidOCR where it is not installed."""
    from ingest.ocr import recogniser

    try:
        recogniser(IngestConfig(ocr="rapidocr"))
    except MissingDependencyError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def examples_library(
    tmp_path_factory: pytest.TempPathFactory, embedder: Embedder
) -> Iterator[Quoth]:
    """The examples in a library, with the real models. Tests must not change it."""
    from quoth import Quoth

    folder = tmp_path_factory.mktemp("examples") / "library"
    with Quoth.open(folder, embedder=embedder) as quoth:
        report = quoth.ingest([EXAMPLES])
        assert report.count("failed") == 0
        yield quoth


@pytest.fixture(scope="session")
def tiny_cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a CrossEncoder of random numbers: the whole path, and no judgement."""
    from tests.making_rerankers import save_cross_encoder

    folder = tmp_path_factory.mktemp("cross-encoder")
    save_cross_encoder(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_gguf_reranker(tiny_cross_encoder: Path) -> Path:
    """The same model as a GGUF file."""
    from tests.making_rerankers import save_as_gguf

    return save_as_gguf(tiny_cross_encoder)
