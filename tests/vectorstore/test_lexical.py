"""The lexical index finds chunks by words of any language, their own and their neighbours'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vectorstore.lexical import Entry, LexicalIndex

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {
    1: "The insurance pays for damage by storms, and the office answers within a week.",
    2: "Die Haftpflichtversicherung zahlt für den Schaden, der bei dem Sturm entstanden ist.",
    3: "El seguro paga los daños de la tormenta que se han visto en las casas.",
    4: "保险公司赔偿暴风雨造成的损失。",
    5: "保険会社は台風による損害を補償します。",
    6: "보험 회사는 폭풍으로 인한 피해를 보상합니다.",
    7: "บริษัทประกันภัยจ่ายค่าเสียหายจากพายุ",
    8: "تدفع شركة التأمين تعويضات عن الأضرار الناجمة عن العواصف",
    9: "Ubezpieczyciel wypłaca odszkodowanie za szkody wyrządzone przez burzę.",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    made = LexicalIndex(tmp_path_factory.mktemp("lexical") / "index", "library")
    made.write([], [Entry(row, row, 1, text) for row, text in TEXTS.items()], 1)
    return made


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("Who insures against storm damages?", 1),
        ("Welche Versicherung zahlt Schäden?", 2),
        ("¿Quién paga el daño en una casa?", 3),
        ("暴风雨的损失谁赔偿", 4),
        ("台風の損害", 5),
        ("폭풍 피해", 6),
        ("พายุ", 7),
        ("تعويض العاصفة", 8),
        ("odszkodowania za szkodę", 9),
    ],
)
def test_a_question_in_its_language_finds_the_text(
    index: LexicalIndex, question: str, row: int
) -> None:
    assert index.search(question, 3)[0][0] == row


def test_a_word_said_twice_counts_twice(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path / "index", "library")
    texts = ("storms over here", "floods over there", "nothing", "nobody")
    index.write([], [Entry(row, row, 1, text) for row, text in enumerate(texts)], 1)
    assert index.search("flood storm storm", 4)[0][0] == 0
    assert index.search("flood storm flood", 4)[0][0] == 1
    twice, once = index.search("storm storm", 1)[0][1], index.search("storm", 1)[0][1]
    assert twice == pytest.approx(2 * once)


def test_of_two_equal_chunks_the_one_with_the_better_neighbours_comes_first(
    tmp_path: Path,
) -> None:
    index = LexicalIndex(tmp_path / "index", "library")
    beside = {1: ("On cooking.",), 2: ("On storms at sea.",)}
    entries = [Entry(row, row, 1, "They cause damage.", beside[row]) for row in (1, 2)]
    index.write([], entries, 1)
    found = index.search("damage of a storm", 2)
    assert [row for row, _ in found] == [2, 1]
    assert [row for row, _ in index.search("storm", 2)] == [2]


def test_stop_words_alone_find_nothing(index: LexicalIndex) -> None:
    assert index.search("the of and", 3) == []
    assert index.search("", 3) == []
