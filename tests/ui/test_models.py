"""The model page over an engine without models, real model files, and a hub on the loopback."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from generation.embedded import embedded_model
from quoth import Quoth, models
from quoth.config import Config, Example, GenerationConfig, ModelConfig, PageConfig
from quoth.errors import ModelError
from quoth.models import Progress
from quoth.ui import model_rows
from quoth.ui.model_files import keep_upload, progress_line, remove
from tests.generation.hub_server import the_hub
from tests.generation.making import LLAMA, write_gguf
from tests.ui.fake_engine import FakeQuoth
from tests.ui.test_pages import _button, _page, _shown
from tests.ui.test_uploads import File

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from vectorstore import Embedder

HOSTILE_NAME = "<b>bold<b> ![x](http:evil)"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QUOTH_MODELS", str(tmp_path / "models"))
    made = tmp_path / "models"
    made.mkdir()
    return made


@pytest.fixture
def quoth(tmp_path: Path) -> FakeQuoth:
    return FakeQuoth(tmp_path)


def compared() -> tuple[model_rows.ModelRow, ...]:
    return model_rows.rows(models.local(), models.catalogue())


def named(quoth: FakeQuoth, name: str) -> AppTest:
    """The page with a file of the hub to be downloaded."""
    app = _page("models", quoth)
    app.selectbox(key="model-to-pull").set_value("").run()
    return app.text_input(key="model-other").set_value(name).run()


def pulled(app: AppTest) -> AppTest:
    """Wait for the download that was begun, and look again."""
    assert app.session_state["model-pull"].wait(60)
    return app.run()


def added(app: AppTest, file: Path) -> AppTest:
    """Add a file of this machine, wait until that is over, and look again."""
    app.text_input(key="model-path").set_value(str(file)).run()
    app.button(key="model-import-do").click().run()
    assert app.session_state["model-import"].wait(60)
    return app.run()


def test_models_here_come_first_and_a_catalogued_one_is_listed_once(folder: Path) -> None:
    known = models.catalogue()[0]
    write_gguf(folder / known.file, LLAMA)
    found = compared()
    assert found[0].path == embedded_model()
    assert (found[1].use, found[1].pull) == (known.file.removesuffix(".gguf"), known.name)
    assert [row.pull for row in found].count(known.name) == 1
    assert len(found) == 1 + len(models.catalogue())
    assert all(row.needs for row in found)


def test_the_table_has_every_figure_and_says_what_runs_and_what_is_too_large() -> None:
    import re

    markup = model_rows.comparison(compared(), embedded_model(), free=400_000_000)
    rows = [re.sub("<[^>]+>", "|", row) for row in markup.split("<tr>")]
    own = next(row for row in rows if "(embedded)" in row)
    for figure in ("running", "135\u00a0M", "30", "576", "9 / 3", "49,152", "8,192", "Q4_1"):
        assert f"|{figure}|" in own
    assert "more than is free" not in own
    assert "more than is free" in rows[-1]
    assert "Apache-2.0" in markup


def test_a_damaged_or_hostile_file_is_a_line_of_text(folder: Path, quoth: FakeQuoth) -> None:
    (folder / f"{HOSTILE_NAME}.gguf").write_bytes(b"no model")
    shown = _shown(_page("models", quoth))
    assert "&lt;b&gt;bold&lt;b&gt; ![x](http:evil)" in shown
    assert "is not a GGUF model" in shown


def test_another_model_is_run_without_a_restart(folder: Path, quoth: FakeQuoth) -> None:
    write_gguf(folder / "small.gguf", LLAMA)
    app = _page("models", quoth)
    app.selectbox(key="model-to-run").set_value("small").run()
    app.button(key="model-run").click().run()
    assert quoth.used_models == ["small"]
    assert [done.value for done in app.success] == ["small runs now\\."]


def test_a_model_that_cannot_be_run_says_so_and_the_page_stays(
    folder: Path, quoth: FakeQuoth
) -> None:
    write_gguf(folder / "small.gguf", LLAMA)
    quoth.broken_models.add("small")
    app = _page("models", quoth)
    app.selectbox(key="model-to-run").set_value("small").run()
    app.button(key="model-run").click().run()
    assert [error.value for error in app.error] == [
        "small is \\<b\\>damaged\\<\\/b\\>\\; choose another"
    ]
    assert "Size by format" in _shown(app)


def test_a_model_is_fetched_on_the_press_of_a_button_and_not_before(
    tmp_path: Path, quoth: FakeQuoth, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = write_gguf(tmp_path / "source.gguf", LLAMA).read_bytes()
    with the_hub({"ada/small/small.gguf": body}, monkeypatch) as hub:
        app = named(quoth, "ada/small/small.gguf")
        assert hub.requests == []
        app.button(key="model-pull-do").click().run()
        pulled(app)
    assert (folder / "small.gguf").read_bytes() == body
    assert [done.value for done in app.success] == ["small is on this machine now\\."]
    assert "small" in app.selectbox(key="model-to-run").options


def test_a_download_that_fails_is_one_line(
    quoth: FakeQuoth, monkeypatch: pytest.MonkeyPatch
) -> None:
    with the_hub({}, monkeypatch):
        app = named(quoth, "ada/none/none.gguf")
        app.button(key="model-pull-do").click().run()
        pulled(app)
    (error,) = app.error
    assert "none\\.gguf" in error.value
    assert "\n" not in error.value


def test_a_download_goes_on_when_its_tab_is_reloaded_and_any_tab_stops_it(
    quoth: FakeQuoth, monkeypatch: pytest.MonkeyPatch
) -> None:
    with the_hub({"ada/small/small.gguf": b"x" * 1000}, monkeypatch) as hub:
        hub.failures = 1000  # the hub is asked again after ever longer waits
        app = named(quoth, "ada/small/small.gguf")
        app.button(key="model-pull-do").click().run()
        other = _page("models", quoth)
        assert not [each for each in other.button if each.key == "model-pull-do"]
        other.button(key="pull-stop").click().run()
        pulled(app)
        pulled(other)
    for tab in (app, other):
        (said,) = tab.info
        assert "small\\.gguf" in said.value
        assert not tab.error
        assert tab.button(key="model-pull-do")


def test_a_model_is_added_by_its_path_and_can_be_removed_then(
    tmp_path: Path, quoth: FakeQuoth, folder: Path
) -> None:
    app = _page("models", quoth)
    assert not [each for each in app.button if each.key == "model-remove"], "nothing is removable"
    added(app, write_gguf(tmp_path / "own.gguf", LLAMA))
    assert [done.value for done in app.success] == ["own is on this machine now\\."]
    assert (folder / "own.gguf").is_file()
    assert (tmp_path / "own.gguf").is_file()

    app.button(key="model-remove").click().run()
    assert "own is deleted from this machine" in _shown(app)
    assert (folder / "own.gguf").is_file(), "nothing goes before it is confirmed"
    (folder / "own.gguf").unlink()
    assert not app.run().success, "it is no longer on this machine"


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"no model", "is not a GGUF model"), (None, "there is no model file")],
)
def test_what_cannot_be_added_is_one_line(
    content: bytes | None, says: str, tmp_path: Path, quoth: FakeQuoth, folder: Path
) -> None:
    file = tmp_path / "own.gguf"
    if content is not None:
        file.write_bytes(content)
    (error,) = added(_page("models", quoth), file).error
    assert says in error.value.replace("\\", "")
    assert "\n" not in error.value
    assert list(folder.iterdir()) == []


def test_over_a_network_nobody_names_files_of_the_machine(quoth: FakeQuoth) -> None:
    quoth.config = replace(quoth.config, page=PageConfig(sign_in=True))
    app = _page("models", quoth)
    assert not [each for each in app.text_input if each.key == "model-path"]
    assert app.button(key="model-import-do").disabled


def test_an_uploaded_model_is_kept_under_a_safe_name_or_leaves_nothing(
    tmp_path: Path, folder: Path
) -> None:
    good = write_gguf(tmp_path / "own.gguf", LLAMA).read_bytes()
    kept = keep_upload(File("../../my model.gguf", good))
    assert kept.path == folder / "my model.gguf"
    assert kept.path.read_bytes() == good
    with pytest.raises(ModelError, match="is there already"):
        keep_upload(File("my model.gguf", good))
    with pytest.raises(ModelError, match="is not a GGUF model"):
        keep_upload(File("broken.gguf", b"GGUF no more"))
    assert list(folder.iterdir()) == [kept.path]


def test_a_model_is_removed_unless_it_runs_or_is_gone(quoth: FakeQuoth, folder: Path) -> None:
    file = write_gguf(folder / "small.gguf", LLAMA)
    (small,) = (model for model in models.local() if model.name == "small")
    quoth.running = file
    app = _page("models", quoth)
    assert not [each for each in app.button if each.key == "model-remove"]
    with pytest.raises(ModelError, match="small runs now; run another model first"):
        remove(quoth, small)  # type: ignore[arg-type]
    assert file.exists()
    quoth.running = None
    remove(quoth, small)  # type: ignore[arg-type]
    assert not file.exists()
    with pytest.raises(ModelError, match="holds no model small"):
        remove(quoth, small)  # type: ignore[arg-type]


def test_a_model_whose_file_has_vanished_is_said_on_its_page(
    tmp_path: Path, embedder: Embedder
) -> None:
    config = Config(model=ModelConfig(path="vanished"))
    with Quoth.open(tmp_path / "library", config=config, embedder=embedder) as quoth:
        app = _page("models", quoth)
    (error,) = app.error
    assert "there is no model vanished" in error.value
    assert app.button(key="model-run"), "and another can be run"


def test_progress_is_told_in_words() -> None:
    line = progress_line(Progress("m.gguf", 50_000_000, 200_000_000, 10.0))
    assert line == "50 of 200 MB of m.gguf · 5.0 MB/s · about 30.0 s left"
    slow = progress_line(Progress("m.gguf", 1_000_000, 200_000_000, 10.0))
    assert slow.endswith("about 33 min left")
    assert progress_line(Progress("m.gguf", 5, 5, 1.0, checking=True)) == "Checking m.gguf …"
    assert "left" not in progress_line(Progress("m.gguf", 0, 5, 0.0))


def test_memory_grows_with_the_window_and_the_limits_are_in_the_picture() -> None:
    data, spec = model_rows.memory_chart(compared()[:2], free=8 * 2**30, total=16 * 2**30)
    own = [gib for name, gib in zip(data["model"], data["gib"], strict=True) if "embedded" in name]
    assert own == sorted(own)
    assert len(set(own)) == 3
    assert data["gib"][-2:] == [8, 16]
    assert data["limit"][-3:] == [False, True, True]
    assert len({len(column) for column in data.values()}) == 1
    assert "evil" not in json.dumps(spec)


def test_the_file_itself_is_drawn_at_its_own_size() -> None:
    row = compared()[0]
    data, _ = model_rows.size_chart(row)
    (own,) = (n for n, mark in enumerate(data["own"]) if mark)
    assert (data["format"][own], data["size"][own]) == ("Q4_1", row.n_bytes / 1e9)
    assert data["size"] == sorted(data["size"], reverse=True)
    estimates = dict(zip(data["format"], data["size"], strict=True))
    assert estimates["F16"] == pytest.approx(0.269, abs=0.001)
    in_list, _ = model_rows.size_chart(replace(row, quantization="Q8_0"))
    assert len(in_list["format"]) == len(model_rows.BITS)


@pytest.mark.parametrize("metric", model_rows.METRICS)
def test_every_figure_can_be_compared(metric: str) -> None:
    data, spec = model_rows.metric_chart(compared(), metric)
    assert len(data["model"]) == len(data["value"]) == len(compared())
    assert min(data["value"]) > 0
    assert spec["encoding"]["x"]["title"]


def test_worked_examples_are_written_changed_and_removed(quoth: FakeQuoth) -> None:
    app = _page("models", quoth)
    app.button(key="example-add").click().run()
    app.text_input(key="example-0-question").set_value("Is tea hot?").run()
    assert app.session_state["generation"].examples == (), "half an example is none"
    app.text_area(key="example-0-answer").set_value("Yes.").run()
    app.button(key="example-add").click().run()
    app.text_input(key="example-1-question").set_value("Is ice?").run()
    app.text_area(key="example-1-answer").set_value("No.").run()
    assert app.session_state["generation"].examples == (
        Example("Is tea hot?", "Yes."),
        Example("Is ice?", "No."),
    )
    app.button(key="example-0-remove").click().run()
    assert app.session_state["generation"].examples == (Example("Is ice?", "No."),)
    assert app.text_input(key="example-1-question").label == "Question of example 1"


def test_configured_examples_and_instruction_can_be_edited_and_come_back(quoth: FakeQuoth) -> None:
    configured = GenerationConfig(system_prompt="Rhyme.", examples=(Example("q", "a"),))
    quoth.config = replace(quoth.config, generation=configured)
    app = _page("models", quoth)
    assert app.text_area(key="setting-system_prompt").value == "Rhyme."
    app.text_area(key="setting-system_prompt").set_value("Be terse.").run()
    app.text_area(key="example-0-answer").set_value("b").run()
    changed = app.session_state["generation"]
    assert (changed.system_prompt, changed.examples) == ("Be terse.", (Example("q", "b"),))
    _button(app, "Back to the configuration").click().run()
    assert app.session_state["generation"] == configured
    assert app.text_area(key="setting-system_prompt").value == "Rhyme."
    assert [area.value for area in app.text_area if "Answer of example" in area.label] == ["a"]
