"""Files are encrypted here as LibreOffice and Apache OpenOffice do it, by the same primitives."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.decrepit.ciphers import modes as old_modes
from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from ingest import document_id, read_document, with_passwords
from quoth.config import IngestConfig
from quoth.errors import EncryptedFileError, LimitError
from tests.ingest.test_spreadsheet import ODS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIG = IngestConfig()
PASSWORD = "schlüssel"
SALT = b"sixteen bytes, !"
KIND = "application/vnd.oasis.opendocument.text"
TEXT = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>
<text:p>Kept secret.</text:p></office:text></office:body></office:document-content>"""


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def packed(parts: dict[str, bytes | str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return made.getvalue()


def manifest(name: str, cipher: str, start: bytes, derivation: str, start_key: str) -> str:
    urn = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    mine = "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"
    vector, salt = (base64.b64encode(one).decode() for one in (start, SALT))
    return (
        f'<m:manifest xmlns:m="{urn}" xmlns:loext="{mine}"><m:file-entry m:full-path="{name}">'
        f'<m:encryption-data><m:algorithm m:algorithm-name="{cipher}" '
        f'm:initialisation-vector="{vector}"/><m:start-key-generation '
        f'm:start-key-generation-name="{start_key}" m:key-size="20"/>'
        f'<m:key-derivation {derivation} m:salt="{salt}"/></m:encryption-data>'
        "</m:file-entry></m:manifest>"
    )


def by_openoffice(content: str, kind: str, rounds: int = 1024) -> bytes:
    secret = hashlib.sha1(PASSWORD.encode()).digest()
    key = hashlib.pbkdf2_hmac("sha1", secret, SALT, 1024, 16)
    writer = Cipher(Blowfish(key), old_modes.CFB(b"8 bytes!")).encryptor()
    derivation = f'm:key-derivation-name="PBKDF2" m:key-size="16" m:iteration-count="{rounds}"'
    told = manifest("content.xml", "Blowfish CFB", b"8 bytes!", derivation, "SHA1")
    hidden = writer.update(deflated(content.encode())) + writer.finalize()
    return packed({"mimetype": kind, "content.xml": hidden, "META-INF/manifest.xml": told})


def by_older_libreoffice(content: str, kind: str) -> bytes:
    secret = hashlib.sha256(PASSWORD.encode()).digest()
    key = hashlib.pbkdf2_hmac("sha1", secret, SALT, 1000, 32)
    plain = deflated(content.encode())
    n_filled = 16 - len(plain) % 16
    writer = Cipher(algorithms.AES(key), modes.CBC(SALT)).encryptor()
    hidden = writer.update(plain + bytes(n_filled - 1) + bytes([n_filled])) + writer.finalize()
    derivation = 'm:key-derivation-name="PBKDF2" m:key-size="32" m:iteration-count="1000"'
    cipher = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
    sha256 = "http://www.w3.org/2000/09/xmldsig#sha256"
    told = manifest("content.xml", cipher, SALT, derivation, sha256)
    return packed({"mimetype": kind, "content.xml": hidden, "META-INF/manifest.xml": told})


def by_libreoffice(content: str, kind: str) -> bytes:
    secret = hashlib.sha256(PASSWORD.encode()).digest()
    key = Argon2id(salt=SALT, length=32, iterations=1, lanes=1, memory_cost=64).derive(secret)
    inner = packed(
        {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": "<manifest/>"}
    )
    start = b"twelve bytes"
    hidden = start + AESGCM(key).encrypt(start, deflated(inner), None)
    derivation = (
        'm:key-derivation-name="urn:org:documentfoundation:names:experimental:office:manifest:argon2id"'
        ' m:key-size="32" loext:argon2-iterations="1" loext:argon2-memory="64" loext:argon2-lanes="1"'
    )
    cipher = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
    sha256 = "http://www.w3.org/2001/04/xmlenc#sha256"
    told = manifest("encrypted-package", cipher, start, derivation, sha256)
    return packed({"mimetype": kind, "encrypted-package": hidden, "META-INF/manifest.xml": told})


MAKERS = [by_openoffice, by_older_libreoffice, by_libreoffice]


@pytest.mark.parametrize("make", MAKERS)
def test_a_document_opens_by_its_password_and_no_other(
    tmp_path: Path, make: Callable[[str, str], bytes]
) -> None:
    path = tmp_path / "a.odt"
    path.write_bytes(make(TEXT, KIND))
    document = read_document(path, with_passwords(CONFIG, ["wrong", PASSWORD]))
    assert document.text.strip() == "Kept secret."
    assert (document.media_type, document.warnings) == (KIND, ())
    assert document.id == document_id(path.read_bytes())
    with pytest.raises(EncryptedFileError, match=r"^a\.odt needs another password; "):
        read_document(path, with_passwords(CONFIG, ["wrong"]))
    with pytest.raises(EncryptedFileError, match=r"^a\.odt needs a password; give it with"):
        read_document(path, CONFIG)


@pytest.mark.parametrize("make", MAKERS)
def test_so_does_a_spreadsheet(tmp_path: Path, make: Callable[[str, str], bytes]) -> None:
    path = tmp_path / "a.ods"
    path.write_bytes(make(ODS, "application/vnd.oasis.opendocument.spreadsheet"))
    document = read_document(path, with_passwords(CONFIG, [PASSWORD]))
    assert "| Fig | 2,50 € |" in document.text


def test_a_bomb_under_a_password_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.odt"
    path.write_bytes(by_openoffice(TEXT.replace("Kept", "Kept" * 500_000), KIND))
    small = with_passwords(IngestConfig(max_megabytes=1), [PASSWORD])
    with pytest.raises(LimitError, match=r"^a\.odt expands beyond 1 MB"):
        read_document(path, small)


def test_a_bomb_in_the_manifest_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/manifest.xml", b"encryption-data" + bytes(5_000_000))
    with pytest.raises(LimitError, match=r"^a\.odt expands to 5 MB and the limit is 2;"):
        read_document(path, IngestConfig(max_megabytes=2))


def test_a_manifest_that_asks_for_too_much_work_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.odt"
    path.write_bytes(by_openoffice(TEXT, KIND, rounds=10**12))
    with pytest.raises(
        EncryptedFileError, match=r"^a\.odt is encrypted in a way that Quoth does not"
    ):
        read_document(path, with_passwords(CONFIG, [PASSWORD]))
