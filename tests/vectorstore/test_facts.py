"""What filters compare is read from what readers found, in the forms that files have it."""

import pytest

from vectorstore.facts import facts_of, iso_date, type_of


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("D:20210304050607+01'00'", "2021-03-04"),
        ("D:20210304", "2021-03-04"),
        ("D:2021", "2021"),
        ("2019-05-06T07:08:09Z", "2019-05-06"),
        ("2019-05-06 07:08:09+00:00", "2019-05-06"),
        ("2019-05", "2019-05"),
        ("2019", "2019"),
        ("2019/5/6", "2019-05-06"),
        ("20190506", "2019-05-06"),
        ("20190506T070809", "2019-05-06"),
        ("Mon, 06 May 2019 07:08:09 +0000", "2019-05-06"),
        ("6 May 2019 07:08:09 +0000", "2019-05-06"),
        ("D:20211399", None),
        ("2019-02-30", None),
        ("0000-01-01", None),
        ("123456", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_is_read_in_every_form_that_files_have(written: str, day: str | None) -> None:
    assert iso_date(written) == day


def test_the_year_is_that_of_the_first_date_the_file_tells() -> None:
    def year(**metadata: str) -> int | None:
        return facts_of("t", "text/html", "en", metadata, 1).year

    assert year(created="2019-05-06", modified="2021-01-01") == 2019
    assert year(created="unknown", date="2018") == 2018
    assert year(modified="D:20210101000000Z") == 2021
    assert year(author="Ada") is None


def test_texts_are_folded_so_that_any_case_finds_them() -> None:
    facts = facts_of("STRASSE", "text/plain", "DE", {"author": "Émile"}, 1)
    assert (facts.title, facts.author, facts.language) == ("strasse", "émile", "de")


@pytest.mark.parametrize(
    ("media_type", "name"),
    [
        ("application/pdf", "pdf"),
        ("text/markdown", "markdown"),
        ("text/plain; charset=utf-8", "text"),
        ("text/html", "html"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
        ("application/x-tex", "tex"),
        ("application/vnd.ms-excel", "xls"),
        ("text/x-source", "code"),
        ("odd", "odd"),
    ],
)
def test_a_type_has_a_short_name(media_type: str, name: str) -> None:
    assert type_of(media_type) == name
