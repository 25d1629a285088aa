"""Who imports whom, and that every library we import is one we ask pip for."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ("quoth", "ingest", "vectorstore", "retrieval", "generation", "app")
MAX_LINES = 350
LONGER = {
    "quoth/engine.py": "the public API stays in one place; most of it is signatures and docstrings",
    "quoth/ui/texts.py": "every text of the page in one place, for one translator",
    "quoth/datatypes.py": "the nouns of Quoth stay in one place",
    "generation/vocabulary.py": "lists of words, no code",
}


def python_files(*names: str) -> list[Path]:
    folders = [file for name in names for file in sorted((ROOT / name).rglob("*.py"))]
    return [*folders, *(file for name in names if (file := ROOT / f"{name}.py").is_file())]


def imports(file: Path) -> set[str]:
    """The top-level names that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found


def imported_libraries(files: list[Path]) -> dict[str, Path]:
    """The names that are neither ours nor the standard library's, and a file of each."""
    known = {*PRODUCT, "tests", "benchmarks", "docs"} | sys.stdlib_module_names
    return {name: file for file in files for name in imports(file) - known}


def declared(*files: str) -> set[str]:
    """The distributions that requirements files name, normalised."""
    lines = [line for file in files for line in (ROOT / file).read_text().splitlines()]
    names = [re.match(r"[\w.-]+", line) for line in lines if not line.startswith("#")]
    return {normalised(name[0]) for name in names if name}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def undeclared(files: list[Path], *requirements: str) -> dict[str, Path]:
    known, wanted = packages_distributions(), declared(*requirements)
    return {
        name: file
        for name, file in imported_libraries(files).items()
        if not {normalised(d) for d in known.get(name, [name])} & wanted
    }


def test_imports_follow_the_design() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_product_imports_only_what_its_requirements_declare() -> None:
    files = python_files(*PRODUCT)
    assert undeclared(files, "requirements.txt", "requirements-models.txt") == {}


def test_tests_and_benchmarks_import_only_what_the_requirements_declare() -> None:
    files = python_files("tests", "benchmarks", "docs")
    every = ("requirements.txt", "requirements-models.txt", "requirements-dev.txt")
    assert undeclared(files, *every) == {}


def test_an_undeclared_import_would_be_seen(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text("import flask\nfrom pypdf import PdfReader\nimport os\n", encoding="utf-8")
    assert set(undeclared([file], "requirements.txt")) == {"flask"}


@pytest.mark.parametrize("file", python_files(*PRODUCT), ids=lambda f: str(f.relative_to(ROOT)))
def test_a_file_is_short_and_opens_with_what_it_knows(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert str(file.relative_to(ROOT)) in LONGER or len(text.splitlines()) <= MAX_LINES
    assert ast.get_docstring(ast.parse(text))


def test_only_the_page_and_its_entry_import_streamlit() -> None:
    others = [f for f in python_files(*PRODUCT) if "ui" not in f.parts and f.name != "app.py"]
    assert "streamlit" not in imported_libraries(others)


def test_the_entry_of_the_page_knows_quoth_alone_and_nobody_knows_it() -> None:
    assert imports(ROOT / "app.py") <= {"quoth", "streamlit"} | sys.stdlib_module_names
    assert not [f for f in python_files(*PRODUCT) if "app" in imports(f)]
