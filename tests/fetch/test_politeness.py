"""What outlets see of us: turns, spacing, quiet when asked; and which addresses we never connect to."""

from __future__ import annotations

import asyncio
import itertools
import socket
import time
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from agents.fetch import registry
from agents.fetch.agent import run
from agents.fetch.client import Client, FetchError, user_agent
from agents.fetch.lanes import HeldError, Lanes, host_of
from agents.fetch.pages import Pages
from streams.records import Entry, Feed
from streams.settings import Settings
from streams.topics import ENTRIES
from tests.fetch.outlet import Story, rss, serving
from tests.kafka import records


class Names(AbstractResolver):
    """Resolves every name to the addresses given, one after the other; the last for good."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        address = self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]
        return [ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None: ...


async def test_one_request_in_flight_a_host_and_time_between_two() -> None:
    lanes, spans = Lanes(spacing=0.05), []

    async def request(url: str) -> None:
        async with lanes.turn(url):
            began = time.monotonic()
            await asyncio.sleep(0.01)
            spans.append((host_of(url), began, time.monotonic()))

    urls = [
        "http://a.example/1",
        "https://a.example/2",
        "http://A.example:80/3",
        "http://b.example/",
        "http://b.example/2",
    ]
    await asyncio.gather(*map(request, urls))
    for host in ("a.example", "b.example"):
        turns = sorted(span[1:] for span in spans if span[0] == host)
        assert all(after[0] - before[1] >= 0.05 for before, after in itertools.pairwise(turns))
    assert min(span[1] for span in spans if span[0] == "b.example") < max(
        span[2] for span in spans if span[0] == "a.example"
    )


async def test_a_host_that_asks_for_quiet_gets_it_for_all_its_addresses(settings: Settings) -> None:
    async with serving() as outlet, Client(settings, Lanes(0.0)) as client:

        async def busy(_: web.Request) -> web.Response:
            return web.Response(status=429, headers={"Retry-After": "30"})

        outlet.handlers["/busy"] = busy
        answer = await client.get(f"{outlet.base}/busy", "feed")
        assert answer.status == 429
        with pytest.raises(HeldError) as held:
            await client.get(f"{outlet.base}/rss", "page")
        assert 25 < held.value.until - time.time() <= 30
        assert len(outlet.log) == 1


def test_the_user_agent_says_where_our_operator_is(settings: Settings) -> None:
    assert "+https://monitor.example/bot" in user_agent(
        settings.model_copy(update={"contact": "https://monitor.example/bot"})
    )


async def test_a_name_that_turns_private_after_the_first_look_is_not_followed(settings: Settings) -> None:
    """DNS rebinding: the check is on the socket's own address, whatever the name said before."""
    careful = settings.model_copy(update={"allow_private": False})
    async with serving(Story("/a", "خبر")) as outlet:
        names = Names("192.0.2.1", "127.0.0.1")
        async with Client(careful, Lanes(0.0), resolver=names, total=1.0) as client:
            url = f"http://rebinding.example:{outlet.port}/rss"
            for _ in range(3):
                with pytest.raises(FetchError, match="not a public address"):
                    await client.get(url, "feed")
        assert not outlet.log


async def test_a_redirect_to_a_private_address_is_not_followed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first host passes for public; what it redirects to does not."""
    careful = settings.model_copy(update={"allow_private": False})
    async with serving() as outlet, serving(Story("/a", "سر")) as inner:

        async def redirect(_: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": inner.feed.replace("127.0.0.1", "127.0.0.2")})

        outlet.handlers["/rss"] = redirect
        monkeypatch.setattr("streams.addresses.public", lambda address: address == "127.0.0.1")
        async with Client(careful, Lanes(0.0)) as client:
            with pytest.raises(FetchError, match=r"127\.0\.0\.2 is not a public address"):
                await client.get(outlet.feed, "feed")
        assert len(outlet.log) == 1
        assert not inner.log


async def test_a_redirect_to_no_address_is_a_failure_like_others(settings: Settings) -> None:
    async with serving() as outlet, Client(settings, Lanes(0.0)) as client:

        async def redirect(_: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": "http://["})

        outlet.handlers["/rss"] = outlet.handlers["/robots.txt"] = redirect
        with pytest.raises(FetchError, match=r"redirects to http://\[, which is no web address"):
            await client.get(outlet.feed, "feed")
        assert not await Pages(client).allowed(outlet.feed)


async def test_feeds_and_pages_of_a_host_share_its_turn(topics: Settings) -> None:
    """Two feeds with pages on one host, polled all at once: the server never sees two requests at a time."""
    stories = [Story(f"/{n}", f"خبر رقم {n}", page="<p>نص</p>") for n in range(6)]
    under_way, most = 0, 0
    async with serving(*stories) as outlet:

        def slowly(text: str, kind: str) -> Any:
            async def answer(_: web.Request) -> web.Response:
                nonlocal under_way, most
                under_way += 1
                most = max(most, under_way)
                await asyncio.sleep(0.02)
                under_way -= 1
                return web.Response(text=text, content_type=kind)

            return answer

        for n, half in enumerate((stories[:3], stories[3:])):
            outlet.handlers[f"/rss{n}"] = slowly(rss(half, outlet.base).decode(), "application/xml")
        for story in stories:
            outlet.handlers[story.path] = slowly(story.page or "", "text/html")
        settings = topics.model_copy(update={"host_spacing": 0.0})
        await registry.add(
            settings,
            [Feed(url=f"{outlet.base}/rss{n}", outlet="صحيفة", full_text="always") for n in range(2)],
        )
        async with run(settings):
            found = await records(settings, ENTRIES, Entry, 6)
    assert all(entry.page for entry in found)
    assert most == 1
