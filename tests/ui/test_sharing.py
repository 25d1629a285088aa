"""The real page as a small team uses it: over TLS, with names and passwords, several at once."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from quoth import Quoth
from quoth.ui import texts
from tests.certificates import make_certificate
from tests.generation.making import LLAMA, write_gguf
from tests.quoth.test_cli_page import free_port
from tests.quoth.test_many_users import FACTS, QUESTIONS, write_facts
from tests.ui.fake_engine import PASSWORD
from tests.ui.serving import ROOT
from tests.ui.test_browser import go, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from vectorstore import Embedder

# Who asks whose question: ada has two tabs in one browser.
TABS = (("ada", "ada"), ("ada", "bob"), ("bob", "cleo"), ("cleo", "dan"))
# Keeps what a tab shows while its user waits, however short.
WATCH = """() => {
    window.seen = new Set();
    const look = () => document.querySelectorAll(".q-searching").forEach(
        each => window.seen.add(each.innerText));
    new MutationObserver(look).observe(document, {childList: true, subtree: true, characterData: true});
}"""


@pytest.fixture(scope="module")
def team(
    browser: Browser, embedder: Embedder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """`quoth ui` with a certificate, over a library with four documents and three users."""
    assert browser
    folder = tmp_path_factory.mktemp("team")
    with Quoth.open(folder / "library", embedder=embedder) as quoth:
        quoth.ingest(write_facts(folder))
        for user in {user for user, _ in TABS}:
            quoth.users.add(user, PASSWORD)
    certificate, key = make_certificate(folder)
    port = str(free_port())
    options = ["--port", port, "--certificate", certificate, "--key", key]
    server = subprocess.Popen(
        [sys.executable, "-m", "quoth", "ui", "--library", str(folder / "library"), *options,
         "--set", "page.sign_in=true"],
        cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    assert f"https://localhost:{port}" in server.stdout.readline()
    yield f"https://127.0.0.1:{port}"
    server.send_signal(signal.SIGTERM)
    server.wait(60)


@pytest.fixture
def contexts(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """A browser of their own for each user; the certificate is nobody's but ours."""
    made = {user: browser.new_context(ignore_https_errors=True) for user, _ in TABS}
    for context in made.values():
        context.set_default_timeout(150_000)
    yield made
    for context in made.values():
        context.close()


def send_file(address: str, cookies: str) -> tuple[int, str]:
    """Send a file as the page does, but without a session; what is answered."""
    request = Request(
        f"{address}/_stcore/upload_file/none/1", b"", method="PUT", headers={"Cookie": cookies}
    )
    with pytest.raises(HTTPError) as refused:
        urlopen(request, context=ssl._create_unverified_context())
    return refused.value.code, refused.value.read().decode()


def test_a_team_signs_in_over_tls_and_strangers_send_no_files(
    team: str, contexts: dict[str, BrowserContext], tmp_path: Path
) -> None:
    page = contexts["ada"].new_page()
    page.goto(team)
    cookie = f"quoth-{team.rsplit(':', 1)[1]}"
    refused = (403, texts.SIGN_IN_FIRST)
    assert send_file(team, "") == refused
    assert send_file(team, f"{cookie}=guess") == refused
    sign_in(page, "ada")
    page.wait_for_function("name => document.cookie.includes(name)", arg=cookie)
    (token,) = [c for c in contexts["ada"].cookies() if c.get("name") == cookie]
    assert (token.get("secure"), token.get("sameSite")) == (True, "Strict")
    assert send_file(team, f"{cookie}={token.get('value')}") != refused, "Streamlit's own answer"

    go(page, "Documents")
    (tmp_path / "note.txt").write_text("A note.")
    page.locator("input[type=file]").set_input_files([tmp_path / "note.txt"])
    expect(page.get_by_role("button", name="Add to the library")).to_be_enabled()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Sign in to Quoth")).to_be_visible()
    assert send_file(team, f"{cookie}={token.get('value')}") == refused


def test_four_tabs_ask_at_once_and_each_gets_its_own_answer(
    team: str, contexts: dict[str, BrowserContext]
) -> None:
    tabs = [contexts[user].new_page() for user, _ in TABS]
    signed_in = set[str]()
    for tab, (user, whose) in zip(tabs, TABS, strict=True):
        tab.goto(team)
        if user not in signed_in:
            sign_in(tab, user)
        signed_in.add(user)
        box = tab.get_by_label("Ask about your documents")
        expect(box).to_be_enabled()
        tab.evaluate(WATCH)
        box.fill(QUESTIONS[whose])
    for tab in tabs:
        tab.get_by_label("Ask about your documents").press("Enter")
    tabs[0].wait_for_url("**conversation=*")
    tabs[0].reload()  # its answer goes on meanwhile
    for tab, (_, whose) in zip(tabs, TABS, strict=True):
        name, _, fact = FACTS[whose]
        expect(tab.locator(".q-question")).to_have_text(QUESTIONS[whose])
        expect(tab.locator(".q-answer:not(.q-writing):not(.q-searching)")).to_contain_text(fact)
        expect(tab.locator("details.q-source").first).to_contain_text(f"{name}.md")
        for other in {n for n, _, _ in FACTS.values()} - {name}:
            expect(tab.locator("details.q-source").filter(has_text=f"{other}.md")).to_have_count(0)
    waited = [line for tab in tabs[1:] for line in tab.evaluate("[...window.seen]")]
    assert any("before yours" in line for line in waited), waited
    _nobody_sees_anothers(tabs)


def test_a_model_is_uploaded_and_removed_when_that_is_confirmed(
    team: str, contexts: dict[str, BrowserContext], tmp_path: Path
) -> None:
    page = contexts["cleo"].new_page()
    page.goto(team)
    sign_in(page, "cleo")
    go(page, "Model and settings")
    page.get_by_role("tab", name="Models").click()
    expect(page.get_by_label("Where the file is on this machine")).to_have_count(0)
    models = page.get_by_role("tabpanel", name="Models")
    models.locator("input[type=file]").set_input_files(write_gguf(tmp_path / "own.gguf", LLAMA))
    models.get_by_role("button", name="Add it").click()
    expect(models.get_by_text("own is on this machine now.")).to_be_visible()
    expect(models.get_by_text("Remove a model")).to_be_visible()
    for answer in ("Keep it", "Delete"):
        models.get_by_role("button", name="Remove it").click()
        expect(page.get_by_role("dialog")).to_contain_text("own is deleted from this machine")
        page.get_by_role("dialog").get_by_role("button", name=answer).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
    expect(models.get_by_text("Remove a model")).to_have_count(0)


def _nobody_sees_anothers(tabs: list[Page]) -> None:
    """Neither in the list of conversations nor by the address of one."""
    for tab, (user, _) in zip(tabs, TABS, strict=True):
        tab.reload()
        for owner, whose in TABS:
            listed = tab.get_by_test_id("stSidebar").get_by_role("button", name=QUESTIONS[whose])
            expect(listed).to_have_count(int(owner == user))
    tabs[2].goto(tabs[0].url)
    expect(tabs[2].get_by_text("What would you like to know?")).to_be_visible()
    expect(tabs[2].get_by_text(QUESTIONS["ada"])).to_have_count(0)
