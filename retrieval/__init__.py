"""Turns a question into ranked hits."""

from retrieval.cross_encoder import CrossEncoderReranker
from retrieval.explaining import explain
from retrieval.followups import standalone
from retrieval.nearest import nearest, vectors_of
from retrieval.reranking import Reranker, Reranking
from retrieval.search import rank, search

__all__ = [
    "CrossEncoderReranker",
    "Reranker",
    "Reranking",
    "explain",
    "nearest",
    "rank",
    "search",
    "standalone",
    "vectors_of",
]
