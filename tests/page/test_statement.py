"""A statement in its article: what is marked is exactly what the record says."""

from __future__ import annotations

import random

import msgspec
import pytest
from playwright.async_api import Page, expect

from streams.records import Statement
from streams.topics import ARTICLES
from tests.page.articles import TEXT, square
from tests.page.conftest import Open, Site
from tests.serve.examples import article, send, statement

pytestmark = pytest.mark.browser


async def marked(page: Page, role: str) -> str:
    """All that is marked as `role` of the statement looked at, joined."""
    return "".join(await page.locator(f".text mark.chosen.{role}").all_text_contents())


async def told(site: Site) -> list[str]:
    source, statements = square()
    await send(site.settings, ARTICLES, (source.article_id, source))
    await site.tell(*statements)
    return [one.statement_id for one in statements]


async def test_the_marks_are_the_offsets(site: Site, visit: Open) -> None:
    _, statements = square()
    ids = await told(site)
    page = await visit("/")
    await expect(page.locator(".card")).to_have_count(len(statements))
    for one, statement_id in zip(statements, ids, strict=True):
        await page.goto(f"{site.address}/statements/{statement_id}")
        await expect(page.locator(".text h2")).to_be_visible()
        assert await marked(page, "content") == one.content
        assert one.cue is not None
        assert await marked(page, "cue") == one.cue.text
        assert one.speaker.mention is not None
        assert await marked(page, "mention") == one.speaker.mention.text
        # Nothing of the text is lost or doubled by cutting it up.
        assert "\n".join(await page.locator(".text > *").all_text_contents()) == TEXT
    # On a small screen the words are far below: one press leads there.
    await page.set_viewport_size({"width": 390, "height": 400})
    words = page.locator(".text mark.content")
    await expect(words).not_to_be_in_viewport()
    await page.get_by_role("button", name="موضعه من المقال").click()
    await expect(words).to_be_in_viewport()
    await expect(words).to_be_focused()


async def test_every_step_that_found_it_has_its_own_features(site: Site, visit: Open) -> None:
    rule = "قال → that 1.00 · that nth 0:+1.1 · end 7 · line ،:-0.6 · mention class ال…ي,:+1.0, after finite 0:-0.4"
    one = statement(rule=f"{rule} · speaker finite spoke 0:+0.7, number agrees:+0.6")
    await site.tell(one)
    page = await visit("/", expect=("404",))
    await expect(page.locator(".card")).to_have_count(1)
    await page.goto(f"{site.address}/statements/{one.statement_id}")
    await page.locator(".trace summary").click()
    steps = page.locator(".trace ol > li")
    await expect(steps.locator("> code")).to_have_text(["قال → that 1.00", "end 7", "mention", "speaker"])
    await expect(steps.nth(2).locator("li")).to_have_text(["class ال…ي,+1.0", "after finite 0-0.4"])
    await expect(steps.nth(3).locator("li")).to_have_text(["finite spoke 0+0.7", "number agrees+0.6"])
    await expect(steps.nth(3)).to_contain_text("كيف حُدد المتحدث")


async def test_one_statement_inside_another(site: Site, visit: Open) -> None:
    _, passed, promise, _ = await told(site)
    page = await visit(f"/statements/{promise}")
    outer = page.locator(".text a.other.nested")
    await expect(outer.first).to_have_attribute("href", f"/statements/{passed}")
    await expect(page.locator(".facts")).to_contain_text("داخل تصريح")
    await outer.last.click()
    await expect(page).to_have_url(f"{site.address}/statements/{passed}")
    await expect(page.locator(".hero .words")).to_have_text("رئيسها تعهد بفتح السوق غدا")
    assert await marked(page, "content") == "رئيسها تعهد بفتح السوق غدا"
    await page.go_back()
    await expect(page.locator(".hero .words")).to_have_text("بفتح السوق غدا")


async def test_the_article_was_edited_since(site: Site, visit: Open) -> None:
    welcome, *_ = await told(site)
    source, _ = square()
    page = await visit(f"/statements/{welcome}")
    await expect(page.locator(".text h2")).to_be_visible()
    edited = article(source.article_id, "عنوان آخر\nنص آخر تماما", revision="2")
    await send(site.settings, ARTICLES, (source.article_id, edited))
    for _ in range(50):
        await page.reload()
        await page.wait_for_selector(".source")
        if await page.locator(".changed").count():
            break
    await expect(page.locator(".changed")).to_contain_text("عدّلت الوسيلة المقال")
    await expect(page.locator(".source .text")).to_have_text("بالاتفاق 🟦")
    assert await page.locator(".text mark").count() == 0


