"""Documents and errors as JSON, on the way between processes; knows nothing else."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from quoth import errors
from quoth.datatypes import Box, Document, Heading, Page, Place


def from_document(document: Document) -> dict[str, Any]:
    """The document as JSON-able data."""
    return asdict(document)


def document_from(data: dict[str, Any]) -> Document:
    """The document that `from_document` was given."""
    return Document(
        **{
            **data,
            "pages": tuple(map(_page_from, data["pages"])),
            "headings": tuple(Heading(**heading) for heading in data["headings"]),
            "warnings": tuple(data["warnings"]),
        }
    )


def _page_from(data: dict[str, Any]) -> Page:
    places = (Place(one["start"], one["end"], Box(**one["box"])) for one in data["places"])
    return Page(**{**data, "places": tuple(places)})


def from_error(error: errors.QuothError) -> dict[str, Any]:
    """The error as JSON-able data."""
    return {"error": type(error).__name__, "text": str(error)}


def error_from(data: dict[str, Any]) -> errors.QuothError:
    """The error that `from_error` was given, of the same class with the same text."""
    kind = getattr(errors, data["error"])
    error: errors.QuothError = kind.__new__(kind)
    error.args = (data["text"],)
    return error
