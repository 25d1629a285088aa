"""The axe rules (names, roles …) and the contrast of our text, on every page, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.ui.fake_engine import REFUSED
from tests.ui.test_browser import ask

if TYPE_CHECKING:
    from playwright.sync_api import Page

STREAMLITS_OWN = {"presentation-role-conflict"}  # the drop zone of its uploader

# Streamlit's layers keep axe from seeing most text, so contrast is measured here: the text's
# colour against the backgrounds under it, each drawn on a canvas over the one below.
CONTRAST = """() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const context = canvas.getContext("2d", {willReadFrequently: true});
    const over = colours => {
        context.clearRect(0, 0, 1, 1);
        for (const colour of colours) {
            context.fillStyle = colour;
            context.fillRect(0, 0, 1, 1);
        }
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).map(value => {
            const share = value / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
    };
    const light = colours => {
        const [red, green, blue] = over(colours);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const faint = [];
    let measured = 0;
    for (const element of document.querySelectorAll("[class*='q-'], [class*='q-'] *")) {
        const words = [...element.childNodes].filter(n => n.nodeType === 3 && n.data.trim());
        if (!words.length || !element.checkVisibility()) continue;
        const under = [];
        for (let each = element; each; each = each.parentElement) {
            under.unshift(getComputedStyle(each).backgroundColor);
        }
        const back = light(under);
        const front = light([...under, getComputedStyle(element).color]);
        const ratio = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
        measured += 1;
        if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${element.outerHTML.slice(0, 90)}`);
    }
    return {measured, faint};
}"""


def _violations(page: Page) -> list[str]:
    page.wait_for_timeout(700)  # colours fade in
    contrast = page.evaluate(CONTRAST)
    assert contrast["measured"] > 0
    assert contrast["faint"] == []
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html']}"
        for rule in found
        if rule["id"] not in STREAMLITS_OWN
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_answer_a_refusal_and_a_source_break_no_rule(
    page: Page, fake_address: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(fake_address)
    answered = ask(page, "How long is the warranty?")
    answered.get_by_text("How this answer was made").click()
    ask(page, REFUSED)
    assert _violations(page) == []
    answered.get_by_role("button", name="Read", exact=True).first.click()
    dialog = page.locator(".st-key-reader")
    expect(dialog.get_by_role("img")).to_be_visible()
    assert _violations(page) == []
    dialog.get_by_role("radio", name="Chunks").click()
    expect(dialog.locator(".q-chunk-line")).to_have_count(2)
    assert _violations(page) == []
    dialog.get_by_role("radio", name="Text").click()
    expect(dialog.locator("mark")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    answered.get_by_role("radio", name="Thumbs up").click()
    expect(answered.get_by_label("What was right or wrong with it?")).to_be_visible()
    page.get_by_role("button", name="Edit").first.click()
    page.get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_role("button", name="Export as HTML")).to_be_visible()
    assert _violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("documents", "kettle.pdf"),
        ("map", "Topics"),
        ("models", "Top-k"),
        ("guarded", "Sign in to Quoth"),
    ],
)
def test_the_other_pages_break_no_rule(
    page: Page, fake_address: str, path: str, content: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{fake_address}/{path}")
    expect(page.get_by_text(content, exact=True)).to_be_visible()
    assert _violations(page) == []


def _violations_in_both(page: Page) -> list[str]:
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
        found += [f"{scheme}: {each}" for each in _violations(page)]
    return found


def test_models_to_compare_break_no_rule(page: Page, fake_address: str) -> None:
    page.goto(f"{fake_address}/models")
    page.get_by_role("tab", name="Models").click()
    expect(page.get_by_text("Size by format")).to_be_visible()
    assert _violations_in_both(page) == []


def test_the_inside_of_an_answer_breaks_no_rule_and_fits_a_narrow_screen(
    page: Page, fake_address: str
) -> None:
    page.goto(fake_address)
    ask(page, "How long is the warranty?").get_by_role("button", name="Look inside").click()
    expect(page.locator(".q-heat")).to_be_visible()
    assert _violations_in_both(page) == []
    page.get_by_role("tab", name="Word by word").click()
    page.get_by_role("button", name="Let the model read").click()
    expect(page.locator(".q-tokens")).to_be_visible()
    expect(page.locator(".mark-rect path").first).to_be_attached()
    assert _violations_in_both(page) == []
    page.set_viewport_size({"width": 375, "height": 740})
    wider = page.locator(".stMain")
    page.wait_for_function("e => e.scrollWidth <= e.clientWidth", arg=wider.element_handle())
