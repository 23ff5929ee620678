"""WebSub: where a feed names a hub, news is pushed to us as well (W3C Recommendation, 23 January 2018).

Polling goes on regardless: it is what finds out when a hub has gone silent. Each worker is called at an address of its
own (`websub_url`), and subscribes to the feeds of its partitions; when a feed has moved to another worker, that one
subscribes anew, and the calls to this one are answered with 410, upon which hubs stop.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import AsyncIterator

from aiohttp import web
from msgspec.structs import replace

from agents.fetch import metrics
from agents.fetch.client import Answer, Client, FetchError
from agents.fetch.lanes import HeldError
from agents.fetch.poll import Reading
from agents.fetch.poller import Poller
from agents.fetch.state import FeedRow, Subscription
from streams.settings import Settings

log = logging.getLogger(__name__)

_LEASE, _LONGEST_LEASE = 10 * 86400, 365 * 86400
_ASK_AGAIN = 3600.0
_DIGESTS = {"sha1", "sha256", "sha384", "sha512"}
_LARGEST = 8 << 20


@contextlib.asynccontextmanager
async def websub(settings: Settings, poller: Poller, client: Client) -> AsyncIterator[None]:
    """Subscribe to the hubs that `poller`'s feeds name, and take their calls; nothing without `websub_url`."""
    if not settings.websub_url:
        yield
        return
    subscriber = Subscriber(settings.websub_url, poller, client)
    runner = web.AppRunner(subscriber.app(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.websub_port).start()
        poller.heard = subscriber.heard
        yield
    finally:
        poller.heard = None
        await runner.cleanup()


class Subscriber:
    """Asks hubs for feeds and takes their calls. `base` is the address at which hubs reach this worker."""

    def __init__(self, base: str, poller: Poller, client: Client) -> None:
        self._base, self._poller, self._client = base.rstrip("/"), poller, client

    def app(self) -> web.Application:
        """What answers the hubs."""
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_get("/websub/{feed}", self._verify)
        app.router.add_post("/websub/{feed}", self._receive)
        return app

    async def heard(self, key: bytes, row: FeedRow, reading: Reading) -> None:
        """Subscribe if the feed names a hub that we have not asked, or whose promise is about to end."""
        old = row.subscription
        hub, topic = reading.hub or (old.hub if old else ""), reading.topic or (old.topic if old else "")
        now = time.time()
        new = Subscription(hub, topic, f"{self._base}/websub/{_name(key)}", secrets.token_hex(20), now)
        if not hub or (old and _same(old, new) and not _stale(old, now)):
            return
        await self._poller.subscribed(key, new)  # first: some hubs call back before they answer
        form = {
            "hub.mode": "subscribe", "hub.topic": topic, "hub.callback": new.callback,
            "hub.secret": new.secret, "hub.lease_seconds": str(_LEASE),
        }  # fmt: skip
        try:
            answer = await self._client.post(hub, form)
        except (FetchError, HeldError) as error:
            log.warning("the hub %s of %s cannot be asked: %s", hub, row.feed.url, error)
            return
        if answer.status >= 300:
            log.warning("the hub %s of %s refuses (HTTP %s)", hub, row.feed.url, answer.status)

    async def _verify(self, request: web.Request) -> web.Response:
        """A hub asks whether it was us who subscribed."""
        key, subscription = self._find(request)
        query = request.query
        mode, ours = query.get("hub.mode"), subscription is not None and query.get("hub.topic") == subscription.topic
        if subscription and ours and mode == "subscribe" and "hub.challenge" in query:
            lease = query.get("hub.lease_seconds", "")
            seconds = float(lease) if lease.isascii() and lease.isdecimal() else _LEASE
            until = time.time() + min(seconds, _LONGEST_LEASE)
            await self._poller.subscribed(key, replace(subscription, until=until))
            metrics.PUSHES.labels("verified").inc()
            return web.Response(text=query["hub.challenge"])
        if subscription and ours and mode == "denied":
            await self._poller.subscribed(key, replace(subscription, until=0.0))
            metrics.PUSHES.labels("denied").inc()
            return web.Response()
        if subscription is None and mode == "unsubscribe":
            return web.Response(text=query.get("hub.challenge", ""))
        metrics.PUSHES.labels("not ours").inc()
        raise web.HTTPNotFound(text="not subscribed")

    async def _receive(self, request: web.Request) -> web.Response:
        """A hub brings news. What is not signed with our secret is ignored, but thanked for: so the standard wants."""
        key, subscription = self._find(request)
        if subscription is None or not subscription.until:
            metrics.PUSHES.labels("not ours").inc()
            raise web.HTTPGone(text="not subscribed")
        body = await request.read()
        if not signed(body, subscription.secret, request.headers.get("X-Hub-Signature", "")):
            metrics.PUSHES.labels("unsigned").inc()
            return web.Response(status=202)
        metrics.PUSHES.labels("taken").inc()
        self._poller.pushed(key, Answer(subscription.topic, 200, body, request.headers))
        return web.Response(status=202)

    def _find(self, request: web.Request) -> tuple[bytes, Subscription | None]:
        try:
            key = base64.urlsafe_b64decode(request.match_info["feed"].encode() + b"==")
        except (binascii.Error, UnicodeEncodeError):
            raise web.HTTPNotFound(text="no such feed") from None
        row = self._poller.row(key)
        return key, row.subscription if row else None


def signed(body: bytes, secret: str, signature: str) -> bool:
    """Whether `signature` (`sha256=…`, also sha1, sha384, sha512) is that of `body` under `secret`."""
    method, _, given = signature.partition("=")
    if method not in _DIGESTS:
        return False
    expected = hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()
    return hmac.compare_digest(expected.encode(), given.lower().encode())


def _name(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def _same(old: Subscription, new: Subscription) -> bool:
    return (old.hub, old.topic, old.callback) == (new.hub, new.topic, new.callback)


def _stale(old: Subscription, now: float) -> bool:
    """Whether to ask again: three quarters of the lease are over, or nobody has verified it for an hour."""
    if not old.until:
        return now - old.asked_at > _ASK_AGAIN
    return now > old.until - (old.until - old.asked_at) / 4
