"""What a worker shows those who run it: `/metrics` for Prometheus, `/healthz` and `/readyz` for whoever restarts it.

The server (`agents/serve`) has its own; this is for workers of other roles.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0

from streams import metrics
from streams.errors import SetupError
from streams.settings import Settings

# Shorter than streams.health's, which ends the worker: who looks from outside may act first.
PATIENCE = 90.0


# The roles of this process that are not at work yet: told by who runs them side by side (agents/cli/worker.py), for the
# server among them, which answers before the others have begun.
starting: set[str] = set()


@dataclass
class Worker:
    """A worker as seen from outside. It is `ready` when its roles are at work."""

    ready: bool = False
    port: int = 0


@contextlib.asynccontextmanager
async def exposed(settings: Settings) -> AsyncIterator[Worker]:
    """Answer on `settings.metrics_port`, if there is one, while the body runs; it says when the worker is ready."""
    worker = Worker()
    if settings.metrics_port is None:
        yield worker
        return
    app = web.Application()
    app[_WORKER] = worker
    app.add_routes([web.get("/metrics", _metrics), web.get("/healthz", _healthz), web.get("/readyz", _readyz)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.host, settings.metrics_port).start()
        except OSError as error:
            where = f"{settings.host}:{settings.metrics_port}"
            raise SetupError(f"Cannot show metrics on {where} (metrics_port): {error.strerror}") from error
        worker.port = runner.addresses[0][1]
        yield worker
    finally:
        await runner.cleanup()


_WORKER = web.AppKey("worker", Worker)


async def _metrics(request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_PLAIN_1_0_0})


async def _healthz(request: web.Request) -> web.Response:
    lag = _by_role(metrics.LAG)
    found = sorted(role for role, seconds in _by_role(metrics.STALLED).items() if seconds > PATIENCE)
    status = f"no progress though there is work: {', '.join(found)}" if found else "ok"
    return web.json_response({"status": status, "lag": lag}, status=503 if found else 200)


async def _readyz(request: web.Request) -> web.Response:
    ready = request.app[_WORKER].ready
    return web.json_response({"status": "ok" if ready else "starting"}, status=200 if ready else 503)


def _by_role(gauge: Gauge) -> dict[str, float]:
    """The values of a gauge of consumer groups."""
    samples = [sample for metric in gauge.collect() for sample in metric.samples]
    return {sample.labels["group"].removeprefix("tasrih-"): sample.value for sample in samples}
