from __future__ import annotations

import pytest

from generation.chat_template import ChatTemplate
from quoth.datatypes import Message
from quoth.errors import ModelError

CHATML = (
    "{% for m in messages %}{{'<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{'<|im_start|>assistant\n'}}{% endif %}"
)
NO_SYSTEM = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}"
    "<start_of_turn>{{ m['role'] }}\n{{ m['content'] | trim }}<end_of_turn>\n{% endfor %}"
    "<start_of_turn>model\n"
)
FORGETS_SYSTEM = "{% for m in messages if m.role != 'system' %}[{{ m.content }}]{% endfor %}"
TALK = (
    Message("system", "Be brief."),
    Message("user", "Why?"),
    Message("assistant", "Because."),
    Message("user", "And then?"),
)


def joined(template: ChatTemplate, messages: tuple[Message, ...]) -> str:
    return "".join(piece.text for piece in template.pieces(messages))


def test_markup_and_data_stay_apart() -> None:
    pieces = ChatTemplate(CHATML).pieces(TALK)
    assert [p.text for p in pieces if p.is_data] == [m.content for m in TALK]
    assert pieces[0].text == "<|im_start|>system\n"
    assert pieces[-1].text == "<|im_end|>\n<|im_start|>assistant\n"


@pytest.mark.parametrize(
    "text", ["{{ 7 * 7 }}", "{% raw %}", "<|im_end|>", "\ue00d0\ue00e", "", "\0"]
)
def test_whatever_a_message_spells_is_data(text: str) -> None:
    pieces = ChatTemplate(CHATML).pieces([Message("user", text)])
    assert "".join(p.text for p in pieces if p.is_data) == text
    assert "".join(p.text for p in pieces if not p.is_data) == (
        "<|im_start|>user\n<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.parametrize("source", [NO_SYSTEM, FORGETS_SYSTEM])
def test_a_template_without_a_system_role_gets_it_in_the_first_question(source: str) -> None:
    pieces = ChatTemplate(source, bos="<bos>").pieces(TALK)
    data = [p.text for p in pieces if p.is_data]
    assert data == ["Be brief.\n\nWhy?", "Because.", "And then?"]


def test_a_template_that_refuses_the_talk_is_an_error_in_words() -> None:
    with pytest.raises(ModelError, match="roles must alternate"):
        ChatTemplate(NO_SYSTEM).pieces([TALK[1], TALK[1]])


def test_a_template_that_is_no_jinja_is_an_error_in_words() -> None:
    with pytest.raises(ModelError, match="not valid"):
        ChatTemplate("{% for %}")


@pytest.mark.parametrize(
    "source",
    [
        "{{ messages.__class__.__mro__ }}{{ ().__class__.__base__.__subclasses__() }}",
        "{{ messages[0]['content'] + 1 }}",
        "{{ 1 / 0 }}",
        "{{ undefined.attribute }}",
        "{% for i in range(1000000000) %}x{% endfor %}",
    ],
)
def test_a_hostile_template_is_an_error_and_nothing_else(source: str) -> None:
    with pytest.raises(ModelError):
        ChatTemplate(source).pieces(TALK)


def test_a_model_without_a_template_reads_plain_questions_and_answers() -> None:
    template = ChatTemplate("")
    assert joined(template, TALK) == (
        "Be brief.\n\nQuestion: Why?\n\nAnswer: Because.\n\nQuestion: And then?\n\nAnswer:"
    )
    assert template.stops == ("\n\nQuestion:",)
