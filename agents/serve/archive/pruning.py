"""Pruning: what has grown old leaves the archive, in small steps, so that neither readers nor what comes in wait."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from agents.serve import metrics
from agents.serve.archive import Archive
from agents.serve.archive.database import Connection
from agents.serve.archive.statements import Stored, exchange, stored
from agents.serve.filters import Conditions, microseconds
from agents.serve.position import first_place

log = logging.getLogger(__name__)

_STEP = 100
_EVERY, _AGAIN = 600.0, 30.0


async def old(archive: Archive, before: datetime) -> Counter[str]:
    """How much there is that `prune` would take out."""
    at, time = first_place(before), microseconds(before)
    async with archive.database.reading(limit=None) as db:
        statements = await db.fetch("SELECT count(*) FROM statements WHERE place < $1", at)
        articles = await db.fetch(
            "SELECT count(*) FROM articles a WHERE normalized_at < $1 AND NOT EXISTS "
            "(SELECT 1 FROM statements s WHERE s.article_id = a.article_id AND s.place >= $2)",
            time,
            at,
        )
        alerts = await db.fetch("SELECT count(*) FROM alerts WHERE matched_at < $1", time)
    return Counter(statements=statements[0][0], articles=articles[0][0], alerts=alerts[0][0])


async def prune(archive: Archive, before: datetime) -> Counter[str]:
    """Take out what is older than `before`, all of it; how many of each thing went."""
    gone = Counter[str]()
    while True:
        begun = time.monotonic()
        some = await step(archive, before, _STEP)
        if not some.total():
            return gone
        gone += some
        for what, count in some.items():
            metrics.PRUNED.labels(what).inc(count)
        await asyncio.sleep(time.monotonic() - begun)  # the other half of the time is for what comes in


async def pruning(archive: Archive, keep: timedelta) -> None:
    """Keep out what is older than `keep`, until cancelled. What fails is tried again."""
    while True:
        wait = _EVERY
        try:
            if gone := await prune(archive, datetime.now(UTC) - keep):
                log.info("older than %s, and gone from the archive: %s", keep, told(gone))
        except Exception as error:  # whatever it is, the archive must not grow without end
            wait = _AGAIN
            log.error("the archive could not be pruned (%r); again in %.0f s", error, wait)
        await asyncio.sleep(wait)


def told(counts: Counter[str]) -> str:
    """The counts in words, `1,200 statements, 300 articles`."""
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "nothing"


async def step(archive: Archive, before: datetime, most: int) -> Counter[str]:
    """Take out the oldest `most` of what is older than `before`; how many of each thing went.

    Statements go by the time of their publication, alerts by that of the match, and articles that were read before
    then when there is no statement of them left. What is counted goes down with them.
    """
    async with archive.database.writing() as db:
        wanted = Conditions()
        wanted.add("s.place < {}", first_place(before))
        statements = await stored(db, wanted, f"ORDER BY s.place LIMIT {most}")
        if statements:
            await exchange(db, statements, [])
            await _recount(db, statements)
        articles: Sequence[Sequence[Any]] = ()
        if len(statements) < most:  # or every step would look at all the articles that wait for the last of theirs
            articles = await db.fetch(
                "SELECT article_id FROM articles a WHERE normalized_at < $1 AND NOT EXISTS (SELECT 1 FROM "
                f"statements s WHERE s.article_id = a.article_id) ORDER BY normalized_at LIMIT {most}",
                microseconds(before),
            )
        await db.run("DELETE FROM articles WHERE article_id = $1", [(row[0],) for row in articles])
        alerts = await db.fetch(
            f"SELECT alert_id FROM alerts WHERE matched_at < $1 ORDER BY matched_at LIMIT {most}",
            microseconds(before),
        )
        await db.run("DELETE FROM alerts WHERE alert_id = $1", [(row[0],) for row in alerts])
    await archive.database.give_back()
    return Counter(statements=len(statements), articles=len(articles), alerts=len(alerts))


async def _recount(db: Connection, gone: Sequence[Stored]) -> None:
    """Since when the speakers of what is gone have been heard; those that are heard no more go, too."""
    speakers = sorted({(key,) for one in gone if (key := one.statement.speaker.id) is not None})
    await db.run("DELETE FROM speakers WHERE speaker_id = $1 AND statements <= 0", speakers)
    await db.run(
        "UPDATE speakers SET first_at = COALESCE((SELECT published_at FROM statements s "
        "WHERE s.speaker_id = speakers.speaker_id ORDER BY place LIMIT 1), first_at) WHERE speaker_id = $1",
        speakers,
    )
    outlets = sorted({(one.statement.outlet,) for one in gone})
    await db.run("DELETE FROM outlets WHERE outlet = $1 AND statements <= 0", outlets)
