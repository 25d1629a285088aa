from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from quoth import Quoth
from quoth.cli import main, page
from quoth.cli.options import Options
from quoth.config import Config, PageConfig
from quoth.errors import ConfigError, PortInUseError

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def taken_port() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.listen()
    return listener


def test_a_port_in_use_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with taken_port() as listener:
        port = listener.getsockname()[1]
        assert main(["ui", "--port", str(port), "--library", str(tmp_path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        f"quoth: port {port} on 127.0.0.1 is in use; choose another with --port\n"
    )


def test_a_free_port_passes_and_a_taken_one_does_not() -> None:
    page.check_port("127.0.0.1", free_port())
    with taken_port() as listener, pytest.raises(PortInUseError):
        page.check_port("127.0.0.1", listener.getsockname()[1])


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 8501), ("127.0.0.1", 70_000)])
def test_an_address_that_is_not_ours_names_the_way_out(host: str, port: int) -> None:
    with pytest.raises(ConfigError, match="--port"):
        page.check_port(host, port)


def test_streamlit_is_told_to_stay_on_this_machine_and_to_send_nothing() -> None:
    command = page.command(Config())
    wanted = {
        "--server.address=127.0.0.1",
        "--server.port=8501",
        "--server.headless=true",
        "--server.fileWatcherType=none",
        "--server.maxUploadSize=500",
        "--browser.gatherUsageStats=false",
    }
    assert wanted <= set(command)
    assert page.app_path() == ROOT / "app.py"
    assert page.app_path().is_file()


def test_streamlit_is_told_of_the_certificate_and_its_key() -> None:
    settings = PageConfig(certificate="own.pem", key="key.pem")
    wanted = {"--server.sslCertFile=own.pem", "--server.sslKeyFile=key.pem"}
    assert wanted <= set(page.command(Config(page=settings)))
    assert "ssl" not in " ".join(page.command(Config()))


@pytest.mark.parametrize("encrypted", [False, True])
def test_whoever_listens_for_others_is_warned_unless_it_is_encrypted(
    encrypted: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Before a server that ends at once."""
    monkeypatch.setattr(page, "start", lambda _: subprocess.Popen([sys.executable, "-c", ""]))
    arguments = ["ui", "--library", str(tmp_path), "--listen", "192.0.2.1"]
    assert main(arguments) == 1
    assert "nobody could sign in" in capsys.readouterr().err
    with Quoth.open(tmp_path) as library:
        library.users.add("ada", "correct horse")
    if encrypted:
        arguments += ["--certificate", "own.pem", "--key", "own-key.pem"]
    assert main(arguments) == 0
    err = capsys.readouterr().err
    assert ("passwords and answers cross the network in the clear" in err) is not encrypted
    assert err.count("\n") == (not encrypted)


def test_the_page_gets_library_collection_configuration_and_settings(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    options = Options(Path("books"), ("work",), False, file, {"generation.max_new_tokens": "9"})
    assert page.environment(options) == {
        "QUOTH_LIBRARY": str(Path.cwd() / "books"),
        "QUOTH_COLLECTION": "work",
        "QUOTH_CONFIG": str(file),
        "QUOTH_GENERATION_MAX_NEW_TOKENS": "9",
    }


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        (PageConfig("127.0.0.1"), "http://localhost:8501"),
        (PageConfig("192.168.1.5", 80), "http://192.168.1.5:80"),
        (PageConfig("fd00::5"), "http://[fd00::5]:8501"),
        (PageConfig("::", certificate="a.pem", key="b.pem"), "https://localhost:8501"),
    ],
)
def test_the_address_is_what_a_browser_takes(settings: PageConfig, url: str) -> None:
    assert page.url(settings) == url


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 1)])
def test_the_page_is_served_until_a_signal_and_leaves_no_server_behind(
    sent: signal.Signals, code: int, tmp_path: Path
) -> None:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "quoth", "ui", "--port", str(port), "--library", str(tmp_path)],
        cwd=ROOT,
        env={key: v for key, v in os.environ.items() if not key.startswith("QUOTH_")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert f"http://localhost:{port}" in process.stdout.readline()
        with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=30) as reply:
            assert reply.read() == b"ok"
        process.send_signal(sent)
        _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in err
    assert can_listen_soon(port)


def can_listen_soon(port: int) -> bool:
    for _ in range(50):
        try:
            page.check_port("127.0.0.1", port)
        except PortInUseError:
            time.sleep(0.1)
        else:
            return True
    return False


def test_no_browser_is_started_where_nobody_sits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not page.show_in_browser("http://localhost:1")
    monkeypatch.setenv("DISPLAY", ":0")
    assert not page.show_in_browser("http://localhost:1"), "stdout is no terminal here"
