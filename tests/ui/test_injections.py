"""Whatever an answer, a quote or a refusal says, the page links only to its own sources."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from quoth.datatypes import Answer, Context, Quote, Sentence
from quoth.ui.answer_view import answer_body, streaming
from quoth.ui.citations import sources
from quoth.ui.widgets import source_card
from tests.generation.injections import ALL

_TAGS = {"a", "b", "details", "div", "mark", "small", "span", "summary", "sup"}


class _Reader(HTMLParser):
    """Notes every element; one that is not ours, or leads away, is an error."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS
        for name, value in attrs:
            assert name in {"class", "href", "id", "title", "aria-label", "aria-live", "role"}
            assert name != "href" or str(value).startswith("#source-0-")

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


@pytest.mark.parametrize("text", ALL, ids=range(len(ALL)))
def test_no_link_or_image_but_our_citations_is_drawn(text: str) -> None:
    quote = Quote("d", f"{text}.md", 1, 0, len(text), text)
    sentences = (
        Sentence(text, (quote,), 0.9, "supported"),
        Sentence(text, (), 0.0, "unsupported", f"the source does not say {text}"),
    )
    answer = Answer("?", sentences, refused=False, context=Context(), stop_reason="end")
    drawn = [answer_body(answer, "source-0"), streaming(text, n_before=0)]
    drawn += [source_card(source, "source-0") for source in sources(answer)]
    reader = _Reader()
    reader.feed("".join(drawn))
    reader.close()
