"""The words of a text, by the rules of its language, and the language of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.lexical_languages import language_of
from vectorstore.lexical_words import LANGUAGES, words_of

SENTENCES = {
    "da": "Hunden er ikke i huset, og det var den heller ikke efter at de kom hjem.",
    "de": "Die Versicherung zahlt nicht, wenn der Schaden mit einer Absicht entstanden ist.",
    "el": "Η ασφάλεια δεν πληρώνει αν η ζημιά έγινε με πρόθεση.",
    "en": "The insurance does not pay when the damage was done on purpose.",
    "es": "El seguro no paga cuando el daño se ha hecho con intención por los dueños.",
    "fi": "Vakuutus ei maksa, jos vahinko on tehty tahallaan, mutta se on harvinaista.",
    "fr": "L'assurance ne paie pas quand les dégâts sont faits avec intention par des tiers.",
    "hu": "A biztosító nem fizet, ha az egy szándékos kár volt, és ez így is van.",
    "it": "La compagnia non paga se il danno è stato fatto con intenzione dalla persona.",
    "nl": "De verzekering betaalt niet als de schade met opzet is gemaakt door een ander.",
    "pt": "O seguro não paga quando os danos são feitos com intenção por uma pessoa.",
    "ro": "Asigurarea nu plătește pentru că dauna a fost făcută cu intenție de o persoană.",
    "ru": "Страховка не платит, если ущерб был нанесён намеренно.",
    "sv": "Försäkringen betalar inte om skadan är gjord med avsikt, och det är vanligt.",
    "ta": "காப்பீடு பணம் செலுத்தாது",
    "tr": "Sigorta ödeme yapmaz, çünkü bu zarar bir kişi için ve kasten verilmiş olan bir zarar.",
    "ar": "لا يدفع التأمين إذا كان الضرر متعمدا",
    "other": "保险公司不赔偿故意造成的损害。",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_tells_its_language(language: str) -> None:
    assert language in LANGUAGES
    assert language_of(SENTENCES[language]) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "en"),
        ("42", "en"),
        ("fn main() { let x = 1; }", "en"),
        ("Zażółć gęślą jaźń", "other"),
        ("Україна має довгу історію", "other"),
        ("این کتاب برای پدر است", "other"),
    ],
)
def test_what_tells_nothing_is_english_unless_its_letters_are_foreign(
    text: str, language: str
) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        (
            "Teams include the Los Angeles Rams, Los Angeles Lakers, Los Angeles Clippers, Los Angeles "
            "Angels, Los Angeles Kings and Los Angeles Galaxy."
        ),
        "(1, Vectors.dense(3.85e-01, -9.04e-01, 5.09e-02))",
        "import com.google.cloud.Jib; import com.google.api.Http;",
    ],
)
def test_a_word_said_often_makes_no_language(text: str) -> None:
    assert language_of(text) == "en"


@pytest.mark.parametrize(
    ("language", "asked", "written"),
    [
        ("en", "insured", "insures"),
        ("de", "Häuser", "Hauses"),
        ("es", "seguros", "seguro"),
        ("fr", "assurées", "assurée"),
        ("ru", "городов", "городам"),
        ("ar", "الكتاب", "كتاب"),
        ("ar", "كِتَاب", "كتاب"),
        ("tr", "evlerimiz", "evlerinizden"),
        ("other", "książka", "książkami"),  # Polish: a book, with books
    ],
)
def test_forms_of_a_word_meet(language: str, asked: str, written: str) -> None:
    assert set(words_of(asked, language)) & set(words_of(written, language))


@pytest.mark.parametrize(
    ("language", "asked", "written"),
    [
        ("de", "Versicherung", "Haftpflichtversicherungsbedingungen"),
        ("sv", "försäkring", "hemförsäkringsbrev"),
        ("nl", "verzekering", "aansprakelijkheidsverzekering"),
        ("fi", "vakuutus", "kotivakuutusehdot"),
    ],
)
def test_a_part_meets_the_compound_it_stands_in(language: str, asked: str, written: str) -> None:
    assert len(set(words_of(asked, language)) & set(words_of(written, language))) >= 4


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("东京", "我去年住在东京的一家酒店"),  # Chinese
        ("茶", "我们喝茶"),
        ("東京タワー", "昨日は東京タワーに行きました"),  # Japanese
        ("서울", "저는 서울에서 살아요"),  # Korean, with a particle
        ("กรุงเทพ", "ฉันอาศัยอยู่ในกรุงเทพมหานคร"),  # Thai
        ("ພາສາ", "ຂ້ອຍຮຽນພາສາລາວ"),  # Lao
    ],
)
def test_words_are_found_where_no_space_parts_them(asked: str, written: str) -> None:
    wanted = set(words_of(asked, "other"))
    assert wanted <= set(words_of(written, "other"))
    assert not wanted & set(words_of("完全に別の文章です 다른 문장 ข้อความอื่น ອື່ນ", "other"))


def test_scripts_stay_apart_in_a_mixed_text() -> None:
    found = words_of("GPT模型 uses attention", "en")
    assert {"gpt", "模型", "attent"} <= set(found)
    assert "use" in found


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("DiffExecutor", {"diff", "executor"}),
        ("parseHTTPResponse", {"pars", "http", "respons"}),
        ("run_target", {"run", "target"}),
        ("IL2", {"il", "2"}),
    ],
)
def test_names_in_code_are_found_by_their_parts_and_whole(name: str, parts: set[str]) -> None:
    assert parts <= set(words_of(name, "en"))
    assert set(words_of(name.lower(), "en")) <= set(words_of(name, "en"))


def test_words_are_counted_and_stop_words_left_out() -> None:
    assert words_of("The cat and the cats", "en") == ["cat", "cat"]


def test_both_ways_to_write_an_accent_are_one_word() -> None:
    assert words_of("caf\u00e9", "fr") == words_of("cafe\u0301", "fr")


@given(text=st.text(max_size=200), language=st.sampled_from(LANGUAGES))
def test_any_text_has_words_without_white_space(text: str, language: str) -> None:
    assert language_of(text) in LANGUAGES
    assert all(word and not word.isspace() and " " not in word for word in words_of(text, language))


def test_of_two_languages_that_are_as_frequent_the_first_is_taken() -> None:
    assert language_of("und het ist een") == "de"
    assert language_of("het und een ist") == "nl"
