"""Ten thousand statements cost what a few screens of them do."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.page.conftest import Open, Site
from tests.serve.examples import statement

pytestmark = pytest.mark.browser

MAKE = """async ({count, first}) => {
    const { StatementList } = await import("/list.js");
    window.made ??= new StatementList({ label: "many" });
    const list = window.made;
    if (!list.element.isConnected) document.querySelector("main").replaceChildren(list.element);
    const made = (n) => ({
        statement_id: `s${n}`, status: "new", published_at: new Date(1.7e12 + n).toISOString(), outlet: "o",
        content: `كلام ${n}`, cue: null, speaker: { name: "اسم", id: "x", kind: "person", mention: null },
        act: "assert", form: "indirect", confidence: 0.9, via: null, headline: false });
    const all = Array.from({ length: count }, (_, n) => made(first + n));
    if (first) list.prepend(all); else for (let n = 0; n < count; n += 60) list.append(all.slice(n, n + 60));
    await new Promise((done) => setTimeout(done, 300));
    return [list.size, document.querySelectorAll(".card").length];
}"""

# The first card of which the reader sees the beginning.
SEEN = """() => [...document.querySelectorAll(".card")]
    .find((one) => one.getBoundingClientRect().top > 0 && one.getBoundingClientRect().top < innerHeight)?.dataset.id"""


async def test_the_page_holds_a_few_screens_of_cards_however_long_the_list(visit: Open) -> None:
    page = await visit("/feeds")
    size, cards = await page.evaluate(MAKE, {"count": 10_000, "first": 0})
    assert size == 10_000
    assert cards < 400
    height = await page.evaluate("document.documentElement.scrollHeight")
    await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    await expect(page.locator(".card", has_text="كلام 9999")).to_be_in_viewport()
    assert await page.locator(".card").count() < 400
    await page.evaluate(f"scrollTo(0, {height // 2})")
    seen = await page.wait_for_function(SEEN)
    card = f"document.querySelector('[data-id={await seen.json_value()}]')"
    top = await page.evaluate(f"{card}.getBoundingClientRect().top")
    await page.evaluate(MAKE, {"count": 500, "first": 20_000})
    after = await page.evaluate(f"{card}.getBoundingClientRect().top")
    assert after == pytest.approx(top, abs=2)
    assert await page.locator(".card").count() < 400


async def test_the_list_is_read_on_as_one_scrolls(site: Site, visit: Open) -> None:
    await site.tell(*(statement(f"كلام رقم {n}") for n in range(200)))
    page = await visit("/")
    last = page.get_by_text("كلام رقم 0", exact=True)
    for _ in range(40):
        if await last.count():
            break
        await page.mouse.wheel(0, 3000)
        await page.wait_for_timeout(50)
    await expect(last).to_be_visible()
    await expect(page.locator(".the-end")).to_be_visible()


async def test_on_paper_stands_the_whole_list_with_its_dates(visit: Open) -> None:
    page = await visit("/feeds")
    await page.evaluate(MAKE, {"count": 300, "first": 0})
    assert await page.locator(".card").count() < 300
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    await expect(page.locator(".card")).to_have_count(300)
    await page.emulate_media(media="print")
    when = page.locator(".card .when").first
    assert "2023" in (await when.get_attribute("title") or "")
    assert await when.evaluate("(one) => getComputedStyle(one, '::after').content") != "none"
