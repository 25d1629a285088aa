"""Every section of the configuration, each setting with its default, its range and what it does.

It holds names and numbers and builds nothing. docs/configuration.md is written from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

EMBEDDED = "embedded"
OWN = "own"


def _key(default: Any, doc: str, *, least: float | None = None, most: float | None = None) -> Any:
    """A setting with its documentation; a number outside `least` to `most` is refused."""
    return field(default=default, metadata={"doc": doc, "least": least, "most": most})


@dataclass(frozen=True, slots=True)
class IngestConfig:
    """Limits on what is read. Documents are hostile."""

    max_megabytes: int = _key(500, "A larger file is refused.", least=1)
    max_pages: int = _key(10_000, "A document with more pages is refused.", least=1)
    max_characters: int = _key(50_000_000, "A document with more text is refused.", least=1)
    timeout_seconds: int = _key(300, "A file that takes longer to read is given up.", least=1)
    memory_megabytes: int = _key(
        2048, "The address space of the process that reads files.", least=1
    )
    hidden: bool = _key(False, "Whether files and folders that start with a dot are read.")
    ocr: Literal["auto", "rapidocr", "tesseract", "off"] = _key(
        "auto", "What reads scanned pages; `auto`: Tesseract where it is installed, else RapidOCR."
    )
    ocr_languages: tuple[str, ...] = _key(
        ("eng",), "Languages of scans, by Tesseract's names; RapidOCR reads Latin and Chinese."
    )
    ocr_seconds: int = _key(
        200, "OCR of one file stops after this; the pages left are reported as not read.", least=0
    )


@dataclass(frozen=True, slots=True)
class SyncConfig:
    """How `quoth sync --watch` follows a folder."""

    debounce_milliseconds: int = _key(
        1600, "How long changes are gathered before they are followed.", least=0
    )
    poll_seconds: int = _key(
        0,
        "Look this often instead of waiting for the system to notify, which it does not for "
        "network drives; 0: wait.",
        least=0,
    )


@dataclass(frozen=True, slots=True)
class ChunkingConfig:
    """How documents are cut."""

    max_tokens: int = _key(
        0,
        "Tokens of the embedder in a chunk, headings included; 0: as many as it can read.",
        least=0,
    )


@dataclass(frozen=True, slots=True)
class EmbedderConfig:
    """Which model turns text into vectors."""

    model: str = _key(
        EMBEDDED, "A sentence-transformers name or folder; `embedded` is all-MiniLM-L6-v2."
    )
    device: str = _key("auto", "`auto`, `cpu`, `cuda`, `cuda:1`, `mps`.")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = _key(
        "auto", "`auto`: float16 on a GPU, bfloat16 on a CPU that has it, else float32."
    )
    batch_size: int = _key(
        0, "Texts embedded at once, of similar length; 0: 8 on a CPU's core, 128 on a GPU.", least=0
    )
    question_prompt: str = _key(
        OWN,
        "Text put before a question; `own`: what the model's folder says, or docs/embedders.md.",
    )
    passage_prompt: str = _key(OWN, "Text put before a passage; `own`: likewise.")
    dimensions: int = _key(
        0,
        "Numbers kept of each vector, for models trained to be cut (Matryoshka); 0: all.",
        least=0,
    )


@dataclass(frozen=True, slots=True)
class IndexConfig:
    """Where vectors are searched."""

    device: Literal["auto", "cpu", "gpu"] = _key(
        "auto", "`auto`: the GPU when FAISS sees one, else the CPU."
    )
    float16: bool = _key(True, "Whether a GPU stores vectors in half precision.")
    gpu_memory_megabytes: int = _key(
        0, "Memory of the GPU that vectors may take; 0: as much as there is.", least=0
    )
    exact_up_to: int = _key(
        50_000,
        "With more vectors the CPU searches compressed ones in lists, a GPU if they fit.",
        least=0,
    )
    recall: float = _key(
        0.99,
        "Share of the ten true neighbours that a search of compressed vectors must find.",
        least=0,
        most=1,
    )


@dataclass(frozen=True, slots=True)
class RetrievalConfig:
    """How a question becomes hits."""

    k: int = _key(8, "Hits returned.", least=1)
    candidates: int = _key(100, "Chunks asked of each index before fusion.", least=1)
    dense_weight: float = _key(
        0.6,
        "Share of the dense score in the fused score; 0 is words only, 1 is meaning only.",
        least=0,
        most=1,
    )
    feedback_weight: float = _key(
        0.6,
        "How far the first hits pull the question's meaning towards theirs; 0: not at all.",
        least=0,
    )
    neighbour_weight: float = _key(
        0.15,
        "How far hits of like meaning pull each other's scores together; 0: not at all.",
        least=0,
    )
    diversity: float = _key(
        0.2,
        "Share of its score that a chunk loses for each better one of its document, unless the "
        "question asks for that document; 0: none.",
        least=0,
        most=1,
    )


@dataclass(frozen=True, slots=True)
class RerankConfig:
    """Whether a second model reads the best hits together with the question, and orders them anew."""

    model: str = _key(
        "",
        "A sentence-transformers CrossEncoder by name or folder, or a GGUF reranker; empty: none.",
    )
    candidates: int = _key(32, "How many of the best hits it reads at most.", least=1)
    budget_milliseconds: int = _key(
        1000,
        "No batch begins that would not end in this time; hits not read keep their order.",
        least=0,
    )
    batch_size: int = _key(8, "Hits read at once.", least=1)
    device: str = _key("auto", "`auto`, `cpu`, `cuda`, `cuda:1`, `mps`.")


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The language model and how it is loaded."""

    path: str = _key(
        EMBEDDED,
        "A GGUF file, or the name of a model in `quoth models`; `embedded` is SmolLM2-135M-Instruct.",
    )
    context_size: int = _key(
        4096,
        "Tokens of the window, at most what the model was trained on; 0: all of that.",
        least=0,
    )
    threads: int = _key(0, "CPU threads; 0: the physical cores.", least=0)
    batch_size: int = _key(512, "Prompt tokens evaluated at once.", least=1)
    gpu_layers: int = _key(-1, "Layers put on the GPU when the build has one; -1: all.", least=-1)
    flash_attention: bool = _key(True, "Whether attention uses the fused kernel on a GPU.")
    cache_megabytes: int = _key(
        256,
        "Memory for what the model has read of recent prompts; 0: of the last one only.",
        least=0,
    )
    requantize: Literal["auto", "off"] = _key(
        "auto",
        "Whether a CPU may use the model's weights in a type that it evaluates faster: measured once "
        "for a small model, for others by `quoth models optimise`.",
    )
    endpoint: str = _key(
        "",
        "The address of a server that runs the model instead (llama-server, vLLM, or OpenAI's "
        "interface), such as `http://127.0.0.1:8080`; its key is taken from `QUOTH_ENDPOINT_KEY`.",
    )
    endpoint_model: str = _key("", "The server's name for the model; empty: its first one.")
    endpoint_remote: bool = _key(
        False, "Whether the server may be another machine: passages of your documents go there."
    )


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example for few-shot prompts."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class GenerationConfig:
    """How the answer is written."""

    max_new_tokens: int = _key(
        256, "Tokens kept free for the answer, and its longest length.", least=1
    )
    temperature: float = _key(
        0.0, "0 always takes the likeliest token; higher is more varied.", least=0, most=5
    )
    top_k: int = _key(40, "Choose among the k likeliest tokens; 0: all.", least=0)
    top_p: float = _key(
        0.95, "Choose among the likeliest tokens that make up this probability.", least=0, most=1
    )
    min_p: float = _key(
        0.05, "Drop tokens less likely than this share of the likeliest one.", least=0, most=1
    )
    repeat_penalty: float = _key(
        1.1, "Above 1 discourages tokens already written; 1: off.", least=0.01, most=10
    )
    seed: int = _key(0, "Same seed, same answer, when the temperature is above 0.")
    stop: tuple[str, ...] = _key((), "Texts that end the answer; they are not shown.")
    system_prompt: str = _key("", "Replaces Quoth's own instruction; empty: keep it.")
    examples: tuple[Example, ...] = _key(
        (), "Worked examples put before the question: none is zero-shot, some are few-shot."
    )


