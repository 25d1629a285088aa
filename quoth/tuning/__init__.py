"""Measures on a user's own questions which settings of retrieval help a library, and writes them.

The command `quoth tune` is its door; the engine does not know it.
"""

from quoth.tuning.generating import generate_questions
from quoth.tuning.questions import JudgedQuestion, Place, Questions, load_questions
from quoth.tuning.report import Compared, TuningReport
from quoth.tuning.trials import Extras, tune
from quoth.tuning.writing import write_settings

__all__ = [
    "Compared",
    "Extras",
    "JudgedQuestion",
    "Place",
    "Questions",
    "TuningReport",
    "generate_questions",
    "load_questions",
    "tune",
    "write_settings",
]
