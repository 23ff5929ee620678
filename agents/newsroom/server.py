"""The newsroom on the loopback address: each outlet a site of its own, with a feed, pages, ETag and Last-Modified."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b
from html import escape
from pathlib import Path
from string import Template

from aiohttp import web

from agents.newsroom import press
from agents.newsroom.feeds import WRITERS, Published
from agents.newsroom.press import Item, Outlet
from streams.records import Feed

_PAGE = Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8"))
# Items in a feed. More when more have appeared since it was last read but one (a reader may be stopped before it has
# done with what it has read): what is missing then, the reader has lost.
_LONGEST_FEED = 100


@contextlib.asynccontextmanager
async def newsroom(rate: float = math.inf, *, interval: float = 1.0) -> AsyncIterator[list[Feed]]:
    """Serve the packaged newsroom while the body runs; yields its feeds, to be polled every `interval` seconds.

    `rate`: items that appear each second; all are there from the start without it.
    """
    async with serving(press.items(), press.outlets(), rate, interval=interval) as feeds:
        yield feeds


@contextlib.asynccontextmanager
async def serving(
    items: Sequence[Item], outlets: Mapping[str, Outlet], rate: float = math.inf, *, interval: float = 1.0
) -> AsyncIterator[list[Feed]]:
    """Serve `items`, in their order, as the feeds and pages of `outlets`: each on a port of its own, as hosts are."""
    started = time.time()
    feeds: list[Feed] = []
    async with contextlib.AsyncExitStack() as stack:
        for outlet in outlets.values():
            site = Site(outlet, _appearances(items, outlet, started, rate))
            runner = web.AppRunner(site.app(), access_log=None)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            site.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
            feeds.append(
                Feed(
                    url=f"{site.address}/feed",
                    outlet=outlet.name,
                    site=f"{site.address}/",
                    full_text="always" if outlet.feed == "rdf" else "never",
                    interval=interval,
                )
            )
        yield feeds


def _appearances(
    items: Sequence[Item], outlet: Outlet, started: float, rate: float
) -> list[tuple[float, datetime, Item]]:
    """The items of `outlet`, each with when it appears (seconds since the epoch) and its date in the feed."""
    found = []
    for number, item in enumerate(items):
        at = started + number / rate
        # All at once still have dates in their order.
        date = at if rate < math.inf else started - 60 * (len(items) - number)
        if item.outlet == outlet.id:
            found.append((at, item.published or datetime.fromtimestamp(int(date), UTC), item))
    return found


class Site:
    """An outlet's site: its feed, its pages, nothing that has not appeared yet."""

    def __init__(self, outlet: Outlet, appearances: list[tuple[float, datetime, Item]]) -> None:
        self.address = ""
        self._outlet, self._appearances = outlet, appearances
        self._shown = self._read = self._read_before = 0
        self._news: dict[str, Published] = {}
        self._feed = b""
        self._changed = datetime.fromtimestamp(0, UTC)

    def app(self) -> web.Application:
        """The site's routes."""
        app = web.Application()
        app.router.add_get("/feed", self.feed)
        app.router.add_get("/robots.txt", self.robots)
        app.router.add_get("/news/{name}", self.page)
        return app

    async def feed(self, request: web.Request) -> web.Response:
        """The feed as it stands: the newest first. 304 when the reader has it."""
        self._catch_up()
        _, content_type = WRITERS[self._outlet.feed]
        etag = f'"{blake2b(self._feed, digest_size=8).hexdigest()}"'
        headers = {"ETag": etag, "Last-Modified": format_datetime(self._changed, usegmt=True)}
        seen, since = request.headers.get("If-None-Match"), request.if_modified_since
        if seen == etag or (seen is None and since is not None and self._changed <= since):
            return web.Response(status=304, headers=headers)
        self._read_before, self._read = self._read, self._shown
        return web.Response(body=self._feed, content_type=content_type, charset="utf-8", headers=headers)

    async def page(self, request: web.Request) -> web.Response:
        """An article's page."""
        self._catch_up()
        one = self._news.get(request.match_info["name"])
        if one is None:
            raise web.HTTPNotFound
        page = _PAGE.substitute(
            title=escape(one.item.title),
            outlet=escape(self._outlet.name),
            body="".join(f"<p>{escape(text)}</p>\n" for text in one.item.paragraphs),
        )
        return web.Response(text=page, content_type="text/html")

    async def robots(self, _: web.Request) -> web.Response:
        """Everyone may read everything."""
        return web.Response(text="User-agent: *\nDisallow:\n")

    def _catch_up(self) -> None:
        """Show what has appeared since the last time."""
        now = time.time()
        before = self._shown
        while self._shown < len(self._appearances) and self._appearances[self._shown][0] <= now:
            at, date, item = self._appearances[self._shown]
            first = self._news.get(item.name)
            self._news[item.name] = Published(
                item, f"{self.address}/news/{item.name}", first.published if first else date, date
            )
            self._changed = datetime.fromtimestamp(int(at), UTC)
            self._shown += 1
        if self._shown > before or not self._feed:
            write, _ = WRITERS[self._outlet.feed]
            self._feed = write(self._outlet, f"{self.address}/", self._newest())

    def _newest(self) -> list[Published]:
        longest = max(_LONGEST_FEED, self._shown - self._read_before)
        return list(self._news.values())[: -longest - 1 : -1]
