"""The style guide in Chromium: no barrier that axe knows, nothing too small to touch, nothing cut off."""

from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
COLOURS = "color-contrast"
pytestmark = pytest.mark.requires("chromium")


async def violations(page: Page, rules: Literal["all", "colours", "all but colours"] = "all") -> list[str]:
    """What axe calls serious or critical, with the elements; to judge the colours takes most of its time."""
    await page.evaluate(AXE.read_text())
    options: dict[str, Any] = {"runOnly": TAGS, "rules": {COLOURS: {"enabled": rules == "all"}}}
    if rules == "colours":
        options = {"runOnly": {"type": "rule", "values": [COLOURS]}}
    found: dict[str, Any] = await page.evaluate("options => axe.run(options)", options)
    return [
        f"{each['id']}: {node['html']}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width_px", [360, 1440])
async def test_axe_finds_no_serious_violation(page: Page, width_px: int, scheme: Literal["light", "dark"]) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size({"width": width_px, "height": 900})
    await page.goto("/")

    assert await violations(page) == []


async def test_axe_judges_colours_where_it_is_asked_to(page: Page) -> None:
    await page.goto("/")
    await page.evaluate("document.querySelector('h1').style.color = '#eee'")

    assert any(each.startswith(COLOURS) for each in await violations(page, "colours"))
    assert any(each.startswith(COLOURS) for each in await violations(page))
    assert await violations(page, "all but colours") == []


async def test_axe_finds_none_in_a_refused_form(page: Page) -> None:
    await page.goto("/")
    await page.get_by_role("button", name="Send").last.click()
    await page.get_by_role("heading", name="Some answers need another look").wait_for()

    assert await violations(page) == []
    assert await page.evaluate("document.activeElement.className") == "banner banner-danger errors"


async def test_axe_finds_none_in_a_fault(page: Page) -> None:
    await page.goto("/narrow")

    assert await violations(page) == []


async def test_axe_would_find_one(page: Page) -> None:
    await page.goto("/")
    await page.evaluate("document.querySelector('label[for=name]').remove()")

    assert any(each.startswith("label:") for each in await violations(page))


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("language", ["en", "es"])
async def test_nothing_is_wider_than_a_small_phone(page: Page, language: str, direction: str) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.set_extra_http_headers({"Accept-Language": language})
    await page.goto("/")
    await page.evaluate("direction => document.documentElement.dir = direction", direction)

    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_the_number_of_a_fault_breaks_on_a_small_phone(page: Page) -> None:
    """The digits that chance gives it differ in width."""
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto("/narrow")

    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_what_is_pressed_is_44_px_high(page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto("/")
    small = await page.evaluate(
        """() => [...document.querySelectorAll("button, .button, .nav-link, .choice, select, textarea, .field > input")]
        .filter(element => element.checkVisibility())
        .map(element => [element.textContent.trim() || element.id, element.getBoundingClientRect().height])
        .filter(([, height]) => height < 44)"""
    )

    assert small == []


async def test_the_skip_link_leads_to_the_page(page: Page) -> None:
    await page.goto("/")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    assert await page.evaluate("document.activeElement.id") == "main"
