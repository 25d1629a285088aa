from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from generation import requantize
from generation.embedded import embedded_model
from generation.gguf import read_facts
from generation.llama_native import LoadSettings, NativeModel
from generation.loading import load_local
from generation.measuring import Effort, Speed
from generation.prompt_speed import PromptSpeed
from generation.requantize import Choice, fastest, optimise, recall, remember
from quoth.config import ModelConfig
from quoth.errors import ModelError, ModelLoadError, StorageFullError
from tests.generation.making import LLAMA, write_gguf, write_split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FACTS = read_facts(embedded_model())
SETTINGS = LoadSettings(512, 128, 1, 0, flash_attention=False, share_cores=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("own")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUOTH_MODELS", str(path))
        patch.setattr(requantize, "_is_quiet", lambda: False)  # nothing is measured unasked
        yield path


@pytest.fixture(scope="module")
def choice(folder: Path) -> Choice:
    """The embedded model written as Q8_0 and measured, one round, whatever comes out."""
    assert recall(FACTS) is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requantize, "_GAIN", 0.0)  # another type is always worth its place
        made = optimise(FACTS, SETTINGS, kinds=("Q8_0",), effort=Effort(48, 97, 1))
    assert sorted(path.suffix for path in (folder / "optimised").iterdir()) == [
        ".gguf", ".json", ".lock",
    ]  # fmt: skip
    return made


def test_another_type_is_written_measured_and_predicts_as_well(choice: Choice) -> None:
    assert choice.kind == "Q8_0"
    assert [speed.kind for speed in choice.speeds] == ["Q4_1", "Q8_0"]
    original, other = choice.speeds
    assert 0.9 < other.perplexity / original.perplexity < 1.02  # finer steps predict better
    assert all(min(each.prompt, each.written, each.seconds) > 0 for each in choice.speeds)


def test_what_was_chosen_is_loaded_from_then_on_unless_that_is_switched_off(
    choice: Choice,
) -> None:
    assert recall(FACTS) == choice
    chosen = fastest(FACTS, SETTINGS)
    assert chosen.quantization == "Q8_0"
    model = load_local(ModelConfig(context_size=256, threads=1, gpu_layers=0))
    assert model.facts == chosen
    assert model.name == embedded_model().stem
    model.close()
    plain = load_local(ModelConfig(context_size=256, threads=1, gpu_layers=0, requantize="off"))
    assert plain.facts == FACTS
    plain.close()


def test_a_file_that_is_gone_or_damaged_is_not_loaded(choice: Choice, folder: Path) -> None:
    assert choice.kind
    (file,) = (folder / "optimised").glob("*.gguf")
    content = file.read_bytes()
    try:
        file.write_bytes(content[:1000])
        assert fastest(FACTS, SETTINGS) == FACTS
        file.unlink()
        assert recall(FACTS) is None
    finally:
        file.write_bytes(content)


def test_a_memory_of_another_kind_is_no_memory(choice: Choice, folder: Path) -> None:
    (file,) = (folder / "optimised").glob("*.json")
    content = file.read_text()
    try:
        for damaged in ("", "[]", "{}", '{"kind": "Q8_0", "speeds": [{"fast": 1}]}'):
            file.write_text(damaged)
            assert recall(FACTS) is None
    finally:
        file.write_text(content)
    assert json.loads(content)["kind"] == choice.kind


def test_the_logits_of_a_whole_text_are_those_of_its_tokens_one_by_one() -> None:
    native = NativeModel(FACTS, SETTINGS)
    tokens = native.vocabulary.data_tokens("The lighthouse of Alma was built in 1871.")
    rows = native.logits(tokens)
    assert rows.shape == (len(tokens), FACTS.vocabulary_size)
    native.forget_after(0)
    native.decode(tokens)
    pointer = native._c.llama_get_logits_ith(native._context, -1)
    last = np.ctypeslib.as_array(pointer, shape=(FACTS.vocabulary_size,))
    assert np.array_equal(rows[-1], last)
    native.close()


def test_unasked_a_quick_measurement_is_made_and_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("QUOTH_MODELS", str(tmp_path))
    monkeypatch.setattr(requantize, "_is_quiet", lambda: True)
    monkeypatch.setattr(requantize, "QUICK", Effort(8, 9, 1))
    monkeypatch.setattr(requantize, "_SLOWEST_UNASKED", 0.0)
    first = fastest(FACTS, SETTINGS)
    assert [record.getMessage() for record in caplog.records] == [
        "measuring SmolLM2-135M-Instruct.Q4_1.gguf once on this machine: some seconds"
    ]
    remembered = recall(FACTS)
    assert remembered is not None
    assert [speed.kind for speed in remembered.speeds] == ["Q4_1", "Q8_0"]
    assert fastest(FACTS, SETTINGS) == first
    assert len(caplog.records) == 1


def test_on_a_slow_machine_and_a_busy_one_nobody_is_kept_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTH_MODELS", str(tmp_path))
    monkeypatch.setattr(requantize, "_is_quiet", lambda: False)
    assert fastest(FACTS, SETTINGS) == FACTS
    assert recall(FACTS) is None
    monkeypatch.setattr(requantize, "_is_quiet", lambda: True)
    monkeypatch.setattr(requantize, "QUICK", Effort(8, 9, 1))
    monkeypatch.setattr(requantize, "_SLOWEST_UNASKED", 1e9)
    assert fastest(FACTS, SETTINGS) == FACTS
    assert recall(FACTS) == Choice("", ())
    monkeypatch.setenv("QUOTH_MODELS", "/proc/nowhere")
    assert fastest(FACTS, SETTINGS) == FACTS


