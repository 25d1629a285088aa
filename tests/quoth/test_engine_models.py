"""The engine with the embedded language model: look into an answer, run another model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quoth.errors import ModelError, ModelNotFoundError
from tests.generation.models import TellingModel

if TYPE_CHECKING:
    from pathlib import Path

    from quoth import Quoth

MANUAL = "# Kettle\n\nThe warranty of the kettle lasts 27 months.\n\nDescale it once a month.\n"


def test_an_answer_is_looked_into_and_another_model_answers_from_then_on(
    quoth: Quoth, tmp_path: Path
) -> None:
    (tmp_path / "kettle.md").write_text(MANUAL)
    quoth.ingest([tmp_path / "kettle.md"])
    telling = TellingModel("The warranty of the kettle lasts 27 months.")
    quoth._model = telling
    answer = quoth.ask("How long does the warranty of the kettle last?")
    aligned = quoth.align(answer)
    best = max(range(len(aligned.sources)), key=aligned.support[0].__getitem__)
    assert "27 months" in aligned.sources[best].text
    with pytest.raises(ModelError, match="does not tell its probabilities"):
        quoth.examine(answer)

    with pytest.raises(ModelNotFoundError):
        quoth.use_model("none-of-that-name")
    assert quoth._model is telling, "the model before stays"
    quoth.config = quoth.config.with_values({"model.endpoint": "http://127.0.0.1:9/v1"}, "test")
    quoth.use_model("embedded")
    assert (quoth.config.model.path, quoth.config.model.endpoint) == ("embedded", "")
    steps = quoth.examine(answer)
    assert "".join(step.text for step in steps[:-1]) == answer.text
    sure = [step for step in steps if step.text == "7"]
    assert sure[0].probability > 0.5, "after 2 the source says 7"
