"""Rules of alerts: made of what one looks at, tried, changed, paused and deleted, each by hand and by keyboard."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest
from playwright.async_api import Locator, Page, Route, expect

from agents.serve import agent
from agents.serve.access import Keys
from streams.records import Alert, AlertChannels, AlertRule, Delivery, Feed, Words
from streams.settings import Settings
from streams.topics import ALERT_CHANNELS, ALERT_RULES, ALERTS, DELIVERIES, FEEDS
from tests.kafka import records
from tests.page.conftest import Open, Site
from tests.serve.examples import send, statement

pytestmark = pytest.mark.browser

WEATHER = AlertRule(
    name="weather", description="تحذيرات الطقس", channels=["desk", "night"], acts=["warn"], speakers=["هالة عمران"],
    words=Words(any=["عاصفة", "فيضان*"]), min_confidence=0.73, max_per_hour=6, retractions=True,
)  # fmt: skip


async def ruled(site: Site, visit: Open, *rules: AlertRule, **options: object) -> Page:
    """The page of alerts with these rules."""
    await send(site.settings, ALERT_RULES, *((rule.name, rule) for rule in rules))
    page: Page = await visit("/alerts", **options)
    async with page.expect_response("**/v1/rules"):
        await page.reload()
    await expect(page.locator(".rule")).to_have_count(len(rules))
    return page


def item(page: Page, name: str) -> Locator:
    """The rule `name` in the list."""
    return page.locator(f".rule[data-rule='{name}']")


async def test_the_filters_in_force_become_a_rule(site: Site, visit: Open) -> None:
    now = datetime.now(UTC)
    await site.tell(
        statement("احذروا الريح", act="warn", published_at=now),
        statement("نرحب بالجميع", act="support", published_at=now),
    )
    page = await visit("/?act=warn")
    await expect(page.locator(".card")).to_have_count(1)
    await page.locator(".alert-me").click()
    form = page.locator(".rule-form")
    await expect(form.locator("input[value=warn]")).to_be_checked()
    await form.get_by_role("button", name="جرّب").click()
    await expect(form.locator(".rule-said")).to_contain_text("كانت ستطابق تصريحًا واحدًا")
    await expect(form.locator(".brief")).to_contain_text("احذروا الريح")
    await expect(page.locator("#rule-name")).to_have_value("warn-1")
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


async def test_alerts_of_a_rule_that_is_no_longer_chosen_come_too_late(site: Site, visit: Open) -> None:
    storm = AlertRule(name="storm", channels=["desk"], words=Words(any=["عاصفة"]))
    for rule in (WEATHER, storm):
        said = statement(published_at=(now := datetime.now(UTC)))
        alert = Alert(alert_id=rule.name, rule=rule.name, channels=["desk"], statement=said, matched_at=now)
        await send(site.settings, ALERTS, (said.article_id, alert))
    page = await ruled(site, visit, WEATHER, storm)
    await expect(page.locator(".matched")).to_have_count(2)
    asked, answered = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await answered.wait()
        await route.continue_()

    await page.route("**/v1/alerts?limit=50&rule=weather", late)
    for name in ("weather", "weather", "storm"):
        await item(page, name).locator("[aria-pressed]").first.click()
        await asked.wait()
    await expect(page.locator(".matched")).to_have_count(1)
    async with page.expect_response("**/v1/alerts?limit=50&rule=weather") as response:
        answered.set()
    await (await response.value).finished()
    await page.evaluate("fetch('/healthz')")  # a turn later
    await expect(page.locator(".matched")).to_have_count(1)
    await expect(page.locator(".matched")).to_contain_text("storm")


async def raised(site: Site, *names: str) -> None:
    """Alerts of a rule that is called by none but them."""
    said = statement(published_at=(now := datetime.now(UTC)))
    alerts = [Alert(alert_id=one, rule="storm", channels=["desk"], statement=said, matched_at=now) for one in names]
    await send(site.settings, ALERTS, *((said.article_id, alert) for alert in alerts))


async def ticking(visit: Open, path: str, expect: tuple[str, ...] = ()) -> Page:
    """The page at `path`, whose clock is the test's from its start."""
    page: Page = await visit("/speakers", expect=expect)
    await page.clock.install()
    await page.locator(f".place[data-place={path}]").click()
    return page


