"""Real files with bytes changed, lost and doubled: a document or one ReadError, nothing else."""

from __future__ import annotations

import io
import random
import zipfile
from typing import TYPE_CHECKING

import pytest

from ingest.reading import read_bytes
from quoth.config import IngestConfig
from quoth.errors import ReadError
from tests.ingest import (
    test_epub,
    test_mail,
    test_opendocument,
    test_presentation,
    test_spreadsheet,
    test_texts,
)
from tests.ingest.making import word_file

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 60


def word(folder: Path) -> Path:
    def build(made: object) -> None:
        made.add_heading("Title", 1)  # type: ignore[attr-defined]
        made.add_paragraph("one", style="List Number")  # type: ignore[attr-defined]
        made.add_table(2, 2).cell(0, 0).text = "cell"  # type: ignore[attr-defined]

    return word_file(folder / "a.docx", build)


def written(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


MAKERS = {
    "docx": word,
    "pptx": lambda at: test_presentation.slides(
        at / "a.pptx", test_presentation.table, test_presentation.chart
    ),
    "xlsx": lambda at: test_spreadsheet.excel(at / "a.xlsx", S=test_spreadsheet.SALES),
    "odt": lambda at: test_opendocument.open_document(at / "a.odt", test_opendocument.TEXT),
    "epub": lambda at: test_epub.book(at / "a.epub"),
    "msg": lambda at: test_mail.outlook(at / "a.msg", **test_mail.BODY),
    "eml": lambda at: written(at / "a.eml", bytes(test_mail.letter())),
    "mhtml": lambda at: written(at / "a.mhtml", test_mail.MHTML),
    "rtf": lambda at: written(at / "a.rtf", test_texts.RTF),
    "ipynb": lambda at: written(at / "a.ipynb", test_texts.notebook(test_texts.CODE)),
    "tex": lambda at: written(at / "a.tex", test_texts.TEX),
}


def mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    if chance.random() < 0.2:
        return bytes(changed[: chance.randrange(len(changed) + 1)])
    for _ in range(chance.choice([1, 3, 20])):
        at = chance.randrange(len(changed) + 1)
        kind = chance.random()
        if kind < 0.5:
            changed[at : at + 1] = bytes([chance.randrange(256)])
        elif kind < 0.75:
            del changed[at : at + chance.choice([1, 5, 50])]
        else:
            changed[at:at] = changed[chance.randrange(len(changed) + 1) :][: chance.choice([5, 50])]
    return bytes(changed)


def with_one_part_mutated(data: bytes, chance: random.Random) -> bytes:
    """The package with one of its parts changed or left out, and packed soundly again."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        names = old.namelist()
        hit = chance.choice(names)
        for name in names:
            if name != hit:
                new.writestr(name, old.read(name))
            elif chance.random() < 0.9:
                new.writestr(name, mutated(old.read(name), chance))
    return packed.getvalue()


@pytest.mark.parametrize("kind", MAKERS)
def test_a_changed_file_is_a_document_or_a_read_error(kind: str, tmp_path: Path) -> None:
    path = MAKERS[kind](tmp_path)
    data = path.read_bytes()
    chance = random.Random(kind)
    n_read = 0
    for number in range(ROUNDS):
        is_package = data.startswith(b"PK") and number % 4
        changed = with_one_part_mutated(data, chance) if is_package else mutated(data, chance)
        try:
            document = read_bytes(changed, path.name, IngestConfig())
        except ReadError:
            continue
        n_read += 1
        assert document.text.strip()
    assert n_read, "some changes are harmless"
