"""Asking: every question about what the archive holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec

from agents.alert.channel_health import ChannelHealth
from agents.serve.archive.database import Connection, Database
from agents.serve.archive.statements import Event
from agents.serve.counts import OutletCount, SpeakerCount
from agents.serve.filters import Candidate, Conditions, Selection, time_of
from agents.serve.position import Position
from agents.serve.words import tag, terms
from streams.records import AlertChannels, AlertRule, Statement
from streams.topics import STATEMENTS

_SPEAKERS = "SELECT speaker_id, name, kind, statements, first_at, last_at FROM speakers"
_RECORDS = "SELECT r.record FROM statements s JOIN records r ON r.place = s.place"


class Listing(NamedTuple):
    """A page of records, where the next one begins, and the stream's position at the moment of asking."""

    records: list[bytes]
    next: int | None
    position: Position


class Replay(NamedTuple):
    """Events after a position, the position reached with them, and whether that is all the archive has."""

    events: list[Event]
    position: Position
    complete: bool


class ListedFeed(NamedTuple):
    """A feed: its address, record and health (JSON), how many articles came through, the latest when (microseconds)."""

    url: str
    record: bytes
    health: bytes | None
    articles: int
    last_article_at: int | None


class ListedAlert(NamedTuple):
    """An alert's record, and what orders it."""

    matched_at: int
    alert_id: str
    record: bytes


