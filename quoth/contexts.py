"""Remembers the contexts of the last answers, so that a follow-up finds its prompt evaluated."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from quoth.datatypes import Answer, Collections, Context, Message

_KEPT = 32


def content_key(collection: Collections, change: int) -> Hashable:
    """The same for the same collections with the same content; `change` is the library's."""
    if collection is not None and not isinstance(collection, str):
        collection = tuple(collection)
    return (collection, change)


class RememberedContexts:
    """The context of each question in its scope: which documents were asked, as they were then.

    Safe to share between threads.
    """

    def __init__(self) -> None:
        self._contexts: OrderedDict[tuple[str, Hashable], Context] = OrderedDict()
        self._lock = threading.Lock()

    def before(self, history: Sequence[Message], scope: Hashable) -> Context | None:
        """The context of the turn before, if it was answered here in the same scope."""
        asked = [message.content for message in history if message.role == "user"]
        with self._lock:
            return self._contexts.get((asked[-1], scope)) if asked else None

    def remember(self, scope: Hashable, answer: Answer, previous: Context | None) -> None:
        """Keep what a question was answered from; the oldest ones go.

        Before a refusal the model reads nothing: what it has read is the `previous` context.
        """
        context = answer.context if answer.n_prompt_tokens else previous
        if context is None:
            return
        key = (answer.question, scope)
        with self._lock:
            self._contexts[key] = context
            self._contexts.move_to_end(key)
            while len(self._contexts) > _KEPT:
                self._contexts.popitem(last=False)
