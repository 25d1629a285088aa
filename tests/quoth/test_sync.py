"""A collection mirrors a folder: what comes, changes and goes does so in the library too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest import mirror
from quoth import Quoth
from quoth.errors import UnavailableFolderError
from tests.ingest.making import encrypt, make_pdf
from tests.quoth.test_engine import KETTLE, OLD, TOASTER, write

if TYPE_CHECKING:
    from quoth.datatypes import IngestReport
    from tests.quoth.counting import CountingEmbedder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    (made / "sub").mkdir(parents=True)
    write(made / "kettle.md", KETTLE)
    write(made / "sub" / "toaster.md", TOASTER)
    return made


def statuses(quoth: Quoth, *folders: Path, **arguments: Any) -> dict[str, str]:
    report = quoth.sync(folders, **arguments)
    assert quoth.verify() == ()
    return {Path(o.source).name: o.status for o in report.outcomes}


def names(quoth: Quoth, **arguments: Any) -> set[str]:
    return {Path(s).name for r in quoth.documents(**arguments) for s in r.sources}


def test_a_collection_follows_what_comes_changes_and_goes(quoth: Quoth, folder: Path) -> None:
    assert statuses(quoth, folder) == {"kettle.md": "added", "toaster.md": "added"}
    write(folder / "new.md", "# New\n\nA new file.\n")
    write(folder / "kettle.md", KETTLE.replace("two", "five"), OLD + 60)
    (folder / "sub" / "toaster.md").unlink()
    assert statuses(quoth, folder) == {
        "kettle.md": "replaced",
        "new.md": "added",
        "toaster.md": "removed",
    }
    assert names(quoth) == {"kettle.md", "new.md"}
    assert not any("toaster" in hit.chunk.source for hit in quoth.search("toaster bread", k=50))
    assert statuses(quoth, folder) == {"kettle.md": "unchanged", "new.md": "unchanged"}


def test_a_moved_file_costs_no_embedding_and_is_not_read(
    quoth: Quoth, folder: Path, counting: CountingEmbedder
) -> None:
    quoth.sync([folder], tags=["mine"])
    embedded = counting.embedded
    (folder / "kettle.md").rename(folder / "sub" / "moved.md")
    report = quoth.sync([folder])
    assert {Path(o.source).name: o.status for o in report.outcomes} == {
        "kettle.md": "removed",
        "moved.md": "added",
        "toaster.md": "unchanged",
    }
    assert (counting.embedded, report.timings["read"], report.timings["chunk"]) == (embedded, 0, 0)
    assert names(quoth) == {"moved.md", "toaster.md"}
    assert all(record.tags == ("mine",) for record in quoth.documents())


def test_a_folder_that_was_renamed_costs_no_embedding(
    quoth: Quoth, folder: Path, counting: CountingEmbedder
) -> None:
    quoth.sync([folder])
    embedded = counting.embedded
    (folder / "sub").rename(folder / "renamed")
    quoth.sync([folder])
    assert counting.embedded == embedded
    (toaster,) = [r for r in quoth.documents() if r.title == "Toaster"]
    assert toaster.sources == (str(folder / "renamed" / "toaster.md"),)


def test_files_from_elsewhere_and_in_other_collections_stay(
    quoth: Quoth, folder: Path, tmp_path: Path
) -> None:
    write(tmp_path / "outside.md", "# Outside\n\nNot in the folder.\n")
    write(tmp_path / "files-too.md", "# Too\n\nOnly its name begins like the folder's.\n")
    quoth.ingest([tmp_path / "outside.md", tmp_path / "files-too.md"])
    quoth.ingest([folder], collection="other")
    quoth.sync([folder])
    (folder / "kettle.md").unlink()
    assert statuses(quoth, folder) == {"kettle.md": "removed", "toaster.md": "unchanged"}
    assert names(quoth, collection="default") == {"outside.md", "files-too.md", "toaster.md"}
    assert names(quoth, collection="other") == {"kettle.md", "toaster.md"}


def test_a_document_with_a_second_name_outside_stays(quoth: Quoth, folder: Path) -> None:
    outside = folder.parent / "copy.md"
    write(outside, KETTLE)
    quoth.ingest([outside])
    quoth.sync([folder])
    (folder / "kettle.md").unlink()
    assert statuses(quoth, folder)["kettle.md"] == "removed"
    assert names(quoth) == {"copy.md", "toaster.md"}


def test_a_file_named_that_no_reader_would_pick_stays_while_it_is_there(
    quoth: Quoth, folder: Path
) -> None:
    write(folder / ".hidden.md", "# Hidden\n\nNamed on purpose.\n")
    quoth.ingest([folder / ".hidden.md"])
    quoth.sync([folder])
    assert ".hidden.md" in names(quoth)
    (folder / ".hidden.md").unlink()
    assert statuses(quoth, folder)[".hidden.md"] == "removed"


def test_a_broken_file_costs_only_itself_and_its_last_text_stays(
    quoth: Quoth, folder: Path
) -> None:
    quoth.sync([folder])
    write(folder / "kettle.md", "", OLD + 60)
    assert statuses(quoth, folder) == {"kettle.md": "failed", "toaster.md": "unchanged"}
    assert names(quoth) == {"kettle.md", "toaster.md"}


@pytest.mark.parametrize("way", ["missing", "emptied", "a file"])
def test_a_folder_that_is_not_there_removes_nothing(quoth: Quoth, folder: Path, way: str) -> None:
    quoth.sync([folder])
    shutil.rmtree(folder)
    if way == "emptied":
        folder.mkdir()
    elif way == "a file":
        folder.write_text("no folder")
    with pytest.raises(UnavailableFolderError, match="nothing was changed; c"):
        quoth.sync([folder])
    assert len(names(quoth)) == 2


def test_one_folder_that_is_not_there_stops_the_run_for_all(quoth: Quoth, folder: Path) -> None:
    with pytest.raises(UnavailableFolderError, match="No such file"):
        quoth.sync([folder, folder / "missing"])
    assert names(quoth) == set()


def test_an_emptied_folder_is_followed_when_that_is_said(quoth: Quoth, folder: Path) -> None:
    quoth.sync([folder])
    shutil.rmtree(folder)
    folder.mkdir()
    assert set(statuses(quoth, folder, allow_empty=True).values()) == {"removed"}
    assert names(quoth) == set()


def test_a_new_empty_folder_is_no_trouble(quoth: Quoth, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    assert statuses(quoth, tmp_path / "new") == {}


def test_a_subfolder_on_a_drive_that_is_gone_removes_nothing(quoth: Quoth, folder: Path) -> None:
    quoth.sync([folder])
    with quoth._library.transaction() as sql:  # as if sub were a drive of its own
        sql.execute("UPDATE sources SET device = 99 WHERE source LIKE '%/sub/%'")
    shutil.rmtree(folder / "sub")
    report = quoth.sync([folder])
    (failed,) = [o for o in report.outcomes if o.status == "failed"]
    assert failed.source == str(folder)
    assert failed.reason.startswith(f"1 file below {folder} stays: the drive")
    assert names(quoth) == {"kettle.md", "toaster.md"}
    assert statuses(quoth, folder, allow_empty=True)["toaster.md"] == "removed"


def test_a_drive_that_came_back_under_another_number_is_the_same(
    quoth: Quoth, folder: Path
) -> None:
    write(folder / "sub" / "second.md", "# Second\n\nIt stays.\n")
    quoth.sync([folder])
    with quoth._library.transaction() as sql:
        sql.execute("UPDATE sources SET device = 99 WHERE source LIKE '%/sub/%'")
    (folder / "sub" / "toaster.md").unlink()
    assert statuses(quoth, folder)["toaster.md"] == "removed"
    with quoth._library.reading() as sql:
        devices = {device for (device,) in sql.execute("SELECT device FROM sources")}
    assert devices == {folder.stat().st_dev}


def test_files_that_cannot_be_looked_at_stay(
    quoth: Quoth, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quoth.sync([folder])
    shutil.rmtree(folder / "sub")

    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    # The tests may run as root, whom no permission stops.
    monkeypatch.setattr(mirror.Path, "lstat", refuse)
    report = quoth.sync([folder])
    (failed,) = [o for o in report.outcomes if o.status == "failed"]
    assert "1 file below" in failed.reason
    assert "Permission denied" in failed.reason
    assert names(quoth) == {"kettle.md", "toaster.md"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_folder_without_permission_removes_nothing(quoth: Quoth, folder: Path) -> None:
    quoth.sync([folder])
    for path in (folder, *folder.parents):
        if path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)
    (folder / "sub").chmod(0)
    script = f"""
        import os
        from pathlib import Path
        from ingest.mirror import mirror_folders
        from quoth.config import IngestConfig
        from quoth.datatypes import KnownFile
        os.setuid(65534)

        class Shelf:
            recipe = "r"
            embed = None
            def below(self, folders):
                return {{{str(folder / "sub" / "toaster.md")!r}: KnownFile("1", "r", 1, 1, 1),
                        {str(folder / "kettle.md")!r}: KnownFile("2", "r", 1, 1, 1)}}
            def attach(self, file):
                return True
            def failures(self):
                return {{}}
            def drop(self, sources):
                print("dropped", sources)
            def note_devices(self, devices):
                pass

        report = mirror_folders([Path({str(folder)!r})], Shelf(), IngestConfig())
        print([o.reason for o in report.outcomes])
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.getcwd()},  # noqa: PTH109
    )  # fmt: skip
    (folder / "sub").chmod(0o755)
    assert "dropped" not in ran.stdout, ran.stdout
    assert "Permission denied" in ran.stdout, ran.stderr


