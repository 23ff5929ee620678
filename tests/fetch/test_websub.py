"""WebSub, with a hub of our own on loopback."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web

from agents.fetch import registry
from agents.fetch.agent import run
from agents.fetch.websub import signed
from streams.broker import free_port
from streams.records import Entry, Feed
from streams.settings import Settings
from streams.topics import ENTRIES
from tests.fetch.outlet import Outlet, Story, rss, serving
from tests.kafka import everything, records


@dataclass
class Hub:
    """Verifies each subscription at once, as the standard's synchronous hubs do, and can publish."""

    outlet: Outlet
    forms: list[dict[str, str]] = field(default_factory=list)
    verified: asyncio.Event = field(default_factory=asyncio.Event)

    async def subscribe(self, request: web.Request) -> web.Response:
        form = dict(parse_qsl(await request.text()))
        self.forms.append(form)
        query = {
            "hub.mode": "subscribe",
            "hub.topic": form["hub.topic"],
            "hub.challenge": "تحد",
            "hub.lease_seconds": "3600",
        }
        async with aiohttp.ClientSession() as session, session.get(form["hub.callback"], params=query) as answer:
            assert (answer.status, await answer.text()) == (200, "تحد")
        self.verified.set()
        return web.Response(status=202)

    async def publish(self, *stories: Story, secret: str = "", body: bytes = b"", link: str = "") -> int:
        form = self.forms[-1]
        body = body or rss(stories, self.outlet.base)
        mac = hmac.new((secret or form["hub.secret"]).encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature": f"sha256={mac}", "Content-Type": "application/rss+xml", "Link": link}
        async with (
            aiohttp.ClientSession() as session,
            session.post(form["hub.callback"], data=body, headers=headers) as answer,
        ):
            return answer.status


@asynccontextmanager
async def pushing(settings: Settings) -> AsyncIterator[tuple[Settings, Hub]]:
    """An outlet whose feed names a hub, polled once and subscribed to."""
    port = free_port()
    settings = settings.model_copy(
        update={"host_spacing": 0.0, "websub_url": f"http://127.0.0.1:{port}", "websub_port": port}
    )
    async with serving(Story("/a", "الخبر الأول")) as outlet, serving() as other:
        hub = Hub(outlet)
        outlet.headers["Link"] = f'<{other.base}/hub>; rel="hub", <{outlet.feed}>; rel="self"'
        other.handlers["/hub"] = hub.subscribe  # type: ignore[assignment]
        await registry.add(settings, [Feed(url=outlet.feed, outlet="صحيفة", full_text="never")])
        async with run(settings):
            await asyncio.wait_for(hub.verified.wait(), 20)
            yield settings, hub


async def test_what_a_hub_brings_comes_at_once_and_once(topics: Settings) -> None:
    async with pushing(topics) as (settings, hub):
        assert hub.forms[0]["hub.mode"] == "subscribe"
        assert hub.forms[0]["hub.topic"] == hub.outlet.feed
        await records(settings, ENTRIES, Entry, 1)
        assert await hub.publish(Story("/b", "الخبر الثاني"), Story("/a", "الخبر الأول")) == 202
        found = await records(settings, ENTRIES, Entry, 2)
        assert await hub.publish(Story("/b", "الخبر الثاني")) == 202
        assert len(await everything(settings, ENTRIES)) == 2
        assert {entry.title for entry in found} == {"الخبر الأول", "الخبر الثاني"}
        assert len(hub.outlet.asked("/rss")) == 1


async def test_a_hub_that_brings_no_feed_makes_it_due_at_once(topics: Settings) -> None:
    async with pushing(topics) as (_, hub):
        await hub.outlet.wait_asked("/rss", 1)
        assert await hub.publish(body=b"new!") == 202
        await hub.outlet.wait_asked("/rss", 2)


async def test_a_hub_that_names_an_impossible_address_ends_no_worker(topics: Settings) -> None:
    async with pushing(topics) as (settings, hub):
        await records(settings, ENTRIES, Entry, 1)
        assert await hub.publish(Story("/b", "الخبر الثاني"), link='<http://[>; rel="hub"') == 202
        await records(settings, ENTRIES, Entry, 2)
        assert await hub.publish(Story("/c", "الخبر الثالث")) == 202
        await records(settings, ENTRIES, Entry, 3)


async def test_what_fails_while_a_push_is_taken_in_ends_no_worker(
    topics: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with pushing(topics) as (settings, hub):
        await records(settings, ENTRIES, Entry, 1)
        with monkeypatch.context() as patch:
            patch.setattr("agents.fetch.poller.read", None)
            assert await hub.publish(Story("/b", "الخبر الثاني")) == 202
            async with asyncio.timeout(20):
                while f"polling {hub.outlet.feed} failed" not in caplog.text:
                    await asyncio.sleep(0.02)
        assert await hub.publish(Story("/c", "الخبر الثالث")) == 202
        await records(settings, ENTRIES, Entry, 2)


async def test_a_feed_is_polled_on_however_often_a_hub_calls_in_the_midst_of_a_poll(topics: Settings) -> None:
    """What they make due may be due before the poll under way has ended: none may be lost."""
    async with pushing(topics) as (_, hub):
        under_way = asyncio.Event()

        async def slow(_: web.Request) -> web.Response:
            under_way.set()
            await asyncio.sleep(0.1)
            return web.Response(body=rss([], hub.outlet.base), content_type="application/rss+xml")

        hub.outlet.handlers["/rss"] = slow
        for _ in range(5):
            asked = len(hub.outlet.asked("/rss"))
            assert await hub.publish(body=b"new!") == 202
            await asyncio.wait_for(under_way.wait(), 20)
            calls = (hub.publish(body=b"newer!"), hub.publish(Story("/b", "الخبر الثاني")))
            assert await asyncio.gather(*calls) == [202, 202]
            await hub.outlet.wait_asked("/rss", asked + 2)
            under_way.clear()


async def test_a_hub_is_answered_in_the_midst_of_a_poll(topics: Settings) -> None:
    async with pushing(topics) as (settings, hub):
        await records(settings, ENTRIES, Entry, 1)
        under_way, go_on = asyncio.Event(), asyncio.Event()

        async def slow(_: web.Request) -> web.Response:
            under_way.set()
            await go_on.wait()
            return web.Response(body=rss([], hub.outlet.base), content_type="application/rss+xml")

        hub.outlet.handlers["/rss"] = slow
        assert await hub.publish(body=b"new!") == 202
        await asyncio.wait_for(under_way.wait(), 20)
        for n in range(3):
            assert await asyncio.wait_for(hub.publish(Story(f"/{n}", f"الخبر رقم {n}")), 20) == 202
        asked = len(hub.outlet.asked("/rss"))
        go_on.set()
        first, last = await records(settings, ENTRIES, Entry, 2)
        assert {first.title, last.title} == {"الخبر الأول", "الخبر رقم 2"}
        await hub.outlet.wait_asked("/rss", asked + 1)  # for what the calls before the last have brought


@pytest.mark.parametrize("lease", ["²", "١٢", "9" * 400, "", "-1"])
async def test_a_hub_may_say_anything_of_its_lease(topics: Settings, lease: str) -> None:
    async with pushing(topics) as (settings, hub), aiohttp.ClientSession() as session:
        form = hub.forms[0]
        query = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"], "hub.challenge": "x"}
        async with session.get(form["hub.callback"], params=query | {"hub.lease_seconds": lease}) as answer:
            assert answer.status == 200
        (row,) = (await registry.rows(settings)).values()
        assert row.subscription is not None
        assert 3600 < row.subscription.until - time.time() < 366 * 86400


async def test_what_is_signed_with_another_secret_is_ignored(topics: Settings) -> None:
    async with pushing(topics) as (settings, hub):
        assert await hub.publish(Story("/c", "خبر مدسوس"), secret="guess") == 202
        assert [m.value for m in await everything(settings, ENTRIES) if "مدسوس".encode() in (m.value or b"")] == []


async def test_who_did_not_subscribe_is_told_so(topics: Settings) -> None:
    async with pushing(topics) as (_settings, hub), aiohttp.ClientSession() as session:
        callback = hub.forms[0]["hub.callback"]
        other = callback.rsplit("/", 1)[0] + "/aHR0cDovL3guZXhhbXBsZS8"
        async with session.post(other, data=b"x") as answer:
            assert answer.status == 410
        query = {"hub.mode": "subscribe", "hub.topic": "http://other.example/", "hub.challenge": "x"}
        async with session.get(callback, params=query) as answer:
            assert answer.status == 404
        async with session.get(callback.rsplit("/", 1)[0] + "/***", params=query) as answer:
            assert answer.status == 404


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures(method: str) -> None:
    mac = hmac.new(b"secret", b"body", method).hexdigest()
    assert signed(b"body", "secret", f"{method}={mac}")
    assert signed(b"body", "secret", f"{method}={mac.upper()}")
    assert not signed(b"body!", "secret", f"{method}={mac}")
    assert not signed(b"body", "secret", mac)
    assert not signed(b"body", "secret", "")
    assert not signed(b"body", "secret", f"md5={mac}")
    assert not signed(b"body", "secret", f"{method}=ü")
