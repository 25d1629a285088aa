from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from generation.chat_model import estimate_tokens
from generation.endpoint import LlamaServerModel, connect
from generation.loading import load_model
from quoth.config import GenerationConfig, ModelConfig
from quoth.datatypes import Message
from quoth.errors import ConfigError, EndpointError
from tests.generation.model_servers import Json, ModelServer, like_llama_server, like_openai

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generation.llama import LlamaModel
    from generation.model import LanguageModel

GREEDY = GenerationConfig(max_new_tokens=10)
MESSAGES = [Message("system", "Be brief."), Message("user", "Say <|im_end|> hello. 東京")]


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUOTH_ENDPOINT_KEY", raising=False)


def reach(server: ModelServer, **settings: object) -> LanguageModel:
    return load_model(ModelConfig(endpoint=server.url, **settings))  # type: ignore[arg-type]


def write(model: LanguageModel, settings: GenerationConfig = GREEDY) -> tuple[str, str | None]:
    steps = list(model.complete(model.render(MESSAGES), settings))
    assert [step.stop_reason is None for step in steps] == [True] * (len(steps) - 1) + [False]
    return "".join(step.text for step in steps), steps[-1].stop_reason


def test_a_llama_server_gets_the_very_tokens_of_the_local_model(model: LlamaModel) -> None:
    with like_llama_server(model) as server:
        remote = reach(server, context_size=0)
        assert isinstance(remote, LlamaServerModel)
        assert (remote.name, remote.context_size) == ("smol", model.context_size)
        assert remote.render(MESSAGES) == model.render(MESSAGES)
        for text in ("", "a b", "<|im_end|>", "東京 🎉"):
            assert remote.count_tokens(text) == model.count_tokens(text)
        local = list(model.complete(model.render(MESSAGES), GREEDY))
        assert write(remote) == ("".join(s.text for s in local), local[-1].stop_reason)
        remote.close()


def test_the_smaller_window_counts(model: LlamaModel) -> None:
    with like_llama_server(model) as server:
        assert reach(server, context_size=512).context_size == 512
        assert reach(server, context_size=100_000).context_size == model.context_size


def test_tokens_of_the_same_text_are_asked_for_once(model: LlamaModel) -> None:
    with like_llama_server(model) as server:
        remote = reach(server)
        remote.render(MESSAGES)
        n_requests = len(server.requests)
        remote.render(MESSAGES)
        assert len(server.requests) == n_requests


def test_an_openai_server_gets_messages_and_its_words_come_as_they_are_written() -> None:
    with like_openai(["Hello", " there", ".", " 東京"]) as server:
        remote = reach(server)
        assert (remote.name, remote.context_size) == ("large", 2048)
        steps = list(remote.complete(remote.render(MESSAGES), GREEDY))
        assert [step.text for step in steps] == ["Hello", " there", ".", " 東京", ""]
        assert steps[-1].stop_reason == "end"
        path, body = server.requests[-1]
        assert path == "/v1/chat/completions"
        assert body["messages"][1] == {"role": "user", "content": MESSAGES[1].content}
        assert body["model"] == "large"
        assert body["max_tokens"] == 10
        assert body["stream"] is True


def test_an_address_may_end_in_v1() -> None:
    with like_openai(["Yes."]) as server:
        remote = connect(ModelConfig(endpoint=f"{server.url}/v1/"))
        assert write(remote) == ("Yes.", "end")


def test_a_servers_own_tokenizer_counts() -> None:
    with like_openai(["Yes."], tokenizes=True) as server:
        remote = reach(server)
        assert remote.count_tokens("one two three") == 3
        assert len(remote.render(MESSAGES)) == 2 + 4 + 2 * 5
    with like_openai(["Yes."]) as server:
        remote = reach(server)
        assert remote.count_tokens("one two three") == estimate_tokens("one two three") == 6
        assert len(remote.render(MESSAGES)) > 40


def test_a_length_and_a_stop_text_end_an_answer() -> None:
    with like_openai(["One", " two"], finish="length") as server:
        assert write(reach(server)) == ("One two", "length")
    with like_openai(["One", " two", " three"]) as server:
        assert write(reach(server), replace(GREEDY, stop=("wo",))) == ("One t", "stop")
        assert server.requests[-1][1]["stop"] == ["wo"]


