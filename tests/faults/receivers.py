"""Who is told of alerts: webhooks over loopback HTTP, which fail in every way when they are told to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from standardwebhooks import Webhook

from streams.records import Alert
from tests.alert.receiver import SECRET
from tests.faults.ledger import Book
from tests.faults.oracle import Told, told
from tests.loopback import on_loopback

CHANNELS = ("desk", "audit")
_RULES = Path(__file__).parent / "alerts.toml"
_TIMEOUT = 4.0  # seconds that a worker waits for an answer


@dataclass
class Receivers:
    """One for each channel; they keep what they take."""

    dice: random.Random
    failing: bool = False
    _taken: dict[str, list[tuple[str, bytes]]] = field(default_factory=lambda: defaultdict(list))  # message's id, body
    _told: set[tuple[str, str]] = field(default_factory=set)  # channel, alert_id
    _forged: Counter[str] = field(default_factory=Counter)
    _base: str = ""

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[Receivers]:
        app = web.Application()
        app.router.add_post("/{channel}", self._answer)
        async with on_loopback(app) as self._base:
            yield self

    def write(self, file: Path) -> None:
        """The file of alerts: these channels, and the rules."""
        channels = (
            f'[channels.{name}]\nkind = "webhook"\nurl = "{self._base}/{name}"\nsecret = "{SECRET}"\n'
            f"timeout = {_TIMEOUT}\n"
            for name in CHANNELS
        )
        file.write_text("".join(channels) + _RULES.read_text())

    def have(self, alerts: Iterable[Alert]) -> bool:
        """Whether every one has arrived wherever it should."""
        return all((channel, alert.alert_id) in self._told for alert in alerts for channel in alert.channels)

    async def _answer(self, request: web.Request) -> web.Response:
        channel, body = request.match_info["channel"], await request.read()
        if not _signed(request, body):
            self._forged[channel] += 1
            return web.Response(status=401)
        match self.dice.randrange(8) if self.failing else None:
            case 0:
                return web.Response(status=self.dice.choice([500, 502, 503]))
            case 1:
                return web.Response(status=429, headers={"Retry-After": str(self.dice.randrange(4))})
            case 2:
                await asyncio.sleep(2 * _TIMEOUT)
                return web.Response(status=503)
            case 3:
                _break_off(request)
            case 4:  # it has the message, and the worker never hears of it
                self._take(channel, request.headers["webhook-id"], body)
                _break_off(request)
            case 5:
                self._take(channel, request.headers["webhook-id"], body)
                await asyncio.sleep(2 * _TIMEOUT)
            case _:
                self._take(channel, request.headers["webhook-id"], body)
        return web.Response(status=204)

    def _take(self, channel: str, message_id: str, body: bytes) -> None:
        self._taken[channel].append((message_id, body))
        self._told.update((channel, alert["alert_id"]) for alert in _alerts(body))

    def book(self, channel: str, alerts: Iterable[Told]) -> Book:
        """What came of the alerts that the channel is to be told, for a receiver that keeps the messages' ids.

        A message may come again under its id, and then with the same bytes; an alert may not come in two messages.
        """
        wanted = {}
        for one in alerts:
            alert = json.loads(one.body)
            if channel in alert["channels"]:
                wanted[alert["alert_id"]] = one
        account = Book(expected=len(wanted), foreign=self._forged[channel])
        messages: dict[str, bytes] = {}
        seen: set[str] = set()
        for message_id, body in self._taken[channel]:
            found = [msgspec.convert(alert, Alert) for alert in _alerts(body)]
            account.on_the_topic += len(found)
            if message_id in messages:
                account.duplicates_before_ids += len(found)
                account.different += body != messages[message_id]
                continue
            messages[message_id] = body
            for alert in found:
                self._enter(account, alert, message_id, wanted, seen)
        gone = [one for alert_id, one in wanted.items() if alert_id not in seen]
        account.missing = len(gone)
        account.examples += [f"missing {one.key} {one.id}" for one in gone]
        del account.examples[20:]
        return account

    @staticmethod
    def _enter(account: Book, alert: Alert, message_id: str, wanted: dict[str, Told], seen: set[str]) -> None:
        what = f"{alert.statement.article_id} {alert.alert_id} in {message_id}"
        if alert.alert_id not in wanted:
            account.foreign += 1
            account.examples.append(f"foreign {what}")
            return
        if alert.alert_id in seen:
            account.duplicates_after_ids += 1
            account.examples.append(f"in two messages {what}")
        one = wanted[alert.alert_id]
        account.different += told(one.id, alert.statement.article_id, alert) != one
        if alert.retracts is not None and alert.retracts not in seen:
            account.out_of_order += 1
            account.examples.append(f"retracted before it was told {what}")
        seen.add(alert.alert_id)


def _signed(request: web.Request, body: bytes) -> bool:
    """Whether the signature is right, whatever the time is that it tells: a worker's clock may have jumped."""
    when = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
    right = Webhook(SECRET).sign(request.headers["webhook-id"], when, body.decode())
    return right == request.headers["webhook-signature"]


def _alerts(body: bytes) -> list[dict[str, Any]]:
    data = msgspec.json.decode(body)["data"]
    return data.get("alerts", [data])  # type: ignore[no-any-return]


def _break_off(request: web.Request) -> None:
    assert request.transport
    request.transport.abort()
