"""The engine over real files, a real library and the real embedder."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import textwrap
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from quoth import Config, Message, Quoth, Where
from quoth.contexts import content_key
from quoth.errors import (
    EmbedderMismatchError,
    MissingFileError,
    UnknownDocumentError,
    UnsupportedFileError,
)
from tests.generation.making import ByteModel
from tests.ingest.making import encrypt, make_pdf
from tests.ingest.test_pdf_ocr import picture
from tests.quoth.counting import CountingEmbedder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from generation.model import Prompt
    from quoth.datatypes import Answer, Progress
    from vectorstore import Embedder

KETTLE = "# Kettle\n\nThe warranty of the kettle lasts two years.\n"
TOASTER = "# Toaster\n\nThe toaster takes four slices of bread at once.\n"
OLD = 1_600_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    write(made / "kettle.md", KETTLE)
    write(made / "toaster.md", TOASTER)
    return made


def write(file: Path, text: str, modified: int = OLD) -> None:
    """Write a file with a modification time long past, so that the time can be trusted."""
    file.write_text(text)
    os.utime(file, (modified, modified))


def statuses(quoth: Quoth, *paths: Path, **arguments: Any) -> dict[str, str]:
    report = quoth.ingest(paths, **arguments)
    return {os.path.basename(o.source): o.status for o in report.outcomes}  # noqa: PTH119


def test_a_second_ingest_of_unchanged_files_embeds_nothing(
    quoth: Quoth, folder: Path, counting: CountingEmbedder
) -> None:
    assert statuses(quoth, folder) == {"kettle.md": "added", "toaster.md": "added"}
    embedded = counting.embedded
    assert embedded > 0
    assert statuses(quoth, folder) == {"kettle.md": "unchanged", "toaster.md": "unchanged"}
    assert counting.embedded == embedded


def test_a_touched_file_with_the_same_content_is_unchanged(
    quoth: Quoth, folder: Path, counting: CountingEmbedder
) -> None:
    quoth.ingest([folder])
    embedded = counting.embedded
    os.utime(folder / "kettle.md", (OLD + 60, OLD + 60))
    assert statuses(quoth, folder)["kettle.md"] == "unchanged"
    assert counting.embedded == embedded


def test_a_changed_file_replaces_the_old_text_everywhere(quoth: Quoth, folder: Path) -> None:
    quoth.ingest([folder])
    write(folder / "kettle.md", KETTLE.replace("two years", "five years"), OLD + 60)
    assert statuses(quoth, folder) == {"kettle.md": "replaced", "toaster.md": "unchanged"}
    (best, *_) = quoth.search("How long is the kettle's warranty?")
    assert "five years" in best.chunk.text
    assert not any("two years" in hit.chunk.text for hit in quoth.search("two years", k=50))
    assert quoth.verify() == ()


def test_a_change_within_the_clocks_resolution_is_noticed(quoth: Quoth, tmp_path: Path) -> None:
    file = tmp_path / "now.md"
    file.write_text(KETTLE)
    quoth.ingest([file])
    file.write_text(KETTLE.replace("two", "six"))
    assert statuses(quoth, file) == {"now.md": "replaced"}


def test_only_the_chunks_whose_text_changed_are_embedded_again(
    quoth: Quoth, tmp_path: Path, counting: CountingEmbedder
) -> None:
    sections = [f"# Part {n}\n\n" + f"Sentence {n} of a long part. " * 60 for n in range(10)]
    file = tmp_path / "long.md"
    write(file, "\n\n".join(sections))
    quoth.ingest([file])
    whole = counting.embedded
    sections[5] = sections[5].replace("Sentence 5", "Changed 5")
    write(file, "\n\n".join(sections), OLD + 60)
    assert statuses(quoth, file) == {"long.md": "replaced"}
    assert 0 < counting.embedded - whole <= whole / 5


def test_a_sentence_put_into_long_prose_costs_a_few_chunks(
    quoth: Quoth, tmp_path: Path, counting: CountingEmbedder
) -> None:
    draw = random.Random(3)
    words = [
        "the",
        "whale",
        "kettle",
        "river",
        "light",
        "stone",
        "paper",
        "engine",
        "market",
        "garden",
        "of",
        "a",
        "in",
        "was",
    ]
    prose = [
        " ".join(draw.choice(words) for _ in range(draw.randint(5, 20))).capitalize() + "."
        for _ in range(900)
    ]
    file = tmp_path / "prose.md"
    write(file, "\n\n".join(" ".join(prose[i : i + 5]) for i in range(0, 900, 5)))
    quoth.ingest([file])
    whole = counting.embedded
    assert whole > 40
    prose[440] += " This sentence came later."
    write(file, "\n\n".join(" ".join(prose[i : i + 5]) for i in range(0, 900, 5)), OLD + 60)
    quoth.ingest([file])
    assert 0 < counting.embedded - whole <= 10


def test_a_renamed_file_costs_no_embedding(
    quoth: Quoth, folder: Path, counting: CountingEmbedder
) -> None:
    quoth.ingest([folder])
    embedded = counting.embedded
    (folder / "kettle.md").rename(folder / "renamed.md")
    assert statuses(quoth, folder)["renamed.md"] == "added"
    assert counting.embedded == embedded
    (record,) = [r for r in quoth.documents() if len(r.sources) > 1]
    assert [source.rsplit("/", 1)[1] for source in record.sources] == ["kettle.md", "renamed.md"]


def test_twins_in_one_run_are_one_document_with_two_sources(quoth: Quoth, tmp_path: Path) -> None:
    write(tmp_path / "a.md", KETTLE)
    write(tmp_path / "b.md", KETTLE)
    assert set(statuses(quoth, tmp_path / "a.md", tmp_path / "b.md").values()) == {"added"}
    (record,) = quoth.documents()
    assert len(record.sources) == 2
    assert quoth.verify() == ()


def test_another_chunk_size_reads_unchanged_files_again(
    quoth: Quoth, folder: Path, counting: CountingEmbedder
) -> None:
    quoth.ingest([folder])
    config = Config().with_values({"chunking.max_tokens": 64}, "test")
    with Quoth.open(quoth.path, config=config, embedder=counting) as again:
        assert set(statuses(again, folder).values()) == {"replaced"}


def test_bad_files_cost_only_themselves(quoth: Quoth, folder: Path) -> None:
    write(folder / "empty.md", "")
    write(folder / "fake.pdf", "not a PDF at all")
    (folder / "notes.xyz").write_bytes(b"\0\1\2")
    report = quoth.ingest([folder, folder / "missing.pdf"])
    found = {o.source.rsplit("/", 1)[1]: o for o in report.outcomes}
    assert {n: o.status for n, o in found.items()} == {
        "kettle.md": "added",
        "toaster.md": "added",
        "empty.md": "failed",
        "fake.pdf": "failed",
        "missing.pdf": "failed",
    }
    assert report.skipped == {".xyz": 1}
    for outcome in found.values():
        assert outcome.status != "failed" or (outcome.reason and "\n" not in outcome.reason)


def test_progress_ends_with_every_file_accounted_for(quoth: Quoth, folder: Path) -> None:
    seen: list[Progress] = []
    report = quoth.ingest([folder], on_progress=seen.append)
    assert (seen[-1].files_done, seen[-1].files_total) == (2, 2)
    assert seen[-1].n_chunks == sum(o.n_chunks for o in report.outcomes)
    assert [p.outcome for p in seen if p.outcome] == list(report.outcomes)
    for outcome in report.outcomes:
        cut = (outcome.source, outcome.n_pages, outcome.n_chunks)
        assert cut in {(p.current, p.current_pages, p.current_chunks) for p in seen}
    assert any(p.n_embedded == p.n_to_embed > 0 for p in seen)
    assert set(report.timings) == {"scan", "read", "chunk", "embed", "write"}


def test_a_cancelled_run_keeps_what_is_done(quoth: Quoth, tmp_path: Path) -> None:
    for number in range(30):
        write(tmp_path / f"{number:02}.md", f"# Note {number}\n\nNote number {number}.\n")
    files = sorted(tmp_path.glob("*.md"))
    quoth.ingest(files[:5])
    asked: list[int] = []
    report = quoth.ingest(files, cancelled=lambda: bool(asked.append(1)) or len(asked) > 12)
    assert len(report.outcomes) < 30
    assert len(quoth.documents()) == 5 + report.count("added")
    assert quoth.verify() == ()


def test_collections_hold_the_same_file_apart(
    quoth: Quoth, folder: Path, counting: CountingEmbedder
) -> None:
    quoth.ingest([folder], collection="home")
    embedded = counting.embedded
    quoth.ingest([folder / "kettle.md"], collection="work")
    assert counting.embedded == embedded
    assert quoth.collections() == ("home", "work")
    assert len(quoth.documents(collection="work")) == 1
    hits = quoth.search("toaster", collection="work")
    assert all("Toaster" not in hit.chunk.text for hit in hits)
    quoth.remove(["kettle.md"], collection="work")
    assert len(quoth.documents()) == 2


def test_a_removed_document_is_not_found_again(quoth: Quoth, folder: Path) -> None:
    quoth.ingest([folder])
    (gone,) = quoth.remove(["kettle.md"])
    assert all(h.chunk.document_id != gone.id for h in quoth.search("kettle warranty", k=50))
    with pytest.raises(UnknownDocumentError, match="quoth list"):
        quoth.remove(["kettle.md"])


def test_a_library_of_another_embedder_is_refused_and_re_embedded_on_demand(
    quoth: Quoth, folder: Path, embedder: Embedder
) -> None:
    quoth.ingest([folder])
    other = CountingEmbedder(embedder, fingerprint="other@1")
    with Quoth.open(quoth.path, embedder=other) as changed:
        for use in (lambda: changed.search("kettle"), lambda: changed.ingest([folder])):
            with pytest.raises(EmbedderMismatchError, match="quoth ingest --re-embed"):
                use()
        assert len(changed.documents()) == 2
        assert changed.re_embed() == 2
        assert changed.search("kettle warranty")[0].chunk.source.endswith("kettle.md")
        assert set(statuses(changed, folder).values()) == {"unchanged"}


def test_where_limits_a_search_to_sources(quoth: Quoth, folder: Path) -> None:
    quoth.ingest([folder])
    hits = quoth.search("warranty", where=Where(sources=("toaster.*",)))
    assert {hit.chunk.source.rsplit("/", 1)[1] for hit in hits} == {"toaster.md"}


def test_a_full_disk_is_one_error_and_loses_nothing(tmp_path: Path, folder: Path) -> None:
    # A limit on the size of files stands in for a full disk: SQLite gets the same kind of error.
    script = f"""
        import resource, signal, sys
        from quoth import Quoth
        from quoth.errors import StorageFullError
        with Quoth.open({str(tmp_path / "library")!r}) as quoth:
            quoth.ingest([{str(folder)!r}])
            size = max(f.stat().st_size for f in quoth.path.iterdir())
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, resource.RLIM_INFINITY))
            try:
                quoth.ingest([{str(tmp_path / "large.md")!r}])
            except StorageFullError as error:
                print(error)
    """
    words = (f"# Section {n}\n\n" + f"Word{n} " * 150 for n in range(200))
    write(tmp_path / "large.md", "\n\n".join(words))
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.getcwd()},  # noqa: PTH109
    )
    assert "free disk space" in ran.stdout, ran.stderr
    with Quoth.open(tmp_path / "library") as quoth:
        assert len(quoth.documents()) == 2
        assert quoth.verify() == ()


FIRST = "How long does the warranty of the kettle last?"
HISTORY = (Message("user", FIRST), Message("assistant", "Two years."))


@pytest.fixture
def answering(quoth: Quoth, folder: Path, counting: CountingEmbedder) -> Quoth:
    """The files in two collections, with a model that writes nothing, so that quotes answer."""
    config = Config().with_values({"answer.refusal": "never"}, "test")
    library = quoth.path
    opened = Quoth.open(library, config=config, embedder=counting, model=ByteModel(100_000))
    opened.ingest([folder / "kettle.md"], collection="home")
    opened.ingest([folder / "toaster.md"], collection="work")
    return opened


def sources(answer: Answer) -> set[str]:
    return {passage.source.rsplit("/", 1)[1] for passage in answer.context.passages}


def test_a_follow_up_keeps_the_passages_of_the_turn_before(answering: Quoth) -> None:
    first = answering.ask(FIRST)
    follow_up = answering.ask("And the toaster, what does it take?", history=HISTORY)
    assert sources(first) == {"kettle.md", "toaster.md"}
    spans = [(p.document_id, p.start) for p in first.context.passages]
    assert [(p.document_id, p.start) for p in follow_up.context.passages] == spans


def test_a_refusal_leaves_what_the_model_has_read_in_its_place(answering: Quoth) -> None:
    first = answering.ask(FIRST)
    stranger = "Who conducted the opera in Vienna in 1925?"
    refused = answering.ask(
        stranger, history=HISTORY, answer=replace(answering.config.answer, refusal="silent")
    )
    assert (refused.refused, refused.n_prompt_tokens) == (True, 0)
    scope = (content_key(None, answering._library.change), None)
    before = answering._contexts.before([Message("user", stranger)], scope)
    assert before == first.context


class ReadingModel(ByteModel):
    """Notes what it is given to read while nobody asks."""

    def __init__(self) -> None:
        super().__init__(100_000)
        self.prefixes: list[bytes] = []

    def read_ahead(self, prompt: Prompt, _cancelled: Callable[[], bool]) -> None:
        self.prefixes.append(bytes(token % 256 for token in prompt.tokens))


def test_the_model_reads_a_streamed_answer_while_the_user_does(
    answering: Quoth, counting: CountingEmbedder
) -> None:
    model, settings = ReadingModel(), answering.config
    with Quoth.open(answering.path, config=settings, embedder=counting, model=model) as quoth:
        assert quoth.ask(FIRST).text
        assert model.prefixes == []
        text = "".join(piece.text for piece in quoth.stream(FIRST))
    assert len(model.prefixes) == 1
    sources, after = model.prefixes[0].split(FIRST.encode())
    assert b"kettle.md" in sources
    assert text.encode() in after


def test_a_follow_up_over_fewer_documents_does_not_see_the_others(answering: Quoth) -> None:
    assert sources(answering.ask(FIRST)) == {"kettle.md", "toaster.md"}
    narrowed = answering.ask("And for the kettle?", history=HISTORY, collection="home")
    assert sources(narrowed) == {"kettle.md"}


def test_a_follow_up_does_not_quote_a_document_removed_meanwhile(answering: Quoth) -> None:
    assert sources(answering.ask(FIRST)) == {"kettle.md", "toaster.md"}
    answering.remove(["toaster.md"])
    assert sources(answering.ask("And for the kettle?", history=HISTORY)) == {"kettle.md"}


def test_an_answer_says_where_its_time_went_and_what_it_found(answering: Quoth) -> None:
    answer = answering.ask(FIRST)
    assert {"search", "pack", "total"} <= set(answer.timings)
    assert "two years" in answer.text
    assert answer.extractive
    for quote in answer.quotes:
        text = answering.document(quote.document_id).text
        assert text[quote.start : quote.end] == quote.text


def test_an_empty_library_refuses(quoth: Quoth, counting: CountingEmbedder) -> None:
    with Quoth.open(quoth.path, embedder=counting, model=ByteModel(4096)) as empty:
        answer = empty.ask(FIRST)
    assert answer.refused
    assert answer.quotes == ()


def test_an_encrypted_pdf_goes_in_by_its_password_and_is_found_by_name(
    quoth: Quoth, tmp_path: Path
) -> None:
    locked = encrypt(make_pdf(tmp_path / "a.pdf", ["The deed."]), tmp_path / "b.pdf", user="x")
    (failed,) = quoth.ingest([locked]).outcomes
    assert (failed.status, failed.encrypted) == ("failed", True)
    assert statuses(quoth, locked, passwords=["wrong", "x"]) == {"b.pdf": "added"}
    (record,) = quoth.find("b.pdf")
    assert quoth.find(record.id) == quoth.find(str(locked)) == (record,)
    with pytest.raises(UnknownDocumentError):
        quoth.find("a.pdf")


def test_a_page_is_shown_with_a_box_around_a_passage_while_its_file_is_unchanged(
    quoth: Quoth, tmp_path: Path
) -> None:
    path = make_pdf(tmp_path / "a.pdf", ["One.", "The warranty lasts two years."])
    quoth.ingest([path])
    (record,) = quoth.find("a.pdf")
    text = quoth.document(record.id).text
    start = text.index("warranty")
    view = quoth.page_view(record.id, 2, spans=[(start, start + 8), (start, start + 13)])
    assert view.png.startswith(b"\x89PNG")
    ((word,), (words,)) = view.boxes
    assert word.left == words.left
    assert word.right < words.right
    assert quoth.page_view(record.id, 1, spans=[(start, start + 8)]).boxes == ((),)
    with pytest.raises(UnknownDocumentError, match="has no page 3"):
        quoth.page_view(record.id, 3)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(MissingFileError, match="has changed since it was read"):
        quoth.page_view(record.id, 2)


@pytest.mark.usefixtures("rapidocr")
def test_a_passage_of_a_picture_has_a_box_where_it_was_recognised(
    quoth: Quoth, tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    picture("The warranty lasts", "two years.").crop((0, 100, 1240, 320)).save(path)
    quoth.ingest([path])
    (record,) = quoth.find("a.png")
    start = quoth.document(record.id).text.index("years")
    view = quoth.page_view(record.id, 1, spans=[(start, start + len("years"))])
    ((box,),) = view.boxes
    assert (
        (view.width / 4, view.height / 2) < (box.right, box.bottom) < (view.width / 2, view.height)
    )


def test_a_locked_file_in_an_archive_is_opened_by_itself_later(
    quoth: Quoth, tmp_path: Path
) -> None:
    locked = encrypt(make_pdf(tmp_path / "a.pdf", ["The deed."]), tmp_path / "b.pdf", user="x")
    with zipfile.ZipFile(tmp_path / "deeds.zip", "w") as archive:
        archive.write(locked, "sub/b.pdf")
    (failed,) = quoth.ingest([tmp_path / "deeds.zip"]).outcomes
    assert failed.encrypted
    (opened,) = quoth.ingest([failed.source], passwords=["x"]).outcomes
    assert (opened.status, opened.source) == ("added", failed.source)


def test_what_is_in_an_archive_has_names_and_pages_like_any_file(
    quoth: Quoth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf = make_pdf(tmp_path / "a.pdf", ["The warranty lasts two years."])
    with zipfile.ZipFile(tmp_path / "deeds.zip", "w") as archive:
        archive.write(pdf, "sub/a.pdf")
        archive.writestr("b.txt", "The kettle is blue.")
    statuses(quoth, tmp_path / "deeds.zip")
    (record,) = quoth.find("a.pdf")
    assert quoth.page_view(record.id, 1).png.startswith(b"\x89PNG")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    assert quoth.find("sub/../deeds.zip!/sub/a.pdf") == (record,)
    assert {r.title for r in quoth.tag(["deeds.zip"], add=["old"])} == {"a", "b"}
    assert len(quoth.remove(["sub/../deeds.zip"])) == 2


def test_what_is_no_pdf_has_no_page_to_show(quoth: Quoth, folder: Path) -> None:
    quoth.ingest([folder / "kettle.md"])
    with pytest.raises(UnsupportedFileError, match="is no PDF"):
        quoth.page_view("kettle.md", 1)
    assert "<h1>" in quoth.page_markup("kettle.md", 1).markup
    (folder / "plain.txt").write_text("The kettle is blue.")
    quoth.ingest([folder / "plain.txt"])
    with pytest.raises(UnsupportedFileError, match="is no web page"):
        quoth.page_markup("plain.txt", 1)


def test_a_web_page_is_shown_as_it_looks_with_a_passage_marked(
    quoth: Quoth, tmp_path: Path
) -> None:
    path = tmp_path / "a.html"
    path.write_text("<h1>Kettles</h1><script>x()</script><p>It lasts <b>two</b> years.</p>")
    quoth.ingest([path])
    (record,) = quoth.find("a.html")
    start = quoth.document(record.id).text.index("two years")
    shown = quoth.page_markup(record.id, 1, spans=[(start, start + 9), (0, 0)])
    assert shown.found == (True, False)
    assert re.findall("<mark[^>]*>(.*?)</mark>", shown.markup) == ["two", " years."]
    assert "x()" not in shown.markup


def test_a_document_is_read_again_though_its_file_is_the_same(
    tmp_path: Path, embedder: Embedder
) -> None:
    file = tmp_path / "kettle.md"
    file.write_text("# Kettle\n\nThe warranty lasts two years.\n")
    with Quoth.open(tmp_path / "library", embedder=embedder) as quoth:
        quoth.ingest([file], tags=["manual"])
        (record,) = quoth.documents()
        assert quoth.ingest([file]).count("unchanged") == 1
        assert quoth.read_again([record.id]).count("replaced") == 1
        assert quoth.documents()[0].tags == ("manual",)
        file.unlink()
        quoth.read_again([record.id])
        assert quoth.document(record.id).text.strip().endswith("two years.")
        with pytest.raises(UnknownDocumentError):
            quoth.read_again(["nothing"])
