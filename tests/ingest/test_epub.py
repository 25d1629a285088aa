from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from quoth.errors import DamagedFileError, EncryptedFileError, NoTextError
from tests.ingest.reading_files import headings_of, read_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
)
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>A Book</dc:title>
<dc:creator>Ada</dc:creator><dc:language>en-GB</dc:language></metadata><manifest>
<item id="two" href="text/2.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/chapter%201.xhtml" media-type="application/xhtml+xml"/>
<item id="gone" href="text/gone.xhtml" media-type="application/xhtml+xml"/>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
</manifest><spine><itemref idref="one"/><itemref idref="gone"/><itemref idref="two"/>
<itemref idref="nobody"/></spine></package>"""
NAV = """<html xmlns="http://www.w3.org/1999/xhtml"><body><nav><ol>
<li><a href="text/chapter%201.xhtml">The Beginning</a></li></ol></nav></body></html>"""
NCX = """<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint>
<navLabel><text>The  End</text></navLabel><content src="text/2.xhtml#top"/></navPoint></navMap></ncx>"""
PARTS = {
    "META-INF/container.xml": CONTAINER,
    "OPS/book.opf": PACKAGE,
    "OPS/nav.xhtml": NAV,
    "OPS/toc.ncx": NCX,
    "OPS/text/chapter 1.xhtml": "<html><body><h1>One</h1><p>It was night.</p></body></html>",
    "OPS/text/2.xhtml": "<html><body><p>It was day.</p></body></html>",
}


def book(path: Path, parts: Mapping[str, str] = PARTS) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def test_a_chapter_is_a_page_in_reading_order_titled_as_the_contents_do(tmp_path: Path) -> None:
    document = read_file(book(tmp_path / "a.epub"))
    assert [page.text for page in document.pages] == ["One\n\nIt was night.\n", "It was day.\n"]
    assert [page.label for page in document.pages] == ["The Beginning", "The End"]
    assert headings_of(document) == [(1, "One"), (1, "The End")]
    assert (document.title, document.language) == ("A Book", "en")
    assert document.metadata["creator"] == "Ada"


def encryption(algorithm: str) -> str:
    return (
        '<encryption><e:EncryptedData xmlns:e="http://www.w3.org/2001/04/xmlenc#">'
        f'<e:EncryptionMethod Algorithm="{algorithm}"/></e:EncryptedData></encryption>'
    )


def test_a_sellers_lock_is_named_and_hidden_fonts_are_none(tmp_path: Path) -> None:
    fonts = encryption("http://www.idpf.org/2008/embedding")
    assert read_file(book(tmp_path / "a.epub", {**PARTS, "META-INF/encryption.xml": fonts})).text
    lock = encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    with pytest.raises(EncryptedFileError, match=r"^b\.epub is locked by its seller"):
        read_file(book(tmp_path / "b.epub", {**PARTS, "META-INF/encryption.xml": lock}))


@pytest.mark.parametrize("part", ["META-INF/container.xml", "OPS/book.opf", "OPS/toc.ncx"])
def test_a_broken_part_is_damaged(tmp_path: Path, part: str) -> None:
    with pytest.raises(DamagedFileError, match=r"^a\.epub is damaged"):
        read_file(book(tmp_path / "a.epub", {**PARTS, part: "<broken"}))


def test_a_book_of_pictures_has_no_text(tmp_path: Path) -> None:
    bare = {name: text for name, text in PARTS.items() if "text/" not in name}
    with pytest.raises(NoTextError):
        read_file(book(tmp_path / "a.epub", bare))


def test_a_link_out_of_the_book_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret.xhtml").write_text("SECRET")
    package = PACKAGE.replace("text/2.xhtml", f"{'../' * 9}{tmp_path}/secret.xhtml")
    assert (
        "SECRET"
        not in read_file(book(tmp_path / "a.epub", {**PARTS, "OPS/book.opf": package})).text
    )
