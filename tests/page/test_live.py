"""What arrives on the topic stands on the page, and nothing moves under the reader's eyes."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from agents.serve import agent
from agents.serve.page import POLICY
from streams.records import Cue, Kind, Mention, Speaker
from streams.settings import Settings
from tests.page.conftest import Open, Site
from tests.serve.examples import publish, statement

pytestmark = pytest.mark.browser


async def test_a_statement_on_the_topic_becomes_a_card(site: Site, visit: Open) -> None:
    page = await visit("/")
    await expect(page.locator(".notice")).to_contain_text("لا تصريحات هنا بعد")
    await expect(page.locator(".connection")).to_have_attribute("data-state", "live")
    await site.tell(statement("سنفتح الجسر يوم الأحد", "سلمى الحداد", form="direct", act="commit", via="إذاعة الميناء"))
    card = page.locator(".card")
    await expect(card).to_have_count(1)
    await expect(card.locator(".speaker")).to_have_text("سلمى الحداد")
    await expect(card.locator(".verb")).to_have_text("قالت")
    await expect(card.locator(".words")).to_have_text("«سنفتح الجسر يوم الأحد»")
    await expect(card.locator(".badge")).to_have_text("تعهد")
    await expect(card.locator(".via")).to_contain_text("إذاعة الميناء")
    assert await card.locator("time").get_attribute("title")


@pytest.mark.parametrize(
    ("text", "lemma", "shown"),
    [
        ("وأضافت", "أضاف", "أضافت"),
        ("وعدت", "وعد", "وعدت"),
        ("ووعدت", "وعد", "وعدت"),
        ("وتصفها", "وصف", "تصفها"),
        ("وصفها", "وصف", "وصفها"),
        ("واصفا", "وصف", "واصفا"),
        ("وواصفة", "وصف", "واصفة"),
        ("فسر", "فسّر", "فسر"),
        ("وفسر", "فسّر", "فسر"),
        ("فيفسر", "فسّر", "يفسر"),
    ],
)
async def test_the_conjunction_before_the_verb_is_left_out(
    site: Site, visit: Open, text: str, lemma: str, shown: str
) -> None:
    await site.tell(statement(cue=Cue(text, lemma, 0, len(text))))
    page = await visit("/")
    await expect(page.locator(".card .verb")).to_have_text(shown)


@pytest.mark.parametrize(
    ("name", "kind", "mention", "shown"),
    [
        ("ناجي الصياد", "person", "مدير الميناء القبطان ناجي الصياد", "مدير الميناء القبطان"),
        ("ناجي الصياد", "person", "ناجي الصياد، مدير الميناء", "مدير الميناء"),
        ("دلال الغزي", "person", "النائبة دلال الغزي، عضو اللجنة", "النائبة، عضو اللجنة"),
        ("دلال الغزي", "person", 'رئيسة حزب "البحر"، دلال الغزي', 'رئيسة حزب "البحر"'),
        ("ناجي الصياد", "person", "المدير", "المدير"),
        ("ناجي الصياد", "person", "الصياد", None),
        ("ناجي الصياد", "person", "ناجي الصياد", None),
        ("وزارة الصحة", "organization", "وزارة الصحة الكندية", "وزارة الصحة الكندية"),
    ],
)
async def test_under_the_name_stands_the_office_alone(
    site: Site, visit: Open, name: str, kind: Kind, mention: str, shown: str | None
) -> None:
    speaker = Speaker(name, "1", kind, Mention(mention, 0, len(mention)), "named")
    await site.tell(statement(speaker=speaker))
    page = await visit("/")
    await expect(page.locator(".card .speaker")).to_have_text(name)
    await expect(page.locator(".card .office")).to_have_text([shown] if shown else [])


async def test_new_ones_wait_behind_a_button_and_move_nothing(site: Site, visit: Open) -> None:
    await site.tell(*(statement(f"كلام قديم رقم {n}") for n in range(20)))
    page = await visit("/")
    await expect(page.locator(".card")).to_have_count(20)
    await expect(page.locator(".connection")).to_have_attribute("data-state", "live")
    seventh = page.locator(".card").nth(6)
    await seventh.scroll_into_view_if_needed()
    before = await seventh.bounding_box()
    await site.tell(*(statement(f"كلام جديد رقم {n}") for n in range(3)))
    pill = page.locator(".pill")
    await expect(pill).to_have_text("3 تصريحات جديدة")
    await expect(page.locator(".card")).to_have_count(20)
    assert await seventh.bounding_box() == before
    await expect(page).to_have_title("(3) مباشر · تصريح")
    await pill.click()
    await expect(page.locator(".card")).to_have_count(23)
    await expect(page.locator(".card").first).to_be_focused()
    await expect(page.locator(".card .words").first).to_have_text("كلام جديد رقم 2")
    await expect(pill).to_be_hidden()


async def test_a_flowing_list_holds_still_what_is_being_read(site: Site, visit: Open) -> None:
    await site.tell(*(statement(f"كلام قديم رقم {n}") for n in range(30)))
    page = await visit("/")
    await page.locator("#flow").check()
    await expect(page.locator(".connection")).to_have_attribute("data-state", "live")
    read = page.get_by_text("كلام قديم رقم 20", exact=True)
    await read.scroll_into_view_if_needed()
    before = (await read.bounding_box())["y"]
    await site.tell(*(statement(f"كلام جديد رقم {n}") for n in range(4)))
    await expect(page.locator(".card")).to_have_count(34)
    assert (await read.bounding_box())["y"] == pytest.approx(before, abs=1)


async def test_paused_it_keeps_what_arrives(site: Site, visit: Open) -> None:
    await site.tell(statement("الأول"))
    page = await visit("/")
    await expect(page.locator(".connection")).to_have_attribute("data-state", "live")
    await page.locator(".pause").click()
    await expect(page.locator(".connection")).to_have_attribute("data-state", "paused")
    await site.tell(statement("الثاني"))
    await expect(page.locator(".pause")).to_have_text("استأنف (1)")
    await expect(page.locator(".pill")).to_be_hidden()
    await page.locator(".pause").click()
    await expect(page.locator(".pill")).to_have_text("تصريح جديد")


async def test_a_retraction_is_shown(site: Site, visit: Open) -> None:
    said = statement("قول لم يقله أحد")
    await site.tell(said)
    page = await visit("/")
    await expect(page.locator(".connection")).to_have_attribute("data-state", "live")
    await site.tell(msgspec.structs.replace(said, status="retracted"))
    await expect(page.locator(".card.retracted .retraction")).to_contain_text("سُحب")
    # Read anew, the list has only what stands; what was retracted is a filter away, and arrives there, too.
    await page.locator(".filters details summary").click()
    await page.get_by_label("المسحوب فقط").check()
    await expect(page).to_have_url(f"{site.address}/?status=retracted")
    await expect(page.locator(".card.retracted .words")).to_have_text(said.content)
    await expect(page.locator(".connection")).to_have_attribute("data-state", "live")
    other = statement("قول آخر")
    await site.tell(other, msgspec.structs.replace(other, status="retracted"))
    await expect(page.locator(".pill")).to_have_text("تصريح جديد")
    await page.locator(".chip").click()
    await expect(page.locator(".notice[data-notice='empty.statements']")).to_be_visible()


async def test_markup_in_a_statement_stays_text(site: Site, visit: Open) -> None:
    evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    speaker = Speaker(evil, "evil", "person", None, "named")
    await site.tell(statement(evil, speaker=speaker, outlet=evil, via=evil, url="javascript:document.title=3"))
    page = await visit("/", expect=("404",))  # the article of this statement was never sent
    await expect(page.locator(".card .words")).to_have_text(evil)
    assert await page.locator(".card img, .card script").count() == 0
    await page.locator(".card .words a").click()
    await expect(page.locator(".hero .words")).to_have_text(evil)
    assert await page.locator("main img, main script, a[href^='javascript']").count() == 0


async def retried(page: Page) -> None:
    """Try again now; the page does so by itself, too, and may have been quicker: then there is nothing to press."""
    await page.evaluate("document.querySelector('.connection button')?.click()")


async def test_it_resumes_where_it_broke_off(topics: Settings, browser: Browser) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings = topics.model_copy(update={"port": free.getsockname()[1]})
    context = await browser.new_context()
    page = await context.new_page()
    async with agent.run(settings) as address:
        await publish(settings, statement("قبل الانقطاع"))
        await page.goto(str(address))
        await expect(page.locator(".card")).to_have_count(1)
        await expect(page.locator(".connection")).to_have_attribute("data-state", "live")
    await expect(page.locator(".connection")).to_have_attribute("data-state", "waiting")
    await expect(page.locator(".card")).to_have_count(1)
    await publish(settings, statement("أثناء الانقطاع"))
    async with agent.run(settings):
        await retried(page)
        await expect(page.locator(".pill")).to_have_text("تصريح جديد", timeout=20_000)
        await page.locator(".pill").click()
        await expect(page.locator(".card .words")).to_have_text(["أثناء الانقطاع", "قبل الانقطاع"])
        await context.close()


async def test_filters_changed_while_the_server_was_away_hold_when_it_is_back(
    topics: Settings, browser: Browser
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings = topics.model_copy(update={"port": free.getsockname()[1]})
    context = await browser.new_context(locale="ar")
    page = await context.new_page()
    status = page.locator(".connection")
    async with agent.run(settings) as address:
        await publish(settings, statement("احذروا الريح", act="warn"), statement("نرحب بالجميع", act="support"))
        await page.goto(str(address))
        await expect(page.locator(".card")).to_have_count(2)
        await expect(status).to_have_attribute("data-state", "live")
    await expect(status).to_have_attribute("data-state", "waiting")
    await page.locator(".filters input[value=warn]").check()
    await expect(page.locator(".notice.failed")).to_be_visible()
    await expect(status).to_have_attribute("data-state", "waiting")
    async with agent.run(settings):
        await retried(page)
        await expect(page.locator(".card .words")).to_have_text(["احذروا الريح"])
        await expect(status).to_have_attribute("data-state", "live")
        await context.close()


async def test_back_on_the_stream_the_reader_sees_how_the_connection_is(topics: Settings, browser: Browser) -> None:
    context = await browser.new_context(locale="ar")
    page = await context.new_page()
    status = page.locator(".connection")
    async with agent.run(topics) as address:
        await page.goto(str(address))
        await expect(status).to_have_attribute("data-state", "live")
        await page.locator(".place[data-place=speakers]").click()
        await expect(status).to_be_hidden()
        await page.go_back()
        await expect(status).to_be_visible()
    await expect(status).to_have_attribute("data-state", "waiting")
    await page.locator(".place[data-place=speakers]").click()
    await expect(page.locator(".notice.failed")).to_be_visible()
    await expect(status).to_be_hidden()
    await page.go_back()
    await expect(status).to_be_visible()
    await context.close()


async def test_without_a_network_it_says_so_and_keeps_what_is_there(site: Site, visit: Open) -> None:
    await site.tell(statement("ما وصل"))
    page = await visit("/", expect=("ERR_INTERNET_DISCONNECTED",))
    await expect(page.locator(".connection")).to_have_attribute("data-state", "live")
    await page.context.set_offline(True)
    await expect(page.locator(".connection")).to_have_attribute("data-state", "offline")
    await expect(page.locator(".card")).to_have_count(1)
    await page.locator(".place[data-place=feeds]").click()
    await expect(page.locator(".notice.failed")).to_contain_text("لا يمكن الوصول إلى الخادم")
    await page.context.set_offline(False)
    await page.locator(".notice.failed button").click()
    await expect(page.locator(".notice[data-notice='empty.feeds']")).to_be_visible()


async def test_what_is_long_ago_is_told_by_its_date(visit: Open) -> None:
    page = await visit("/feeds")
    told = await page.evaluate(
        """async (ago) => {
            const { relative } = await import("/words.js");
            const now = Date.UTC(2026, 2, 20, 12);
            return ago.map((days) => relative(now - days * 86_400_000, now));
        }""",
        [0, 2, 6.9, 7, 266],
    )
    assert told == ["الآن", "أول أمس", "قبل 6 أيام", "13 مارس 2026", "27 يونيو 2025"]


async def test_what_is_new_since_the_visit_before_is_marked(site: Site, visit: Open) -> None:
    before = datetime.now(UTC) - timedelta(days=1)
    await site.tell(statement("قديم", extracted_at=before - timedelta(hours=1)))
    await site.tell(statement("جديد", extracted_at=before + timedelta(hours=1)))
    page = await visit("/")
    await expect(page.locator(".card")).to_have_count(2)
    await expect(page.locator(".fresh")).to_have_count(0)
    await page.add_init_script(f"sessionStorage.once ??= localStorage.seen = {before.timestamp() * 1000}")
    for _ in range(2):  # to read the page anew is no other visit
        await page.reload()
        await expect(page.locator(".card", has=page.locator(".fresh")).locator(".words")).to_have_text(["جديد"])


@pytest.mark.parametrize("missing", ["chart.js", "app.js", "words/ar.json"])
async def test_a_page_that_does_not_come_whole_says_so(site: Site, browser: Browser, missing: str) -> None:
    context = await browser.new_context(locale="ar")
    page = await context.new_page()
    await page.route(f"**/{missing}", lambda route: route.abort())
    await page.goto(site.address)
    told = page.get_by_role("alert")
    await expect(told).to_contain_text("لم تصل الصفحة كاملة")
    await page.unroute(f"**/{missing}")
    await told.get_by_role("link", name="أعد التحميل").click()
    await page.wait_for_selector("html[data-ready]")
    await expect(told).to_have_count(0)
    await context.close()


async def test_after_a_failure_it_can_be_tried_again(site: Site, visit: Open) -> None:
    page = await visit("/feeds", expect=("Failed to load", "ERR_"))
    await page.route("**/v1/statements?*", lambda route: route.abort())
    await page.locator(".place[data-place=live]").click()
    await expect(page.locator(".notice.failed")).to_contain_text("لا يمكن الوصول إلى الخادم")
    await page.unroute("**/v1/statements?*")
    await page.locator(".notice.failed button").click()
    await expect(page.locator(".connection")).to_have_attribute("data-state", "live")
    await site.tell(statement("وصل بعد العطل"))
    await expect(page.locator(".card .words")).to_have_text("وصل بعد العطل")


async def test_the_overview_is_of_the_time_that_is_shown(site: Site, visit: Open) -> None:
    await site.tell(*(statement(f"كلام رقم {n}") for n in range(3)))
    page = await visit("/?to=2026-03-02")
    await expect(page.locator(".card")).to_have_count(3)
    await expect(page.locator(".rail .figure")).to_contain_text("3")


async def test_outlets_can_be_chosen_as_soon_as_they_are_heard(site: Site, visit: Open) -> None:
    page = await visit("/")
    await expect(page.locator(".connection")).to_have_attribute("data-state", "live")
    outlets = page.locator(".outlets label")
    for n, name in enumerate(("قناة الأفق", "الساحل"), 1):
        await site.tell(statement(outlet=name, published_at=datetime.now(UTC)))
        await expect(outlets.filter(has_text=name)).to_be_visible()
        await expect(page.locator(".rail .figure")).to_contain_text(str(n))
    await outlets.filter(has_text="الساحل").click()
    await expect(page.locator(".card .outlet")).to_have_text(["الساحل"])


async def test_the_counts_of_outlets_are_those_of_the_overview(site: Site, visit: Open) -> None:
    await site.tell(statement(outlet="الساحل", published_at=datetime.now(UTC)))
    page = await visit("/speakers")
    await page.clock.install()
    await page.locator(".place[data-place=live]").click()
    counts = page.locator(".outlets small, .rail .figure")
    await expect(counts).to_contain_text(["1", "1"])
    await site.tell(statement(outlet="الساحل", published_at=datetime.now(UTC)))
    await expect(page.locator(".pill")).to_be_visible()
    await page.clock.run_for(61_000)
    await expect(counts).to_contain_text(["2", "2"])


async def test_the_overview_of_another_filter_does_not_stay(site: Site, visit: Open) -> None:
    await site.tell(statement(published_at=datetime.now(UTC)))
    page = await visit("/", expect=("Failed to load", "ERR_"))
    await expect(page.locator(".rail .figure")).to_contain_text("1")
    await page.route("**/v1/*", lambda route: route.abort())
    await page.locator(".filters input[value=deny]").check()
    await expect(page.locator(".notice.failed")).to_be_visible()
    await expect(page.locator(".rail .figure")).to_have_count(0)


async def test_a_list_read_anew_goes_on_to_its_end(site: Site, visit: Open) -> None:
    await site.tell(*(statement(f"كلام رقم {n}") for n in range(150)))
    page = await visit("/")
    end = page.locator(".the-end")
    for _ in range(2):
        for _ in range(40):
            if await end.count():
                break
            await page.mouse.wheel(0, 4000)
            await page.wait_for_timeout(50)
        await expect(end).to_be_visible()
        await page.locator(".filters input[value=deny]").check()
        await expect(page.locator(".notice")).to_be_visible()
        await page.locator(".filters input[value=deny]").uncheck()
        await expect(page.locator(".card").first).to_be_visible()


async def test_the_page_is_sent_with_its_policy(site: Site, visit: Open) -> None:
    page = await visit("/feeds", expect=("404",))
    response = await page.goto(f"{site.address}/speakers/a.b%2Fc")
    assert response is not None
    assert response.status == 200
    said = response.headers["content-security-policy"]
    for directive in POLICY.split("; "):
        assert directive in said, directive
    assert "unsafe" not in said
