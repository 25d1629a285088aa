"""Decrypts OpenDocument packages by a password; knows their encryption only.

OpenDocument 1.2, part 3, and 1.4's package of a package: Blowfish or AES-256-CBC for each part with a key
by PBKDF2, or AES-256-GCM for the whole with a key by Argon2id. Keys of OpenPGP are none.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
import zlib
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from ingest.packages import check_package, parse_xml
from quoth.errors import LimitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quoth.config import IngestConfig

_MANIFEST = "META-INF/manifest.xml"
_WHOLE = "encrypted-package"
# What the readers look at; pictures and settings stay where they are.
_PARTS = ("content.xml", "meta.xml", "styles.xml")
# What a hostile manifest may ask for; LibreOffice asks for 100,000 rounds, or 3 in 64 MB.
_MOST_ROUNDS, _MOST_PASSES, _MOST_KILOBYTES, _MOST_LANES = 2_000_000, 30, 300_000, 32
_BLOCK = 16


def is_encrypted(data: bytes, source: str, config: IngestConfig) -> bool:
    """Whether it is such a package. Raises LimitError, and what a broken ZIP does."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if _MANIFEST not in archive.namelist():
            return False
        check_package(data, source, config)
        return b"encryption-data" in archive.read(_MANIFEST)


def decrypted(data: bytes, source: str, config: IngestConfig, password: str) -> bytes:
    """A package that `is_encrypted` with what is read of it in clear; b"" under a wrong password.

    Raises LimitError, and what broken packages do.
    """
    limit = config.max_megabytes * 1_000_000
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = _entries(archive.read(_MANIFEST))
        wanted = [_WHOLE] if _WHOLE in entries else [name for name in _PARTS if name in entries]
        parts = {}
        for name in wanted:
            plain = _inflated(_opened(archive.read(name), entries[name], password), limit)
            if len(plain) > limit:
                raise LimitError(
                    f"{PurePath(source).name} expands beyond {config.max_megabytes:,} MB; if you "
                    "trust it, raise ingest.max_megabytes"
                )
            if not plain.startswith((b"<", b"PK")):
                return b""
            parts[name] = plain
        if _WHOLE in parts or not parts:
            return parts.get(_WHOLE, b"")
        parts.setdefault("mimetype", archive.read("mimetype"))
    return _package(parts)


def _package(parts: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        # Its type stands first, as readers expect.
        for name in sorted(parts, key=lambda name: name != "mimetype"):
            archive.writestr(name, parts[name])
        archive.writestr(_MANIFEST, "<manifest/>")
    return made.getvalue()


def _entries(manifest: bytes) -> dict[str, dict[str, str]]:
    """What is said of the encryption of each part: attributes without their namespaces."""
    entries = {}
    for entry in parse_xml(manifest).iter("{*}file-entry"):
        how: dict[str, str] = {}
        for node in entry.iterfind("{*}encryption-data//*"):
            own = {_local(key): value for key, value in node.attrib.items()}
            kind = _local(node.tag)
            how |= {
                f"{kind} {key}" if key == "key-size" else key: value for key, value in own.items()
            }
        if how:
            entries[next(v for k, v in entry.attrib.items() if _local(k) == "full-path")] = how
    return entries


def _local(name: Any) -> str:
    return str(name).rpartition("}")[2]


def _opened(data: bytes, how: Mapping[str, str], password: str) -> bytes:
    """What a part holds under this password, sense or nonsense; b"" where that is seen at once."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key, start = _key(how, password), base64.b64decode(how["initialisation-vector"])
    cipher = how["algorithm-name"].lower()
    if cipher.endswith("aes256-gcm"):
        try:
            return AESGCM(key).decrypt(start, data.removeprefix(start), None)
        except InvalidTag:
            return b""
    if cipher.endswith("aes256-cbc"):
        decryptor = Cipher(algorithms.AES(key), modes.CBC(start)).decryptor()
        padded = decryptor.update(data) + decryptor.finalize()
        return padded[: -padded[-1]] if padded and 1 <= padded[-1] <= _BLOCK else b""
    if "blowfish" in cipher:
        return _by_blowfish(data, key, start)
    raise NotImplementedError(cipher)


def _by_blowfish(data: bytes, key: bytes, start: bytes) -> bytes:
    from cryptography.hazmat.decrepit.ciphers import modes
    from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
    from cryptography.hazmat.primitives.ciphers import Cipher

    decryptor = Cipher(Blowfish(key), modes.CFB(start)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _key(how: Mapping[str, str], password: str) -> bytes:
    is_sha256 = how.get("start-key-generation-name", "SHA1").lower().endswith("sha256")
    digest = hashlib.sha256 if is_sha256 else hashlib.sha1
    secret = digest(password.encode()).digest()
    salt, size = base64.b64decode(how["salt"]), int(how.get("key-derivation key-size", "16"))
    name = how["key-derivation-name"].lower()
    if name.endswith("argon2id"):
        return _by_argon2(how, secret, salt, size)
    if "pbkdf2" not in name:
        raise NotImplementedError(name)
    rounds = _bounded(how.get("iteration-count", "1024"), _MOST_ROUNDS)
    return hashlib.pbkdf2_hmac("sha1", secret, salt, rounds, size)


def _by_argon2(how: Mapping[str, str], secret: bytes, salt: bytes, size: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    derivation = Argon2id(
        salt=salt,
        length=size,
        iterations=_bounded(how["argon2-iterations"], _MOST_PASSES),
        lanes=_bounded(how["argon2-lanes"], _MOST_LANES),
        memory_cost=_bounded(how["argon2-memory"], _MOST_KILOBYTES),
    )
    return derivation.derive(secret)


def _bounded(written: str, most: int) -> int:
    number = int(written)
    if not 1 <= number <= most:
        raise ValueError(written)
    return number


def _inflated(data: bytes, limit: int) -> bytes:
    """The bytes before they were deflated, the first after the limit at most; b"" for what was not."""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, limit + 1)
    except zlib.error:
        return b""
