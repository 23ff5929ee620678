"""What has grown old leaves the archive: in small steps, so that neither readers nor what comes in have to wait."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import asyncpg

from agents.serve import metrics
from agents.serve.archive import Archive

log = logging.getLogger(__name__)

_STEP = 100
_EVERY, _AGAIN = 600.0, 30.0


async def prune(archive: Archive, before: datetime) -> Counter[str]:
    """Take out what is older than `before`, all of it; how many of each thing went."""
    gone = Counter[str]()
    while True:
        begun = time.monotonic()
        step = await archive.prune(before, _STEP)
        if not step.total():
            return gone
        gone += step
        for what, count in step.items():
            metrics.PRUNED.labels(what).inc(count)
        await asyncio.sleep(time.monotonic() - begun)  # the other half of the time is for what comes in


async def pruning(archive: Archive, keep: timedelta) -> None:
    """Keep out what is older than `keep`, until cancelled. What fails is tried again."""
    while True:
        wait = _EVERY
        try:
            if gone := await prune(archive, datetime.now(UTC) - keep):
                log.info("older than %s, and gone from the archive: %s", keep, told(gone))
        except (OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            wait = _AGAIN
            log.error("the archive could not be pruned (%r); again in %.0f s", error, wait)
        await asyncio.sleep(wait)


def told(counts: Counter[str]) -> str:
    """The counts in words, `1,200 statements, 300 articles`."""
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "nothing"
