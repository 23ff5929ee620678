"""The address is the state: filters, search, and going back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.page.conftest import Open, Site
from tests.serve.examples import statement

pytestmark = pytest.mark.browser


async def told(site: Site) -> None:
    await site.tell(
        statement("سترتفع المياه", "سلمى الحداد", act="warn"),
        statement("نطالب بجسر جديد", "نقابة السائقين", act="demand", outlet="قناة الأفق"),
        statement("لا صحة للخبر", "نقابة السائقين", act="deny", outlet="قناة الأفق", confidence=0.4),
    )


async def test_a_filter_becomes_an_address_and_an_address_a_filter(site: Site, visit: Open) -> None:
    await told(site)
    page = await visit("/")
    await expect(page.locator(".card")).to_have_count(3)
    await page.locator(".filters input[value=warn]").check()
    await expect(page).to_have_url(f"{site.address}/?act=warn")
    await expect(page.locator(".card .words")).to_have_text(["سترتفع المياه"])
    await page.locator(".filters input[value=demand]").check()
    await expect(page).to_have_url(f"{site.address}/?act=demand&act=warn")
    await expect(page.locator(".card")).to_have_count(2)
    other = await visit("/?act=warn&act=demand")
    await expect(other.locator(".card")).to_have_count(2)
    await expect(other.locator(".filters input[value=warn]")).to_be_checked()
    await expect(other.locator(".chip")).to_have_count(2)
    await other.locator(".chip", has_text="تحذير").click()
    await expect(other).to_have_url(f"{site.address}/?act=demand")
    await expect(other.locator(".card .words")).to_have_text(["نطالب بجسر جديد"])
    await other.go_back()
    await expect(other.locator(".card")).to_have_count(2)


async def test_search_in_any_spelling(site: Site, visit: Open) -> None:
    await told(site)
    page = await visit("/")
    await page.locator("#search").fill("ألمياه")
    await page.keyboard.press("Enter")
    await expect(page.locator(".card .words")).to_have_text(["سترتفع المياه"])
    assert "q=" in page.url
    await page.locator("#search").fill("لا شيء كهذا")
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice[data-notice='empty.statements']")).to_be_visible()
    await page.locator(".notice button").click()
    await expect(page.locator(".card")).to_have_count(3)


async def test_the_filter_holds_for_what_arrives(site: Site, visit: Open) -> None:
    await told(site)
    page = await visit("/?act=warn")
    await expect(page.locator(".connection")).to_have_attribute("data-state", "live")
    await site.tell(statement("نرحب بالجميع", act="support"), statement("احذروا الريح", act="warn"))
    await page.locator(".pill").click()
    await expect(page.locator(".card .words")).to_have_text(["احذروا الريح", "سترتفع المياه"])


async def test_a_speaker_is_followed_from_card_to_page_to_stream(site: Site, visit: Open) -> None:
    await told(site)
    page = await visit("/")
    await page.locator(".card .speaker", has_text="نقابة السائقين").first.click()
    await expect(page.locator(".view:not([hidden]) h1")).to_have_text("نقابة السائقين")
    await expect(page.locator(".view:not([hidden]) .card")).to_have_count(2)
    await expect(page.locator(".thirds .panel").first).to_contain_text("مطالبة")
    await page.get_by_role("link", name="تابعه مباشرة").click()
    await expect(page.locator(".chip")).to_contain_text("نقابة السائقين")
    await expect(page.locator(".view:not([hidden]) .card")).to_have_count(2)


async def test_a_speaker_is_offered_while_the_name_is_being_written(site: Site, visit: Open) -> None:
    await site.tell(statement(name="سامي البحراوي"), statement(name="دلال الغزي"))
    page = await visit("/")
    await expect(page.locator(".card")).to_have_count(2)
    field = page.locator("input[list=speakers-known]")
    await field.press_sequentially("سامي البح")
    await expect(page.locator("#speakers-known option")).to_have_count(1)
    await field.press_sequentially("راوي")
    await expect(page.locator(".chip")).to_contain_text("سامي البحراوي")
    await expect(page.locator(".card")).to_have_count(1)
    await page.locator("[data-place=speakers]").click()
    await page.locator("#speaker-search").press_sequentially("الغ")
    await expect(page.locator(".person")).to_have_count(1)
    await expect(page.locator(".person")).to_contain_text("دلال الغزي")


async def test_going_back_finds_the_place_that_was_left(site: Site, visit: Open) -> None:
    await site.tell(*(statement(f"كلام رقم {n}") for n in range(40)))
    page = await visit("/", expect=("404",))
    read = page.get_by_text("كلام رقم 20", exact=True)
    await read.scroll_into_view_if_needed()
    before = await page.evaluate("scrollY")
    assert before > 500
    await read.click()
    await expect(page.locator(".hero .words")).to_have_text("كلام رقم 20")
    assert await page.evaluate("scrollY") == 0
    await page.go_back()
    await expect(read).to_be_in_viewport()
    assert await page.evaluate("scrollY") == pytest.approx(before, abs=2)


async def test_a_filter_that_cannot_be_is_explained(visit: Open) -> None:
    page = await visit("/?act=shout&act=warn&min_confidence=high&headline=maybe", expect=("400",))
    await expect(page.locator(".notice.failed").first).to_contain_text("طلب غير مفهوم")
    await expect(page.locator(".chip bdi")).to_have_text(["shout", "تحذير", "high", "maybe"])


async def test_a_time_in_the_address_is_the_same_everywhere(site: Site, visit: Open) -> None:
    at = datetime(2026, 3, 4, 9, tzinfo=UTC)
    await site.tell(*(statement(f"كلام رقم {n}", published_at=at + timedelta(hours=n)) for n in range(3)))
    page = await visit("/", timezone_id="Asia/Riyadh")
    await page.locator(".filters select").first.select_option("between")
    await page.locator("#filter-from").fill("2026-03-04T13:00")
    await expect(page).to_have_url(f"{site.address}/?from=2026-03-04T10%3A00%3A00.000Z")
    await expect(page.locator("#filter-from")).to_have_value("2026-03-04T13:00")
    await expect(page.locator(".card .words")).to_have_text(["كلام رقم 2", "كلام رقم 1"])
    other = await visit(page.url.removeprefix(site.address), timezone_id="America/New_York")
    await expect(other.locator("#filter-from")).to_have_value("2026-03-04T05:00")
    await expect(other.locator(".card .words")).to_have_text(["كلام رقم 2", "كلام رقم 1"])


async def test_the_charts_count_and_lead_to_the_statements(site: Site, visit: Open) -> None:
    await told(site)
    page = await visit("/charts?from=2026-03-01T00:00:00Z&to=2026-03-08T00:00:00Z")
    acts = page.locator(".thirds .panel").first
    await expect(acts.locator("li")).to_have_count(3)
    await page.locator(".behind summary").click()
    figures = await page.locator(".behind tbody tr td:nth-child(2)").all_text_contents()
    assert sum(map(int, figures)) == 3
    await acts.get_by_role("link", name="نفي").click()
    await expect(page.locator(".view:not([hidden]) .card .words")).to_have_text(["لا صحة للخبر"])


async def test_the_filter_of_the_charts_names_the_time_that_they_show(site: Site, visit: Open) -> None:
    await told(site)
    page = await visit("/charts")
    time = page.locator(".filters select")
    await expect(time).to_have_value("7d")
    await page.get_by_role("button", name="آخر شهر").click()
    await expect(time).to_have_value("30d")
    await page.get_by_role("button", name="امسح الكل").click()
    await expect(time).to_have_value("7d")


async def test_a_chart_of_years_holds_all_of_them_by_their_months(site: Site, visit: Open) -> None:
    days = [
        datetime(2023, 5, 2, 12, tzinfo=UTC),
        datetime(2023, 5, 3, 12, tzinfo=UTC),
        datetime(2026, 3, 4, tzinfo=UTC),
    ]
    await site.tell(*(statement(f"كلام رقم {n}", published_at=day) for n, day in enumerate(days)))
    page = await visit("/charts?from=2023-01-01T00:00:00Z&to=2026-03-08T00:00:00Z")
    await expect(page.locator(".time-chart rect")).to_have_count(2)
    await expect(page.locator(".time-chart text.axis", has_text="2023").first).to_be_visible()
    await page.locator(".behind summary").click()
    rows = page.locator(".behind tbody tr")
    assert await rows.locator("td:nth-child(2)").all_text_contents() == ["2", "1"]
    await rows.first.locator("a").click()
    await expect(page.locator(".view:not([hidden]) .card .words")).to_have_text(["كلام رقم 1", "كلام رقم 0"])


async def test_a_day_that_is_counted_has_its_name_in_every_time_zone(site: Site, visit: Open) -> None:
    await site.tell(statement("كلام", published_at=datetime(2026, 3, 4, 12, tzinfo=UTC)))
    for zone in ("America/New_York", "Asia/Riyadh"):
        page = await visit("/charts?from=2026-02-01T00:00:00Z&to=2026-03-08T00:00:00Z", timezone_id=zone)
        await page.locator(".behind summary").click()
        await expect(page.locator(".behind tbody th")).to_have_text("4 مارس 2026")
