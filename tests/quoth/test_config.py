"""Configuration: defaults < quoth.toml < environment < flags, and one clear line for a mistake."""

from pathlib import Path

import pytest

from quoth.config import (
    Config,
    Example,
    GenerationConfig,
    check_ranges,
    load_config,
    section_names,
)
from quoth.errors import ConfigError


def test_each_layer_overrides_the_one_below_and_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "quoth.toml"
    file.write_text("[retrieval]\nk = 1\ncandidates = 11\ndense_weight = 0.25\n")
    environment = {"QUOTH_RETRIEVAL_K": "2", "QUOTH_RETRIEVAL_CANDIDATES": "22", "HOME": "/"}
    config = load_config(file, environment, {"retrieval.k": 3})
    assert (config.retrieval.k, config.retrieval.candidates) == (3, 22)
    assert config.retrieval.dense_weight == 0.25
    origins = {key: origin for key, _, origin in config.items()}
    assert origins["retrieval.k"] == "command line"
    assert origins["retrieval.candidates"] == "QUOTH_RETRIEVAL_CANDIDATES"
    assert origins["retrieval.dense_weight"] == str(file)
    assert origins["model.path"] == "default"


def test_a_missing_file_and_an_empty_environment_are_the_defaults(tmp_path: Path) -> None:
    assert load_config(tmp_path / "none.toml", {}) == Config()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            {"retrieval.kk": 1},
            r"unknown configuration key retrieval\.kk .* did you mean retrieval\.k",
        ),
        ({"retreival.k": 1}, r"did you mean retrieval\.k\?"),
        ({"k": 1}, r"unknown configuration key k \(from command line\)"),
        ({"retrieval.k": "many"}, r"retrieval\.k = 'many' \(from command line\) .* takes int"),
        ({"retrieval.k": 1.5}, "takes int"),
        ({"index.device": "tpu"}, "takes auto or cpu or gpu"),
        ({"ingest.hidden": "perhaps"}, "takes bool"),
        ({"generation.stop": 3}, "takes a list"),
        ({"generation.examples": [{"question": "why"}]}, "takes a list"),
        ({"model.path": 3}, "takes str"),
        (
            {"generation.temperature": -1},
            r"generation\.temperature = -1\.0 \(from command line\) is out of range; it takes 0 to 5",
        ),
        ({"generation.temperature": "nan"}, "out of range"),
        ({"generation.top_p": 1.5}, "takes 0 to 1"),
        ({"generation.max_new_tokens": 0}, "takes 1 or more"),
        ({"retrieval.k": 0}, "takes 1 or more"),
        ({"page.port": 70_000}, "takes 0 to 65535"),
    ],
)
def test_what_does_not_fit_is_named_with_its_origin(flags: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_config(None, {}, flags)


def test_an_unknown_variable_of_ours_is_an_error_not_a_silence() -> None:
    with pytest.raises(ConfigError, match="QUOTH_MODEL_PAHT"):
        load_config(None, {"QUOTH_MODEL_PAHT": "x"})


def test_broken_toml_is_one_line_with_the_way_out(tmp_path: Path) -> None:
    file = tmp_path / "quoth.toml"
    file.write_text("[retrieval\nk = 1")
    with pytest.raises(ConfigError, match=r"not valid TOML.*mend it or delete it") as raised:
        load_config(file, {})
    assert "\n" not in str(raised.value)


def test_words_become_values_of_the_right_kind() -> None:
    flags = {
        "ingest.hidden": "true",
        "generation.temperature": "0.7",
        "generation.stop": '["END", "STOP"]',
        "generation.examples": [{"question": "q", "answer": "a"}],
    }
    config = load_config(None, {}, flags)
    assert config.ingest.hidden is True
    assert config.generation.temperature == 0.7
    assert config.generation.stop == ("END", "STOP")
    assert config.generation.examples == (Example("q", "a"),)


def test_every_default_lies_in_its_range() -> None:
    config = Config()
    for name in section_names():
        check_ranges(getattr(config, name), name)


def test_settings_of_one_question_are_checked_too() -> None:
    with pytest.raises(ConfigError, match=r"generation\.temperature = -1 is out of range"):
        check_ranges(GenerationConfig(temperature=-1), "generation")
