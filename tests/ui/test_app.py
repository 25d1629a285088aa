"""The app itself, in a process of its own: what it loads, and what it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILL = """
import sys
from quoth import Quoth
with Quoth.open(sys.argv[1]) as quoth:
    assert quoth.ingest([sys.argv[2]]).count("added") == 1
"""
LOOK = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("quoth/ui/script.py", default_timeout=60).run()
assert not app.exception and not app.error, (app.exception, app.error)
for name in sys.argv[1:]:
    script = f"from quoth.ui import session, {name}; session.show_page({name}.show)"
    app = AppTest.from_string(script, default_timeout=60).run()
    assert not app.exception and not app.error, (name, app.exception, app.error)
heavy = {"torch", "llama_cpp", "sentence_transformers", "transformers", "langchain"}
print(sorted(heavy & set(sys.modules)))
"""


def _python(script: str, library: Path, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env={**os.environ, "QUOTH_LIBRARY": str(library)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_no_page_loads_a_model_library_before_the_first_question(tmp_path: Path) -> None:
    library = tmp_path / "library"
    assert (
        _python(LOOK, library, "chat", "documents", "map", "inside", "models").splitlines()[-1]
        == "[]"
    )
    file = tmp_path / "kettle.md"
    file.write_text("# Kettle\n\nThe warranty lasts two years.\n")
    _python(FILL, library, str(library), str(file))
    assert (
        _python(LOOK, library, "chat", "documents", "map", "inside", "models").splitlines()[-1]
        == "[]"
    )
