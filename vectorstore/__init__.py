"""Keeps chunks and vectors and finds them again: SQLite, FAISS, tantivy, the embedder."""

from vectorstore.compaction import Compaction
from vectorstore.contract import Library
from vectorstore.conversations import ConversationStore
from vectorstore.embedder import Embedder, cpu_has_bfloat16, load_embedder
from vectorstore.encoding import lone_threads
from vectorstore.library import LocalLibrary
from vectorstore.memory import RememberedVectors
from vectorstore.model_folders import find_folder, loading
from vectorstore.records import digest

__all__ = [
    "Compaction",
    "ConversationStore",
    "Embedder",
    "Library",
    "LocalLibrary",
    "RememberedVectors",
    "cpu_has_bfloat16",
    "digest",
    "find_folder",
    "load_embedder",
    "loading",
    "lone_threads",
]
