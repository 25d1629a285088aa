from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest import ReaderPool, read_document
from quoth.config import IngestConfig
from quoth.errors import DamagedFileError, EncryptedFileError, LimitError, MissingFileError
from tests.ingest.making import make_pdf

if TYPE_CHECKING:
    from concurrent.futures import Future

    from quoth.datatypes import Document

ROOT = Path(__file__).parents[2]
WRONG = "tests.ingest.readers_gone_wrong:read"
CONFIG = IngestConfig(timeout_seconds=60, memory_megabytes=300)
IMPATIENT = IngestConfig(timeout_seconds=1)


def text_file(folder: Path, name: str) -> Path:
    (folder / name).write_text("Some text.")
    return folder / name


def test_a_document_comes_back_whole(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", ["Zürich: 5 %", ""],
                    title="Titel", author="Ada", outline=["Kopf"])  # fmt: skip
    with ReaderPool(IngestConfig()) as pool:
        found = pool.submit(path).result()
    assert found == read_document(path, IngestConfig())
    assert found.headings
    assert found.metadata
    assert found.warnings == ("1 of 2 pages (2) have no text",)


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("hang.txt", LimitError, "hang.txt takes longer than 1 s to read; "),
        ("spin.txt", LimitError, "spin.txt takes longer than 1 s to read; "),
        ("segfault.txt", DamagedFileError, "segfault.txt is damaged: its reader crashed"),
        ("abort.txt", DamagedFileError, "abort.txt is damaged: its reader crashed"),
        ("hog.txt", LimitError, "hog.txt takes more than 300 MB of memory to read; "),
        ("bug.txt", DamagedFileError, "bug.txt is damaged: its reader crashed"),
        ("secret.txt", EncryptedFileError, "secret.txt needs a password; € 5"),
        ("gone.txt", MissingFileError, "gone.txt does not exist; check the path"),
    ],
)
def test_one_bad_file_costs_nothing_but_itself(
    tmp_path: Path, name: str, kind: type[Exception], says: str
) -> None:
    good = text_file(tmp_path, "good.txt")
    bad = text_file(tmp_path, name) if name != "gone.txt" else tmp_path / name
    config = IMPATIENT if "longer" in says else CONFIG
    with ReaderPool(config, reader=WRONG) as pool:
        before, wrong, after = pool.submit(good), pool.submit(bad), pool.submit(good)
        assert before.result() == after.result()
        with pytest.raises(kind) as caught:
            wrong.result()
    assert caught.type is kind
    assert str(caught.value).startswith(says)


def test_what_a_library_prints_does_not_reach_the_answer(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with ReaderPool(CONFIG, reader=WRONG) as pool:
        assert pool.submit(text_file(tmp_path, "chatter.txt")).result().text == "Some text."
    assert capfd.readouterr() == ("", "")


def test_several_workers_read_at_once(tmp_path: Path) -> None:
    names = ["hang.txt", *(f"{number}.txt" for number in range(20))]
    with ReaderPool(IMPATIENT, 3, reader=WRONG) as pool:
        futures: list[Future[Document]] = [pool.submit(text_file(tmp_path, n)) for n in names]
        assert len({future.result().source for future in futures[1:]}) == 20
        assert isinstance(futures[0].exception(), LimitError)


def test_leaving_ends_the_children_and_what_waits(tmp_path: Path) -> None:
    config = IngestConfig(timeout_seconds=300)
    with ReaderPool(config, reader=WRONG) as pool:
        pool.submit(text_file(tmp_path, "good.txt")).result()
        (child,) = pool._children
        hanging = pool.submit(text_file(tmp_path, "hang.txt"))
        waiting = pool.submit(text_file(tmp_path, "good.txt"))
        while not hanging.running():
            time.sleep(0.01)
    assert not child.is_alive()
    assert "reading was stopped" in str(hanging.exception())
    assert waiting.cancelled()


def test_a_start_that_fails_is_said_so(tmp_path: Path) -> None:
    path = text_file(tmp_path, "a.txt")
    with ReaderPool(CONFIG, reader="no.such:thing") as pool:
        error = pool.submit(path).exception()
    assert str(error).startswith("a.txt was not read: the process that reads files ended at its")


SCRIPT = """
    import sys
    from pathlib import Path
    from ingest import ReaderPool
    from quoth.config import IngestConfig
    print("main runs", flush=True)
    with ReaderPool(IngestConfig()) as pool:
        print(pool.submit(Path({path!r})).result().text)
"""


@pytest.mark.parametrize("way", ["script", "-c", "stdin"])
def test_the_main_module_runs_once_without_a_guard(tmp_path: Path, way: str) -> None:
    program = textwrap.dedent(SCRIPT).format(path=str(text_file(tmp_path, "a.txt")))
    (tmp_path / "script.py").write_text(program)
    arguments = {"script": [str(tmp_path / "script.py")], "-c": ["-c", program], "stdin": ["-"]}
    done = subprocess.run(
        [sys.executable, *arguments[way]],
        input=program,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("main runs\nSome text.\n", "")


def test_a_module_of_the_current_folder_does_not_get_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('shadowed')")
    program = textwrap.dedent(SCRIPT).format(path=str(text_file(tmp_path, "a.txt")))
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("main runs\nSome text.\n", "")


def test_ctrl_c_ends_the_parent_cleanly_and_leaves_no_child(tmp_path: Path) -> None:
    program = """
        from pathlib import Path
        from ingest import ReaderPool
        from quoth.config import IngestConfig
        try:
            with ReaderPool(IngestConfig(), reader="tests.ingest.readers_gone_wrong:read") as pool:
                pool.submit(Path({good!r})).result()
                print(pool._children[0]._process.pid, flush=True)
                pool.submit(Path({hang!r})).result()
        except KeyboardInterrupt:
            print("interrupted", flush=True)
    """
    paths = {name: str(text_file(tmp_path, f"{name}.txt")) for name in ("good", "hang")}
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program).format(**paths)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        time.sleep(0.2)
        os.killpg(parent.pid, signal.SIGINT)
        output, errors = parent.communicate(timeout=30)
    assert (output, errors) == ("interrupted\n", "")
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_child_loads_nothing_heavy() -> None:
    code = "import sys, ingest.worker, ingest.reading; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    heavy = {"torch", "numpy", "faiss", "transformers", "tokenizers", "pypdfium2", "docx", "pypdf"}
    assert not heavy & set(done.stdout.split())