async def test_alerts_that_came_while_nobody_looked_leave_no_gap(site: Site, visit: Open) -> None:
    await raised(site, "first")
    page = await ticking(visit, "alerts")
    matched = page.locator(".matched")
    await expect(matched).to_have_count(1)
    await raised(site, *(f"then {n}" for n in range(59)))
    await arrived(page, 60)
    await page.clock.run_for(16_000)
    await expect(matched).to_have_count(50)
    await page.get_by_role("button", name="أظهر المزيد").click()
    await expect(matched).to_have_count(60)


async def arrived(page: Page, alerts: int) -> None:
    """Until the archive has so many."""
    ask = "async () => (await (await fetch('/v1/alerts?limit=200')).json()).alerts.length"
    while await page.evaluate(ask) < alerts:
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("place", ["alerts", "feeds"])
async def test_what_is_old_for_want_of_a_server_says_so(site: Site, visit: Open, place: str) -> None:
    await raised(site, "before")
    await send(site.settings, FEEDS, ("feed", Feed(url="https://outlet.example/feed", outlet="قناة الأفق")))
    page = await ticking(visit, place, expect=("ERR_FAILED",))
    shown, state = page.locator(".card, .feeds tbody tr"), page.locator(".connection")
    await expect(shown).to_have_count(1)
    await expect(state).to_be_hidden()
    await page.route(f"**/v1/{place}*", lambda route: route.abort())
    await page.clock.run_for(31_000)
    await expect(state).to_have_attribute("data-state", "waiting")
    await expect(shown).to_have_count(1)
    await page.unroute(f"**/v1/{place}*")
    await state.get_by_role("button").click()
    await expect(state).to_be_hidden()


async def test_without_alerts_nor_rules_the_page_of_alerts_recovers_by_itself(visit: Open) -> None:
    page = await visit("/speakers", expect=("ERR_FAILED",))
    await page.clock.install()
    await page.route("**/v1/alerts*", lambda route: route.abort())
    await page.locator(".place[data-place=alerts]").click()
    await expect(page.locator(".notice.failed")).to_be_visible()
    await page.unroute("**/v1/alerts*")
    await page.clock.run_for(16_000)
    await expect(page.locator(".notice[data-notice='empty.alerts']")).to_be_visible()


async def test_a_phrase_in_any_quotation_marks_is_one_in_the_rule(visit: Open) -> None:
    page = await visit("/?q=«البنك المركزي» “سعر الصرف” الليرة")
    await page.locator(".alert-me").click()
    chips = page.locator(".rule-form .chip bdi")
    await expect(chips).to_have_text(["البنك المركزي", "سعر الصرف", "الليرة"])


async def test_a_rule_that_cannot_be_is_explained(visit: Open) -> None:
    page = await visit("/", expect=("422",))
    await page.locator(".alert-me").click()
    said, save = page.locator(".rule-said .error"), page.locator(".rule-form .primary")
    await save.click()
    await expect(said).to_contain_text("لا شرط فيها")
    await expect(page.locator("#rule-speakers")).to_be_focused()
    await page.keyboard.type("م")  # the server knows what is too short
    await save.click()
    await expect(said).to_contain_text("قناة واحدة على الأقل")
    await page.locator("#rule-channels").fill("desk")
    await save.click()
    await expect(said).to_contain_text("fewer than 2 letters")


async def test_a_rule_is_changed_and_the_rest_of_it_stays(site: Site, visit: Open) -> None:
    page = await ruled(site, visit, WEATHER)
    await expect(item(page, "weather").locator(".conditions")).to_contain_text("هالة عمران")
    await item(page, "weather").get_by_role("button", name="عدّل").click()
    form = page.locator(".rule-form")
    await expect(form.locator(".hint code")).to_have_text("weather")
    await expect(page.locator("#rule-name")).to_have_count(0)
    await form.locator(".chip", has_text="night").click()
    await form.locator("input[value=demand]").check()
    await page.locator("#rule-all").fill("ريح شديدة")
    await page.keyboard.press("Enter")
    await expect(form.locator(".chip", has_text="ريح شديدة")).to_be_visible()
    await page.locator("#rule-from").fill("23:00")
    await page.locator("#rule-to").fill("06:30")
    await page.locator("#rule-zone").fill("Asia/Riyadh")
    await form.locator(".primary").click()
    await expect(page.locator(".toast")).to_have_text("حُفظ التعديل، وهو سارٍ الآن")
    await expect(item(page, "weather").locator(".conditions")).to_contain_text("ريح شديدة")
    await expect(item(page, "weather").get_by_role("button", name="عدّل")).to_be_focused()
    _, kept = await records(site.settings, ALERT_RULES, AlertRule, 2)
    assert (kept.channels, kept.acts, kept.words.all) == (["desk"], ["demand", "warn"], ["ريح شديدة"])
    assert kept.quiet is not None
    assert (kept.quiet.begin, kept.quiet.end, kept.quiet.zone) == ("23:00", "06:30", "Asia/Riyadh")
    for field in ("description", "speakers", "min_confidence", "max_per_hour", "retractions", "enabled"):
        assert getattr(kept, field) == getattr(WEATHER, field), field
    assert kept.words.any == WEATHER.words.any


