"""From what one looks at to an alert: the filters become a rule, tried before it goes live."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from tests.page.conftest import Open, Site
from tests.serve.examples import statement

pytestmark = pytest.mark.browser


async def test_the_filters_in_force_become_a_rule(site: Site, visit: Open) -> None:
    now = datetime.now(UTC)
    await site.tell(
        statement("احذروا الريح", act="warn", published_at=now),
        statement("نرحب بالجميع", act="support", published_at=now),
    )
    page = await visit("/?act=warn", expect=("404",))  # it looks whether the name is taken
    await expect(page.locator(".card")).to_have_count(1)
    await page.locator(".alert-me").click()
    form = page.locator(".rule-form")
    await expect(form.locator(".conditions")).to_contain_text("تحذير")
    await form.get_by_role("button", name="جرّب").click()
    await expect(form.locator(".rule-said")).to_contain_text("كانت ستطابق تصريحًا واحدًا")
    await expect(form.locator(".brief")).to_contain_text("احذروا الريح")
    await page.locator("#rule-description").fill("تحذيرات الطقس")
    await page.locator("#rule-name").fill("weather-warnings")
    await page.locator("#rule-channels").fill("desk, night")
    await form.get_by_role("button", name="احفظ").click()
    await expect(form).to_have_count(0)
    await expect(page.locator(".toast")).to_have_text("حُفظت القاعدة، وهي تعمل الآن")
    await page.locator(".place[data-place=alerts]").click()
    rule = page.locator(".rule")
    await expect(rule).to_contain_text("تحذيرات الطقس")
    await expect(rule.locator(".channel")).to_have_text(["desk", "night"])


async def test_a_rule_that_cannot_be_is_explained(visit: Open) -> None:
    page = await visit("/", expect=("404", "422"))
    await page.locator(".alert-me").click()
    await expect(page.locator(".rule-form .changed")).to_be_visible()
    await page.locator("#rule-name").fill("everything")
    await page.locator("#rule-channels").fill(",")
    await page.locator(".rule-form .primary").click()
    await expect(page.locator(".rule-said .error")).not_to_be_empty()
