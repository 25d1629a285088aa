from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from generation.hub import Progress, Remote, download, parse, parts
from quoth.errors import DownloadError, StorageFullError
from tests.generation.hub_server import Hub, the_hub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTENT = bytes(range(256)) * 20_000  # 5 MB: several blocks
REMOTE = Remote("ada/small", "q4/small.gguf")
NAME = "ada/small/q4/small.gguf"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with the_hub({NAME: CONTENT}, monkeypatch) as served:
        yield served


def bring(folder: Path, **settings: object) -> Path:
    return download(REMOTE, folder, seconds_between=0.0, **settings)  # type: ignore[arg-type]


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


def test_a_file_is_brought_through_the_hubs_redirect_and_checked(hub: Hub, tmp_path: Path) -> None:
    seen: list[Progress] = []
    path = bring(tmp_path / "models", on_progress=seen.append)
    assert path == tmp_path / "models" / "small.gguf"
    assert path.read_bytes() == CONTENT
    assert leftovers(path.parent) == ["small.gguf"]
    done = [each.done for each in seen if not each.checking]
    assert done == sorted(done)
    assert done[-1] == len(CONTENT) == seen[-1].total
    assert seen[-1].checking
    assert [request[1] for request in hub.requests] == ["HEAD", "GET", "GET"]


def test_what_is_here_is_not_downloaded_again(hub: Hub, tmp_path: Path) -> None:
    bring(tmp_path)
    n_requests = len(hub.requests)
    bring(tmp_path)
    assert len(hub.requests) == n_requests


def test_a_broken_connection_is_gone_on_with_where_it_broke(hub: Hub, tmp_path: Path) -> None:
    hub.cuts = [2_000_000, 1_000_000]
    assert bring(tmp_path).read_bytes() == CONTENT
    ranges = [request[3] for request in hub.stored_requests()]
    assert ranges[0] == ""
    assert [text.startswith("bytes=") for text in ranges[1:]] == [True, True]


def test_an_interrupted_run_is_gone_on_with_by_the_next(hub: Hub, tmp_path: Path) -> None:
    hub.cuts = [2_000_000, *[0] * 5]
    with pytest.raises(DownloadError, match=r"small.gguf stopped at 2,000,000 of 5,120,000 bytes"):
        bring(tmp_path)
    assert bring(tmp_path).read_bytes() == CONTENT
    assert hub.stored_requests()[-1][3] == "bytes=2000000-"


def test_a_cancelled_run_keeps_what_it_has(hub: Hub, tmp_path: Path) -> None:
    asked = iter(range(100))
    with pytest.raises(DownloadError, match="run the same again to go on"):
        bring(tmp_path, cancelled=lambda: next(asked) > 1)
    (part,) = leftovers(tmp_path)
    kept = (tmp_path / part).stat().st_size
    assert 0 < kept < len(CONTENT)
    assert bring(tmp_path).read_bytes() == CONTENT
    assert hub.stored_requests()[-1][3] == f"bytes={kept}-"


def test_a_server_without_ranges_starts_over(hub: Hub, tmp_path: Path) -> None:
    hub.ranges = False
    hub.cuts = [2_000_000]
    assert bring(tmp_path).read_bytes() == CONTENT


def test_a_passing_failure_of_the_server_is_waited_out(hub: Hub, tmp_path: Path) -> None:
    hub.failures = 3
    assert bring(tmp_path).read_bytes() == CONTENT


def test_a_part_of_another_version_is_not_gone_on_with(hub: Hub, tmp_path: Path) -> None:
    hub.cuts = [2_000_000, *[0] * 5]
    with pytest.raises(DownloadError):
        bring(tmp_path)
    hub.files[NAME] = CONTENT[::-1]
    assert bring(tmp_path).read_bytes() == CONTENT[::-1]


def test_what_arrives_damaged_is_thrown_away(hub: Hub, tmp_path: Path) -> None:
    hub.announced_sha256 = "0" * 64
    with pytest.raises(DownloadError, match=r"sha256 .* was thrown away"):
        bring(tmp_path)
    assert leftovers(tmp_path) == []