async def test_a_rule_is_paused_and_taken_up_again_by_keyboard(site: Site, visit: Open) -> None:
    page = await ruled(site, visit, WEATHER)
    switch = item(page, "weather").get_by_role("switch")
    await expect(switch).to_be_checked()
    await switch.focus()
    for checked, told in ((False, "متوقفة"), (True, "تعمل")):
        await page.keyboard.press("Space")
        await expect(switch).to_be_checked(checked=checked)
        await expect(switch).to_be_focused()
        await expect(item(page, "weather").locator(".switch")).to_contain_text(told)
    _, paused, resumed = await records(site.settings, ALERT_RULES, AlertRule, 3)
    assert (paused.enabled, resumed.enabled) == (False, True)


async def test_a_rule_is_deleted_only_when_the_reader_says_so_twice(site: Site, visit: Open) -> None:
    page = await ruled(site, visit, WEATHER)
    delete, asked = item(page, "weather").get_by_role("button", name="احذف"), page.get_by_role("alertdialog")
    for no in ("Escape", "Enter"):  # the safe answer has the focus
        await delete.focus()
        await page.keyboard.press("Enter")
        await expect(asked).to_contain_text("تحذيرات الطقس")
        await page.keyboard.press(no)
        await expect(asked).to_have_count(0)
        await expect(delete).to_be_focused()
    await page.keyboard.press("Enter")
    await asked.get_by_role("button", name="احذف").click()
    await expect(page.locator(".rule")).to_have_count(0)
    await expect(page.locator(".new-rule")).to_be_focused()
    await page.reload()
    await expect(page.locator(".rules .hint").first).to_contain_text("لا قواعد بعد")


async def test_a_rule_of_the_file_is_only_read(site: Site, visit: Open) -> None:
    ours = AlertRule(name="ours", channels=["desk"], acts=["deny"])
    theirs = AlertRule(name="theirs", channels=["desk"], acts=["ask"], origin="file")
    page = await ruled(site, visit, ours, theirs)
    await expect(item(page, "theirs")).to_contain_text("من ملف القواعد")
    await expect(item(page, "theirs").get_by_role("button")).to_have_count(1)  # shows its alerts
    await expect(item(page, "theirs").get_by_role("switch")).to_have_count(0)
    await expect(item(page, "ours").get_by_role("button")).to_have_count(3)


async def test_what_was_changed_is_not_lost_by_a_slip(site: Site, visit: Open) -> None:
    page = await ruled(site, visit, WEATHER)
    form, asked = page.locator(".rule-form"), page.get_by_role("alertdialog")
    edit = item(page, "weather").get_by_role("button", name="عدّل")
    await edit.click()
    await page.keyboard.press("Escape")  # nothing was changed
    await expect(form).to_have_count(0)
    await edit.click()
    await page.locator("#rule-description").fill("تحذيرات أخرى")
    await page.keyboard.press("Escape")
    await asked.get_by_role("button", name="تابع").click()
    await expect(page.locator("#rule-description")).to_have_value("تحذيرات أخرى")
    await page.keyboard.press("Escape")
    await asked.get_by_role("button", name="اترك").click()
    await expect(form).to_have_count(0)
    await expect(item(page, "weather")).to_contain_text("تحذيرات الطقس")


async def test_a_new_rule_does_not_replace_another(site: Site, visit: Open) -> None:
    page = await ruled(site, visit, WEATHER, expect=("412",))
    await page.locator(".new-rule").click()
    form = page.locator(".rule-form")
    await form.locator("input[value=deny]").check()
    await page.locator("#rule-channels").fill("desk ")
    await expect(form.locator(".doubt")).to_be_empty()
    await page.locator("#rule-name").fill("weather")
    await form.locator(".primary").click()
    await expect(form.locator(".error")).to_contain_text("هناك قاعدة بهذا المعرّف")
    await page.locator("#rule-name").fill("denials")
    await form.locator(".primary").click()
    await expect(page.locator(".rule")).to_have_count(2)
    await expect(item(page, "weather")).to_contain_text("تحذيرات الطقس")


