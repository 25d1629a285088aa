"""Model servers on a loopback port: one like llama-server over a real model, one like vLLM's."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Self

from tests.generation.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from generation.llama import LlamaModel

Json = dict[str, Any]


@dataclass
class ModelServer:
    """Answers requests by `replies` (path to a function of the body).

    A function gives one object, or several that are streamed as events. `key` is what is asked for;
    `requests` notes (path, body). `broken_off` is set when a reader has gone in mid-answer.
    """

    replies: dict[str, Callable[[Json], Json | Iterator[Json | bytes]]]
    key: str = ""
    requests: list[tuple[str, Json]] = field(default_factory=list)
    broken_off: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        served = self

        class Handler(_Handler):
            model_server = served

        self._open = ExitStack()
        self._port = self._open.enter_context(serving(Handler))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"


class _Handler(BaseHTTPRequestHandler):
    model_server: ModelServer

    def log_message(self, *arguments: object) -> None:
        del arguments

    def do_GET(self) -> None:
        self._reply({})

    def do_POST(self) -> None:
        self._reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _reply(self, body: Json) -> None:
        server = self.model_server
        server.requests.append((self.path, body))
        if server.key and self.headers.get("Authorization") != f"Bearer {server.key}":
            self._send(401, {"error": {"message": "Invalid API Key"}})
        elif self.path not in server.replies:
            self._send(404, {"error": {"code": 404, "message": "File Not Found"}})
        else:
            told = server.replies[self.path](body)
            if isinstance(told, dict):
                self._send(400 if "error" in told else 200, told)
            else:
                self._stream(told)

    def _send(self, code: int, told: Json) -> None:
        data = json.dumps(told).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, events: Iterator[Json | bytes]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            for event in events:
                data = event if isinstance(event, bytes) else json.dumps(event).encode()
                self.wfile.write(b"data: " + data + b"\n\n")
                self.wfile.flush()
        except OSError:
            self.model_server.broken_off.set()


def like_llama_server(model: LlamaModel) -> ModelServer:
    """Speaks as llama-server does, over a real model: /props, /tokenize, /completion."""
    vocabulary = model._native.vocabulary

    def tokenize(body: Json) -> Json:
        read = vocabulary.markup_tokens if body["parse_special"] else vocabulary.data_tokens
        start = [vocabulary.bos] if body["add_special"] and vocabulary.wants_bos else []
        return {"tokens": start + read(body["content"])}

    def completion(body: Json) -> Iterator[Json | bytes]:
        from generation.model import Prompt
        from quoth.config import GenerationConfig

        settings = GenerationConfig(
            max_new_tokens=body["n_predict"],
            temperature=body["temperature"],
            repeat_penalty=body["repeat_penalty"],
            seed=body["seed"],
        )
        ends = {"end": "eos", "length": "limit", "stop": "word"}
        for step in model.complete(Prompt(tuple(body["prompt"])), settings):
            ended = step.stop_reason is not None
            kind = ends.get(str(step.stop_reason), "none")
            yield {"content": step.text, "stop": ended, "stop_type": kind}

    properties = {
        "chat_template": model.facts.template,
        "bos_token": vocabulary.spelling(vocabulary.bos),
        "eos_token": vocabulary.spelling(vocabulary.eos),
        "default_generation_settings": {"n_ctx": model.context_size},
    }
    return ModelServer(
        {
            "/v1/models": lambda _: {"data": [{"id": "smol"}]},
            "/props": lambda _: properties,
            "/tokenize": tokenize,
            "/completion": completion,
        }
    )


def like_openai(
    words: list[str], *, finish: str | None = "stop", tokenizes: bool = False
) -> ModelServer:
    """Speaks OpenAI's chat interface and writes `words`; with a tokenizer of words, as vLLM has one."""

    def chat(body: Json) -> Iterator[Json | bytes]:
        del body
        yield {"choices": [{"delta": {"role": "assistant"}, "finish_reason": None}]}
        for word in words:
            yield {"choices": [{"delta": {"content": word}, "finish_reason": None}]}
        if finish is not None:
            yield {"choices": [{"delta": {}, "finish_reason": finish}]}
            yield b"[DONE]"

    def tokenize(body: Json) -> Json:
        texts = [m["content"] for m in body["messages"]] if "messages" in body else [body["prompt"]]
        count = sum(len(text.split()) + 5 * ("messages" in body) for text in texts)
        return {"count": count, "max_model_len": 2048, "tokens": [1] * count}

    server = ModelServer(
        {
            "/v1/models": lambda _: {"data": [{"id": "large", "max_model_len": 2048}]},
            "/v1/chat/completions": chat,
        }
    )
    if tokenizes:
        server.replies["/tokenize"] = tokenize
    return server
