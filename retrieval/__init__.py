"""Turns a question into ranked hits."""

from retrieval.followups import standalone
from retrieval.nearest import nearest, vectors_of
from retrieval.search import search

__all__ = ["nearest", "search", "standalone", "vectors_of"]
