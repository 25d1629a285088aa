"""Whatever a document, its name or its titles say, the prompt around them stays ours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from generation.chat_template import ChatTemplate
from generation.passages import make_passages
from generation.prompt import build_messages
from generation.unseen import without_unseen
from quoth.config import GenerationConfig
from tests.generation.injections import ALL, DISGUISES
from tests.generation.making import make_hit
from tests.generation.test_chat_template import CHATML, NO_SYSTEM

if TYPE_CHECKING:
    from generation.llama import LlamaModel
    from quoth.datatypes import Message

LLAMA_3 = (
    "{{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m['role'] + "
    "'<|end_header_id|>\n\n' + m['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}"
)
MISTRAL = (
    "{% for m in messages %}{% if m['role'] == 'assistant' %}{{ m['content'] + '</s>' }}"
    "{% else %}{{ '[INST] ' + m['content'] + ' [/INST]' }}{% endif %}{% endfor %}"
)
each_injection = pytest.mark.parametrize("text", ALL, ids=range(len(ALL)))


def messages(text: str) -> tuple[Message, ...]:
    """A conversation whose passage, title, file name and question hold the text."""
    hit = make_hit("mill", 0, f"The mill was built in 1871.\n{text}", 1, source=f"{text}.md")
    hit = replace(hit, chunk=replace(hit.chunk, headings=(text,)))
    return build_messages(f"When? {text}", make_passages([hit]), (), GenerationConfig())


@each_injection
def test_no_document_adds_a_control_token_to_the_prompt(text: str, model: LlamaModel) -> None:
    control = model._native.vocabulary.control
    plain, hostile = (
        [token for token in model.render(messages(said)).tokens if token in control]
        for said in ("Harmless.", text)
    )
    assert hostile == plain


@each_injection
@pytest.mark.parametrize("template", [CHATML, NO_SYSTEM, LLAMA_3, MISTRAL])
def test_no_document_writes_markup_of_any_template(text: str, template: str) -> None:
    chat = ChatTemplate(template, bos="<s>", eos="</s>")
    markup = [
        [piece.text for piece in chat.pieces(messages(said)) if not piece.is_data]
        for said in ("Harmless.", text)
    ]
    assert markup[0] == markup[1]


@each_injection
def test_no_document_ends_its_fence_or_its_label(text: str) -> None:
    system = messages(text)[0].content
    _, _, block = system.partition("\n\n")
    label, fence, *lines, end = block.split("\n")
    assert label.startswith("[1] ")
    assert set(fence) == {'"'}
    assert fence == end
    assert fence not in "\n".join(lines)


@pytest.mark.parametrize("text", DISGUISES, ids=range(len(DISGUISES)))
def test_the_model_reads_what_a_person_sees(text: str) -> None:
    system = messages(text)[0].content
    assert without_unseen(system) == system
    assert not any("\U000e0000" <= c <= "\U000e007f" or c in "\u200b\u202e\x1b" for c in system)


def test_what_scripts_need_stays() -> None:
    for text in ("می\u200cخواهم", "👩\u200d🔬", "עברית\u200f", "a\tb\nc", "straße 東京"):
        assert without_unseen(text) == text