@dataclass(frozen=True, slots=True)
class AnswerConfig:
    """What Quoth makes of what the model wrote."""

    refusal: Literal["silent", "balanced", "talkative", "never"] = _key(
        "balanced", "How sure Quoth must be that the documents hold the answer before it speaks."
    )
    fallback: bool = _key(
        True, "Whether the best sentences of the sources replace an answer they do not support."
    )
    unsupported: Literal["mark", "remove", "regenerate"] = _key(
        "mark",
        "What becomes of a sentence that no source supports: it is marked, removed, or the answer "
        "is written once more with that sentence named, and what fails then is marked.",
    )
    close_reading: bool = _key(
        True,
        "Whether the English sentences that likeliest answer are read together with the question by a "
        "small model, for refusal and quotes: better by both, for the time of embedding six sentences.",
    )
    max_passages: int = _key(5, "Passages shown to the model at most.", least=1)
    max_context_tokens: int = _key(
        1280, "Tokens of all passages together; 0: as many as the window holds.", least=0
    )
    first_token_seconds: float = _key(
        2.0,
        "On a CPU, passages are cut to their best sentences so that an answer begins in this time; "
        "0: they are read whole.",
        least=0,
    )


@dataclass(frozen=True, slots=True)
class PageConfig:
    """The browser page."""

    host: str = _key("127.0.0.1", "The address to listen on.")
    port: int = _key(8501, "The port to listen on.", least=0, most=65535)
    certificate: str = _key(
        "", "A certificate in PEM form, with those between it and its root: the page is HTTPS."
    )
    key: str = _key("", "The certificate's private key in PEM form, without a password.")
    sign_in: bool = _key(
        False,
        "Whether this machine must sign in too, for a page behind a proxy; others always must.",
    )
    sign_in_hours: float = _key(12.0, "How long a browser stays signed in.", least=0)