def test_how_fast_prompts_are_read_is_measured_once_for_each_type_of_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTH_MODELS", str(tmp_path))
    monkeypatch.setattr(requantize, "_is_quiet", lambda: True)
    looks: list[str] = []

    def measure(kind: str) -> Callable[[], PromptSpeed]:
        def look() -> PromptSpeed:
            looks.append(kind)
            return PromptSpeed(kind, 0.001, 1e-6)

        return look

    def known(kind: str) -> PromptSpeed | None:
        return requantize.prompt_speed(FACTS, kind, measure(kind))

    assert known("Q4_1") == known("Q4_1") == PromptSpeed("Q4_1", 0.001, 1e-6)
    assert known("Q8_0") == known("Q8_0") == PromptSpeed("Q8_0", 0.001, 1e-6)
    assert looks == ["Q4_1", "Q8_0"]
    assert recall(FACTS) is None
    for file in (tmp_path / "optimised").glob("*.Q4_1.speed.json"):
        file.write_text('{"kind": "Q4_1"}')
    monkeypatch.setattr(requantize, "_is_quiet", lambda: False)
    assert known("Q4_1") is None
    assert known("Q8_0") is not None
    requantize.forget(FACTS)
    assert known("Q8_0") is None


def test_a_model_is_loaded_with_the_speed_that_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTH_MODELS", str(tmp_path))
    remember(FACTS, Choice("", ()))
    requantize.remember_speed(FACTS, PromptSpeed("Q4_1", 0.002, 0.0))
    model = load_local(ModelConfig(context_size=256, threads=1, gpu_layers=0))
    assert model.tokens_within(1) == 500
    model.close()


@pytest.mark.parametrize("lines", ["model name\t: Xeon\nflags\t: avx512f\n", "Features\t: neon\n"])
def test_a_processor_is_known_by_its_name_and_by_what_it_can_do(
    lines: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = []
    for told in (lines, lines.replace("avx512f", "avx2").replace("neon", "sve"), ""):
        (tmp_path / "cpuinfo").write_text(told)
        monkeypatch.setattr(requantize, "_CPUINFO", tmp_path / "cpuinfo")
        known.append(requantize._processor())
    assert len(set(known)) == 3
    assert all(known)


def speed(kind: str, prompt: float, written: float = 50.0, perplexity: float = 20.0) -> Speed:
    return Speed(kind, prompt, written, perplexity)


@pytest.mark.parametrize(
    ("others", "kind"),
    [
        ([], ""),
        ([speed("Q8_0", 200.0)], "Q8_0"),
        ([speed("Q8_0", 105.0)], ""),  # hardly faster: not worth its place
        ([speed("Q8_0", 200.0, written=5.0)], ""),  # reads faster, but writes so slowly
        ([speed("Q8_0", 200.0), speed("BF16", 300.0)], "BF16"),
        ([speed("Q8_0", 200.0), speed("Q4_0", 300.0, perplexity=20.5)], "Q8_0"),
        ([speed("Q4_0", 300.0, perplexity=20.3)], "Q4_0"),
    ],
)
def test_the_fastest_is_chosen_that_predicts_as_well(others: list[Speed], kind: str) -> None:
    assert requantize._best([speed("Q4_1", 100.0), *others]) == kind


def test_a_large_model_is_measured_only_when_asked(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert folder
    facts = read_facts(write_gguf(tmp_path / "m.gguf", LLAMA))
    with caplog.at_level(logging.WARNING):
        assert fastest(replace(facts, file_bytes=10**9), SETTINGS).path == facts.path
    assert caplog.records == []


def test_a_model_that_cannot_be_measured_runs_as_it_is(folder: Path, tmp_path: Path) -> None:
    assert folder
    facts = read_facts(write_gguf(tmp_path / "m.gguf", LLAMA))
    with pytest.raises(ModelError):
        optimise(facts, SETTINGS, kinds=("Q8_0",))
    assert fastest(facts, SETTINGS) == facts
    with pytest.raises(ModelLoadError, match="is split"):
        optimise(read_facts(write_split(tmp_path)), SETTINGS)


def test_a_folder_that_cannot_be_written_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("QUOTH_MODELS", str(tmp_path / "file"))
    with pytest.raises(StorageFullError, match="QUOTH_MODELS"):
        optimise(FACTS, SETTINGS)


def test_a_choice_is_remembered_for_its_model_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTH_MODELS", str(tmp_path))
    remember(FACTS, Choice("", ()))
    assert recall(FACTS) == Choice("", ())
    assert recall(read_facts(write_gguf(tmp_path / f"{FACTS.path.name}", LLAMA))) is None
    requantize.forget(FACTS)
    assert recall(FACTS) is None


def test_a_speed_that_something_else_slowed_down_is_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTH_MODELS", str(tmp_path))
    looks = iter((True, False, True, True))
    monkeypatch.setattr(requantize, "_is_quiet", lambda: next(looks))
    slow, fast = PromptSpeed("Q8_0", 0.003, 1e-6), PromptSpeed("Q8_0", 0.001, 1e-6)
    assert requantize.prompt_speed(FACTS, "Q8_0", lambda: slow) is None
    assert requantize.prompt_speed(FACTS, "Q8_0", lambda: fast) == fast