def test_a_link_to_a_folder_is_mirrored_too(quoth: Quoth, folder: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    linked.mkdir()
    write(linked / "far.md", "# Far\n\nFar away.\n")
    write(linked / "near.md", "# Near\n\nNear by.\n")
    (folder / "link").symlink_to(linked)
    quoth.sync([folder])
    (linked / "far.md").unlink()
    assert statuses(quoth, folder)["far.md"] == "removed"


def test_a_link_to_nothing_is_not_gone(quoth: Quoth, folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "target.md", "# Target\n\nElsewhere.\n")
    (folder / "link.md").symlink_to(tmp_path / "target.md")
    quoth.sync([folder])
    (tmp_path / "target.md").unlink()
    quoth.sync([folder])
    assert "link.md" in names(quoth)


def test_a_cancelled_run_removes_nothing(quoth: Quoth, folder: Path) -> None:
    quoth.sync([folder])
    (folder / "kettle.md").unlink()
    quoth.sync([folder], cancelled=lambda: True)
    assert names(quoth) == {"kettle.md", "toaster.md"}


def test_a_sync_of_unchanged_files_loads_no_model(tmp_path: Path, folder: Path) -> None:
    script = f"""
        import sys
        from quoth import Quoth
        with Quoth.open({str(tmp_path / "library")!r}) as quoth:
            report = quoth.sync([{str(folder)!r}])
        heavy = {{"torch", "faiss", "sentence_transformers", "llama_cpp"}} & set(sys.modules)
        print(report.count("unchanged"), sorted(heavy))
    """
    with Quoth.open(tmp_path / "library") as quoth:
        quoth.sync([folder])
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.getcwd()},  # noqa: PTH109
    )  # fmt: skip
    assert ran.stdout.strip() == "2 []", ran.stderr


