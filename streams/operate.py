"""What a worker shows those who run it: `/metrics` for Prometheus, `/healthz` and `/readyz` for whoever restarts it.

The server (`agents/serve`) has its own; this is for workers of other roles.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

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
    started: float = field(default_factory=time.time)


def sick(
    lag: Mapping[str, float], progress: Mapping[str, float], started: float, now: float, patience: float = PATIENCE
) -> list[str]:
    """The roles that have messages to read and have acknowledged none for more than `patience` seconds.

    `lag` is in messages, `progress` the time of the last acknowledgement, both by role; `started` stands in for it
    where there was none yet. Times are seconds since 1970.
    """
    return sorted(
        role for role, messages in lag.items() if messages > 0 and now - max(progress.get(role, 0), started) > patience
    )


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
    lag = {group.removeprefix("tasrih-"): value for group, value in _values(metrics.LAG).items()}
    found = sick(lag, _values(metrics.LAST_PROGRESS), request.app[_WORKER].started, time.time())
    status = f"no progress though there is work: {', '.join(found)}" if found else "ok"
    return web.json_response({"status": status, "lag": lag}, status=503 if found else 200)


async def _readyz(request: web.Request) -> web.Response:
    ready = request.app[_WORKER].ready
    return web.json_response({"status": "ok" if ready else "starting"}, status=200 if ready else 503)


def _values(gauge: Gauge) -> dict[str, float]:
    """A gauge's values by its one label."""
    return {next(iter(sample.labels.values())): sample.value for metric in gauge.collect() for sample in metric.samples}
