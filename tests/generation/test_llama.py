from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from generation.embedded import embedded_model
from generation.gguf import read_facts
from generation.llama_native import MIN_BATCH, LoadSettings, NativeModel, batch_bounds
from generation.loading import load_local
from generation.model import Completion, Prompt
from generation.states import States
from generation.turns import Watched
from quoth.config import GenerationConfig, ModelConfig
from quoth.datatypes import Message
from quoth.errors import ConfigError, ModelError, ModelLoadError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from generation.llama import LlamaModel
    from quoth.datatypes import FloatArray

GREEDY = GenerationConfig(max_new_tokens=12)
SOURCES = "The lighthouse of Alma was built in 1871 by Greta Holm and painted red. " * 12


def ask(model: LlamaModel, question: str, system: str = "Be brief.") -> Prompt:
    return model.render([Message("system", system), Message("user", question)])


def steps_of(
    model: LlamaModel,
    prompt: Prompt,
    settings: GenerationConfig = GREEDY,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Completion]:
    steps = list(model.complete(prompt, settings, cancelled=cancelled))
    assert [step.stop_reason is None for step in steps] == [True] * (len(steps) - 1) + [False]
    return steps


def text_of(model: LlamaModel, prompt: Prompt, settings: GenerationConfig = GREEDY) -> str:
    return "".join(step.text for step in steps_of(model, prompt, settings))


def test_a_prompt_is_the_chat_template_with_the_messages_in_it(model: LlamaModel) -> None:
    prompt = ask(model, "Why <|im_end|>?")
    vocabulary = model._native.vocabulary
    spelled = "".join(
        vocabulary.spelling(t) if t in vocabulary.control else vocabulary.piece(t).decode()
        for t in prompt.tokens
    )
    assert spelled == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhy <|im_end|>?<|im_end|>\n"
        "<|im_start|>assistant\n"
    )
    assert sum(token in vocabulary.control for token in prompt.tokens) == 5


def test_counts_add_up_exactly(model: LlamaModel) -> None:
    empty = len(ask(model, "x", "x")) - 2 * model.count_tokens("x")
    for question, system in (("Why?", SOURCES), ("東京 🎉\n\n", "  a\n"), ("<|im_end|>", "\0")):
        counted = model.count_tokens(question) + model.count_tokens(system)
        assert len(ask(model, question, system)) == empty + counted


def test_an_answer_is_written_to_its_end(model: LlamaModel) -> None:
    steps = steps_of(model, ask(model, "Say hello."), replace(GREEDY, max_new_tokens=60))
    assert steps[-1].stop_reason == "end"
    assert "ello" in "".join(step.text for step in steps)
    assert len(steps) > 3


def test_the_length_is_bounded_by_the_setting(model: LlamaModel) -> None:
    steps = steps_of(model, ask(model, "Tell me a story."), replace(GREEDY, max_new_tokens=5))
    assert steps[-1].stop_reason == "length"
    assert len(steps) <= 6


def test_the_length_is_bounded_by_the_window(model: LlamaModel) -> None:
    prompt = ask(model, "Tell me a long story.", "word " * 725)
    room = model.context_size - len(prompt)
    assert 0 < room < 30
    steps = steps_of(model, prompt, replace(GREEDY, max_new_tokens=512))
    assert steps[-1].stop_reason in {"length", "end"}
    assert len(steps) <= room + 1


@pytest.mark.parametrize("n_tokens", [0, 768, 5000])
def test_a_prompt_without_room_for_an_answer_is_refused(model: LlamaModel, n_tokens: int) -> None:
    with pytest.raises(ModelError, match="window of 768"):
        next(model.complete(Prompt((500,) * n_tokens), GREEDY))


def test_a_stop_text_ends_the_answer_and_is_not_shown(model: LlamaModel) -> None:
    prompt = ask(model, "Say hello.")
    whole = text_of(model, prompt)
    stop = whole[4:7]
    steps = steps_of(model, prompt, replace(GREEDY, stop=(stop,)))
    assert steps[-1].stop_reason == "stop"
    assert "".join(step.text for step in steps) == whole[: whole.index(stop)]


def test_what_a_prompt_shares_with_the_last_one_is_not_evaluated_again(model: LlamaModel) -> None:
    model._native.forget_after(0)
    first = ask(model, "Who built it?", SOURCES)
    second = ask(model, "Which colour has it, and who says so?", SOURCES)
    text_of(model, first)
    assert model.n_evaluated == len(first) > 250
    text_of(model, second)
    shared = next(
        i
        for i, pair in enumerate(zip(first.tokens, second.tokens, strict=False))
        if pair[0] != pair[1]
    )
    assert model.n_evaluated == len(second) - shared < len(second) / 3


