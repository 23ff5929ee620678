"""The newsroom's outlet: its feeds over loopback HTTP, which fail in every way when they are told to."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from email.utils import format_datetime
from itertools import groupby
from xml.sax.saxutils import escape

from aiohttp import web

from streams.records import Entry, Feed
from tests.faults.ledger import Book
from tests.loopback import on_loopback

_FEEDS = 12
_SHOWN = 150  # items of a feed: an edited one comes to the top again


@dataclass
class Outlet:
    """Some feeds; what is published goes to the top of one of them."""

    dice: random.Random
    failing: bool = False
    published: dict[str, list[Entry]] = field(default_factory=dict)  # by address, the versions in order
    _shown: list[dict[str, Entry]] = field(default_factory=lambda: [{} for _ in range(_FEEDS)])
    _base: str = ""

    def publish(self, entry: Entry) -> None:
        url = entry.url.replace("http://newsroom.test", self._base)
        self.published.setdefault(url, []).append(entry)
        feed = self._shown[hash(url) % _FEEDS]
        feed.pop(url, None)
        feed[url] = entry
        if len(feed) > _SHOWN:
            del feed[next(iter(feed))]

    def feeds(self) -> list[Feed]:
        return [
            Feed(url=f"{self._base}/feed/{n}", outlet="newsroom", full_text="never", interval=2.0)
            for n in range(_FEEDS)
        ]

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[Outlet]:
        app = web.Application()
        app.router.add_get("/feed/{number}", self._answer)
        async with on_loopback(app) as self._base:
            yield self

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = self._rss(int(request.match_info["number"])).encode()
        match self.dice.randrange(8) if self.failing else None:
            case 0:
                return web.Response(status=self.dice.choice([500, 502, 503, 429]))
            case 1:
                body = body[: len(body) // 2]
            case 2:
                body = b"<html><body>Sorry</body></html>"
            case 3:
                body = b""
            case 4:
                await asyncio.sleep(self.dice.uniform(1, 40))
            case 5:
                assert request.transport
                request.transport.abort()
        return web.Response(body=body, content_type="application/rss+xml", charset="utf-8")

    def _rss(self, number: int) -> str:
        items = "".join(
            f"<item><guid>{escape(url)}</guid><link>{escape(url)}</link><title>{escape(entry.title)}</title>"
            f"<pubDate>{format_datetime(entry.published_at)}</pubDate>"  # type: ignore[arg-type]
            f"<description>{escape(entry.content)}</description></item>"
            for url, entry in reversed(self._shown[number].items())
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{number}</title>{items}</channel></rss>'

    def book(self, entries: Iterable[Entry]) -> Book:
        """What of it reached the topic. A version that was edited away before anyone looked is nobody's loss."""
        account = Book(expected=len(self.published))
        came: dict[str, list[str]] = {}
        for entry in entries:
            account.on_the_topic += 1
            came.setdefault(entry.url, []).append(entry.summary or entry.content)
        for url, versions in self.published.items():
            wanted = [version.content for version in versions]
            got = [content for content, _ in groupby(came.get(url, []))]
            account.duplicates_before_ids += len(came.get(url, [])) - len(got)
            account.foreign += sum(content not in wanted for content in got)
            if not got or got[-1] != wanted[-1]:
                account.missing += 1
                account.examples.append(f"missing {url}: {len(got)} of {len(wanted)} versions came, not the last")
            places = iter(wanted)
            account.out_of_order += not all(content in places for content in got if content in wanted)
        account.foreign += sum(url not in self.published for url in came)
        return account
