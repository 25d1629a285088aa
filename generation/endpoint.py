"""A model that a server runs: llama-server, vLLM, or any other with OpenAI's chat interface.

A llama-server gets token ids, put together here as for a local model; others get
messages. Tokens are counted by the server where it can (llama-server, vLLM), else estimated.
"""

from __future__ import annotations

import functools
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from generation.chat_model import ChatModel, Text, assembled, polled
from generation.chat_template import ChatTemplate
from generation.model import PENALTY_WINDOW, Prompt
from generation.model_server import Answer, Server, number
from quoth.errors import ConfigError, EndpointError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from generation.model import Completion, LanguageModel
    from quoth.config import GenerationConfig, ModelConfig
    from quoth.datatypes import Message, StopReason

_UNKNOWN_CONTEXT = 4096  # tokens, where neither the server nor the configuration tells
_STOPS: dict[str, StopReason] = {"limit": "length", "length": "length", "word": "stop"}


def connect(config: ModelConfig) -> LanguageModel:
    """The model of the server at `config.endpoint`.

    Raises ConfigError for an address that is not allowed, EndpointError for a server that cannot be
    reached or has no such model.
    """
    server = Server(_checked(config))
    names = server.models()
    name = config.endpoint_model or next(iter(names), "")
    if config.endpoint_model and names and config.endpoint_model not in names:
        raise EndpointError(
            f"{server.url} has no model {config.endpoint_model}; it has {', '.join(names)}: "
            "set model.endpoint_model"
        )
    properties = server.properties()
    if properties is not None:
        return LlamaServerModel(server, name or "llama-server", config.context_size, properties)
    return _chat_model(server, name or "model", config.context_size, names.get(name, 0))


def _checked(config: ModelConfig) -> str:
    """The server's address without "/v1". Documents go there: it is this machine unless allowed."""
    url = config.endpoint.rstrip("/").removesuffix("/v1")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not _has_port(parts):
        raise ConfigError(
            f"model.endpoint = {config.endpoint!r} is no address; it looks like http://127.0.0.1:8080"
        )
    if not _is_loopback(parts.hostname) and not config.endpoint_remote:
        raise ConfigError(
            f"model.endpoint is {parts.hostname}, another machine, and passages of your documents "
            "would be sent there; if you want that, set model.endpoint_remote = true"
        )
    return url


def _has_port(parts: SplitResult) -> bool:
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _window(asked: int, offered: int) -> int:
    """The window to use: no more than the server offers, 0 meaning that it is not known."""
    if asked and offered:
        return min(asked, offered)
    return asked or offered or _UNKNOWN_CONTEXT


class LlamaServerModel:
    """The model of a llama-server, which is given token ids.

    The template is rendered here and its markup tokenized apart from the messages' text, so that
    nothing in that becomes a control token and prompts are counted exactly.
    """

    def __init__(
        self, server: Server, name: str, context_size: int, properties: dict[str, Any]
    ) -> None:
        defaults = properties.get("default_generation_settings")
        offered = number(defaults.get("n_ctx")) if isinstance(defaults, dict) else 0
        self.name = name
        self.context_size = _window(context_size, offered)
        self.n_parameters = 0
        self._server = server
        self._template = ChatTemplate(
            properties["chat_template"],
            bos=str(properties.get("bos_token", "")),
            eos=str(properties.get("eos_token", "")),
        )
        self._tokens = functools.lru_cache(4096)(self._ask_tokens)
        self._start = self._ask_tokens("", is_data=False, start=True)

    def _ask_tokens(self, text: str, *, is_data: bool, start: bool = False) -> tuple[int, ...]:
        body = {"content": text, "add_special": start, "parse_special": not is_data}
        tokens = self._server.ask("POST", "/tokenize", body).get("tokens")
        if not isinstance(tokens, list):
            raise EndpointError(f"{self._server.url} does not tell the tokens of a text")
        return tuple(int(token) for token in tokens)

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` read as data."""
        return len(self._tokens(text, is_data=True))

    def render(self, messages: Sequence[Message]) -> Prompt:
        """The messages in the model's chat template, open for the assistant's turn."""
        tokens: list[int] = []
        for piece in self._template.pieces(messages):
            tokens += self._tokens(piece.text, is_data=piece.is_data)
        if self._start and tuple(tokens[: len(self._start)]) != self._start:
            tokens[:0] = self._start
        return Prompt(tuple(tokens))

    def complete(
        self,
        prompt: Prompt,
        settings: GenerationConfig,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Completion]:
        """Write at most `settings.max_new_tokens` tokens. Raises EndpointError."""
        body = {
            "prompt": list(prompt.tokens),
            "n_predict": settings.max_new_tokens,
            "temperature": settings.temperature,
            "top_k": settings.top_k,
            "top_p": settings.top_p,
            "min_p": settings.min_p,
            "repeat_penalty": settings.repeat_penalty,
            "repeat_last_n": PENALTY_WINDOW,
            "seed": settings.seed,
            "stop": [*settings.stop, *self._template.stops],
            "cache_prompt": True,
            "stream": True,
        }
        answer = Answer(self._server, "/completion", body, _llama_text)
        yield from assembled(polled(answer, cancelled), settings)

    def close(self) -> None:
        """Nothing stays open between two requests."""


def _llama_text(event: dict[str, Any]) -> Text:
    ended = event.get("stop") is True
    reason = _STOPS.get(str(event.get("stop_type")), "end") if ended else None
    return Text(str(event.get("content") or ""), reason)


def _chat_text(event: dict[str, Any]) -> Text:
    choices = event.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else {}
    delta = choice.get("delta") or {}
    finished = choice.get("finish_reason")
    reason = _STOPS.get(str(finished), "end") if finished else None
    return Text(str(delta.get("content") or ""), reason)


@dataclass(frozen=True, slots=True)
class _Counter:
    """Counts tokens by a vLLM server's tokenizer."""

    server: Server
    model: str

    def text(self, text: str) -> int:
        return self._count({"prompt": text, "add_special_tokens": False})

    def messages(self, messages: Sequence[Message]) -> int:
        return self._count({"messages": _as_json(messages), "add_generation_prompt": True})

    def _count(self, body: dict[str, Any]) -> int:
        told = self.server.ask("POST", "/tokenize", {"model": self.model, **body})
        if not number(told.get("count")) and told.get("count") != 0:
            raise EndpointError(f"{self.server.url} does not count tokens")
        return number(told["count"])


def _as_json(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _chat_model(server: Server, name: str, asked: int, offered: int) -> ChatModel:
    """A model that is given messages, by OpenAI's interface."""

    def write(messages: Sequence[Message], settings: GenerationConfig) -> Answer:
        body = {
            "model": name,
            "messages": _as_json(messages),
            "max_tokens": settings.max_new_tokens,
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "seed": settings.seed,
            "stream": True,
            **({"stop": list(settings.stop)} if settings.stop else {}),
        }
        return Answer(server, "/v1/chat/completions", body, _chat_text)

    window = _window(asked, offered)
    counter = _Counter(server, name)
    try:
        counter.text("a")
    except EndpointError:
        return ChatModel(name, window, write)
    count = functools.lru_cache(4096)(counter.text)
    return ChatModel(name, window, write, count=count, count_messages=counter.messages)