class Questions:
    """What can be asked of the archive in `database`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def _fetch(self, sql: str, *values: Any) -> Sequence[Sequence[Any]]:
        async with self.database.reading() as db:
            return await db.fetch(sql, *values)

    async def positions(self) -> dict[tuple[str, int], int]:
        """The next offset by topic and partition."""
        async with self.database.reading() as db:
            return await positions(db)

    async def position(self) -> Position:
        """How far the archive is in the topic of statements."""
        async with self.database.reading() as db:
            return await _position(db)

    async def statements(self, selection: Selection, before: int | None, limit: int) -> Listing:
        """The newest `limit` of these statements, below the place `before`."""
        tables, key, conditions = self._from(selection)
        if before is not None:
            for column in dict.fromkeys((key, "s.place")):
                conditions.add(f"{column} < {{}}", before)
        async with self.database.reading() as db:
            places = await db.fetch(
                f"SELECT s.place FROM {tables} {conditions.where} ORDER BY {key} DESC LIMIT {limit + 1}",
                *conditions.values,
            )
            page = Conditions()
            page.among("place", [row[0] for row in places[:limit]])
            rows = (
                await db.fetch(f"SELECT record FROM records {page.where} ORDER BY place DESC", *page.values)
                if places
                else []
            )
            position = await _position(db)
        more = places[limit - 1][0] if len(places) > limit else None
        return Listing([row[0] for row in rows], more, position)

    def _from(self, selection: Selection) -> tuple[str, str, Conditions]:
        """The tables, the column that orders them, and the conditions. The words' index, where it is asked, leads."""
        if not (selection.terms or selection.speaker):
            return "statements s", "s.place", selection.conditions()
        key, said = self.database.words_place, selection.said
        conditions = selection.conditions(key)
        tags = [[tag(column, value) for value in getattr(said, column)] for column in ("speaker_id", "outlet")]
        query = self.database.query(selection.terms, selection.speaker, filter(None, tags))
        conditions.add(self.database.found, query)
        conditions.add(f"s.place = {key}")
        return "statement_words w CROSS JOIN statements s", key, conditions

    async def statement(self, statement_id: str) -> bytes | None:
        """The record of this id, retracted or not."""
        rows = await self._fetch(f"{_RECORDS} WHERE s.statement_id = $1", statement_id)
        return rows[0][0] if rows else None

    async def article(self, article_id: str) -> tuple[bytes, list[bytes]] | None:
        """The article's record and its statements' in the order of the text."""
        async with self.database.reading() as db:
            articles = await db.fetch("SELECT record FROM articles WHERE article_id = $1", article_id)
            rows = await db.fetch(
                f"{_RECORDS} WHERE s.article_id = $1 AND s.status = 'new' ORDER BY s.place DESC", article_id
            )
        return (articles[0][0], [row[0] for row in rows]) if articles else None

    async def after(self, position: Position, selection: Selection, limit: int) -> Replay:
        """What came on the topic after `position`, of these statements: one partition after the other, up to `limit`.

        A statement that changed since is there once, as it stands now, where its last change stands.
        """
        events: list[Event] = []
        async with self.database.reading() as db:
            reached = await _position(db)
            for part in range(len(reached)):
                conditions = Selection(selection.said, status=selection.status).conditions()
                conditions.add("s.part = {}", part)
                conditions.add("s.off >= {}", position.at(part))
                rows = await db.fetch(
                    f"SELECT s.off, r.record FROM statements s JOIN records r ON r.place = s.place {conditions.where} "
                    f"ORDER BY s.off LIMIT {limit - len(events)}",
                    *conditions.values,
                )
                for off, data in rows:
                    candidate = Candidate(msgspec.json.decode(data, type=Statement))
                    events.append(Event(part, off, candidate, data))
                if len(events) == limit:
                    upto = Position(
                        max(position.at(n), reached.at(n) if n < part else events[-1].offset + 1 if n == part else 0)
                        for n in range(len(reached))
                    )
                    return Replay([e for e in events if selection.matches(e.candidate)], upto, complete=False)
        return Replay([e for e in events if selection.matches(e.candidate)], position.join(reached), complete=True)

    async def speakers(
        self, q: str, kinds: Sequence[str], after: tuple[int, str] | None, limit: int
    ) -> list[SpeakerCount]:
        """The speakers with most statements, after the one with these many and this id. Raises `ValueError` for `q`."""
        wanted = Conditions(["statements > 0"])
        for term in terms(q) if q else ():
            # A name is short: a scan of the names is enough. Stems have no character that LIKE reads otherwise.
            wanted.add("words LIKE {}", f"% {' '.join(term.words)}{'' if term.beginning else ' '}%")
        wanted.among("kind", kinds)
        if after:
            wanted.add("(statements, speaker_id) < ({}, {})", *after)
        rows = await self._fetch(
            f"{_SPEAKERS} {wanted.where} ORDER BY statements DESC, speaker_id DESC LIMIT {limit}", *wanted.values
        )
        return [_speaker(row) for row in rows]

    async def speaker(self, speaker_id: str) -> SpeakerCount | None:
        """One speaker."""
        return (await self.names([speaker_id])).get(speaker_id)

    async def names(self, speaker_ids: Sequence[str]) -> dict[str, SpeakerCount]:
        """These speakers, by id."""
        if not speaker_ids:
            return {}
        wanted = Conditions()
        wanted.among("speaker_id", speaker_ids)
        rows = await self._fetch(f"{_SPEAKERS} {wanted.where}", *wanted.values)
        return {row[0]: _speaker(row) for row in rows}

    async def outlets(self) -> list[OutletCount]:
        """The outlets, those with most statements first."""
        rows = await self._fetch("SELECT outlet, statements FROM outlets WHERE statements > 0 ORDER BY 2 DESC, 1")
        return [OutletCount(outlet=outlet, statements=count) for outlet, count in rows]

    async def stats(self, selection: Selection, bucket: timedelta, limit: int) -> list[tuple[str, str, int, int]]:
        """How many of these statements there are: rows of (of what, which, when, how many).

        `time` rows count an act in the bucket that begins `when` (microseconds); the others have no time. Of outlets
        and speakers the `limit` most frequent; a speaker's `which` is the id.
        """
        tables, _, conditions = self._from(selection)
        width = int(bucket.total_seconds()) * 1_000_000
        begins = f"published_at / {width} * {width}"
        parts = [f"SELECT 'time' AS what, act AS which, {begins} AS t, count(*) AS n FROM m GROUP BY 2, 3"]
        parts += [
            f"SELECT * FROM (SELECT '{column}' AS what, {column} AS which, 0 AS t, count(*) AS n FROM m "
            f"WHERE {column} IS NOT NULL GROUP BY 2 ORDER BY 4 DESC, 2 LIMIT {limit}) AS counted"
            for column in ("form", "kind", "outlet", "speaker_id")
        ]
        rows = await self._fetch(
            "WITH m AS MATERIALIZED (SELECT s.act, s.form, s.kind, s.outlet, s.speaker_id, s.published_at "
            f"FROM {tables} {conditions.where}) " + " UNION ALL ".join(parts),
            *conditions.values,
        )
        return [(what, which, t, n) for what, which, t, n in rows]

    async def feeds(self, after: str = "", limit: int | None = None) -> list[ListedFeed]:
        """The registry after this address, by address, up to `limit`.

        Each feed with how its fetching goes, how many articles came through, and when the latest.
        """
        page = f"SELECT url, record FROM feeds WHERE url > $1 ORDER BY url {f'LIMIT {limit}' if limit else ''}"
        rows = await self._fetch(
            f"SELECT f.url, f.record, h.health, count(a.feed), max(a.normalized_at) FROM ({page}) AS f "
            "LEFT JOIN feed_healths h ON h.url = f.url LEFT JOIN articles a ON a.feed = f.url "
            "GROUP BY f.url, f.record, h.health ORDER BY f.url",
            after,
        )
        return [ListedFeed(*row) for row in rows]

    async def rules(self) -> list[bytes]:
        """The rules of alerts, by name."""
        return [row[0] for row in await self._fetch("SELECT record FROM rules ORDER BY name")]

    async def rule(self, name: str) -> AlertRule | None:
        """One rule."""
        rows = await self._fetch("SELECT record FROM rules WHERE name = $1", name)
        return msgspec.json.decode(rows[0][0], type=AlertRule) if rows else None

    async def channels(self) -> list[str] | None:
        """The channels that alerts can go to; None before those who deliver have said."""
        rows = await self._fetch("SELECT record FROM alert_channels")
        return msgspec.json.decode(rows[0][0], type=AlertChannels).channels if rows else None

    async def channel_healths(self) -> list[ChannelHealth]:
        """How delivering to each channel goes, by name; of those that were sent something."""
        async with self.database.reading() as db:
            return await channel_healths(db)

    async def alerts(self, rules: Sequence[str], after: tuple[int, str] | None, limit: int) -> list[ListedAlert]:
        """The newest alerts, after the one of this time and id."""
        wanted = Conditions()
        wanted.among("rule", rules)
        if after:
            wanted.add("(matched_at, alert_id) < ({}, {})", *after)
        rows = await self._fetch(
            f"SELECT matched_at, alert_id, record FROM alerts {wanted.where} "
            f"ORDER BY matched_at DESC, alert_id DESC LIMIT {limit}",
            *wanted.values,
        )
        return [ListedAlert(*row) for row in rows]


async def positions(db: Connection) -> dict[tuple[str, int], int]:
    """The next offset by topic and partition."""
    rows = await db.fetch("SELECT topic, part, next FROM positions")
    return {(topic, part): next_ for topic, part, next_ in rows}


async def channel_healths(db: Connection) -> list[ChannelHealth]:
    """How delivering to each channel goes, by name."""
    rows = await db.fetch("SELECT health FROM channel_healths ORDER BY channel")
    return [msgspec.json.decode(row[0], type=ChannelHealth) for row in rows]


async def _position(db: Connection) -> Position:
    rows = await db.fetch("SELECT part, next FROM positions WHERE topic = $1", STATEMENTS.name)
    offsets = {row[0]: row[1] for row in rows}
    return Position.of(offsets, max(offsets, default=-1) + 1)


def _speaker(row: Sequence[Any]) -> SpeakerCount:
    speaker_id, name, kind, statements, first_at, last_at = row
    return SpeakerCount(
        id=speaker_id, name=name, kind=kind, statements=statements, first_at=time_of(first_at), last_at=time_of(last_at)
    )
