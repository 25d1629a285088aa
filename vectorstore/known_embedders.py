"""Embedders known to do well, with what their authors publish of them. Data, no code but a look-up.

docs/embedders.md is written from it, with the sources of the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

_BGE_EN = "Represent this sentence for searching relevant passages: "
_BGE_ZH = "为这个句子生成表示以用于检索相关文章："
_E5 = ("query: ", "passage: ")


@dataclass(frozen=True, slots=True)
class KnownEmbedder:
    """A model as it is published. `ndcg` is the mean nDCG@10 in percent of its `benchmark`.

    `parameters` are millions; `source` is a key of SOURCES. `cut` says for a model that was trained
    to have its vectors cut (Matryoshka) to how many numbers, and what `ndcg` is then.
    """

    name: str
    licence: str
    languages: str
    parameters: int
    dimension: int
    max_tokens: int
    ndcg: float
    benchmark: str
    source: str
    question_prompt: str = ""
    passage_prompt: str = ""
    cut: tuple[int, float] | None = None

    @property
    def megabytes(self) -> int:
        """What the weights take in memory as float32; half of it as float16 or bfloat16."""
        return round(self.parameters * 4)


MTEB, C_MTEB = "MTEB retrieval (15)", "C-MTEB retrieval"
SOURCES = {
    "arctic": "https://github.com/Snowflake-Labs/arctic-embed (README)",
    "bge": "https://github.com/FlagOpen/FlagEmbedding/tree/master/research/baai_general_embedding "
    "(README)",
}

KNOWN_EMBEDDERS = (
    KnownEmbedder("sentence-transformers/all-MiniLM-L6-v2", "Apache-2.0", "English", 22, 384, 256, 41.95, MTEB, "arctic"),
    KnownEmbedder("Snowflake/snowflake-arctic-embed-xs", "Apache-2.0", "English", 22, 384, 512, 50.15, MTEB, "arctic", _BGE_EN),
    KnownEmbedder("Snowflake/snowflake-arctic-embed-s", "Apache-2.0", "English", 33, 384, 512, 51.98, MTEB, "arctic", _BGE_EN),
    KnownEmbedder("Snowflake/snowflake-arctic-embed-m", "Apache-2.0", "English", 110, 768, 512, 54.90, MTEB, "arctic", _BGE_EN),
    KnownEmbedder("Snowflake/snowflake-arctic-embed-m-v1.5", "Apache-2.0", "English", 109, 768, 512, 55.14, MTEB, "arctic", _BGE_EN, cut=(256, 54.2)),
    KnownEmbedder("Snowflake/snowflake-arctic-embed-l", "Apache-2.0", "English", 335, 1024, 512, 55.98, MTEB, "arctic", _BGE_EN),
    KnownEmbedder("BAAI/bge-small-en-v1.5", "MIT", "English", 33, 384, 512, 51.68, MTEB, "bge", _BGE_EN),
    KnownEmbedder("BAAI/bge-base-en-v1.5", "MIT", "English", 109, 768, 512, 53.25, MTEB, "bge", _BGE_EN),
    KnownEmbedder("BAAI/bge-large-en-v1.5", "MIT", "English", 335, 1024, 512, 54.29, MTEB, "bge", _BGE_EN),
    KnownEmbedder("intfloat/e5-small-v2", "MIT", "English", 33, 384, 512, 49.04, MTEB, "bge", *_E5),
    KnownEmbedder("intfloat/e5-base-v2", "MIT", "English", 109, 768, 512, 50.29, MTEB, "bge", *_E5),
    KnownEmbedder("intfloat/e5-large-v2", "MIT", "English", 335, 1024, 512, 50.56, MTEB, "bge", *_E5),
    KnownEmbedder("BAAI/bge-small-zh-v1.5", "MIT", "Chinese", 24, 512, 512, 61.77, C_MTEB, "bge", _BGE_ZH),
    KnownEmbedder("BAAI/bge-large-zh-v1.5", "MIT", "Chinese", 326, 1024, 512, 70.46, C_MTEB, "bge", _BGE_ZH),
    KnownEmbedder("intfloat/multilingual-e5-small", "MIT", "some 100", 118, 384, 512, 59.95, C_MTEB, "bge", *_E5),
    KnownEmbedder("intfloat/multilingual-e5-base", "MIT", "some 100", 278, 768, 512, 61.63, C_MTEB, "bge", *_E5),
    KnownEmbedder("intfloat/multilingual-e5-large", "MIT", "some 100", 560, 1024, 512, 63.66, C_MTEB, "bge", *_E5),
)  # fmt: skip


def known(model: str) -> KnownEmbedder | None:
    """What is known of a hub name, or of a folder that is called like the model; else None."""
    name = PurePath(model).name.casefold()
    return next(
        (one for one in KNOWN_EMBEDDERS if PurePath(one.name).name.casefold() == name), None
    )
