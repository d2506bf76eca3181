"""report.html in a real browser: nothing is fetched, nothing complains, and it fits a phone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.chromium import launched, needs_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ReportOf = Callable[[str], Path]
pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with launched() as browser:
        yield browser


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    "case", ["green", "reds", "could_not_run", "invalid", "no_samples", "capacity", "hostile_target", "limiter"]
)
def test_a_report_opens_without_a_request_or_a_complaint_and_fits_a_phone(
    report_of: ReportOf, page: "Page", case: str
) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    address = (report_of(case) / "report.html").as_uri()

    page.goto(address)

    assert page.locator("h1").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert asked == [address]
    assert said == []


def test_dark_and_light_differ_and_both_can_be_read(report_of: ReportOf, browser: "Browser") -> None:
    colours = {}
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto((report_of("reds") / "report.html").as_uri())
        colours[scheme] = page.evaluate(CONTRASTS)
        page.close()

    assert colours["light"] != colours["dark"]
    for scheme, contrasts in colours.items():
        worst = min(contrasts, key=contrasts.__getitem__)
        assert contrasts[worst] >= 4.5, (scheme, worst)


def test_evidence_that_is_folded_opens_by_keyboard(report_of: ReportOf, page: "Page") -> None:
    page.goto((report_of("reds") / "report.html").as_uri())
    summary = page.locator(".clauses summary").first
    summary.focus()
    page.keyboard.press("Enter")

    assert page.locator(".clauses details[open] pre").first.is_visible()


# The contrast (WCAG 2) of every visible text against the nearest background that is painted, by tag and class.
CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = ([r, g, b]) => [r, g, b]
    .map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const paint = rgb(getComputedStyle(element).backgroundColor);
      if (paint[3] === 255) return paint;
    }
    return [255, 255, 255];
  };
  const found = {};
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || element.closest("svg") || !element.checkVisibility()) continue;
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(behind(element))];
    const name = `${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 30)}`;
    found[name] = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }
  return found;
}"""
