"""Turns a question into ranked hits."""

from retrieval.cross_encoder import CrossEncoderReranker
from retrieval.excerpts import excerpted
from retrieval.explaining import explain
from retrieval.followups import standalone
from retrieval.nearest import nearest, vectors_of
from retrieval.reranking import Reranker, Reranking
from retrieval.search import Ranking, hits_of, rank

__all__ = [
    "CrossEncoderReranker",
    "Ranking",
    "Reranker",
    "Reranking",
    "excerpted",
    "explain",
    "hits_of",
    "nearest",
    "rank",
    "standalone",
    "vectors_of",
]
