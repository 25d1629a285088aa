"""How soon the page answers a press or a word typed, models apart, with 500 documents in the library.

Each page runs in this process through Streamlit's own test runner, over the real engine; the
answers of its conversation are put together from real hits, so that no model is waited for.
"""

from __future__ import annotations

import logging
import random
import statistics
import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.measuring import seconds_of
from benchmarks.reporting import Bar, Result, Table, tell
from quoth import Answer, Context, Piece, Quote, Quoth, Sentence
from quoth.conversations import Conversations
from vectorstore import ConversationStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from benchmarks.reporting import Options

    Act = Callable[[AppTest, int], object]

_DOCUMENTS, _TURNS, _CONVERSATIONS = 500, 10, 60
_REPEATS = 15
_SECONDS = 0.15
_WORDS = [
    "turbine", "harbour", "valve", "gasket", "pressure", "warranty", "receipt", "kettle", "boiler",
    "invoice", "ledger", "auditor", "protein", "receptor", "enzyme", "trial", "placebo", "dose",
    "galaxy", "orbit", "lens", "telescope", "court", "statute", "appeal", "clause", "tenant",
    "harvest", "barley", "orchard", "soil", "irrigation", "engine", "piston", "clutch", "brake",
    "gearbox",
]  # fmt: skip
_PAGES = ("chat", "documents", "map", "inside", "models")


class Took(NamedTuple):
    """Seconds by the clock, and of this process on the processor: others share the machine."""

    wall: float
    work: float


def run(options: Options) -> Result:
    """Median and worst of some runs of each act, after one to warm up."""
    logging.getLogger("streamlit").setLevel(logging.ERROR)
    n_documents = 50 if options.quick else _DOCUMENTS
    repeats = 3 if options.quick else _REPEATS
    folder = options.cache / f"page-{n_documents}"
    times: dict[str, list[Took]] = {}
    with Quoth.open(folder / "library") as quoth:
        _fill(quoth, folder / "documents", n_documents)
        conversation = _converse(quoth)
        quoth.map(best=True)
        for page in _PAGES:
            for name, act in _acts(page).items():
                tell(f"{page}: {name}")
                times[f"{page}: {name}"] = _timed(page, quoth, conversation, act, repeats)
    medians = {name: statistics.median(took.wall for took in each) for name, each in times.items()}
    work = {name: statistics.median(took.work for took in each) for name, each in times.items()}
    rows = [["milliseconds", "median", "least", "of the processor"]]
    for name, each in times.items():
        least = min(took.wall for took in each)
        rows.append([name, *(f"{1000 * took:.0f}" for took in (medians[name], least, work[name]))])
    bars = [
        Bar("slowest act, median seconds", _SECONDS, max(medians.values()), at_least=False),
        Bar("slowest act, seconds of the processor", _SECONDS, max(work.values()), at_least=False),
    ]
    figures = {"median_seconds": medians, "processor_seconds": work, "documents": n_documents}
    return Result(figures, [Table(f"the page, {n_documents} documents", rows)], bars)


def _fill(quoth: Quoth, folder: Path, n_documents: int) -> None:
    """As many small documents, one of them a PDF's worth of chunks longer than the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(7)
    for number in range(n_documents):
        path = folder / f"report-{number:03}.md"
        if not path.exists():
            paragraphs = (
                " ".join(chance.choices(_WORDS, k=70)).capitalize() + "." for _ in range(4)
            )
            path.write_text(f"# Report {number}\n\n" + "\n\n".join(paragraphs), encoding="utf-8")
    quoth.ingest([folder])


def _converse(quoth: Quoth, n_conversations: int = _CONVERSATIONS) -> str:
    """A conversation of ten turns among others; its id."""
    asked = " ".join(_WORDS[:3])
    kept = Conversations(ConversationStore(quoth.path), partial(_answered, quoth))
    existing = kept.list()
    for number in range(len(existing), n_conversations):
        name = kept.create(f"What of the {_WORDS[number % len(_WORDS)]}?")
        for _ in range(_TURNS if number == n_conversations - 1 else 1):
            for _ in kept.stream(name, f"What of the {asked}?"):
                pass
    return next(each.id for each in kept.list() if each.n_turns == _TURNS)


def _answered(quoth: Quoth, question: str, **_: object) -> Iterator[Piece]:
    """An answer of five sentences with a quote each, from what the search finds."""
    hits = quoth.search(question)
    sentences = []
    for hit in hits[:5]:
        chunk = hit.chunk
        end = chunk.start + min(len(chunk.text), 80)
        quoted = Quote(
            chunk.document_id, chunk.source, chunk.first_page, chunk.start, end,
            chunk.text[: end - chunk.start],
        )  # fmt: skip
        sentences.append(Sentence(f"{quoted.text}. ", (quoted,), 0.9, "supported"))
    yield Piece(answer=Answer(question, tuple(sentences), False, Context(), "end", hits=hits))


def _acts(page: str) -> dict[str, Act]:
    """What a user does on a page, by name; each runs the page once."""
    again: dict[str, Act] = {"again": lambda app, _: app.run()}
    if page == "documents":
        return again | {
            "type a filter": lambda app, n: app.text_input(key="filter").set_value(f"report-{n}").run(),
            "turn the list": lambda app, n: app.number_input(key="list-part").set_value(n % 3 + 1).run(),
            "another order": lambda app, n: app.selectbox(key="list-order").select_index(n % 3).run(),
        }  # fmt: skip
    if page == "chat":
        number = f"source-{_TURNS}-open-0"
        return again | {
            "open a source": lambda app, _: app.button(key=number).click().run(),
            "search conversations": lambda app, n: app.text_input(key="conversation-search").set_value(_WORDS[n]).run(),
        }  # fmt: skip
    return again


def _timed(page: str, quoth: Quoth, conversation: str, act: Act, repeats: int) -> list[Took]:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_function(_script, args=(page, quoth), default_timeout=60)
    app.query_params["conversation"] = conversation
    app.run()
    act(app, repeats)
    times = [_took(partial(act, app, n)) for n in range(repeats)]
    if app.exception:
        raise RuntimeError(f"{page}: {app.exception[0].message}")
    return times


def _took(act: Callable[[], object]) -> Took:
    began = time.process_time()
    wall = seconds_of(act)
    return Took(wall, time.process_time() - began)


def _script(page: str, quoth: object) -> None:
    import importlib

    importlib.import_module(f"quoth.ui.{page}").show(quoth)
