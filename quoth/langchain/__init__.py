"""LangChain in both directions; it is imported with this package, and by nothing else.

Quoth as a retriever, as a vector store and as embeddings; and LangChain's embeddings and chat models
as Quoth's.
"""

from quoth.langchain.chat_models import as_language_model
from quoth.langchain.embedder import LangChainEmbedder
from quoth.langchain.embeddings import QuothEmbeddings
from quoth.langchain.retriever import QuothRetriever
from quoth.langchain.store import QuothVectorStore

__all__ = [
    "LangChainEmbedder",
    "QuothEmbeddings",
    "QuothRetriever",
    "QuothVectorStore",
    "as_language_model",
]
