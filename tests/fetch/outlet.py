"""An outlet for tests: a real HTTP server on loopback whose feed and pages the test writes, and which keeps a log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import escape

from aiohttp import web

from streams.broker import free_port

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Story:
    """An item and its page."""

    path: str
    title: str
    summary: str = ""
    guid: str = ""
    page: str | None = None


@dataclass
class Outlet:
    """What is served: `stories` as RSS at `/rss`, their pages, and whatever `handlers` say by path."""

    port: int
    stories: list[Story] = field(default_factory=list)
    handlers: dict[str, Handler] = field(default_factory=dict)
    log: list[web.BaseRequest] = field(default_factory=list)
    etag: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    base: str = ""

    @property
    def feed(self) -> str:
        return f"{self.base}/rss"

    def asked(self, path: str) -> list[web.BaseRequest]:
        return [request for request in self.log if request.path == path]

    async def wait_asked(self, path: str, times: int, timeout: float = 60) -> list[web.BaseRequest]:
        async with asyncio.timeout(timeout):
            while len(self.asked(path)) < times:
                await asyncio.sleep(0.02)
        return self.asked(path)

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        self.log.append(request)
        if handler := self.handlers.get(request.path):
            return await handler(request)  # type: ignore[arg-type]
        if request.path == "/rss":
            if self.etag and request.headers.get("If-None-Match") == self.etag:
                return web.Response(status=304, headers=self.headers)
            headers = self.headers | ({"ETag": self.etag} if self.etag else {})
            return web.Response(body=rss(self.stories, self.base), content_type="application/rss+xml", headers=headers)
        for story in self.stories:
            if request.path == story.path and story.page is not None:
                return web.Response(text=story.page, content_type="text/html")
        return web.Response(status=404)


def rss(stories: Sequence[Story], base: str) -> bytes:
    items = "".join(
        f"<item><title>{escape(s.title)}</title><link>{base}{s.path}</link>"
        + (f'<guid isPermaLink="false">{escape(s.guid)}</guid>' if s.guid else "")
        + f"<description>{escape(s.summary)}</description></item>"
        for s in stories
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>غرفة أخبار</title>'
    return f"{head}<link>{base}/</link>{items}</channel></rss>".encode()


@asynccontextmanager
async def serving(*stories: Story) -> AsyncIterator[Outlet]:
    """An outlet on a port of its own."""
    outlet = Outlet(free_port(), list(stories))
    outlet.base = f"http://127.0.0.1:{outlet.port}"
    runner = web.ServerRunner(web.Server(outlet))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", outlet.port).start()
        yield outlet
    finally:
        await runner.cleanup()