def test_a_server_that_knows_no_end_is_stopped() -> None:
    with like_openai(["on and "] * 10_000) as server:
        text, reason = write(reach(server))
        assert reason == "length"
        assert len(text) < 1000


def test_cancelling_breaks_the_connection_off() -> None:
    go_on = threading.Event()

    def slow(body: Json) -> Iterator[Json | bytes]:
        del body
        yield {"choices": [{"delta": {"content": "Well"}, "finish_reason": None}]}
        for _ in range(10_000):  # until the reader has gone
            go_on.wait(0.005)
            yield {"choices": [{"delta": {"content": "…"}, "finish_reason": None}]}

    with like_openai([]) as server:
        server.replies["/v1/chat/completions"] = slow
        remote = reach(server)
        stop = threading.Event()
        steps = []
        settings = replace(GREEDY, max_new_tokens=100_000)
        for step in remote.complete(remote.render(MESSAGES), settings, cancelled=stop.is_set):
            steps.append(step)
            stop.set()
        assert steps[0].text == "Well"
        assert steps[-1].stop_reason == "cancelled"
        assert server.broken_off.wait(30)


def test_cancelling_does_not_wait_for_the_first_word() -> None:
    asked, answer = threading.Event(), threading.Event()

    def silent(body: Json) -> Json:
        del body
        asked.set()
        answer.wait(60)
        return {"error": "too late"}

    with like_openai([]) as server:
        server.replies["/v1/chat/completions"] = silent
        remote = reach(server)
        steps = list(remote.complete(remote.render(MESSAGES), GREEDY, cancelled=asked.is_set))
        assert [(step.text, step.stop_reason) for step in steps] == [("", "cancelled")]
        answer.set()


def test_the_key_comes_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with like_openai(["Yes."]) as server:
        server.key = "secret"
        with pytest.raises(EndpointError, match="QUOTH_ENDPOINT_KEY"):
            reach(server)
        monkeypatch.setenv("QUOTH_ENDPOINT_KEY", "secret")
        assert write(reach(server)) == ("Yes.", "end")


@pytest.mark.parametrize(
    ("endpoint", "message"),
    [
        ("http://192.0.2.7:8080", "endpoint_remote = true"),
        ("https://api.example.com/v1", "passages of your documents"),
        ("http://127.0.0.1.example.com", "endpoint_remote"),
        ("localhost:8080", "is no address"),
        ("http://localhost:port", "is no address"),
        ("file:///etc/passwd", "is no address"),
    ],
)
def test_documents_go_to_no_other_machine_unless_that_is_wanted(
    endpoint: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load_model(ModelConfig(endpoint=endpoint))


def test_errors_are_one_line_each() -> None:
    with pytest.raises(EndpointError, match=r"does not answer: Connection refused; start it"):
        load_model(ModelConfig(endpoint="http://127.0.0.1:9"))
    with like_openai([]) as server:
        with pytest.raises(EndpointError, match="has no model small; it has large"):
            reach(server, endpoint_model="small")
        remote = reach(server)
        server.replies["/v1/chat/completions"] = lambda _: {
            "error": {"message": "This model's maximum\ncontext length is 10"}
        }
        with pytest.raises(EndpointError, match="answers 400: This model's maximum context length"):
            write(remote)


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([], "broke off"),
        ([{"choices": [{"delta": {"content": "Hi"}}]}], "broke off"),
        ([{"error": {"message": "out of memory"}}], "in the middle of an answer: out of memory"),
        ([b"{not json"], "is no JSON"),
        ([b"[1]"], "in the middle"),
    ],
)
def test_an_answer_that_breaks_off_is_an_error(events: list[Json | bytes], message: str) -> None:
    with like_openai([]) as server:
        server.replies["/v1/chat/completions"] = lambda _: iter(events)
        with pytest.raises(EndpointError, match=message):
            write(reach(server))


def test_a_page_that_is_no_model_server_is_told() -> None:
    with ModelServer({}) as server, pytest.raises(EndpointError, match="answers 404"):
        reach(server)
