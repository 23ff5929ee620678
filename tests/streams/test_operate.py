"""What a worker answers to those who run it."""

from __future__ import annotations

import time

import aiohttp
import pytest

from streams import metrics
from streams.operate import exposed, sick
from streams.settings import Settings

NOW = 1_000_000.0


@pytest.mark.parametrize(
    ("lag", "progress", "found"),
    [
        ({}, {}, []),
        ({"extract": 0}, {"extract": NOW - 10_000}, []),  # nothing to do
        ({"extract": 5}, {"extract": NOW - 10}, []),  # busy
        ({"extract": 5}, {"extract": NOW - 91}, ["extract"]),
        ({"extract": 5}, {}, ["extract"]),  # never did anything
        ({"extract": 5, "alert": 1}, {"extract": NOW - 91, "alert": NOW - 1}, ["extract"]),
    ],
)
def test_sick_is_who_has_work_and_gets_nowhere(
    lag: dict[str, float], progress: dict[str, float], found: list[str]
) -> None:
    assert sick(lag, progress, started=NOW - 1000, now=NOW) == found


def test_a_worker_that_has_just_started_has_time() -> None:
    assert sick({"extract": 5}, {}, started=NOW - 89, now=NOW) == []


async def test_a_worker_shows_metrics_health_and_readiness() -> None:
    async def get(session: aiohttp.ClientSession, path: str) -> tuple[int, str]:
        async with session.get(f"http://127.0.0.1:{worker.port}{path}") as response:
            return response.status, await response.text()

    metrics.LAG.clear()  # of the process: what workers of other tests left to do is none of this one's
    async with exposed(Settings(metrics_port=0)) as worker, aiohttp.ClientSession() as session:
        assert await get(session, "/readyz") == (503, '{"status": "starting"}')
        worker.ready = True
        assert await get(session, "/readyz") == (200, '{"status": "ok"}')
        metrics.LAG.labels("tasrih-stuck").set(3)
        assert (await get(session, "/healthz"))[0] == 200
        worker.started = time.time() - 1000
        status, text = await get(session, "/healthz")
        assert (status, "no progress though there is work: stuck" in text) == (503, True)
        metrics.LAG.remove("tasrih-stuck")
        assert (await get(session, "/healthz"))[0] == 200
        assert "tasrih_lag_messages" in (await get(session, "/metrics"))[1]


async def test_without_a_port_nothing_listens() -> None:
    async with exposed(Settings()) as worker:
        assert worker.port == 0
