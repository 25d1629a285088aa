from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.mail import read
from quoth.config import IngestConfig
from quoth.errors import EncryptedFileError, NoTextError, ReadError
from tests.ingest.making import word_file
from tests.ingest.making_ole import ole_file
from tests.ingest.reading_files import headings_of, read_file

if TYPE_CHECKING:
    from pathlib import Path


def letter(subject: str = "Grüße aus Köln", body: str = "Hello Bob.\n") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Ada Löwe <ada@example.org>"
    message["To"] = "bob@example.org"
    message["Date"] = "Wed, 04 Jan 2023 11:36:14 -0600"
    message.set_content(body, charset="iso-8859-1")
    return message


def test_a_letter_begins_with_its_subject_and_who_wrote_when(tmp_path: Path) -> None:
    document = read_file(tmp_path / "a.eml", bytes(letter(body="Schöne Tage.\n")))
    assert document.text == (
        "Grüße aus Köln\n\nFrom: Ada Löwe <ada@example.org>\nTo: bob@example.org\n"
        "Date: Wed, 04 Jan 2023 11:36:14 -0600\n\nSchöne Tage.\n"
    )
    assert (document.title, document.media_type) == ("Grüße aus Köln", "message/rfc822")
    assert headings_of(document) == [(1, "Grüße aus Köln")]
    assert document.metadata["from"] == "Ada Löwe <ada@example.org>"


def test_a_letter_in_html_alone_is_read_and_nothing_in_it_is_fetched(tmp_path: Path) -> None:
    message = letter()
    message.set_content("<h1>News</h1><p>Read <img src='http://x.invalid/p'>this.</p>", "html")
    document = read_file(tmp_path / "a.eml", bytes(message))
    assert document.text.endswith("News\n\nRead this.\n")
    assert headings_of(document) == [(1, "Grüße aus Köln"), (2, "News")]


def test_plain_text_goes_before_its_html_twin(tmp_path: Path) -> None:
    message = letter(body="The plain one.\n")
    message.add_alternative("<p>The other one.</p>", subtype="html")
    text = read_file(tmp_path / "a.eml", bytes(message)).text
    assert "plain one" in text
    assert "other one" not in text


def test_attachments_are_pages_read_by_their_own_readers(tmp_path: Path) -> None:
    message = letter()
    word = word_file(tmp_path / "plan.docx", lambda w: w.add_heading("Steps", 1))
    message.add_attachment(
        word.read_bytes(), maintype="application", subtype="octet-stream", filename="plan.docx"
    )
    message.add_attachment("a,b\n1,2\n", subtype="csv", filename="../../numbers.csv")
    message.add_attachment(b"GIF89a", maintype="image", subtype="gif", filename="p.gif")
    document = read_file(tmp_path / "a.eml", bytes(message))
    assert [page.label for page in document.pages] == ["", "plan.docx", "../../numbers.csv"]
    assert headings_of(document)[1:] == [(2, "plan.docx"), (3, "Steps"), (2, "../../numbers.csv")]
    assert "| 1 | 2 |" in document.text
    assert document.warnings == (
        "p.gif is a GIF picture, which Quoth does not read; save it as PNG or JPEG",
    )
    for heading in document.headings[:1]:
        assert document.text.startswith(heading.text, heading.start)


def test_a_forwarded_letter_is_read_and_letters_in_letters_come_to_an_end(tmp_path: Path) -> None:
    inner = letter("innermost", "deep words\n")
    for number in range(6):
        outer = letter(f"level {number}", f"body {number}\n")
        outer.add_attachment(inner)
        inner = outer
    document = read_file(tmp_path / "a.eml", bytes(inner))
    assert "body 5" in document.text
    assert "body 2" in document.text
    assert "deep words" not in document.text
    assert any("nested too deeply" in warning for warning in document.warnings)


def test_very_many_attachments_are_not_all_read(tmp_path: Path) -> None:
    message = letter()
    for number in range(105):
        message.add_attachment(f"text {number}\n", filename=f"{number}.txt")
    document = read_file(tmp_path / "a.eml", bytes(message))
    assert "text 99\n" in document.text
    assert "text 100\n" not in document.text
    assert document.warnings == ("attachments after the first 100 are not read",)


def test_a_mailbox_has_a_page_for_each_message(tmp_path: Path) -> None:
    envelope = b"From ada@example.org Wed Jan  4 11:36:14 2023\n"
    second = bytes(letter("Second", "He wrote:\n>From here to 2024 there\nnot a From line 2023\n"))
    document = read_file(
        tmp_path / "a.mbox", envelope + bytes(letter("First")) + b"\n" + envelope + second
    )
    assert [page.label for page in document.pages] == ["message 1", "message 2"]
    assert headings_of(document) == [(1, "First"), (1, "Second")]
    assert "\nFrom here to 2024 there" in document.text
    assert (document.title, document.media_type) == ("a", "application/mbox")


