from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.plain import read
from quoth.config import IngestConfig
from quoth.errors import NoTextError, ReadError, UnsupportedFileError

CONFIG = IngestConfig()
RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 5
JAPANESE = "これは日本語の文章です。文字コードを判定します。" * 8
GERMAN = "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. " * 5


def text_of(data: bytes) -> str:
    return read(data, "notes.txt", CONFIG).text


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"]
)
def test_western_text_in_any_encoding(encoding: str) -> None:
    assert text_of(GERMAN.encode(encoding)) == GERMAN


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), (JAPANESE, "shift_jis"), (JAPANESE, "euc_jp")],
)
def test_other_scripts_in_their_own_encodings(text: str, encoding: str) -> None:
    assert text_of(text.encode(encoding)) == text


SAMPLES = {
    "ru": "Съешь же ещё этих мягких французских булок, да выпей чаю. Москва, столица.\n",
    "ja": "これは日本語の文章です。文字コードを判定します。東京は日本の首都である。\n",
    "zh": "这是一个中文句子。我们在测试编码的检测。北京是中国的首都。\n",
    "tw": "這是一個中文句子。我們在測試編碼的檢測。台北是一座城市。\n",
    "ko": "이것은 한국어 문장입니다. 인코딩 감지를 테스트합니다. 서울은 수도입니다.\n",
    "fr": "Voix ambiguë d'un cœur qui, au zéphyr, préfère les jattes de kiwis. L'été fut chaud.\n",
    "es": "El pingüino Wenceslao hizo kilómetros bajo exhaustiva lluvia y frío, añoraba a su amo.\n",
    "pl": "Zażółć gęślą jaźń. Pchnąć w tę łódź jeża lub ośm skrzyń fig. Wisła płynie dalej.\n",
    "cs": "Příliš žluťoučký kůň úpěl ďábelské ódy. Praha je hlavní město.\n",
    "tr": "Pijamalı hasta yağız şoföre çabucak güvendi. İstanbul büyük bir şehirdir.\n",
    "el": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. Η Αθήνα είναι η πρωτεύουσα.\n",
    "he": "דג סקרן שט בים מאוכזב ולפתע מצא חברה. ירושלים היא עיר הבירה.\n",
    "ar": "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر. القاهرة هي العاصمة.\n",
}
ENCODINGS = {
    "ru": ["cp1251", "koi8-r", "cp866"], "ja": ["shift_jis", "euc_jp", "iso2022_jp"],
    "zh": ["gb18030"], "tw": ["big5"], "ko": ["euc_kr"], "fr": ["cp1252"],
    "es": ["cp1252", "latin-1"], "pl": ["cp1250"], "cs": ["cp1250"], "tr": ["cp1254"],
    "el": ["cp1253", "iso8859_7"], "he": ["cp1255"], "ar": ["cp1256"],
}  # fmt: skip
WIDE = ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("language", SAMPLES)
def test_every_script_in_its_usual_encodings_and_in_unicode_without_a_mark(language: str) -> None:
    for encoding in [*ENCODINGS[language], *WIDE]:
        for text in (SAMPLES[language], SAMPLES[language] * 20):
            assert text_of(text.encode(encoding)) == text, encoding


def test_utf16_of_another_script_is_known_by_its_mark() -> None:
    assert text_of(codecs.BOM_UTF16_BE + JAPANESE.encode("utf-16-be")) == JAPANESE


def test_a_broken_byte_does_not_turn_utf8_into_another_encoding() -> None:
    assert text_of((GERMAN * 5).encode() + b"\xc3") == GERMAN * 5 + "\ufffd"


def test_line_ends_are_lf_and_controls_are_gone() -> None:
    assert text_of(b"a\r\nb\rc\x0cd" + b" padding" * 50 + b"\x07") == "a\nb\nc\nd" + " padding" * 50


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\0" * 4096, b"\x89PNG\r\n\x1a\n\0\0\0"])
def test_binary_is_not_text(data: bytes) -> None:
    with pytest.raises(UnsupportedFileError, match=r"^notes\.txt is not text.*binary"):
        text_of(data)


def test_white_space_is_no_text() -> None:
    with pytest.raises(NoTextError):
        text_of("\ufeff \n\u3000\n".encode())


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_a_read_error(data: bytes) -> None:
    try:
        text = text_of(data)
    except ReadError:
        return
    assert "\0" not in text
    assert "\r" not in text
    text.encode()


@given(st.text(max_size=200))
def test_utf8_comes_back_but_for_controls_and_line_ends(text: str) -> None:
    try:
        found = text_of(text.encode("utf-8", "ignore"))
    except ReadError:
        return
    kept = [c for c in text if c.isprintable() and not "\ud800" <= c <= "\udfff"]
    assert [c for c in found if c.isprintable()] == kept
