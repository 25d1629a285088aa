"""The parts of the window are what the prompt is made of, and never more than it holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generation.packing import pack
from generation.windows import divided
from quoth.config import AnswerConfig, Example, GenerationConfig
from quoth.datatypes import Message
from tests.generation.making import ByteModel, make_hit

SETTINGS = GenerationConfig(max_new_tokens=50, examples=(Example("why", "because"),))
WORDS = st.text("ab é", min_size=1, max_size=80)


@given(WORDS, st.lists(WORDS, max_size=4), st.lists(WORDS, max_size=3), st.integers(600, 2000))
def test_the_parts_add_up_to_the_window(
    question: str, texts: list[str], asked: list[str], size: int
) -> None:
    model = ByteModel(size)
    hits = [make_hit(f"d{rank}", 0, text, rank) for rank, text in enumerate(texts, 1)]
    history = [m for q in asked for m in (Message("user", q), Message("assistant", "so"))]
    packed = pack(question, hits, history, model=model, generation=SETTINGS, answer=AnswerConfig())
    window = divided(packed, question, model, SETTINGS)
    parts = (window.system, window.sources, window.history, window.question)
    assert sum(parts) == len(packed.prompt)
    assert min(parts) >= 0
    assert window.free == size - len(packed.prompt) - 50 >= 0
    assert window.question == len(question.encode())
    assert window.sources == packed.context.n_tokens
    assert window.history == sum(len(m.content.encode()) for m in packed.history)
