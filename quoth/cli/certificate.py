"""Looks at the certificate that the page is to be served with, before its server starts."""

from __future__ import annotations

import ssl
from pathlib import Path

from quoth.errors import ConfigError


def check_certificate(certificate: str, key: str) -> None:
    """Raise ConfigError unless both files are there, and belong together, or neither is named."""
    if not (certificate or key):
        return
    if not (certificate and key):
        raise ConfigError(
            "a certificate is of no use without its key, nor a key alone; give --certificate and "
            "--key, or neither"
        )
    _check_readable(certificate, "--certificate")
    _check_readable(key, "--key")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_verify_locations(certificate)
    except ssl.SSLError as error:
        raise ConfigError(
            f"{certificate} holds no certificate in PEM form; name another with --certificate"
        ) from error
    _check_together(context, certificate, key)


def _check_readable(path: str, option: str) -> None:
    try:
        with Path(path).open("rb") as file:
            file.read(1)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}; name another file with {option}"
        ) from error


def _check_together(context: ssl.SSLContext, certificate: str, key: str) -> None:
    asked = []

    def password() -> bytes:  # the server could ask nobody for it
        asked.append(key)
        return b"none"

    try:
        context.load_cert_chain(certificate, key, password)
    except ssl.SSLError as error:
        if asked:
            what = f"{key} is under a password, which nobody could type; decrypt it first"
        elif error.reason == "KEY_VALUES_MISMATCH":
            what = f"{key} is not the key of {certificate}; name its own with --key"
        else:
            what = f"{key} holds no private key in PEM form; name another with --key"
        raise ConfigError(what) from error
