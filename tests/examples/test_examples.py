"""Checks the example documents against their questions and sources; reads them as anyone would."""

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import docx
import pypdfium2
import pytest
from selectolax.lexbor import LexborHTMLParser

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
DOCUMENTS = sorted(
    path for path in EXAMPLES.iterdir() if path.suffix in {".md", ".txt", ".html", ".pdf", ".docx"}
)
NOT_DOCUMENTS = {"questions.toml"}
TOUR = tomllib.loads((EXAMPLES / "questions.toml").read_text(encoding="utf-8"))
QUESTIONS, UNANSWERABLE = TOUR["question"], TOUR["unanswerable"]
BUILT = ["transformers-and-attention.pdf", "quantization-and-memory.pdf", "fine-tuning.docx"]


def text_of(path: Path) -> str:
    """The text of a document, runs of white space as one space."""
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as pdf:
            raw = " ".join(page.get_textpage().get_text_range() for page in pdf)
    elif path.suffix == ".docx":
        word = docx.Document(str(path))
        cells = (cell.text for table in word.tables for row in table.rows for cell in row.cells)
        raw = " ".join([*(paragraph.text for paragraph in word.paragraphs), *cells])
    elif path.suffix == ".html":
        body = LexborHTMLParser(path.read_text(encoding="utf-8")).body
        assert body is not None
        raw = body.text()
    else:
        raw = path.read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", raw)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {path.name: text_of(path) for path in DOCUMENTS}


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    pytest.importorskip("fpdf", reason="fpdf2 comes with requirements-dev.txt")
    path = ROOT / "docs" / "example-sources" / "build.py"
    spec = importlib.util.spec_from_file_location("example_builder", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def outline(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as pdf:
        return [str(entry.get_title()) for entry in pdf.get_toc()]


@pytest.mark.parametrize("entry", QUESTIONS, ids=lambda entry: entry["question"][:40])
def test_the_answer_stands_in_the_named_document(
    entry: dict[str, str], texts: dict[str, str]
) -> None:
    assert entry["answer"] in texts[entry["document"]]


def test_every_document_is_asked_about_at_least_twice() -> None:
    asked = [entry["document"] for entry in QUESTIONS]
    assert {path.name for path in DOCUMENTS} == set(asked)
    assert min(asked.count(path.name) for path in DOCUMENTS) >= 2


def test_questions_are_not_copied_from_the_documents(texts: dict[str, str]) -> None:
    everything = " ".join(texts.values()).lower()
    for entry in QUESTIONS + UNANSWERABLE:
        assert entry["question"].rstrip("?").lower() not in everything


def test_follow_ups_follow_an_earlier_question_about_the_same_document() -> None:
    pairs = [(i, e) for i, e in enumerate(QUESTIONS) if "follow_up_of" in e]
    assert len(pairs) >= 2
    for i, entry in pairs:
        earlier = {e["question"]: e["document"] for e in QUESTIONS[:i]}
        assert earlier[entry["follow_up_of"]] == entry["document"]


def test_there_are_unanswerable_questions_near_and_far() -> None:
    assert sum(entry["near"] for entry in UNANSWERABLE) >= 2
    assert sum(not entry["near"] for entry in UNANSWERABLE) >= 2


def test_every_format_is_there_and_nothing_else() -> None:
    assert {path.suffix for path in DOCUMENTS} == {".md", ".txt", ".html", ".pdf", ".docx"}
    others = {path.name for path in EXAMPLES.iterdir() if path.is_file()} - NOT_DOCUMENTS
    assert others == {path.name for path in DOCUMENTS}


def test_the_folder_is_small() -> None:
    assert sum(path.stat().st_size for path in EXAMPLES.iterdir() if path.is_file()) < 300_000


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_is_neither_a_stub_nor_a_book(path: Path, texts: dict[str, str]) -> None:
    assert 600 <= len(texts[path.name].split()) <= 1700


@pytest.mark.parametrize("name", BUILT)
def test_a_built_document_says_what_its_source_says(
    name: str, builder: ModuleType, texts: dict[str, str], tmp_path: Path
) -> None:
    rebuilt = tmp_path / name
    rebuilt.write_bytes(builder.build(name))
    assert text_of(rebuilt) == texts[name]


def test_built_documents_are_all_listed(builder: ModuleType) -> None:
    binary = {path.name for path in DOCUMENTS if path.suffix in {".pdf", ".docx"}}
    assert set(BUILT) == set(builder.BUILT) == binary


def test_building_twice_gives_the_same_bytes(builder: ModuleType) -> None:
    for name in BUILT:
        assert builder.build(name) == builder.build(name)


@pytest.mark.parametrize("name", BUILT[:2])
def test_a_pdf_has_pages_numbers_title_and_the_outline_of_its_source(
    name: str, builder: ModuleType
) -> None:
    source = (builder.SOURCES / name).with_suffix(".md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", source, flags=re.MULTILINE)
    assert outline(EXAMPLES / name) == headings
    with pypdfium2.PdfDocument(EXAMPLES / name) as pdf:
        assert pdf.get_metadata_value("Title") == headings[0]
        feet = [page.get_textpage().get_text_range().split()[-1] for page in pdf]
    assert feet == ["1", "2", "3"]


def test_the_docx_has_heading_styles_and_a_table(builder: ModuleType) -> None:
    source = (builder.SOURCES / "fine-tuning.md").read_text(encoding="utf-8")
    word = docx.Document(str(EXAMPLES / "fine-tuning.docx"))
    found = [
        (int(paragraph.style.name.removeprefix("Heading ")), paragraph.text)
        for paragraph in word.paragraphs
        if paragraph.style is not None and str(paragraph.style.name).startswith("Heading")
    ]
    wanted = re.findall(r"^(#+) (.+)$", source, flags=re.MULTILINE)
    assert found == [(len(marks), text) for marks, text in wanted]
    assert word.tables[0].cell(0, 0).text == "Method"


def test_the_builder_refuses_markdown_it_does_not_know(builder: ModuleType) -> None:
    with pytest.raises(ValueError, match="blockquote"):
        builder.parse("> quoted\n")


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("quoth.engine") is None, reason="quoth.engine is not there yet"
)
def test_the_python_example_runs_and_finds_the_answer() -> None:
    ran = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "use_quoth.py")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert f"{len(DOCUMENTS)} documents added" in ran.stdout
    assert "50,257" in ran.stdout
