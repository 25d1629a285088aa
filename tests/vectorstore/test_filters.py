"""Filters choose the documents that a reader of docs/filters.md would expect, in both indexes."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quoth.config import IndexConfig
from quoth.datatypes import SourceFile, Where
from quoth.errors import FilterError
from tests.vectorstore.making import make_document, put, unit_vectors
from vectorstore import LocalLibrary, lexical_search, writes
from vectorstore.filters import FIELDS, MAX_LENGTH, condition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quoth.datatypes import Document

QUESTION = unit_vectors(1, seed=5)[0]
AUTHORS, YEARS = ("Ada", "Bob", "Émile Zola", ""), (2019, 2020, 2021, None)
TYPES = {"pdf": "application/pdf", "html": "text/html", "markdown": "text/markdown"}
TAGS = ("urgent", "to read")


@dataclass(frozen=True)
class Kept:
    """A document of the library, as the test knows it."""

    name: str
    author: str
    year: int | None
    type: str
    collection: str
    tags: tuple[str, ...]


KEPT = tuple(
    Kept(
        f"{number:02}.{kind}",
        AUTHORS[number % 4],
        YEARS[number // 2 % 4],
        kind,
        "even" if number % 2 == 0 else "odd",
        tuple(tag for at, tag in enumerate(TAGS) if number % (at + 2) == 0),
    )
    for number, kind in enumerate(sorted(TYPES) * 4)
)


def document_of(number: int, kept: Kept) -> Document:
    metadata = {"author": kept.author} if kept.author else {}
    if kept.year is not None:
        metadata["created"] = f"{kept.year}-0{1 + number % 9}-15"
    return replace(
        make_document(number),
        source=f"/home/ada/papers/{kept.name}",
        media_type=TYPES[kept.type],
        metadata=metadata,
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalLibrary]:
    opened = LocalLibrary(tmp_path_factory.mktemp("filters") / "library", IndexConfig(device="cpu"))
    with opened.writing():
        for number, kept in enumerate(KEPT):
            put(opened, document_of(number, kept), collection=kept.collection)
            with opened.transaction() as sql:
                writes.add_tags(sql, number + 1, kept.tags)
    yield opened
    opened.close()


def found(
    library: LocalLibrary, where: Where | None, collection: str | tuple[str, ...] | None = None
) -> set[str]:
    """The names of the documents that both indexes find, having checked that they agree."""
    dense = library.dense(QUESTION, 1000, collection=collection, where=where)
    words = library.lexical("whales", 1000, collection=collection, where=where)
    by_meaning, by_words = (
        {chunk.source for chunk in library.chunks([row for row, _ in pairs]).values()}
        for pairs in (dense, words)
    )
    assert by_meaning == by_words
    return {source.rsplit("/", 1)[1] for source in by_words}


def chosen(library: LocalLibrary, expression: str) -> set[str]:
    return found(library, Where(expression=expression))


def names(fits: Callable[[Kept], bool]) -> set[str]:
    return {kept.name for kept in KEPT if fits(kept)}


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("type = pdf", lambda d: d.type == "pdf"),
        ("TYPE=PDF", lambda d: d.type == "pdf"),
        ("type = htm", lambda d: d.type == "html"),
        ("type in (md, pdf)", lambda d: d.type in ("markdown", "pdf")),
        ("type != pdf", lambda d: d.type != "pdf"),
        ("type in (pdf, html)", lambda d: d.type in ("pdf", "html")),
        ("type not in (pdf, html)", lambda d: d.type == "markdown"),
        ("year >= 2020", lambda d: d.year is not None and d.year >= 2020),
        ("not year >= 2020", lambda d: d.year is None or d.year < 2020),
        ("year != 2020", lambda d: d.year != 2020),
        ("created < 2020-06", lambda d: d.year == 2019 or (d.year == 2020 and _month(d) < 6)),
        ("created = 2020", lambda d: d.year == 2020),
        ("created <= 2020", lambda d: d.year in (2019, 2020)),
        ("author = 'émile ZOLA'", lambda d: d.author == "Émile Zola"),
        ("author like É*", lambda d: d.author == "Émile Zola"),
        ("author = ''", lambda d: not d.author),
        ("has tag urgent", lambda d: "urgent" in d.tags),
        ('tag = "to read"', lambda d: "to read" in d.tags),
        ("not has tag Urgent and not tag = 'to read'", lambda d: not d.tags),
        ("tag ~ *", lambda d: bool(d.tags)),
        ("path ~ '*/papers/0?.pdf'", lambda d: d.type == "pdf" and d.name < "10"),
        ("path = 02.pdf", lambda d: d.name == "02.pdf"),
        ("path not like *.pdf", lambda d: d.type != "pdf"),
        ("collection = even", lambda d: d.collection == "even"),
        ("pages = 1 and title ~ 'title 1*'", lambda d: d.name[:2] in ("01", "10", "11")),
        ("added > 2020", lambda _: True),
        ("type = pdf or type = html and year = 2020",
         lambda d: d.type == "pdf" or (d.type == "html" and d.year == 2020)),
        ("(type = pdf or type = html) and year = 2020",
         lambda d: d.type in ("pdf", "html") and d.year == 2020),
    ],
)  # fmt: skip
def test_a_filter_chooses_what_it_says(
    library: LocalLibrary, expression: str, fits: Callable[[Kept], bool]
) -> None:
    expected = names(fits)
    assert expected
    assert chosen(library, expression) == expected


def _month(kept: Kept) -> int:
    return 1 + int(kept.name[:2]) % 9


def test_a_filter_that_nothing_fulfils_finds_nothing(library: LocalLibrary) -> None:
    assert chosen(library, "author = Nobody") == set()


def test_a_filter_narrows_collections_sources_and_ids(library: LocalLibrary) -> None:
    where = Where(sources=("0*",), expression="type = pdf")
    assert found(library, where, "even") == names(
        lambda d: d.type == "pdf" and d.name < "10" and d.collection == "even"
    )
    ids = Where(document_ids=(document_of(2, KEPT[2]).id,), expression="type = pdf")
    assert found(library, ids) == {"02.pdf"}


def test_several_collections_are_searched_together(library: LocalLibrary) -> None:
    assert found(library, None, ("even", "odd")) == names(lambda _: True)
    assert found(library, None, ("odd",)) == names(lambda d: d.collection == "odd")


def test_many_documents_are_found_like_few(
    library: LocalLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = Where(expression="not year = 2020")
    few = library.lexical("whales w7 w3", 5, collection=None, where=where)
    monkeypatch.setattr(lexical_search, "_FEW_DOCUMENTS", 0)
    many = library.lexical("whales w7 w3", 5, collection=None, where=where)
    assert [row for row, _ in many] == [row for row, _ in few]
    assert [score for _, score in many] == pytest.approx([score for _, score in few])


def test_a_choice_is_made_again_when_the_library_has_changed(tmp_path: Path) -> None:
    library = LocalLibrary(tmp_path / "library", IndexConfig(device="cpu"))
    with library.writing():
        put(library, document_of(2, KEPT[2]))
    assert chosen(library, "type = pdf") == {"02.pdf"}
    with library.writing():
        put(library, document_of(5, KEPT[5]))
    assert chosen(library, "type = pdf") == {"02.pdf", "05.pdf"}


def test_a_document_of_several_names_is_found_by_each(tmp_path: Path) -> None:
    library = LocalLibrary(tmp_path / "library", IndexConfig(device="cpu"))
    document = document_of(2, KEPT[2])
    with library.writing():
        put(library, document)
        twin = SourceFile("/elsewhere/twin.txt", 1, 1, document.id)
        assert library.attach(twin, collection="default", recipe="recipe")
    assert chosen(library, "path = twin.txt") == chosen(library, "path = 02.pdf") != set()


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "at character 1, at its end; expected a field"),
        ("type=", "at character 6, at its end; expected a value"),
        ("type pdf", "at character 6, at “pdf”; expected ="),
        ("author = Jane Doe", "character 15, at “Doe”; .* a value with spaces goes in quotes"),
        ("type=pdf)", "at character 9, at “)”"),
        ("(type=pdf", "at character 10, at its end"),
        ("title = 'open", "at character 9, at “'open”"),
        ("yeer > 3", r"no field yeer \(character 1 of the filter\); did you mean year\?"),
        ("a = b", "no field a .* the fields are title, author, type"),
        ("type=pdf and year>=new", r"new is no number \(character 20 of the filter\)"),
        ("year = nan", "nan is no number"),
        ("created = 31.12.2020", "is no date .* write 2020, 2020-03 or 2020-03-31"),
        ("created > 2020-13", "2020-13 is no date"),
        ("type in (pdf", "at character 13, at its end; expected .*a comma"),
        ("title < m", r"title has no order \(character 1 of the filter\)"),
        ("year ~ 20*", "year takes no pattern"),
        ("type = " + "p" * MAX_LENGTH, f"{MAX_LENGTH} are the most"),
    ],
)
def test_a_filter_that_is_not_understood_says_where(expression: str, message: str) -> None:
    with pytest.raises(FilterError, match=message.replace("“)”", "“\\)”")) as caught:
        condition(expression)
    assert "\n" not in str(caught.value)


def test_deep_nesting_is_no_trouble(library: LocalLibrary) -> None:
    assert chosen(library, "(" * 900 + "type=pdf" + ")" * 900) == names(lambda d: d.type == "pdf")
    assert chosen(library, "not " * 400 + "type=pdf") == names(lambda d: d.type == "pdf")
    assert chosen(library, "not " * 401 + "type=pdf") == names(lambda d: d.type != "pdf")
    deep = "not (year=1 or " * 20 + "type=pdf" + ")" * 20
    assert chosen(library, deep) == names(lambda d: d.type == "pdf")
    with pytest.raises(FilterError, match="nested too deep"):
        chosen(library, "not (year=1 or " * 40 + "type=pdf" + ")" * 40)
    assert chosen(library, " or ".join(["type=pdf"] * 150)) == names(lambda d: d.type == "pdf")


ATOMS = st.one_of(
    st.sampled_from(list(TYPES)).map(lambda t: (f"type = {t}", lambda d: d.type == t)),
    st.sampled_from((2019, 2020, 2021)).map(
        lambda y: (f"year > {y}", lambda d: d.year is not None and d.year > y)
    ),
    st.sampled_from(TAGS).map(lambda t: (f'has tag "{t}"', lambda d: t in d.tags)),
    st.sampled_from(("even", "odd")).map(
        lambda c: (f"collection in ({c})", lambda d: d.collection == c)
    ),
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        inner.map(lambda e: (f"not ({e[0]})", lambda d: not e[1](d))),
        st.tuples(inner, inner).map(
            lambda p: (
                (f"({p[0][0]}) AND {p[1][0]}", lambda d: p[0][1](d) and p[1][1](d))
                if " or " not in p[1][0] and " AND " not in p[1][0]
                else (f"({p[0][0]}) and ({p[1][0]})", lambda d: p[0][1](d) and p[1][1](d))
            )
        ),
        st.tuples(inner, inner).map(
            lambda p: (f"{p[0][0]} or {p[1][0]}", lambda d: p[0][1](d) or p[1][1](d))
        ),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
@settings(deadline=None, max_examples=100)
def test_any_filter_equals_going_through_the_documents(
    library: LocalLibrary, expression: tuple[str, Callable[[Kept], bool]]
) -> None:
    text, fits = expression
    assert chosen(library, text) == names(fits)


@given(st.text(max_size=60) | st.lists(
    st.sampled_from([*FIELDS, "=", "~", "in", "(", ")", "not", "and", "has tag", "'a'", "2020", ","]),
    max_size=12).map(" ".join))  # fmt: skip
@settings(deadline=None, max_examples=300)
def test_any_text_is_a_filter_or_an_error_of_ours(library: LocalLibrary, text: str) -> None:
    with contextlib.suppress(FilterError):
        chosen(library, text)


def test_the_documented_fields_and_examples_are_understood() -> None:
    page = (Path(__file__).parents[2] / "docs" / "filters.md").read_text(encoding="utf-8")
    fields = page.partition("## Fields")[2].partition("## Words")[0]
    named = {name for line in re.findall(r"^\| (`.*?) \|", fields, re.MULTILINE)
             for name in re.findall(r"`([a-z]+)`", line)}  # fmt: skip
    assert set(FIELDS) == named
    examples = [*re.findall(r"--where '([^']+)'", page), *re.findall(r'where="([^"]+)"', page)]
    assert len(examples) == 3
    for example in examples:
        condition(example)


def test_documents_are_listed_by_the_same_filter(library: LocalLibrary) -> None:
    listed = library.documents("even", Where(expression="type = pdf"))
    assert {record.sources[0].rsplit("/", 1)[1] for record in listed} == names(
        lambda d: d.type == "pdf" and d.collection == "even"
    )
    assert library.documents(None, Where()) == library.documents()
