"""A reader of the live stream as the standard describes one (https://html.spec.whatwg.org/#server-sent-events)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp


class EventSource:
    """Server-sent events from one address; remembers the last id, as browsers do, also over reconnects."""

    def __init__(self, session: aiohttp.ClientSession, url: str, last_id: str = "") -> None:
        self._session, self._url, self.last_id = session, url, last_id

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
        """Connect; yields the (event, data) that come."""
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        async with self._session.get(self._url, headers=headers, timeout=aiohttp.ClientTimeout(None)) as answer:
            assert answer.status == 200, await answer.text()
            assert answer.content_type == "text/event-stream"
            yield self._events(answer)

    async def _events(self, answer: aiohttp.ClientResponse) -> AsyncIterator[tuple[str, Any]]:
        event, data, last_id = "", list[str](), self.last_id
        async for line in answer.content:
            name, _, value = line.decode().rstrip("\n").partition(":")
            value = value.removeprefix(" ")
            match name:
                case "event":
                    event = value
                case "data":
                    data.append(value)
                case "id":
                    last_id = value
                case "" if not line.strip():
                    self.last_id = last_id
                    if data:
                        yield event, json.loads("\n".join(data))
                    event, data = "", []

    async def take(self, count: int, timeout: float = 20) -> list[tuple[str, Any]]:
        """Connect, read `count` events, disconnect."""
        found: list[tuple[str, Any]] = []
        async with asyncio.timeout(timeout), self.open() as events:
            while len(found) < count:
                found.append(await anext(events))
        return found
