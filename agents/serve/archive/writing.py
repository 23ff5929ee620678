"""Writing: what has come from the topics goes into the tables, a batch at a time, and what of it is news comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import msgspec

from agents.alert.channel_health import ChannelHealth, after
from agents.serve.archive.asking import channel_healths, positions
from agents.serve.archive.database import Connection
from agents.serve.archive.statements import Event, Stored, exchange, stored
from agents.serve.feed_health import Health
from agents.serve.filters import Candidate, Conditions, microseconds
from agents.serve.position import place
from streams.records import Alert, AlertChannels, AlertRule, Article, Delivery, Feed, Statement, encode
from streams.topics import DELIVERIES

_ARTICLE = """
INSERT INTO articles (article_id, feed, normalized_at, sequence, record) VALUES ($1,$2,$3,$4,$5)
ON CONFLICT (article_id) DO UPDATE SET feed = excluded.feed, normalized_at = excluded.normalized_at,
    sequence = excluded.sequence, record = excluded.record WHERE excluded.sequence > articles.sequence
"""
_ALERT = (
    "INSERT INTO alerts (alert_id, rule, matched_at, record) VALUES ($1,$2,$3,$4) ON CONFLICT (alert_id) DO NOTHING"
)
_POSITION = """
INSERT INTO positions (topic, part, next) VALUES ($1,$2,$3) ON CONFLICT (topic, part)
DO UPDATE SET next = CASE WHEN excluded.next > positions.next THEN excluded.next ELSE positions.next END
"""


class BehindError(RuntimeError):
    """The archive does not reach to where a batch goes on: it was restored, or dropped, under who writes."""


class Arrived(NamedTuple):
    """A statement as it came: its place on the topic, and in what is told of its article (see `streams.stage`)."""

    partition: int
    offset: int
    sequence: str
    statement: Statement


@dataclass
class Batch:
    """What has come from the topics, in order; `positions` are the next offsets after it, by (topic, partition).

    `since` are those before it, of every partition: where the archive has not reached them, something is missing.
    """

    statements: list[Arrived] = field(default_factory=list)
    articles: list[tuple[str, Article]] = field(default_factory=list)  # with their sequence
    alerts: dict[str, Alert] = field(default_factory=dict)
    feeds: dict[str, Feed | None] = field(default_factory=dict)  # None: there is no more
    healths: dict[str, Health | None] = field(default_factory=dict)
    rules: dict[str, AlertRule | None] = field(default_factory=dict)
    channels: dict[str, AlertChannels | None] = field(default_factory=dict)
    deliveries: list[tuple[int, int, Delivery]] = field(default_factory=list)  # with their partition and offset
    positions: dict[tuple[str, int], int] = field(default_factory=dict)
    since: dict[tuple[str, int], int] = field(default_factory=dict)


async def put(db: Connection, batch: Batch) -> list[Event]:
    """Put `batch` into the tables with the offsets it reaches; what is news of it.

    Raises `BehindError` when the archive does not reach to its beginning.
    """
    reached = await positions(db)
    if behind := {key[0] for key, offset in batch.since.items() if reached.get(key, 0) < offset}:
        raise BehindError(f"the archive stands behind what was read of {', '.join(sorted(behind))}")
    events = await _put_statements(db, batch.statements) if batch.statements else []
    await db.run(
        _ARTICLE,
        [(a.article_id, a.feed, microseconds(a.normalized_at), at, encode(a)) for at, a in batch.articles],
    )
    await _put_rows(db, "feeds", "url", "record", batch.feeds)
    await _put_rows(db, "feed_healths", "url", "health", batch.healths)
    await _put_rows(db, "rules", "name", "record", batch.rules)
    await _put_rows(db, "alert_channels", "stage", "record", batch.channels)
    # Each step counts once: another server that shares the archive may have written it.
    steps = [step for part, off, step in batch.deliveries if off >= reached.get((DELIVERIES.name, part), 0)]
    await _put_deliveries(db, steps)
    alerts = batch.alerts.values()
    await db.run(_ALERT, [(a.alert_id, a.rule, microseconds(a.matched_at), encode(a)) for a in alerts])
    await db.run(_POSITION, [(*key, next_) for key, next_ in batch.positions.items()])
    return events


async def _put_rows(
    db: Connection, table: str, key: str, column: str, rows: Mapping[Any, msgspec.Struct | None]
) -> None:
    """Put these rows (a key, and JSON in `column`) in the place of those that `table` has; None takes one out."""
    await db.run(
        f"INSERT INTO {table} ({key}, {column}) VALUES ($1,$2) "
        f"ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}",
        [(name, msgspec.json.encode(row)) for name, row in rows.items() if row],
    )
    await db.run(f"DELETE FROM {table} WHERE {key} = $1", [(name,) for name, row in rows.items() if not row])


async def _put_deliveries(db: Connection, steps: Sequence[Delivery]) -> None:
    known = {health.channel: health for health in await channel_healths(db)} if steps else {}
    changed = dict[bytes, ChannelHealth]()
    for step in steps:
        health = known.get(step.channel) or ChannelHealth(channel=step.channel)
        known[step.channel] = changed[step.channel.encode()] = after(health, step)
    await _put_rows(db, "channel_healths", "channel", "health", changed)


async def _put_statements(db: Connection, batch: Sequence[Arrived]) -> list[Event]:
    wanted = Conditions()
    wanted.among("s.statement_id", list({arrived.statement.statement_id for arrived in batch}))
    before = {one.statement.statement_id: one for one in await stored(db, wanted)}
    now, events = dict(before), list[Event]()
    for part, off, sequence, statement in batch:
        old = now.get(statement.statement_id)
        if old and sequence <= old.sequence:
            # Sent again by a stage that was killed: no news. Another server that shares the archive wrote it: news.
            if (part, off) == (old.part, old.off):
                events.append(old.event)
            continue
        if old and old.same_as(statement):
            now[statement.statement_id] = replace(old, sequence=sequence)
            continue
        stays = old and old.statement.published_at == statement.published_at
        where = old.place if old and stays else place(statement)
        new = Stored(where, part, off, sequence, Candidate(statement), encode(statement))
        now[statement.statement_id] = new
        events.append(new.event)
    changed = [key for key, one in now.items() if one is not before.get(key)]
    await exchange(db, [before[key] for key in changed if key in before], [now[key] for key in changed])
    return events
