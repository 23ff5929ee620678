"""A webhook receiver as its owner would write one: it verifies every signature, and behaves as told."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

from tests.loopback import on_loopback

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the specification's own example
HANG = -1


@dataclass
class Receiver:
    """Answers with `status` (HANG: never), or with what `by_alert` says for an alert; keeps what it received."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    by_alert: dict[str, int] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # webhook-id, body
    accepted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    secret: str = SECRET

    async def answer(self, request: web.Request) -> web.Response:
        body = Webhook(self.secret).verify(await request.read(), dict(request.headers))
        data = body["data"]
        alert_ids = [alert["alert_id"] for alert in data.get("alerts", [data])]
        self.requests.append((request.headers["webhook-id"], body))
        status = next((self.by_alert[one] for one in alert_ids if one in self.by_alert), self.status)
        if status == HANG:
            await asyncio.sleep(3600)
        if 200 <= status < 300:
            self.accepted.append((request.headers["webhook-id"], body))
        return web.Response(status=status, headers=self.headers)

    def alert_ids(self) -> list[str]:
        """Of what it accepted."""
        bodies = [body["data"] for _, body in self.accepted]
        return [alert["alert_id"] for data in bodies for alert in data.get("alerts", [data])]

    async def got(self, count: int, timeout: float = 20) -> None:
        """Return when `count` requests have come."""
        async with asyncio.timeout(timeout):
            while len(self.requests) < count:
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on the loopback address."""
    receiver = Receiver()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/hook", receiver.answer)
    async with on_loopback(app, patience=0.1) as base:
        receiver.url = f"{base}/hook"
        yield receiver


class Inbox(HTTPServer):
    """A service that apprise posts JSON to (its json:// addresses)."""

    def __init__(self, status: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.posts = status, list[dict[str, Any]]()


class _Handler(BaseHTTPRequestHandler):
    server: Inbox

    def do_POST(self) -> None:
        self.server.posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass
