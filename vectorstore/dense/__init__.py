"""Dense indexes: vectors by inner product, in FAISS, on the CPU or a GPU, whole or compressed.

They know chunk rows (integers) and vectors, nothing of documents or SQLite. FAISS is imported
inside, on first use.
"""

from vectorstore.dense.building import build
from vectorstore.dense.choice import Plan, is_outgrown, plans
from vectorstore.dense.contract import DenseIndex, VectorSource
from vectorstore.dense.flat import FlatIndex
from vectorstore.dense.inverted import InvertedIndex
from vectorstore.dense.searching import search

__all__ = [
    "DenseIndex",
    "FlatIndex",
    "InvertedIndex",
    "Plan",
    "VectorSource",
    "build",
    "is_outgrown",
    "plans",
    "search",
]
