"""What a worker answers to those who run it."""

from __future__ import annotations

import aiohttp

from streams import metrics
from streams.probes import exposed
from streams.settings import Settings


async def test_a_worker_shows_metrics_health_and_readiness() -> None:
    async def get(session: aiohttp.ClientSession, path: str) -> tuple[int, str]:
        async with session.get(f"http://127.0.0.1:{worker.port}{path}") as response:
            return response.status, await response.text()

    for gauge in (metrics.LAG, metrics.STALLED):
        gauge.clear()  # of the process: what workers of other tests left to do is none of this one's
    async with exposed(Settings(metrics_port=0)) as worker, aiohttp.ClientSession() as session:
        assert await get(session, "/readyz") == (503, '{"status": "starting"}')
        worker.ready = True
        assert await get(session, "/readyz") == (200, '{"status": "ok"}')
        metrics.LAG.labels("tasrih-busy").set(3)
        metrics.STALLED.labels("tasrih-busy").set(10)
        assert await get(session, "/healthz") == (200, '{"status": "ok", "lag": {"busy": 3.0}}')
        metrics.STALLED.labels("tasrih-stuck").set(91)
        status, text = await get(session, "/healthz")
        assert (status, "no progress though there is work: stuck" in text) == (503, True)
        metrics.STALLED.remove("tasrih-stuck")
        assert (await get(session, "/healthz"))[0] == 200
        assert "tasrih_lag_messages" in (await get(session, "/metrics"))[1]


async def test_without_a_port_nothing_listens() -> None:
    async with exposed(Settings()) as worker:
        assert worker.port == 0
