"""For everyone: by keyboard, on a phone, in two languages, by day and by night, with a screen reader."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect

from agents.serve.page import STATIC
from streams.identity import identity
from streams.records import Alert, AlertRule, Feed
from streams.topics import ALERT_RULES, ALERTS, ARTICLES, FEEDS
from tests.page.articles import square
from tests.page.conftest import Open, Site
from tests.serve.examples import send, statement

pytestmark = pytest.mark.browser

LONG = "https://news.example/" + "a-very-long-address-without-a-break" * 4


async def everything(site: Site) -> list[str]:
    """Something of every kind in the archive; the addresses of all views."""
    source, statements = square()
    await send(site.settings, ARTICLES, (source.article_id, source))
    await site.tell(*statements, statement("كلمة" * 60, "اسم طويل " * 12, outlet="وسيلة باسم طويل جدا " * 4, via=LONG))
    feed = Feed(url=LONG, outlet="قناة الأفق", title="آخر الأخبار")
    await send(site.settings, FEEDS, (feed.url, feed))
    file = AlertRule(name="file", channels=["desk"], acts=["deny"], origin="file")
    ours = AlertRule(
        name="ours", description="وعود البلدية " * 6, channels=["a-very-long-name-of-a-channel", "desk"],
        acts=["commit"], speakers=["رئيس البلدية"], outlets=["وسيلة باسم طويل جدا " * 4], enabled=False, digest=30.0,
    )  # fmt: skip
    await send(site.settings, ALERT_RULES, ("file", file), ("ours", ours))
    for number, one in enumerate(statements):
        alert = Alert(
            alert_id=identity("alert", number), rule="وعود البلدية", channels=["desk"], statement=one,
            matched_at=datetime.now(UTC),
        )  # fmt: skip
        await send(site.settings, ALERTS, (one.article_id, alert))
    return [
        "/",
        "/?act=deny&last=24h&min_confidence=0.5",
        "/?q=zzz",
        f"/statements/{statements[2].statement_id}",
        "/speakers",
        f"/speakers/{statements[0].speaker.id}",
        "/charts?from=2026-03-01T00:00:00Z&to=2026-03-09T00:00:00Z",
        "/feeds",
        "/alerts",
    ]


async def settled(page: Page) -> None:
    """Until what the view asked the server for stands on the page."""
    await expect(page.locator(".skeleton")).to_have_count(0)
    await page.evaluate("document.fonts.ready.then(() => {})")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ar", "en"])
async def test_no_serious_fault_of_accessibility(site: Site, visit: Open, axe: str, language: str, theme: str) -> None:
    faults = []

    async def check(place: str) -> None:
        await page.evaluate(axe)
        found = await page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations)")
        for one in found:
            if one["impact"] in ("serious", "critical"):
                faults.extend((place, one["id"], node["target"], node["failureSummary"]) for node in one["nodes"][:3])

    addresses = await everything(site)
    page = await visit("/", color_scheme=theme, reduced_motion="reduce")
    for address in addresses:
        await page.goto(f"{site.address}{address}{'&' if '?' in address else '?'}lang={language}")
        await page.wait_for_selector("html[data-ready]")
        await settled(page)
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        await check(address)
    await page.goto(f"{site.address}/?act=warn&lang={language}")
    for opener in (".help-button", ".alert-me"):
        await page.locator(opener).click()
        await expect(page.locator("dialog")).to_be_visible()
        await check(opener)
        await page.keyboard.press("Escape")
    await page.goto(f"{site.address}/alerts?lang={language}")
    await page.locator(".new-rule").click()
    await page.evaluate("for (const one of document.querySelectorAll('dialog details')) one.open = true")
    for field in ("speakers", "channels"):
        await page.locator(f"#rule-{field}").fill("one, two,")
    await check("rule-form")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await check("confirm")
    assert faults == [], "\n".join(map(str, faults))


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_a_phone_scrolls_only_down(site: Site, visit: Open, language: str) -> None:
    addresses = await everything(site)
    page = await visit("/", width=360, height=740, has_touch=True)
    for address in addresses:
        await page.goto(f"{site.address}{address}{'&' if '?' in address else '?'}lang={language}")
        await page.wait_for_selector("html[data-ready]")
        await settled(page)
        wide = await page.evaluate("document.scrollingElement.scrollWidth")
        assert wide <= 360, address
    await page.goto(f"{site.address}/?q={'كلمة' * 40}")
    lines = "(name) => name.offsetHeight / parseFloat(getComputedStyle(name).lineHeight)"
    assert await page.locator(".chip-name").evaluate(lines) < 1.5, "the name of a filter is not torn by a long value"
    await page.goto(site.address)
    await page.locator(".filters-open").click()
    await expect(page.locator("dialog .filters")).to_be_visible()
    await page.locator("dialog input[value=commit]").check()
    await page.locator("dialog .actions button").click()
    await expect(page.locator(".card .words")).to_have_text(["بفتح السوق غدا"])
    await page.locator(".alert-me").click()
    await page.evaluate("for (const one of document.querySelectorAll('dialog details')) one.open = true")
    cut_off = "(box) => box.scrollWidth - box.clientWidth"
    assert await page.locator("dialog").evaluate(cut_off) == 0
    edges = "(fields) => [...new Set(fields.map((one) => Math.round(one.getBoundingClientRect().left)))]"
    assert len(await page.locator("#rule-description, dialog .word-field").evaluate_all(edges)) == 1


async def test_by_keyboard(site: Site, visit: Open) -> None:
    await everything(site)
    page = await visit("/")
    await expect(page.locator(".card")).to_have_count(5)
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#main")).to_be_focused()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await expect(page.locator(".card").nth(1)).to_be_focused()
    await page.keyboard.press("k")
    await expect(page.locator(".card").first).to_be_focused()
    # An Arabic layout writes another letter with the same key.
    await page.evaluate("dispatchEvent(new KeyboardEvent('keydown', {key: 'ت', code: 'KeyJ', bubbles: true}))")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator(".view:not([hidden]) .hero")).to_be_visible()
    await expect(page.locator(".view:not([hidden]) h1")).to_be_focused()
    await page.go_back()
    await expect(page.locator(".card").nth(2)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".view:not([hidden]) .hero")).to_be_visible()
    await page.keyboard.press("Shift+Slash")
    await expect(page.locator("dialog.help")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog.help")).to_have_count(0)
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await expect(page.locator(".place[aria-current]")).to_have_attribute("data-place", "charts")
    await expect(page.locator(".view:not([hidden]) h1")).to_be_focused()
    await page.keyboard.press("/")
    await expect(page.locator("#search")).to_be_focused()
    await page.keyboard.type("jjj")
    await expect(page.locator("#search")).to_have_value("jjj")


async def test_shortcuts_can_be_turned_off(visit: Open) -> None:
    page = await visit("/feeds")
    await page.keyboard.press("Shift+Slash")
    await page.locator("#shortcuts").uncheck()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Shift+Slash")
    await expect(page.locator("dialog.help")).to_have_count(0)
    await page.reload()
    await page.wait_for_selector("html[data-ready]")
    await page.keyboard.press("Shift+Slash")
    await expect(page.locator("dialog.help")).to_have_count(0)


async def test_two_languages(visit: Open) -> None:
    page = await visit("/speakers")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(page.locator("h1")).to_have_text("المتحدثون")
    await page.locator(".language").click()
    await expect(page.locator("h1")).to_have_text("Speakers")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("html")).to_have_attribute("dir", "ltr")
    await page.goto(page.url)
    await expect(page.locator("h1")).to_have_text("Speakers")


async def test_a_theme_of_ones_own(visit: Open) -> None:
    page = await visit("/feeds", color_scheme="light")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    by_day = await page.evaluate(ground)
    await page.locator(".theme").click()
    assert await page.evaluate(ground) == by_day
    await page.locator(".theme").click()
    by_night = await page.evaluate(ground)
    assert by_night != by_day
    await page.reload()
    assert await page.evaluate(ground) == by_night


async def test_the_typefaces_are_our_own(site: Site, visit: Open) -> None:
    await site.tell(statement("كلام"))
    page = await visit("/")
    await expect(page.locator(".card")).to_have_count(1)
    loaded = await page.evaluate(
        "document.fonts.ready.then(() => [...document.fonts].filter((f) => f.status === 'loaded').map((f) => f.family))"
    )
    assert {"Plex", "Naskh"} <= {family.strip('"') for family in loaded}
    for family in ("ibm-plex-sans-arabic", "noto-naskh-arabic"):
        assert "SIL Open Font License" in (STATIC / "fonts" / f"{family}.LICENSE.txt").read_text()


async def test_alerts_are_shown_by_rule(site: Site, visit: Open) -> None:
    await everything(site)
    page = await visit("/alerts")
    await expect(page.locator(".card")).to_have_count(4)
    await expect(page.locator(".matched").first).to_contain_text("وعود البلدية")
    await page.get_by_role("button", name="وعود البلدية", exact=True).click()
    assert "rule=" in page.url
    await expect(page.locator(".card")).to_have_count(4)


async def test_the_feeds_are_listed(site: Site, visit: Open) -> None:
    await everything(site)
    page = await visit("/feeds")
    await expect(page.locator(".feeds tbody tr")).to_have_count(1)
    await expect(page.locator(".feeds tbody th")).to_contain_text("قناة الأفق")


def test_the_manifest_can_be_read() -> None:
    manifest = json.loads((STATIC / "manifest.json").read_text())
    assert all((STATIC / icon["src"].lstrip("/")).is_file() for icon in manifest["icons"])
