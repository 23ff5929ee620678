"""Politeness: one request in flight a host, some time between two, and quiet for as long as a host asks for it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from agents.fetch import metrics

_DEFAULT_PORTS = {"http": 80, "https": 443}
_KEPT = 10_000
_AT_ONCE = 100  # requests in flight, to different hosts


class HeldError(RuntimeError):
    """The host has asked for quiet; `until` is when it may be asked again (seconds since the epoch)."""

    def __init__(self, host: str, until: float) -> None:
        super().__init__(f"{host} has asked for quiet for another {max(0, until - time.time()):.0f} s")
        self.until = until


@dataclass(slots=True)
class _Lane:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    held_until: float = 0.0
    spacing: float = 0.0
    users: int = 0


class Lanes:
    """A lane for each host. `spacing` is the time in seconds between the end of a request and the next."""

    def __init__(self, spacing: float = 1.0) -> None:
        self._spacing = spacing
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._lanes: dict[str, _Lane] = {}

    @contextlib.asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Wait for the turn of a request to `url`; the request is the body. Raises `HeldError`."""
        host = host_of(url)
        lane = self._lane(host)
        lane.users += 1
        try:
            async with lane.turn:
                if lane.held_until > time.time():
                    raise HeldError(host, lane.held_until)
                await asyncio.sleep(lane.free_at - time.monotonic())
                async with self._slots:
                    metrics.IN_FLIGHT.inc()
                    try:
                        yield
                    finally:
                        metrics.IN_FLIGHT.dec()
                        lane.free_at = time.monotonic() + max(self._spacing, lane.spacing)
        finally:
            lane.users -= 1

    def hold(self, url: str, until: float) -> None:
        """Ask nothing of the host of `url` until then (seconds since the epoch)."""
        lane = self._lane(host_of(url))
        lane.held_until = max(lane.held_until, until)

    def slow(self, url: str, spacing: float) -> None:
        """Leave at least `spacing` seconds between two requests to the host of `url`."""
        self._lane(host_of(url)).spacing = spacing

    def _lane(self, host: str) -> _Lane:
        if len(self._lanes) > _KEPT:
            now, today = time.monotonic(), time.time()
            for name, lane in list(self._lanes.items()):
                if not lane.users and lane.free_at < now and lane.held_until < today:
                    del self._lanes[name]
        return self._lanes.setdefault(host, _Lane())


def host_of(url: str) -> str:
    """The host that `url` names, with its port when that is not the scheme's own: http and https are one host."""
    parts = urlsplit(url)
    port = parts.port
    return f"{parts.hostname}:{port}" if port and port != _DEFAULT_PORTS.get(parts.scheme) else f"{parts.hostname}"
