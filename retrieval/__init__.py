"""Turns a question into ranked hits."""

from retrieval.followups import standalone
from retrieval.search import search

__all__ = ["search", "standalone"]
