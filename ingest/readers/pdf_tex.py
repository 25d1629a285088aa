"""Gives the signs of TeX's mathematical fonts their meaning; knows those fonts' encodings.

TeX puts them at places of other characters, and PDFs made by it often don't say which: a prime is
read as 0, a norm as k. Encodings OMS and OMX of Donald E. Knuth's Computer Modern.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from pypdfium2 import PdfDocument

_SYMBOLS = dict(
    zip(
        map(ord, "0123456789[\\]^_`abcdefghijklmnopqrstuvwxyz"),
        map(ord, "′∞∈∋△▽̸↦∀∃∪∩⊎∧∨⊢⊣⌊⌋⌈⌉{}⟨⟩|‖↕⇕\\≀√⨿∇∫⊔⊓⊑⊒§†‡"),
        strict=True,
    )
)
# Other places of OMX hold pieces that large brackets and braces are put together from.
_LARGE = dict.fromkeys(range(0x21, 0x7F), 0) | dict(
    zip(map(ord, "PQRSTUVWXYZ[\\]^_`"), map(ord, "∑∏∫⋃⋂⨄⋀⋁∑∏∫⋃⋂⨄⋀⋁⨿"), strict=True)
)
_NAME_BYTES = 64


def is_made_by_tex(pdf: PdfDocument) -> bool:
    """Whether the metadata names a program of the TeX family."""
    told = pdf.get_metadata_dict(skip_empty=True)
    makers = f"{told.get('Producer', '')} {told.get('Creator', '')}"
    return any(name in makers for name in ("TeX", "tex", "dvips", "dvipdf"))


def sign_reader(text_page: Any) -> Callable[[int, int], int]:
    """A function of a character's index and code that gives its code by its font; 0 for none."""
    import pypdfium2.raw as pdfium

    raw = text_page.raw
    tables: dict[int, dict[int, int] | None] = {}

    def read(index: int, code: int) -> int:
        thing = pdfium.FPDFText_GetTextObject(raw, index)
        if not thing:
            return code
        address = ctypes.addressof(thing.contents)
        if address not in tables:
            tables[address] = _table(raw, index)
        table = tables[address]
        return code if table is None else table.get(code, code)

    return read


def _table(raw: Any, index: int) -> dict[int, int] | None:
    import pypdfium2.raw as pdfium

    name = ctypes.create_string_buffer(_NAME_BYTES)
    pdfium.FPDFText_GetFontInfo(raw, index, name, _NAME_BYTES, None)
    if b"CMSY" in name.value or b"LMMathSymbols" in name.value:
        return _SYMBOLS
    return _LARGE if b"CMEX" in name.value else None
