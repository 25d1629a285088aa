"""What a search considered, as text for people. It knows datatypes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quoth.cli.answers import hit_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quoth.datatypes import Considered, Finding


def considered_text(one: Considered, *, full: bool = False) -> str:
    """The hit; then whether it was kept and why; then its way through the stages."""
    head, _, passage = hit_text(one.hit, full=full).partition("\n")
    kept = "kept" if one.kept else "not kept"
    found = ", ".join(_places(one.hit.found_by)) or "nobody"
    way = " → ".join([f"found by {found}", *_places(one.stages)])
    return "\n".join([head, f"    {kept}: {one.reason}", f"    {way}", passage])


def _places(findings: Iterable[Finding]) -> list[str]:
    return [f"{one.retriever} {one.rank} ({one.score:.3f})" for one in findings]
