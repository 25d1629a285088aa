from __future__ import annotations

from pathlib import Path

from quoth.ui.options import FILE, flags

ROOT = Path(__file__).parents[2]


def test_the_checkout_is_served_with_the_same_options() -> None:
    assert (ROOT / ".streamlit" / "config.toml").resolve() == FILE.resolve()


def test_streamlit_takes_every_flag() -> None:
    from streamlit import config

    known = config.get_config_options()
    for flag in flags({"server.port": 8600}):
        key = flag.removeprefix("--").partition("=")[0]
        assert key in known, flag


def test_the_page_is_private_by_default_and_changes_win() -> None:
    plain = flags({})
    assert "--server.address=127.0.0.1" in plain
    assert "--browser.gatherUsageStats=false" in plain
    assert "--server.address=0.0.0.0" in flags({"server.address": "0.0.0.0"})
    assert "--server.address=127.0.0.1" not in flags({"server.address": "0.0.0.0"})