async def copied(site: Site, visit: Open, one: Statement) -> tuple[str, str]:
    """What "copy quote" gives first, and the title of the page."""
    await site.tell(one)
    page = await visit("/", expect=("404",), permissions=["clipboard-read", "clipboard-write"])
    await page.locator(f'.card[data-id="{one.statement_id}"] .words a').click()
    await page.get_by_role("button", name="انسخ الاقتباس").click()
    await expect(page.locator(".toast")).to_be_visible()
    return (await page.evaluate("navigator.clipboard.readText()")).split("\n")[0], await page.title()


async def test_only_a_direct_statement_is_copied_in_quotation_marks(site: Site, visit: Open) -> None:
    content = "الوفد «لن يعود أبدا"
    for form, quote in {"direct": f"«{content}»", "mixed": content, "indirect": content}.items():
        assert (await copied(site, visit, statement(content, form=form)))[0] == quote


async def test_what_is_denied_is_not_copied_as_what_was_said(site: Site, visit: Open) -> None:
    quote, title = await copied(site, visit, statement("تكون المفاوضات قد توقفت", act="deny"))
    assert quote == "نفي: تكون المفاوضات قد توقفت"
    assert title.startswith("سلمى الحداد: نفي: تكون المفاوضات قد توقفت")


async def test_what_was_retracted_meanwhile_says_so_and_is_copied_with_that(site: Site, visit: Open) -> None:
    one = statement("الضريبة سترفع غدا")
    await site.tell(one)
    page = await visit("/", expect=("404",), permissions=["clipboard-read", "clipboard-write"])
    await page.locator(".card .words a").click()
    await expect(page.locator(".hero")).to_be_visible()
    await site.tell(msgspec.structs.replace(one, status="retracted"))
    for _ in range(50):  # who comes back to the page is told, as soon as the archive knows
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        if await page.locator(".hero .retraction").count():
            break
        await page.wait_for_timeout(20)
    await expect(page.locator(".hero .retraction")).to_be_visible()
    await page.get_by_role("button", name="انسخ الاقتباس").click()
    await expect(page.locator(".toast")).to_be_visible()
    first, quote, *_ = (await page.evaluate("navigator.clipboard.readText()")).split("\n")
    assert first.startswith("سُحب")
    assert quote == one.content


async def test_it_is_copied_where_the_browser_gives_no_clipboard(site: Site, visit: Open) -> None:
    page = await visit("/charts", permissions=["clipboard-read", "clipboard-write"])
    await page.evaluate("navigator.clipboard.writeText = undefined")
    await page.get_by_role("button", name="انسخ الرابط").click()
    await expect(page.locator(".toast")).to_have_text("نُسخ")
    assert await page.evaluate("navigator.clipboard.readText()") == f"{site.address}/charts"
    await expect(page.get_by_role("button", name="انسخ الرابط")).to_be_focused()


async def test_a_word_without_end_does_not_widen_the_page(site: Site, visit: Open) -> None:
    one = statement("كلمة" * 60)
    await site.tell(one)
    page = await visit("/", width=390, expect=("404",))
    await page.locator(".card .words a").click()
    await expect(page.locator(".source .text")).to_have_text(one.content)
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_no_such_statement(visit: Open) -> None:
    page = await visit("/statements/nothing", expect=("404",))
    await expect(page.locator(".notice.failed")).to_contain_text("غير موجود")


async def test_pieces_are_cut_by_code_points(visit: Open) -> None:
    """Random texts with letters of one and two UTF-16 units, random spans: each piece is Python's slice."""
    chance = random.Random(5)
    cases = []
    for _ in range(300):
        text = "".join(chance.choice("اب 🕊🟦e\u0301𝒳؟") for _ in range(chance.randrange(1, 30)))
        edges = [sorted(chance.choices(range(len(text) + 1), k=2)) for _ in range(chance.randrange(4))]
        cases.append((text, [{"start": a, "end": b} for a, b in edges]))
    page = await visit("/feeds")
    cut = await page.evaluate(
        """async (cases) => {
            const { pieces } = await import("/spans.js");
            return cases.map(([text, spans]) => pieces(text, spans));
        }""",
        cases,
    )
    for (text, spans), pieces in zip(cases, cut, strict=True):
        assert "".join(piece["text"] for piece in pieces) == text
        for piece in pieces:
            assert piece["text"] == text[piece["start"] : piece["end"]]
            over = [s for s in spans if s["start"] <= piece["start"] and piece["end"] <= s["end"]]
            assert sorted(map(str, piece["spans"])) == sorted(map(str, over))