def test_a_file_that_is_longer_than_announced_is_thrown_away(hub: Hub, tmp_path: Path) -> None:
    hub.announced_size = 1_000_000
    with pytest.raises(DownloadError, match="5,120,000 bytes instead of 1,000,000"):
        bring(tmp_path)
    assert leftovers(tmp_path) == []


def test_another_file_than_the_catalogue_knows_is_refused_before_it_is_brought(
    hub: Hub, tmp_path: Path
) -> None:
    with pytest.raises(DownloadError, match=r"quoth models pull ada/small/q4/small\.gguf"):
        bring(tmp_path, sha256="1" * 64)
    assert hub.stored_requests() == []
    assert bring(tmp_path, sha256=hashlib.sha256(CONTENT).hexdigest()).exists()


def test_a_full_disk_is_told_before_a_byte_is_written(hub: Hub, tmp_path: Path) -> None:
    hub.announced_size = 10**18
    with pytest.raises(StorageFullError, match=r"needs 1000000000.00 GB more .*QUOTH_MODELS"):
        bring(tmp_path)
    assert hub.stored_requests() == []


def test_a_folder_that_cannot_be_made_is_one_line(hub: Hub, tmp_path: Path) -> None:
    assert hub.endpoint
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFullError, match="cannot take the download"):
        bring(tmp_path / "file" / "models")


def test_the_token_goes_to_the_hub_and_to_nobody_else(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.gated = True
    with pytest.raises(DownloadError, match=r"accept its licence .* HF_TOKEN"):
        bring(tmp_path)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert bring(tmp_path).exists()
    tokens = {(request[0], request[4]) for request in hub.requests[1:]}
    assert tokens == {("127.0.0.1", "Bearer hf_secret"), ("localhost", "")}


def test_a_renamed_repository_is_followed(hub: Hub, tmp_path: Path) -> None:
    hub.renamed = {"ada/small": "ada/smaller"}
    hub.files["ada/smaller/q4/small.gguf"] = CONTENT
    assert bring(tmp_path).read_bytes() == CONTENT


def test_a_missing_file_and_a_missing_hub_are_one_line_each(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DownloadError, match=r"there is no no\.gguf in ada/small"):
        download(Remote("ada/small", "no.gguf"), tmp_path)
    hub.renamed = {"ada/small": "ada/small"}
    with pytest.raises(DownloadError, match="in a circle"):
        bring(tmp_path)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(DownloadError, match="cannot be reached"):
        bring(tmp_path)


def test_nothing_is_asked_where_the_network_is_switched_off(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(DownloadError, match="HF_HUB_OFFLINE"):
        bring(tmp_path)
    assert hub.requests == []


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("ada/small/m.gguf", Remote("ada/small", "m.gguf")),
        ("hf://ada/small/q/m.gguf", Remote("ada/small", "q/m.gguf")),
        (
            "https://huggingface.co/ada/small/blob/v2/q/m.gguf?download=true",
            Remote("ada/small", "q/m.gguf", "v2"),
        ),
        ("https://huggingface.co/ada/small/resolve/main/m.gguf", Remote("ada/small", "m.gguf")),
        ("ada/small", None),
        ("ada/small/model.bin", None),
        ("ada/../small/m.gguf", None),
        ("qwen2.5-1.5b", None),
        ("", None),
    ],
)
def test_a_name_of_the_hub_is_understood(text: str, remote: Remote | None) -> None:
    assert parse(text) == remote


def test_of_a_split_model_every_part_is_brought_the_first_last() -> None:
    remote = Remote("ada/big", "big-00001-of-00003.gguf", "v2")
    assert [(part.file, part.revision) for part in parts(remote)] == [
        ("big-00003-of-00003.gguf", "v2"),
        ("big-00002-of-00003.gguf", "v2"),
        ("big-00001-of-00003.gguf", "v2"),
    ]
    assert parts(REMOTE) == (REMOTE,)
