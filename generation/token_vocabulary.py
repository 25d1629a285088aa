"""A model's vocabulary: text to tokens and back; knows llama.cpp's tokenizer and nothing else."""

from __future__ import annotations

import ctypes
import re
from typing import Any


class Vocabulary:
    """The tokenizer inside a loaded model; it lives as long as the model does.

    `functions` are llama.cpp's, `pointer` is its vocabulary, `size` the number of tokens and
    `control` those that are no text: turn marks, ends.
    """

    def __init__(self, functions: Any, pointer: Any) -> None:
        self._c = functions
        self._pointer = pointer
        self.size: int = functions.llama_vocab_n_tokens(pointer)
        self.control = self._control_tokens()

    def _control_tokens(self) -> frozenset[int]:
        c, vocabulary = self._c, self._pointer
        return frozenset(
            token
            for token in range(self.size)
            if c.llama_vocab_is_control(vocabulary, token)
            or c.llama_vocab_is_eog(vocabulary, token)
        )

    @property
    def bos(self) -> int:
        """The token a text begins with; -1 when the model has none."""
        return int(self._c.llama_vocab_bos(self._pointer))

    @property
    def wants_bos(self) -> bool:
        """Whether every text must begin with `bos`."""
        return bool(self._c.llama_vocab_get_add_bos(self._pointer))

    @property
    def eos(self) -> int:
        """The token a text ends with; -1 when the model has none."""
        return int(self._c.llama_vocab_eos(self._pointer))

    def spelling(self, token: int) -> str:
        """How a token is spelled in the vocabulary, control tokens included; "" for -1."""
        if token < 0:
            return ""
        text: bytes = self._c.llama_vocab_get_text(self._pointer, token)
        return text.decode("utf-8", "replace")

    def piece(self, token: int) -> bytes:
        """The bytes a token adds to the text; none for a control token."""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            n = self._c.llama_token_to_piece(self._pointer, token, buffer, size, 0, False)
            if n >= 0:
                return buffer.raw[:n]
            size = -n

    def is_end(self, token: int) -> bool:
        """Whether the token ends the model's turn."""
        return bool(self._c.llama_vocab_is_eog(self._pointer, token))

    def markup_tokens(self, text: str) -> list[int]:
        """The tokens of text of ours or of the template: control tokens are read as such."""
        return self._tokenize(text, special=True)

    def data_tokens(self, text: str) -> list[int]:
        """The tokens of text of others: none of them is a control token, whatever it spells."""
        tokens = self._tokenize(text, special=False)
        spelled = {self.spelling(token) for token in tokens if token in self.control}
        if not spelled:
            return tokens
        # Some tokenizers merge plain characters into a control token: cut its spelling in two.
        cuts = "|".join(f"(?<={re.escape(s[:1])})(?={re.escape(s[1:])})" for s in spelled)
        return [t for part in re.split(cuts, text) for t in self._tokenize(part, special=False)]

    def _tokenize(self, text: str, *, special: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        size = len(data) + 2
        while True:
            buffer = (ctypes.c_int32 * size)()
            n = self._c.llama_tokenize(self._pointer, data, len(data), buffer, size, False, special)
            if n >= 0:
                return buffer[:n]
            size = -n
