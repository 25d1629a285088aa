"""Tells the language of a text by its script and its commonest words; data and a count, no model.

Only languages that the lexical index treats in a way of their own are told apart. The words of
each are those that are frequent in it and rare in the others.
"""

from __future__ import annotations

import re
from collections import Counter

ENGLISH = "en"
OTHER = "other"

_COMMON = {
    "da": "af at det der den ikke er og som på med til har var jeg hun blev efter eller også kunne",
    "de": "der die das und ist nicht ein eine mit auf für von dem den des sich auch wird sind im zu "
    "wie was wer wann welche welcher welches wo wurde bei nach über",
    "en": "the of and to in is that for it with as was on are this by be from which what how who "
    "when where does did has have an at or not were a no do on in",
    "es": "el la los las de que y en un una por con para como del se su al es qué cuál cuándo dónde "
    "quién cuántos fue más pero sus",
    "fi": "ja on ei se että oli joka ovat mutta myös kun hän tai jos sen mikä kuka missä milloin "
    "kuinka ole olla",
    "fr": "le la les des et est une un du que qui dans pour pas sur au avec ce sont par plus quel "
    "quelle où combien comment été ne il elle",
    "hu": "az és hogy nem egy is volt meg ez van mint csak már még ki mi mikor hol melyik hány",
    "it": "il di che è la per un una non sono del della con si da le gli nel alla dei come più chi "
    "cosa quando dove quale quanti",
    "nl": "de het een en van is dat niet op te zijn voor met die aan er ook als bij door wat wie "
    "waar wanneer hoe welke werd",
    "no": "og er ikke det som på en til av for med har var jeg han hun ble etter eller også kunne hva "
    "hvem hvor når hvilken",
    "pt": "o os de que e da em um uma para com não por mais dos como mas foi ao das qual "
    "quando onde quem quantos são é",
    "ro": "și de la în cu nu pe care din este un o că mai pentru sunt fost al ce cine când unde cât",
    "sv": "och att det som en på är av för med den till inte har var ett om jag han hon vad vem när "
    "vilken vilket hur",
    "tr": "ve bir bu da de için ile ne çok olarak daha gibi olan kadar hangi kim nerede nasıl kaç "
    "değil",
}  # fmt: skip
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _words in _COMMON.items():
    for _word in _words.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_language)

_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ta", re.compile(r"[\u0b80-\u0bff]")),
)
# Letters of the script that the language named above does not use.
_FOREIGN = {
    "ar": re.compile(r"[\u067e\u0686\u0698\u06a9\u06af\u06cc\u06d2]"),
    "ru": re.compile(r"[\u0404-\u0407\u0454-\u0457\u0490\u0491\u0402\u0452\u0408-\u040f\u0458-\u045f]"),
}  # fmt: skip
_SAMPLE = 2000
_FEW_LETTERS = 0.1
_FEWEST_WORDS = 2


def language_of(text: str) -> str:
    """The ISO 639-1 code of a language with rules of its own, "other" when there are none.

    A text that is too short to tell, or that has no common words at all, such as code, counts as
    English unless letters with accents are frequent in it.
    """
    sample = text[:_SAMPLE]
    words = _WORD.findall(sample.lower())
    is_ascii = sample.isascii()
    script = "" if is_ascii else _by_script(sample, sum(map(len, words)))
    if script:
        return script
    # Different words count: "Los Angeles" said often makes no Spanish, nor 1e-05 Portuguese. In the
    # text's order, for of two languages that are as frequent the first is taken, in every process.
    common = filter(None, map(_LANGUAGES_OF.get, dict.fromkeys(words)))
    found = Counter(language for languages in common for language in languages)
    best, count = max(
        found.items(), key=lambda pair: (pair[1], pair[0] == ENGLISH), default=("", 0)
    )
    if count >= _FEWEST_WORDS:
        in_all = sum(best in _LANGUAGES_OF.get(word, ()) for word in words)
        if in_all >= _FEW_LETTERS * len(words):
            return best
    if is_ascii:
        return ENGLISH
    accented = sum(not word.isascii() for word in words)
    return OTHER if accented > _FEW_LETTERS * len(words) else ENGLISH


def _by_script(sample: str, n_letters: int) -> str:
    """The language that most letters tell by their script; "" for none."""
    for language, letters in _SCRIPTS:
        if n_letters and len(letters.findall(sample)) > n_letters / 2:
            foreign = _FOREIGN.get(language)
            return OTHER if foreign and foreign.search(sample) else language
    return ""
