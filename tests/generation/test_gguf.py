from __future__ import annotations

import contextlib
import ctypes
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.embedded import embedded_model
from generation.gguf import TensorType, read_facts
from generation.gguf_format import TENSOR_TYPES
from quoth.errors import ModelLoadError, ModelNotFoundError
from tests.generation.making import LLAMA, write_gguf, write_split

if TYPE_CHECKING:
    from pathlib import Path


def test_the_facts_of_the_embedded_model() -> None:
    facts = read_facts(embedded_model())
    assert (facts.architecture, facts.size_label, facts.quantization) == ("llama", "135M", "Q4_1")
    assert (facts.n_parameters, facts.vocabulary_size) == (134_515_008, 49_152)
    assert (facts.context_length, facts.block_count, facts.embedding_length) == (8192, 30, 576)
    assert (facts.head_count, facts.head_count_kv) == (9, 3)
    assert facts.kv_width == 30 * 3 * (64 + 64)
    assert "<|im_start|>" in facts.template


def test_a_small_file_of_our_own(tmp_path: Path) -> None:
    facts = read_facts(write_gguf(tmp_path / "m.gguf", LLAMA))
    assert (facts.vocabulary_size, facts.n_parameters) == (3, 4)
    assert facts.kv_width == 2 * 2 * (16 + 16)
    assert facts.template == ""


def test_heads_may_differ_by_layer(tmp_path: Path) -> None:
    entries = {**LLAMA, "llama.attention.head_count_kv": [0, 3]}
    facts = read_facts(write_gguf(tmp_path / "m.gguf", entries))
    assert (facts.head_count_kv, facts.kv_width) == (3, 3 * 32)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=r"no\.gguf"):
        read_facts(tmp_path / "no.gguf")
    with pytest.raises(ModelNotFoundError):
        read_facts(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"GG", b"%PDF-1.7 not a model at all", b"GGUF", b"GGUF\x03"]
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "report.gguf"
    path.write_bytes(content)
    with pytest.raises(
        ModelLoadError, match=r"report.gguf is not a GGUF model: .*choose a \.gguf file"
    ):
        read_facts(path)


@pytest.mark.parametrize("version", [0, 1, 4, 0x03000000])
def test_another_version_is_refused(tmp_path: Path, version: int) -> None:
    with pytest.raises(ModelLoadError, match="version"):
        read_facts(write_gguf(tmp_path / "m.gguf", LLAMA, version=version))


def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    whole = write_gguf(tmp_path / "whole.gguf", LLAMA).read_bytes()
    cut = tmp_path / "cut.gguf"
    for size in range(len(whole) - 15):  # from there on only numbers of the tensor are missing
        cut.write_bytes(whole[:size])
        with pytest.raises(ModelLoadError):
            read_facts(cut)


def test_a_large_model_cut_in_half_is_called_incomplete(tmp_path: Path) -> None:
    with embedded_model().open("rb") as file:
        (tmp_path / "half.gguf").write_bytes(file.read(40_000_000))
    with pytest.raises(ModelLoadError, match="download is incomplete"):
        read_facts(tmp_path / "half.gguf")


def test_absurd_counts_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 2**63, 2**63))
    with pytest.raises(ModelLoadError, match="announces"):
        read_facts(path)
    long_array = struct.pack("<Q", 1) + b"k" + struct.pack("<IIQ", 9, 4, 2**62)
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + long_array)
    with pytest.raises(ModelLoadError, match="middle of its header"):
        read_facts(path)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_headers_raise_nothing_but_model_load_errors(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("gguf") / "m.gguf"
    content = bytearray(write_gguf(path, LLAMA).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with contextlib.suppress(ModelLoadError):
        read_facts(path)


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    entries = {**LLAMA, "split.count": 2}
    first = write_gguf(tmp_path / "big-00001-of-00002.gguf", entries)
    with pytest.raises(ModelLoadError, match=r"big-00002-of-00002\.gguf is missing"):
        read_facts(first)
    second = write_gguf(tmp_path / "big-00002-of-00002.gguf", entries)
    assert read_facts(first).file_bytes == first.stat().st_size + second.stat().st_size


def test_both_shards_of_a_split_model_count(tmp_path: Path) -> None:
    facts = read_facts(write_split(tmp_path))
    assert facts.n_parameters == 8
    assert facts.tensor_types == (TensorType("F32", 2, 8, 32),)


@pytest.mark.parametrize(
    ("entries", "encoding"),
    [
        ({}, ""),
        ({"llama.rope.dimension_count": 64}, "RoPE"),
        ({"llama.rope.freq_base": 10000}, "RoPE, base 10,000"),
        (
            {"llama.rope.freq_base": 10000, "llama.rope.scaling.type": "yarn"},
            "RoPE, base 10,000, yarn",
        ),
        ({"llama.rope.dimension_count": 64, "llama.rope.scaling.type": "none"}, "RoPE"),
        ({"llama.attention.max_alibi_bias": 8}, "ALiBi"),
    ],
)
def test_how_positions_are_encoded(
    tmp_path: Path, entries: dict[str, object], encoding: str
) -> None:
    facts = read_facts(write_gguf(tmp_path / "m.gguf", {**LLAMA, **entries}))
    assert facts.position_encoding == encoding


def test_the_sizes_of_tensor_types_are_those_of_ggml() -> None:
    ggml = pytest.importorskip("llama_cpp._ggml").libggml
    ggml.ggml_type_name.restype = ctypes.c_char_p
    ggml.ggml_blck_size.restype = ctypes.c_int64
    ggml.ggml_type_size.restype = ctypes.c_size_t
    for kind, (name, block, size) in TENSOR_TYPES.items():
        known = ggml.ggml_type_name(kind).decode().upper()
        assert (known, ggml.ggml_blck_size(kind), ggml.ggml_type_size(kind)) == (name, block, size)


def test_the_tensors_of_a_file_fill_it() -> None:
    facts = read_facts(embedded_model())
    of_tensors = sum(each.n_bytes for each in facts.tensor_types)
    assert 0.95 * facts.file_bytes < of_tensors < facts.file_bytes
    assert sum(each.n_parameters for each in facts.tensor_types) == facts.n_parameters


def test_facts_are_read_again_when_the_file_has_changed(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "a.gguf", LLAMA)
    before = read_facts(path)
    assert read_facts(path) is before
    path.write_bytes(b"GGUF")
    with pytest.raises(ModelLoadError):
        read_facts(path)
    path.unlink()
    with pytest.raises(ModelNotFoundError):
        read_facts(path)