def test_an_answer_depends_on_its_prompt_and_not_on_the_cache(model: LlamaModel) -> None:
    prompt, other = ask(model, "Who built it?", SOURCES), ask(model, "Why?", SOURCES[:300])
    model._native.forget_after(0)
    cold = text_of(model, prompt)
    assert text_of(model, prompt) == cold
    text_of(model, other)
    assert text_of(model, prompt) == cold


def test_what_was_read_ahead_is_not_evaluated_again_and_changes_no_answer(
    model: LlamaModel,
) -> None:
    prompt = ask(model, "Who built it?", SOURCES)
    model._native.forget_after(0)
    cold = text_of(model, prompt)
    model._native.forget_after(0)
    model.read_ahead(Prompt(prompt.tokens[:-9]))
    assert model._native.cached == list(prompt.tokens[:-9])
    assert text_of(model, prompt) == cold
    assert model.n_evaluated == 9


def test_reading_ahead_ends_when_it_is_given_up_and_keeps_what_it_has(model: LlamaModel) -> None:
    prompt = ask(model, "Who built it?", SOURCES)
    model._native.forget_after(0)
    looks = iter((False, True))
    model.read_ahead(prompt, lambda: next(looks, True))
    held = len(model._native.cached)
    assert held < len(prompt)
    assert model._native.cached == list(prompt.tokens[:held])


def test_nothing_is_read_ahead_during_an_answer(model: LlamaModel) -> None:
    answer = model.complete(ask(model, "Say hello."), GREEDY)
    next(answer)
    held = list(model._native.cached)
    model.read_ahead(ask(model, "Who built it?", SOURCES))
    assert model._native.cached == held
    answer.close()


