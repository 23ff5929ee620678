"""Article pages, for feeds that carry only a summary. Where robots.txt allows it, in the host's turn."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit, urlunsplit

from protego import Protego

from agents.fetch import charset, metrics
from agents.fetch.client import Client, FetchError
from agents.fetch.feed import Item, plain
from agents.fetch.lanes import HeldError
from streams.records import FullText

T = TypeVar("T")

ROBOT = "Tasrih"
# A feed's text shorter than this (characters) is a teaser.
_SHORT = 600
_TELLING = 20_000  # characters of markup that are looked at
_KEPT = 2_000
_FRESH, _RETRY = 24 * 3600.0, 600.0
# Seconds for which a site whose page did not come is asked for no other: news must not wait for each one's time-out.
_TIRED = 60.0
_LONGEST_CRAWL_DELAY = 30.0
_TYPES = ("text/html", "application/xhtml", "text/plain", "application/xml", "text/xml")
_LARGEST = 2_000_000  # characters


class _Rules(NamedTuple):
    """A robots.txt; None allows nothing: the server could not be asked."""

    robots: Protego | None
    until: float


def wanted(full_text: FullText, item: Item) -> bool:
    """Whether the item's page is to be fetched, by its feed's setting."""
    return full_text == "always" or (
        full_text == "when-short" and max(len(plain(text[:_TELLING])) for text in (item.content, item.summary)) < _SHORT
    )


class Pages:
    """Fetches article pages."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._rules: OrderedDict[str, asyncio.Task[_Rules]] = OrderedDict()
        self._tired: OrderedDict[str, float] = OrderedDict()

    async def page(self, url: str) -> str | None:
        """The page's HTML, decoded; None when it cannot be had: then the feed's own text must do."""
        origin = _origin(url)
        if self._tired.get(origin, 0.0) > time.monotonic():
            metrics.PAGES.labels("tired").inc()
            return None
        try:
            if not await self.allowed(url):
                metrics.PAGES.labels("disallowed").inc()
                return None
            answer = await self._client.get(url, "page")
        except HeldError:
            metrics.PAGES.labels("held").inc()
            return None
        except FetchError:
            metrics.PAGES.labels("failed").inc()
            _remember(self._tired, origin, time.monotonic() + _TIRED)
            return None
        kind = answer.content_type.partition(";")[0].strip().lower()
        if answer.status != 200 or not answer.body or (kind and not kind.startswith(_TYPES)):
            metrics.PAGES.labels("unusable").inc()
            return None
        metrics.PAGES.labels("fetched").inc()
        return charset.decode(answer.body, answer.content_type).text[:_LARGEST]

    async def allowed(self, url: str) -> bool:
        """Whether robots.txt lets us fetch `url` (RFC 9309): having none allows all, an error allows nothing yet."""
        origin = _origin(url)
        task = self._rules.get(origin)
        if task is None or (task.done() and (task.cancelled() or task.result().until < time.monotonic())):
            task = asyncio.create_task(self._ask(origin))
            _remember(self._rules, origin, task)
        rules = await asyncio.shield(task)
        return rules.robots is not None and rules.robots.can_fetch(url, ROBOT)

    async def _ask(self, origin: str) -> _Rules:
        now = time.monotonic()
        try:
            answer = await self._client.get(f"{origin}/robots.txt", "robots")
        except (FetchError, HeldError):
            return _Rules(None, now + _RETRY)
        if answer.status >= 500 or answer.status == 429:
            return _Rules(None, now + _RETRY)
        robots = Protego.parse(answer.body.decode("utf-8", "replace") if answer.status == 200 else "")
        if delay := robots.crawl_delay(ROBOT):
            self._client.lanes.slow(origin, min(_LONGEST_CRAWL_DELAY, float(delay)))
        return _Rules(robots, now + _FRESH)


def _origin(url: str) -> str:
    return urlunsplit((*urlsplit(url)[:2], "", "", ""))


def _remember(found: OrderedDict[str, T], origin: str, value: T) -> None:
    """Keep `value` for `origin`, and of the origins only the latest."""
    found[origin] = value
    found.move_to_end(origin)
    while len(found) > _KEPT:
        found.popitem(last=False)
