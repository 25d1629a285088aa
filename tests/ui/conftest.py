from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.samples import record
from tests.ui.fake_engine import FakeQuoth
from tests.ui.serving import CHROMIUM, chromium, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium; install it with: apt-get install chromium")
    expect.set_options(timeout=150_000)  # models are loaded at first use
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def fake_address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages over an engine without models."""
    assert browser
    with serving("tests/ui/fake_app.py", tmp_path_factory.mktemp("fake")) as address:
        yield address


@pytest.fixture(scope="session")
def address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with the real engine and models over a library that is empty at first."""
    assert browser
    with serving("app.py", tmp_path_factory.mktemp("real") / "library") as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of its own, which may ask nothing of any other machine."""
    context = browser.new_context(viewport={"width": 1200, "height": 1400})
    context.set_default_timeout(150_000)
    tab = context.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    yield tab
    context.close()
    elsewhere = [url for url in asked if not url.startswith(("http://127.0.0.1", "data:", "blob:"))]
    assert asked, "the tab loaded nothing"
    assert elsewhere == [], "a request left the machine"


@pytest.fixture
def quoth(tmp_path: Path) -> FakeQuoth:
    """An engine without models over a library of one document."""
    return FakeQuoth(tmp_path, [record()])


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Streamlit's AppTest leaves its script as `__main__`, which new processes would run again."""
    kept = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = kept