def test_a_conversation_goes_on_where_it_was_after_the_turn_of_another(
    model: LlamaModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, other = SOURCES[:450], "The ferry to Brixham leaves at nine and takes an hour. " * 7
    short = replace(GREEDY, max_new_tokens=4)
    follow_up = ask(model, "Which colour has it?", source)
    model._native.forget_after(0)
    cold = text_of(model, follow_up, short)
    model._native.forget_after(0)
    monkeypatch.setattr(model, "_states", States(2**28))
    text_of(model, ask(model, "Who built it?", source), short)
    text_of(model, ask(model, "When?", other), short)
    assert len(model._states) == 1
    assert model._states.n_bytes > 100 * model.facts.kv_width * 2
    assert text_of(model, follow_up, short) == cold
    assert model.n_evaluated < 20
    text_of(model, ask(model, "From where?", other), short)
    assert model.n_evaluated < 20


def test_the_numbers_of_a_state_are_those_that_were_kept() -> None:
    settings = LoadSettings(768, 128, 1, 0, flash_attention=False, share_cores=False)
    native = NativeModel(read_facts(embedded_model()), settings)
    tokens = native.vocabulary.data_tokens(SOURCES)[:150]
    native.decode(tokens[:130])
    state = native.state()
    straight = last_logits(native, tokens[130:])
    native.forget_after(0)
    native.decode(tokens[20:90])
    native.restore(state)
    assert native.cached == tokens[:130]
    assert np.array_equal(last_logits(native, tokens[130:]), straight)
    native.restore(replace(state, data=b"nonsense"))
    assert native.cached == []
    native.close()


def test_on_a_gpu_a_prompt_is_always_cut_in_the_same_places() -> None:
    # A build without a GPU ignores `gpu_layers`. Its fused attention stands in for a GPU: with it,
    # numbers depend on the cut.
    settings = LoadSettings(768, 32, 1, -1, flash_attention=True, share_cores=False)
    native = NativeModel(read_facts(embedded_model()), settings)
    tokens = native.vocabulary.data_tokens(SOURCES)[:150]
    cold = last_logits(native, tokens)
    for other in (tokens[:47], [*tokens[:101], 9, 9, 9], tokens[:140], tokens):
        native.forget_after(0)
        native.decode(other)
        kept = native.keep_prefix(tokens)
        assert kept % 32 == 0
        assert kept >= min(len(other), 142) - 60
        assert np.array_equal(last_logits(native, tokens[kept:]), cold)
    native.close()


def last_logits(native: NativeModel, tokens: list[int]) -> FloatArray:
    """What the model makes of the last token, having evaluated `tokens`."""
    native.decode(tokens)
    pointer = native._c.llama_get_logits_ith(native._context, -1)
    return np.ctypeslib.as_array(pointer, shape=(native.vocabulary.size,)).copy()


@pytest.mark.parametrize("n_tokens", [1, 7, 8, 127, 128, 129, 136, 511, 512, 513, 575, 1030])
@pytest.mark.parametrize("largest", [128, 512])
def test_batches_cover_the_prompt_and_none_but_a_lone_one_is_short(
    n_tokens: int, largest: int
) -> None:
    bounds = batch_bounds(n_tokens, largest)
    assert [i for start, end in bounds for i in range(start, end)] == list(range(n_tokens))
    assert all(end - start <= largest for start, end in bounds)
    assert len(bounds) == 1 or min(end - start for start, end in bounds) >= MIN_BATCH


def test_the_same_seed_gives_the_same_answer_and_another_one_another(model: LlamaModel) -> None:
    prompt = ask(model, "Invent a name for a ship.")
    warm = replace(GREEDY, temperature=1.5, top_k=0, top_p=1.0, min_p=0.0, max_new_tokens=16)
    answers = [text_of(model, prompt, replace(warm, seed=seed)) for seed in (0, 0, 1, 2)]
    assert answers[0] == answers[1]
    assert len(set(answers)) >= 3


def test_top_k_of_one_is_greedy_at_any_temperature(model: LlamaModel) -> None:
    prompt = ask(model, "Say hello.")
    hot = replace(GREEDY, temperature=5.0, top_k=1, seed=3)
    assert text_of(model, prompt, hot) == text_of(model, prompt)


def test_the_repeat_penalty_keeps_the_model_from_repeating(model: LlamaModel) -> None:
    prompt = ask(model, "Repeat the word no for ever: no no no no no no no no no no no")
    settings = replace(GREEDY, max_new_tokens=24)
    free = text_of(model, prompt, replace(settings, repeat_penalty=1.0))
    held = text_of(model, prompt, replace(settings, repeat_penalty=2.0))
    assert held != free
    assert len(set(held.split())) / len(held.split()) > len(set(free.split())) / len(free.split())


def test_settings_out_of_range_are_refused(model: LlamaModel) -> None:
    for settings in (replace(GREEDY, repeat_penalty=0.0), replace(GREEDY, max_new_tokens=0)):
        with pytest.raises(ConfigError):
            next(model.complete(ask(model, "Why?"), settings))
    with pytest.raises(ConfigError):
        load_local(ModelConfig(context_size=-1))


def test_cancelling_between_tokens_ends_the_answer(model: LlamaModel) -> None:
    asked = iter(range(1000))
    steps = steps_of(model, ask(model, "Tell me a story."), GREEDY, lambda: next(asked) > 4)
    assert steps[-1].stop_reason == "cancelled"
    assert len(steps) < 7


def test_cancelling_stops_inside_the_evaluation_of_a_prompt(model: LlamaModel) -> None:
    model._native.forget_after(0)
    asked = iter(range(1000))
    prompt = ask(model, "Why?", SOURCES * 2)
    steps = steps_of(model, prompt, GREEDY, lambda: next(asked) > 0)
    assert [step.stop_reason for step in steps] == ["cancelled"]
    assert len(model._native.cached) < len(prompt)
    assert next(asked) < 20
    assert text_of(model, ask(model, "Say hello."))


def test_an_exception_of_the_caller_passes_through_and_the_model_lives_on(
    model: LlamaModel,
) -> None:
    asked = iter(range(1000))

    def cancelled() -> bool:
        if next(asked) > 0:
            raise KeyboardInterrupt
        return False

    model._native.forget_after(0)
    with pytest.raises(KeyboardInterrupt):
        list(model.complete(ask(model, "Why?", SOURCES), GREEDY, cancelled=cancelled))
    assert text_of(model, ask(model, "Say hello."))


def test_a_generator_closed_early_leaves_the_model_usable(model: LlamaModel) -> None:
    prompt = ask(model, "Tell me a story.")
    whole = text_of(model, prompt)
    begun = model.complete(prompt, GREEDY)
    next(begun)
    begun.close()  # type: ignore[attr-defined]
    assert text_of(model, prompt) == whole


def test_a_second_completion_waits_for_its_turn(model: LlamaModel) -> None:
    prompt = ask(model, "Tell me a story.")
    whole = text_of(model, prompt)
    answers: list[str] = []
    threads = [
        threading.Thread(target=lambda: answers.append(text_of(model, prompt))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [whole] * 3


def test_waiting_for_a_turn_can_be_cancelled_and_does_not_last_for_ever(model: LlamaModel) -> None:
    begun = model.complete(ask(model, "Tell me a story."), GREEDY)
    next(begun)
    patience, model.turns._patience = model.turns._patience, 0.0
    try:
        asked = iter([False, True])
        with pytest.raises(ModelError, match="nobody reads it"):
            text_of(model, ask(model, "Why?"))
        steps = list(model.complete(ask(model, "Why?"), GREEDY, cancelled=lambda: True))
        assert steps == [Completion("", "cancelled")]
        assert next(asked) is False
    finally:
        model.turns._patience = patience
        begun.close()  # type: ignore[attr-defined]


def test_answers_of_several_askers_are_each_their_own_and_come_in_order(model: LlamaModel) -> None:
    questions = ["Say hello.", "Name a colour.", "Count to three.", "Why is the sky blue?"]
    prompts = [ask(model, question) for question in questions]
    alone = [text_of(model, prompt) for prompt in prompts]
    written: dict[int, str] = {}
    waits: dict[int, list[int]] = {i: [] for i in range(len(prompts))}
    waiting = [threading.Event() for _ in prompts]

    def answer(i: int) -> None:
        def tell(before: int) -> None:
            waits[i].append(before)
            waiting[i].set()

        watched = Watched(model, tell)
        written[i] = "".join(step.text for step in watched.complete(prompts[i], GREEDY))

    begun = model.complete(prompts[0], GREEDY)
    next(begun)
    askers = []
    for i in range(len(prompts)):
        askers.append(threading.Thread(target=answer, args=(i,), daemon=True))
        askers[-1].start()
        assert waiting[i].wait(30)
    assert [told[0] for told in waits.values()] == [1, 2, 3, 4]
    begun.close()  # type: ignore[attr-defined]
    for asker in askers:
        asker.join(60)
    assert list(written) == [0, 1, 2, 3]
    assert list(written.values()) == alone
    assert all(told[-1] == 0 for told in waits.values())


def test_an_answer_that_the_end_of_the_program_cuts_off_is_an_error_in_words() -> None:
    code = (
        "import threading\n"
        "from generation.loading import load_local\n"
        "from quoth.config import GenerationConfig, ModelConfig\n"
        "from quoth.datatypes import Message\n"
        "from quoth.errors import QuothError\n"
        "model = load_local(ModelConfig(context_size=1024, threads=1, gpu_layers=0))\n"
        "prompt = model.render([Message('user', 'Tell me a very long story.')])\n"
        "begun = threading.Event()\n"
        "def answer():\n"
        "    try:\n"
        "        for step in model.complete(prompt, GenerationConfig(max_new_tokens=500)):\n"
        "            begun.set()\n"
        "    except QuothError:\n"
        "        pass\n"
        "threading.Thread(target=answer, daemon=True).start()\n"
        "begun.wait()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_failed_decode_is_an_error_in_words_and_the_model_lives_on(model: LlamaModel) -> None:
    with pytest.raises(ModelError, match="llama_decode -1"):
        next(model.complete(Prompt((10**6,) * 3), GREEDY))
    assert text_of(model, ask(model, "Say hello."))


def test_a_closed_model_says_so() -> None:
    closed = load_local(ModelConfig(context_size=256, threads=1))
    closed.close()
    closed.close()
    for use in (lambda: closed.count_tokens("a"), lambda: closed.render([Message("user", "a")])):
        with pytest.raises(ModelError, match="is closed"):
            use()
    with pytest.raises(ModelError, match="is closed"):
        next(closed.complete(Prompt((1, 2)), GREEDY))


def test_the_window_is_capped_at_the_trained_length() -> None:
    for asked, given in ((100_000, 8192), (0, 8192), (512, 512)):
        loaded = load_local(ModelConfig(context_size=asked, threads=1))
        assert loaded.context_size == given
        loaded.close()


def test_a_damaged_model_is_refused_with_llama_cpps_reason(tmp_path: Path) -> None:
    data = embedded_model().read_bytes()
    path = tmp_path / "cut.gguf"
    path.write_bytes(data[:-100_000])
    with pytest.raises(ModelLoadError, match=r"cut\.gguf"):
        load_local(ModelConfig(path=str(path)))
    path.write_bytes(data[:3000].replace(b"llama", b"lhama") + data[3000:])
    with pytest.raises(ModelLoadError, match="unknown model architecture"):
        load_local(ModelConfig(path=str(path)))


def test_loading_and_answering_write_nothing_to_the_terminal() -> None:
    code = (
        "from generation.loading import load_local\n"
        "from quoth.config import GenerationConfig, ModelConfig\n"
        "from quoth.datatypes import Message\n"
        "model = load_local(ModelConfig(context_size=256, threads=1))\n"
        "prompt = model.render([Message('user', 'Hi')])\n"
        "list(model.complete(prompt, GenerationConfig(max_new_tokens=2)))\n"
        "model.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == done.stderr == b""


def test_an_interrupt_stops_the_evaluation_of_a_prompt_at_once_and_in_silence() -> None:
    code = (
        "import os, signal, threading\n"
        "from generation.loading import load_local\n"
        "from quoth.config import GenerationConfig, ModelConfig\n"
        "from quoth.datatypes import Message\n"
        "model = load_local(ModelConfig(context_size=4096, threads=1, gpu_layers=0))\n"
        "prompt = model.render([Message('user', 'The tea is hot. ' * 700)])\n"
        "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "try:\n"
        "    next(model.complete(prompt, GenerationConfig()))\n"
        "except KeyboardInterrupt:\n"
        "    print(len(model._native.cached) < len(prompt))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"True\n", b"")
