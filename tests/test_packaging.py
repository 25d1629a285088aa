"""The wheel: built from a copy of the sources, installed by itself and run from the root folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("quoth", "ingest", "vectorstore", "retrieval", "generation")
FILES = ("app.py", "pyproject.toml", "README.md", "requirements.txt")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sources, built = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, sources / package, ignore=ignored)
    for file in FILES:
        shutil.copy(ROOT / file, sources)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(built)]
    done = subprocess.run([*build, str(sources)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(built.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*pip, "--target", str(target), str(wheel)], check=True)
    return target


def run(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert wanted <= held
    assert "app.py" in held
    assert "quoth/ui/__init__.py" in held


def test_the_wheel_holds_nothing_of_the_workshop(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops & {"tests", "benchmarks", "docs", "examples"} == set()


def test_the_installed_command_line_answers_from_the_root_folder(installed: Path) -> None:
    done = run(installed, "-m", "quoth", "--help")
    assert done.returncode == 0, done.stderr
    assert "Ask questions of your own documents" in done.stdout


def test_the_installed_packages_import_and_find_the_page(installed: Path) -> None:
    code = (
        f"import {', '.join(PACKAGES)}\n"
        "from quoth.cli.page import app_path\n"
        "print(quoth.__file__, ingest.__file__, app_path(), sep='\\n')\n"
        "assert app_path().is_file()\n"
    )
    done = run(installed, "-c", code)
    assert done.returncode == 0, done.stderr
    assert all(Path(line).is_relative_to(installed) for line in done.stdout.splitlines())


def test_the_installed_distribution_names_its_requirements_and_its_command(installed: Path) -> None:
    code = (
        "from importlib.metadata import distribution\n"
        "quoth = distribution('quoth')\n"
        "print(*quoth.requires, sep='\\n')\n"
        "print(*(f'{e.name} = {e.value}' for e in quoth.entry_points), sep='\\n')\n"
    )
    done = run(installed, "-c", code)
    assert "faiss-cpu>=1.12" in done.stdout
    assert "quoth = quoth.cli:main" in done.stdout
