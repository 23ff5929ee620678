"""For those who run it: health, readiness, metrics."""

from __future__ import annotations

import time

import msgspec
from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0

from agents.serve.endpoints import SERVER, Endpoint, Nothing, json
from agents.serve.follow import Follower
from streams.probes import starting

# Longer than any retry's wait: who is silent for that long is stuck.
_SILENCE = 60.0


class ServerHealth(msgspec.Struct, kw_only=True):
    """How the server is. `lag` counts messages not yet archived by topic; null until the broker has said."""

    status: str
    lag: dict[str, int] | None
    readers: int


def alive(follower: Follower) -> str:
    """`ok`, or what is wrong: health is progress, not an open port."""
    if time.monotonic() - follower.alive_at > _SILENCE:
        return f"the topics have not been followed for more than {_SILENCE:.0f} s"
    return "ok"


def ready(follower: Follower) -> str:
    """`ok`, or why the archive is not what the topics say, or who beside it is not at work yet."""
    if others := starting - {"serve"}:
        return f"starting: {', '.join(sorted(others))}"
    if not follower.caught_up:
        return "the archive is catching up with the topics"
    if follower.checked_at is None or time.monotonic() - follower.checked_at > _SILENCE:
        return "the broker does not answer: what is shown may be old"
    return alive(follower)


def _health(request: web.Request, status: str) -> web.Response:
    server = request.app[SERVER]
    answer = json(ServerHealth(status=status, lag=server.follower.lag, readers=len(server.hub)))
    answer.set_status(200 if status == "ok" else 503)
    return answer


async def healthz(request: web.Request, query: Nothing) -> web.Response:
    """Whether the server makes progress; 503 means that a restart would help."""
    return _health(request, alive(request.app[SERVER].follower))


async def readyz(request: web.Request, query: Nothing) -> web.Response:
    """Whether the archive has caught up with the topics, the broker answers, and who runs beside it is at work."""
    return _health(request, ready(request.app[SERVER].follower))


async def metrics(request: web.Request, query: Nothing) -> web.Response:
    """Metrics of everything that runs in this process, for Prometheus."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_PLAIN_1_0_0})


ENDPOINTS = (
    Endpoint(path="/healthz", answer=healthz, returns=ServerHealth, scope=None, errors=(400, 503)),
    Endpoint(path="/readyz", answer=readyz, returns=ServerHealth, scope=None, errors=(400, 503)),
    Endpoint(path="/metrics", answer=metrics, content_type="text/plain", scope="operate"),
)