async def test_a_rule_at_work_whose_alerts_reach_nobody_says_so(site: Site, visit: Open) -> None:
    resting = msgspec.structs.replace(WEATHER, name="resting", enabled=False)
    page = await ruled(site, visit, WEATHER, resting)
    await expect(page.locator(".rule .doubt")).to_have_count(0)
    await send(site.settings, ALERT_CHANNELS, ("alert", AlertChannels(channels=["desk"])))
    while await page.evaluate("async () => (await (await fetch('/v1/rules')).json()).channels") is None:
        await asyncio.sleep(0.05)
    await page.reload()
    await expect(page.locator(".rule .doubt")).to_have_count(1)
    await expect(item(page, "weather").locator(".doubt")).to_contain_text("لا توجد قناة باسم night")


async def test_the_form_offers_the_channels_there_are_and_doubts_others(site: Site, visit: Open) -> None:
    # The rule names two; only one of them is there.
    await send(site.settings, ALERT_CHANNELS, ("alert", AlertChannels(channels=["desk"])))
    page = await ruled(site, visit, WEATHER)
    await page.locator(".new-rule").click()
    channels, doubt = page.locator("#rule-channels"), page.locator(".rule-form .doubt")
    await channels.fill("night ")
    await expect(doubt).to_contain_text("لا توجد قناة باسم night، فلن تصل تنبيهاتها. الموجود: desk.")
    await page.locator(".rule-form .chip", has_text="night").click()
    await expect(doubt).to_be_empty()
    await expect(page.locator("#rule-channels-options option")).to_have_count(1)
    await expect(page.locator("#rule-channels-options option")).to_have_attribute("value", "desk")
    await channels.fill("desk ")
    await expect(doubt).to_be_empty()


async def test_a_channel_that_fails_is_told_on_the_page(site: Site, visit: Open) -> None:
    await send(site.settings, ALERT_CHANNELS, ("alert", AlertChannels(channels=["desk", "idle", "night"])))
    steps = (("night", "delivered", ""), ("desk", "failed", "the receiver answered 500"))
    for name, what, why in steps:
        step = Delivery(channel=name, step=what, at=datetime.now(UTC), message_id="m", reason=why)
        await send(site.settings, DELIVERIES, (name, step))
    page = await visit("/alerts", width=390)  # where the rules are folded away
    told = page.locator(".channel-list li")
    await expect(told).to_contain_text(["تُخفق", "لم يُسلَّم شيء بعد", "آخر تسليم"])
    await expect(told.first).to_contain_text("the receiver answered 500")
    await expect(told.first).to_be_visible()
    await expect(page.locator(".channel-list .error")).to_have_count(1)


async def test_a_reader_without_a_key_is_asked_for_one(topics: Settings, visit: Open) -> None:
    settings = topics.model_copy(update={"host": "0.0.0.0", "open_to_read": True})
    reader, editor = (Keys.of(settings).add(*key) for key in (("reader", ("read",)), ("editor", ("read", "rules"))))
    await send(topics, ALERT_RULES, (WEATHER.name, WEATHER))
    async with agent.run(settings) as address:
        page = await visit("/", expect=("401", "403"))
        await page.goto(f"{address.replace('0.0.0.0', '127.0.0.1')}/alerts")
        switch, field = page.get_by_role("switch"), page.locator("#access-key")
        await switch.click()
        await field.fill(reader)
        await page.keyboard.press("Enter")
        await expect(page.locator("dialog .detail")).to_contain_text("this needs rules")
        await field.fill(editor)
        await page.keyboard.press("Enter")
        await expect(page.locator("dialog")).to_have_count(0)
        await expect(switch).not_to_be_checked()
        await expect(page.locator(".toast")).to_have_text("توقفت القاعدة")


async def test_who_follows_a_view_elsewhere_needs_no_other_key(topics: Settings, visit: Open) -> None:
    settings = topics.model_copy(update={"host": "0.0.0.0"})
    key = Keys.of(settings).add("reader", ("read",))
    async with agent.run(settings) as address:
        page = await visit("/", width=390, expect=("401", "404"))
        await page.goto(address.replace("0.0.0.0", "127.0.0.1"))
        await page.locator("#access-key").fill(key)
        await page.keyboard.press("Enter")
        await expect(page.locator(".connection")).to_have_attribute("data-state", "live")
        await page.locator(".filters-open").click()
        for name in ("Atom", "JSON Feed", "CSV"):
            address = await page.locator(".follow").get_by_role("link", name=name).evaluate("(one) => one.href")
            assert (await page.request.get(address)).status == 200, name