def test_an_encrypted_letter_is_said_to_be_one(tmp_path: Path) -> None:
    data = (
        b"Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/encrypted; boundary=foo\n\n"
        b"--foo\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--foo--\n"
    )
    with pytest.raises(EncryptedFileError, match=r"^a\.eml is encrypted; decrypt it"):
        read_file(tmp_path / "a.eml", data)


def test_a_letter_without_a_word_has_no_text(tmp_path: Path) -> None:
    with pytest.raises(NoTextError):
        read_file(tmp_path / "a.eml", b"X-Nothing: 1\n\n\n")


def test_broken_headers_and_charsets_do_not_stop_the_reader(tmp_path: Path) -> None:
    data = (
        b"Subject: =?utf-8?b?bad\nFrom: <<<@@\nDate: never\n"
        b"Content-Type: text/plain; charset=no-such\n\nStill here.\n"
    )
    assert "Still here." in read_file(tmp_path / "a.eml", data).text


@given(st.binary(max_size=400))
def test_any_bytes_are_a_letter_or_a_read_error(data: bytes) -> None:
    try:
        document = read(b"Subject: s\n" + data, "a.eml", IngestConfig())
    except ReadError:
        return
    assert "\0" not in document.text


def test_a_letter_saved_in_utf16_is_read(tmp_path: Path) -> None:
    data = bytes(letter(body="Plain words.\n")).decode().encode("utf-16")
    document = read_file(tmp_path / "a.eml", data)
    assert (document.title, "Plain words." in document.text) == ("Grüße aus Köln", True)


MHTML = b"""From: <Saved by Blink>
Snapshot-Content-Location: https://example.org/page
Subject: A page
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="xx"

--xx
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable

<html lang=3D"de"><head><meta charset=3D"utf-8"><title>Die Seite</title></head>
<body><h1>Gr=C3=BC=C3=9Fe</h1><p>Ein Satz.</p></body></html>
--xx
Content-Type: text/css

p { color: red }
--xx--
"""


@pytest.mark.parametrize("name", ["a.mhtml", "a.mht", "a.html", "a.doc"])
def test_a_saved_page_is_read_under_any_name(tmp_path: Path, name: str) -> None:
    document = read_file(tmp_path / name, MHTML)
    assert document.text == "Grüße\n\nEin Satz.\n"
    assert (document.title, document.language) == ("Die Seite", "de")
    assert document.metadata["address"] == "https://example.org/page"
    assert document.media_type == "multipart/related"


def outlook(path: Path, **more: bytes) -> Path:
    streams = {
        "__properties_version1.0": b"",
        "__substg1.0_0037001F": "Grüße".encode("utf-16-le"),
        "__substg1.0_0C1A001F": "Ada".encode("utf-16-le"),
        "__substg1.0_0E04001F": "Bob".encode("utf-16-le"),
        "__substg1.0_007D001F": "Date: Wed, 04 Jan 2023\r\nX: y".encode("utf-16-le"),
    }
    return ole_file(path, {**streams, **more})


BODY = {"__substg1.0_1000001F": "Hello Bob.\r\nBye.".encode("utf-16-le")}


def test_an_outlook_message_is_read_with_its_attachment(tmp_path: Path) -> None:
    folder = "__attach_version1.0_#00000000"
    attached = {
        f"{folder}/__substg1.0_3707001F": "numbers.csv".encode("utf-16-le"),
        f"{folder}/__substg1.0_37010102": b"a,b\n" + b"1,2\n" * 2000,
    }
    document = read_file(outlook(tmp_path / "a.msg", **BODY, **attached))
    assert document.pages[0].text == (
        "Grüße\n\nFrom: Ada\nTo: Bob\nDate: Wed, 04 Jan 2023\n\nHello Bob.\nBye.\n"
    )
    assert "| 1 | 2 |" in document.pages[1].text
    assert document.pages[1].label == "numbers.csv, rows 1–500"


def test_an_outlook_message_in_html_or_rtf_alone_is_read(tmp_path: Path) -> None:
    import compressed_rtf

    html = b"<html><body><p>In <b>HTML</b>.</p></body></html>".ljust(5000)
    assert (
        "In HTML." in read_file(outlook(tmp_path / "a.msg", **{"__substg1.0_10130102": html})).text
    )
    rtf = compressed_rtf.compress(b"{\\rtf1\\ansi In RTF.\\par}" + b" " * 6000, compressed=False)
    assert "In RTF." in read_file(outlook(tmp_path / "b.msg", **{"__substg1.0_10090102": rtf})).text


def test_an_encrypted_outlook_message_is_said_to_be_one(tmp_path: Path) -> None:
    sealed = {"__substg1.0_001A001F": "IPM.Note.SMIME".encode("utf-16-le")}
    with pytest.raises(EncryptedFileError, match=r"^a\.msg is encrypted"):
        read_file(outlook(tmp_path / "a.msg", **BODY, **sealed))