def pack(path: Path, **files: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.md", text)
    os.utime(path, (OLD, OLD + len(files)))


def test_an_archive_is_mirrored_like_a_folder(quoth: Quoth, folder: Path) -> None:
    (folder / "kettle.md").unlink()
    pack(folder / "both.zip", kettle=KETTLE, lamp="# Lamp\n\nThe lamp is green.\n")
    assert statuses(quoth, folder) == {
        "kettle.md": "added",
        "lamp.md": "added",
        "toaster.md": "added",
    }
    pack(folder / "both.zip", kettle=KETTLE)
    assert statuses(quoth, folder) == {
        "kettle.md": "unchanged",
        "lamp.md": "removed",
        "toaster.md": "unchanged",
    }
    (folder / "both.zip").unlink()
    assert statuses(quoth, folder) == {"kettle.md": "removed", "toaster.md": "unchanged"}


def test_what_a_damaged_archive_held_stays(quoth: Quoth, folder: Path) -> None:
    pack(folder / "both.zip", lamp="# Lamp\n\nThe lamp is green.\n")
    quoth.sync([folder])
    (folder / "both.zip").write_bytes(b"PK\x03\x04 cut off")
    assert statuses(quoth, folder)["both.zip"] == "failed"
    assert names(quoth) == {"kettle.md", "lamp.md", "toaster.md"}


def test_what_left_an_archive_goes_though_other_files_in_it_are_left_out(
    quoth: Quoth, folder: Path
) -> None:
    lamp = "# Lamp\n\nThe lamp is green.\n"
    pack(folder / "both.zip", lamp=lamp, **{"../up": KETTLE}, stove=KETTLE)
    statuses(quoth, folder)
    pack(folder / "both.zip", lamp=lamp, **{"../up": KETTLE})
    found = statuses(quoth, folder)
    assert (found["both.zip"], found["stove.md"]) == ("failed", "removed")
    assert names(quoth) == {"kettle.md", "lamp.md", "toaster.md"}


def test_passwords_open_the_files_of_a_folder(quoth: Quoth, folder: Path) -> None:
    encrypt(make_pdf(folder / "a.pdf", ["The deed."]), folder / "locked.pdf", user="x")
    assert statuses(quoth, folder)["locked.pdf"] == "failed"
    assert statuses(quoth, folder, passwords=["x"])["locked.pdf"] == "added"
    assert statuses(quoth, folder)["locked.pdf"] == "unchanged", "nobody is asked again"


NO_PDF = "%PDF-1.7 and nothing more"


def failed(report: IngestReport) -> dict[str, bool]:
    """The files that failed, and whether they were known to."""
    return {Path(o.source).name: o.known for o in report.outcomes if o.status == "failed"}


def test_a_file_that_failed_is_named_and_not_tried_again_until_it_changes(
    quoth: Quoth, folder: Path
) -> None:
    write(folder / "broken.pdf", NO_PDF)
    first = quoth.sync([folder])
    second = quoth.sync([folder])
    assert (failed(first), failed(second)) == ({"broken.pdf": False}, {"broken.pdf": True})
    assert second.timings["read"] == 0
    (told,) = [o.reason for o in second.outcomes if o.status == "failed"]
    assert told.startswith("broken.pdf is damaged")
    assert told.endswith("(unchanged, so not tried again)")
    write(folder / "broken.pdf", NO_PDF + "!", OLD + 60)
    assert failed(quoth.sync([folder])) == {"broken.pdf": False}
    assert failed(quoth.ingest([folder])) == {"broken.pdf": True}
    assert failed(quoth.ingest([folder / "broken.pdf"])) == {"broken.pdf": False}


def test_other_limits_are_a_reason_to_try_again(quoth: Quoth, folder: Path) -> None:
    write(folder / "long.md", "word " * 100)
    low = replace(quoth.config, ingest=replace(quoth.config.ingest, max_characters=200))
    with_low = quoth.with_config(low)
    assert [failed(with_low.sync([folder])) for _ in range(2)] == [
        {"long.md": False},
        {"long.md": True},
    ]
    assert failed(quoth.sync([folder])) == {}
    assert "long.md" in names(quoth)


def test_an_encrypted_file_is_tried_again_with_each_password(quoth: Quoth, folder: Path) -> None:
    encrypt(make_pdf(folder / "a.pdf", ["The deed."]), folder / "b.pdf", user="x")
    os.utime(folder / "b.pdf", (OLD, OLD))
    assert [failed(quoth.sync([folder])) for _ in range(2)] == [{"b.pdf": False}, {"b.pdf": True}]
    assert failed(quoth.sync([folder], passwords=["wrong"])) == {"b.pdf": False}
    assert failed(quoth.sync([folder], passwords=["x"])) == {}
    assert "b.pdf" in names(quoth)


def test_a_failure_is_forgotten_with_its_file(quoth: Quoth, folder: Path, tmp_path: Path) -> None:
    write(folder / "broken.pdf", NO_PDF)
    quoth.sync([folder])
    (folder / "broken.pdf").rename(tmp_path / "kept.pdf")
    assert failed(quoth.sync([folder])) == {}
    (tmp_path / "kept.pdf").rename(folder / "broken.pdf")
    assert failed(quoth.sync([folder])) == {"broken.pdf": False}
