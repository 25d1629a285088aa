"""`quoth ui`: starts Streamlit on app.py and waits. It knows ports and processes, not the page."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from quoth.errors import AccessError, ConfigError, MissingDependencyError, PortInUseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quoth.cli.options import Options
    from quoth.config import Config, PageConfig

_SECONDS_TO_STOP = 5.0
WARNING = (
    "quoth: the page listens on {} without encryption: passwords and answers cross the network in the "
    "clear; give --certificate FILE and --key FILE, or put it behind a proxy with HTTPS"
)


def check_port(host: str, port: int) -> None:
    """Raise PortInUseError or ConfigError unless a server could listen there now."""
    if not 0 < port < 65536:
        raise ConfigError(f"there is no port {port}; choose one of 1 to 65535 with --port")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(
                f"port {port} on {host} is in use; choose another with --port"
            ) from error
        raise ConfigError(
            f"cannot listen on {host}, port {port}: {error}; choose others with --host and --port"
        ) from error


def insist_on_users(options: Options) -> None:
    """Raise AccessError unless someone could sign in."""
    with options.open(create=True) as library:
        if not library.users.names():
            raise AccessError(
                "nobody could sign in to a page that others can reach; first let someone in: "
                "quoth users add NAME"
            )


def start(options: Options) -> subprocess.Popen[bytes]:
    """Start the page's server. Raises PortInUseError, ConfigError or MissingDependencyError."""
    import importlib.util

    from quoth.cli.certificate import check_certificate

    config = options.config()
    check_certificate(config.page.certificate, config.page.key)
    check_port(config.page.host, config.page.port)
    if importlib.util.find_spec("streamlit") is None:
        raise MissingDependencyError("streamlit", "pip install streamlit")
    return subprocess.Popen(  # noqa: S603 - our own argument list
        command(config),
        env={**os.environ, **environment(options)},
        stdout=subprocess.DEVNULL,
    )


def app_path() -> Path:
    """app.py, which lies beside the package in a checkout and in an installed wheel."""
    import quoth

    return Path(quoth.__file__).resolve().parent.parent / "app.py"


def command(config: Config) -> list[str]:
    """Streamlit's command line: the page's own options, at this address and for these uploads."""
    from quoth.ui.options import flags

    changes: dict[str, Any] = {
        "server.address": config.page.host,
        "server.port": config.page.port,
        "server.maxUploadSize": config.ingest.max_megabytes,
        "logger.hideWelcomeMessage": True,
        "logger.level": "warning",
    }
    if config.page.certificate:
        changes["server.sslCertFile"] = config.page.certificate
        changes["server.sslKeyFile"] = config.page.key
    # -P keeps a streamlit.py in the current folder from being run instead.
    start = [sys.executable, "-P", "-m", "streamlit", "run", str(app_path())]
    return [*start, *flags(changes)]


def environment(options: Options) -> dict[str, str]:
    """The variables by which the page opens the same library in the same way."""
    variables = {"QUOTH_LIBRARY": str(options.library.absolute())}
    if options.collection is not None:  # the page chooses one, or all
        variables["QUOTH_COLLECTION"] = options.collection
    if options.config_file is not None:
        variables["QUOTH_CONFIG"] = str(options.config_file.absolute())
    for key, value in options.flags.items():
        variables["QUOTH_" + key.upper().replace(".", "_")] = str(value)
    return variables


def url(settings: PageConfig) -> str:
    """What to type into a browser on this machine."""
    scheme = "https" if settings.certificate else "http"
    host, port = settings.host, settings.port
    if host in {"127.0.0.1", "::1", "0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = "localhost"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def wait_until_ready(server: subprocess.Popen[bytes], host: str, port: int) -> bool:
    """Whether the server takes connections; False when it ended instead."""
    while server.poll() is None:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


def show_in_browser(address: str) -> bool:
    """Open the page for a person at a desktop; whether it was tried.

    Without a desktop `webbrowser` would start a text browser inside the terminal.
    """
    import webbrowser

    desktop = os.name == "nt" or sys.platform == "darwin"
    desktop = desktop or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return desktop and sys.stdout.isatty() and webbrowser.open(address)


@contextmanager
def stopping(server: subprocess.Popen[Any]) -> Iterator[None]:
    """Never leave the server behind, whether Ctrl-C, SIGTERM or an error ends the block."""
    previous = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
        server.terminate()
        try:
            server.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _end(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)
