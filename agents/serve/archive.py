"""The archive: what the topics say, kept for asking. It can be dropped and is rebuilt from the topics.

The offsets reached are written in the same transaction as the rows, so that the archive is exactly what the topics say
up to there; the topics' own offsets are also what readers of the live stream resume by.
"""

# ruff: noqa: S608 (the SQL is put together from this file's own words; what users say is always a value)

from __future__ import annotations

import contextlib
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from agents.alert.channel_health import ChannelHealth, after
from agents.serve.counts import OutletCount, SpeakerCount
from agents.serve.database import Connection, Database, DatabaseError, Words, database
from agents.serve.filters import Candidate, Conditions, Selection, microseconds, time_of
from agents.serve.health import Health
from agents.serve.position import Position, first_place, place
from agents.serve.words import tag, terms
from streams.records import Alert, AlertChannels, AlertRule, Article, Delivery, Feed, Statement, encode
from streams.settings import Settings
from streams.topics import ARTICLES, DELIVERIES, STATEMENTS

log = logging.getLogger(__name__)

_TABLES = """
CREATE TABLE IF NOT EXISTS positions (topic {text} NOT NULL, part INTEGER NOT NULL, next BIGINT NOT NULL,
    PRIMARY KEY (topic, part));
CREATE TABLE IF NOT EXISTS meta (name {text} PRIMARY KEY, value {text} NOT NULL);
CREATE TABLE IF NOT EXISTS statements (place {key}, statement_id {text} NOT NULL UNIQUE, article_id {text} NOT NULL,
    status {text} NOT NULL, published_at BIGINT NOT NULL, speaker_id {text}, kind {text}, act {text} NOT NULL,
    form {text} NOT NULL, outlet {text} NOT NULL, headline INTEGER NOT NULL, confidence {real} NOT NULL,
    part INTEGER NOT NULL, off BIGINT NOT NULL, sequence {text} NOT NULL);
CREATE INDEX IF NOT EXISTS statements_article ON statements (article_id);
CREATE INDEX IF NOT EXISTS statements_speaker ON statements (speaker_id, place);
CREATE INDEX IF NOT EXISTS statements_outlet ON statements (outlet, place);
CREATE INDEX IF NOT EXISTS statements_act ON statements (act, place);
CREATE INDEX IF NOT EXISTS statements_kind ON statements (kind, place);
CREATE INDEX IF NOT EXISTS statements_retracted ON statements (place) WHERE status <> 'new';
CREATE INDEX IF NOT EXISTS statements_offset ON statements (part, off);
CREATE TABLE IF NOT EXISTS records (place {key}, record {bytes} NOT NULL);
CREATE TABLE IF NOT EXISTS speakers (speaker_id {text} PRIMARY KEY, name {text} NOT NULL, kind {text},
    statements BIGINT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL, words {text} NOT NULL);
CREATE INDEX IF NOT EXISTS speakers_statements ON speakers (statements, speaker_id);
CREATE TABLE IF NOT EXISTS outlets (outlet {text} PRIMARY KEY, statements BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS articles (article_id {text} PRIMARY KEY, feed {text} NOT NULL, normalized_at BIGINT NOT NULL,
    sequence {text} NOT NULL, record {bytes} NOT NULL);
CREATE INDEX IF NOT EXISTS articles_feed ON articles (feed, normalized_at);
CREATE INDEX IF NOT EXISTS articles_normalized ON articles (normalized_at);
CREATE TABLE IF NOT EXISTS feeds (url {text} PRIMARY KEY, record {bytes} NOT NULL);
CREATE TABLE IF NOT EXISTS feed_healths (url {text} PRIMARY KEY, health {bytes} NOT NULL);
CREATE TABLE IF NOT EXISTS rules (name {text} PRIMARY KEY, record {bytes} NOT NULL);
CREATE TABLE IF NOT EXISTS alert_channels (stage {text} PRIMARY KEY, record {bytes} NOT NULL);
CREATE TABLE IF NOT EXISTS channel_healths (channel {bytes} PRIMARY KEY, health {bytes} NOT NULL);
CREATE TABLE IF NOT EXISTS alerts (alert_id {text} PRIMARY KEY, rule {text} NOT NULL, matched_at BIGINT NOT NULL,
    record {bytes} NOT NULL);
CREATE INDEX IF NOT EXISTS alerts_matched ON alerts (matched_at, alert_id);
"""
_NAMES = re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", _TABLES)
_STATEMENT = (
    "INSERT INTO statements (place, statement_id, article_id, status, published_at, speaker_id, kind, act, form, "
    "outlet, headline, confidence, part, off, sequence) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)"
)
# What is counted for speakers and outlets goes up and down with the statements; times only widen.
_SPEAKER = """
INSERT INTO speakers (speaker_id, name, kind, statements, first_at, last_at, words) VALUES ($1,$2,$3,$4,$5,$6,$7)
ON CONFLICT (speaker_id) DO UPDATE SET statements = speakers.statements + excluded.statements,
    name = CASE WHEN excluded.last_at >= speakers.last_at THEN excluded.name ELSE speakers.name END,
    kind = CASE WHEN excluded.last_at >= speakers.last_at THEN excluded.kind ELSE speakers.kind END,
    words = CASE WHEN excluded.last_at >= speakers.last_at THEN excluded.words ELSE speakers.words END,
    first_at = CASE WHEN excluded.first_at < speakers.first_at THEN excluded.first_at ELSE speakers.first_at END,
    last_at = CASE WHEN excluded.last_at > speakers.last_at THEN excluded.last_at ELSE speakers.last_at END
"""
_OUTLET = """
INSERT INTO outlets (outlet, statements) VALUES ($1,$2)
ON CONFLICT (outlet) DO UPDATE SET statements = outlets.statements + excluded.statements
"""
_ARTICLE = """
INSERT INTO articles (article_id, feed, normalized_at, sequence, record) VALUES ($1,$2,$3,$4,$5)
ON CONFLICT (article_id) DO UPDATE SET feed = excluded.feed, normalized_at = excluded.normalized_at,
    sequence = excluded.sequence, record = excluded.record WHERE excluded.sequence > articles.sequence
"""
_FEED = "INSERT INTO feeds (url, record) VALUES ($1,$2) ON CONFLICT (url) DO UPDATE SET record = excluded.record"
_HEALTH = (
    "INSERT INTO feed_healths (url, health) VALUES ($1,$2) ON CONFLICT (url) DO UPDATE SET health = excluded.health"
)
_RULE = "INSERT INTO rules (name, record) VALUES ($1,$2) ON CONFLICT (name) DO UPDATE SET record = excluded.record"
_CHANNELS = (
    "INSERT INTO alert_channels (stage, record) VALUES ($1,$2) "
    "ON CONFLICT (stage) DO UPDATE SET record = excluded.record"
)
_CHANNEL_HEALTH = (
    "INSERT INTO channel_healths (channel, health) VALUES ($1,$2) "
    "ON CONFLICT (channel) DO UPDATE SET health = excluded.health"
)
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


class Event(NamedTuple):
    """A statement that is new, changed or retracted, at its place in the topic; `data` is its JSON."""

    partition: int
    offset: int
    candidate: Candidate
    data: bytes


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


@dataclass
class _Kept:
    """A statement as it stands in the archive, or will when the batch is written."""

    place: int
    part: int
    off: int
    sequence: str
    candidate: Candidate
    data: bytes

    @property
    def statement(self) -> Statement:
        return self.candidate.statement

    @property
    def words(self) -> Words:
        """What is indexed of it."""
        tags = [tag("outlet", self.statement.outlet)]
        if self.statement.speaker.id is not None:
            tags.append(tag("speaker_id", self.statement.speaker.id))
        return Words(self.place, self.candidate.content, self.candidate.speaker, tags)

    def same_as(self, other: Statement) -> bool:
        """Whether there is nothing new in `other` but the time of processing."""
        return msgspec.structs.replace(self.statement, extracted_at=other.extracted_at) == other


class Archive:
    """What the topics say, and every question about it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def create(self) -> None:
        """Make what is missing; index the words anew when how they are indexed has changed."""
        await self.database.create(_TABLES.format(**self.database.types) + self.database.schema)
        async with self.database.writing() as db:
            known = await db.fetch("SELECT value FROM meta WHERE name = 'words'")
            if not known:
                await db.run("INSERT INTO meta (name, value) VALUES ('words', $1)", [(_words_version(),)])
        if known and known[0][0] != _words_version():
            log.warning("the archive's words were indexed by other rules: run `tasrih archive rebuild`")

    async def drop(self) -> None:
        """Forget everything; following the topics makes it anew."""
        await self.database.create("".join(f"DROP TABLE IF EXISTS {table};" for table in (*_NAMES, "statement_words")))
        await self.create()

    async def sizes(self) -> dict[str, int]:
        """How many there are of each thing."""
        asked = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in _NAMES if table != "meta")
        async with self.database.reading() as db:
            rows = await db.fetch(asked)
        return {
            table: count
            for table, count in rows
            if table not in ("records", "positions", "feed_healths", "channel_healths")
        }

    async def positions(self) -> dict[tuple[str, int], int]:
        """The next offset by topic and partition."""
        async with self.database.reading() as db:
            return await _positions(db)

    async def position(self) -> Position:
        """How far the archive is in the topic of statements."""
        async with self.database.reading() as db:
            return await _position(db)

    async def forget(self, positions: Iterable[tuple[str, int]]) -> None:
        """Begin these partitions anew: their topics were made again, and offsets mean other messages now.

        Readers resume by where statements stand on theirs: that holds when only others were made again.
        """
        positions = list(positions)
        topics = {topic for topic, _ in positions}
        async with self.database.writing() as db:
            if STATEMENTS.name in topics:
                await db.run("UPDATE statements SET off = 0", [()])
            if topics & {STATEMENTS.name, ARTICLES.name}:
                await db.run("UPDATE statements SET sequence = ''", [()])
                await db.run("UPDATE articles SET sequence = ''", [()])
            await db.run("DELETE FROM positions WHERE topic = $1 AND part = $2", positions)

    # Writing

    async def write(self, batch: Batch) -> list[Event]:
        """Write `batch` with the offsets it reaches; what readers of the live stream are to hear of it.

        Raises `BehindError` when the archive does not reach to its beginning.
        """
        async with self.database.writing() as db:
            reached = await _positions(db)
            if behind := {key[0] for key, offset in batch.since.items() if reached.get(key, 0) < offset}:
                raise BehindError(f"the archive stands behind what was read of {', '.join(sorted(behind))}")
            events = await self._write_statements(db, batch.statements) if batch.statements else []
            alerts = batch.alerts.values()
            await db.run(
                _ARTICLE,
                [(a.article_id, a.feed, microseconds(a.normalized_at), at, encode(a)) for at, a in batch.articles],
            )
            for sql, changes in (
                ((_FEED, "DELETE FROM feeds WHERE url = $1"), batch.feeds),
                ((_HEALTH, "DELETE FROM feed_healths WHERE url = $1"), batch.healths),
                ((_RULE, "DELETE FROM rules WHERE name = $1"), batch.rules),
                ((_CHANNELS, "DELETE FROM alert_channels WHERE stage = $1"), batch.channels),
            ):
                put, take = sql
                await db.run(put, [(key, msgspec.json.encode(row)) for key, row in changes.items() if row])
                await db.run(take, [(key,) for key, row in changes.items() if not row])
            # Each step counts once: another server that shares the archive may have written it.
            await self._write_deliveries(
                db, [step for part, off, step in batch.deliveries if off >= reached.get((DELIVERIES.name, part), 0)]
            )
            await db.run(_ALERT, [(a.alert_id, a.rule, microseconds(a.matched_at), encode(a)) for a in alerts])
            await db.run(_POSITION, [(*key, next_) for key, next_ in batch.positions.items()])
        return events

    async def _write_deliveries(self, db: Connection, steps: Sequence[Delivery]) -> None:
        known = {health.channel: health for health in await _channel_healths(db)} if steps else {}
        changed = dict[str, ChannelHealth]()
        for step in steps:
            health = known.get(step.channel) or ChannelHealth(channel=step.channel)
            known[step.channel] = changed[step.channel] = after(health, step)
        await db.run(_CHANNEL_HEALTH, [(name.encode(), msgspec.json.encode(row)) for name, row in changed.items()])

    async def _write_statements(self, db: Connection, batch: Sequence[Arrived]) -> list[Event]:
        before = await self._kept(db, {arrived.statement.statement_id for arrived in batch})
        now, events = dict(before), list[Event]()
        for part, off, sequence, statement in batch:
            old = now.get(statement.statement_id)
            if old and sequence <= old.sequence:
                # Sent again by a stage that was killed: no news. Another server that shares the archive wrote it: news.
                if (part, off) == (old.part, old.off):
                    events.append(Event(part, off, old.candidate, old.data))
                continue
            if old and old.same_as(statement):
                now[statement.statement_id] = replace(old, sequence=sequence)
                continue
            stays = old and old.statement.published_at == statement.published_at
            where = old.place if old and stays else place(statement)
            kept = _Kept(where, part, off, sequence, Candidate(statement), encode(statement))
            now[statement.statement_id] = kept
            events.append(Event(part, off, kept.candidate, kept.data))
        changed = [key for key, kept in now.items() if kept is not before.get(key)]
        await self._replace(db, [before[key] for key in changed if key in before], [now[key] for key in changed])
        return events

    async def _kept(self, db: Connection, ids: Iterable[str]) -> dict[str, _Kept]:
        wanted = Conditions()
        wanted.among("s.statement_id", list(ids))
        return {kept.statement.statement_id: kept for kept in await self._all_kept(db, wanted)}

    async def _all_kept(self, db: Connection, wanted: Conditions, limit: str = "") -> list[_Kept]:
        rows = await db.fetch(
            "SELECT s.place, s.part, s.off, s.sequence, r.record FROM statements s JOIN records r ON r.place = s.place "
            f"{wanted.where} {limit}",
            *wanted.values,
        )
        return [
            _Kept(at, part, off, sequence, Candidate(msgspec.json.decode(data, type=Statement)), data)
            for at, part, off, sequence, data in rows
        ]

    async def _replace(self, db: Connection, old: list[_Kept], new: list[_Kept]) -> None:
        for table in ("statements", "records"):
            await db.run(f"DELETE FROM {table} WHERE place = $1", [(kept.place,) for kept in old])
        await db.unindex([kept.words for kept in old])
        await self._settle(db, new)
        rows = []
        for kept in new:
            s = kept.statement
            rows.append((
                kept.place, s.statement_id, s.article_id, s.status, microseconds(s.published_at), s.speaker.id,
                s.speaker.kind, s.act, s.form, s.outlet, int(s.headline), s.confidence, kept.part, kept.off,
                kept.sequence,
            ))  # fmt: skip
        await db.run(_STATEMENT, rows)
        await db.run("INSERT INTO records (place, record) VALUES ($1, $2)", [(k.place, k.data) for k in new])
        await db.index([kept.words for kept in new])
        await self._count(db, old, new)

    async def _settle(self, db: Connection, new: list[_Kept]) -> None:
        """Give each its own place: the one it wants, or the next that is free."""
        wanted = Conditions()
        wanted.among("place", [kept.place for kept in new])
        found = await db.fetch(f"SELECT place FROM statements {wanted.where}", *wanted.values) if new else []
        taken = {row[0] for row in found}
        for kept in new:
            while kept.place in taken:
                kept.place += 1
                if kept.place not in taken:
                    found = await db.fetch("SELECT place FROM statements WHERE place = $1", kept.place)
                    taken |= {row[0] for row in found}
            taken.add(kept.place)

    async def _count(self, db: Connection, old: list[_Kept], new: list[_Kept]) -> None:
        speakers: dict[str, list[Any]] = {}
        outlets = Counter[str]()
        for kept, sign in (*((kept, -1) for kept in old), *((kept, 1) for kept in new)):
            statement = kept.statement
            if statement.status != "new":
                continue
            at, speaker = microseconds(statement.published_at), statement.speaker
            outlets[statement.outlet] += sign
            if speaker.id is None:
                continue
            name = speaker.name or speaker.id
            words = f" {' '.join(kept.candidate.speaker)} "
            row = speakers.setdefault(speaker.id, [name, speaker.kind, 0, at, at, words])
            row[2] += sign
            row[3] = min(row[3], at)
            if at >= row[4]:
                row[:2], row[4:] = (name, speaker.kind), (at, words)
        # In one order on every server, or two that write at once could wait for each other.
        await db.run(_SPEAKER, [(key, *row) for key, row in sorted(speakers.items())])
        await db.run(_OUTLET, sorted(outlets.items()))

    # Pruning

    async def old(self, before: datetime) -> Counter[str]:
        """How much there is that `prune` would take out, were it called until nothing is left."""
        at, time = first_place(before), microseconds(before)
        async with self.database.reading(limit=None) as db:
            statements = await db.fetch("SELECT count(*) FROM statements WHERE place < $1", at)
            articles = await db.fetch(
                "SELECT count(*) FROM articles a WHERE normalized_at < $1 AND NOT EXISTS "
                "(SELECT 1 FROM statements s WHERE s.article_id = a.article_id AND s.place >= $2)",
                time,
                at,
            )
            alerts = await db.fetch("SELECT count(*) FROM alerts WHERE matched_at < $1", time)
        return Counter(statements=statements[0][0], articles=articles[0][0], alerts=alerts[0][0])

    async def prune(self, before: datetime, most: int) -> Counter[str]:
        """Take out the oldest `most` of what is older than `before`; how many of each thing went.

        Statements go by the time of their publication, alerts by that of the match, and articles that were read before
        then when there is no statement of them left. What is counted goes down with them.
        """
        async with self.database.writing() as db:
            wanted = Conditions()
            wanted.add("s.place < {}", first_place(before))
            statements = await self._all_kept(db, wanted, f"ORDER BY s.place LIMIT {most}")
            if statements:
                await self._replace(db, statements, [])
                await self._recount(db, statements)
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
        await self.database.give_back()
        return Counter(statements=len(statements), articles=len(articles), alerts=len(alerts))

    async def _recount(self, db: Connection, gone: Sequence[_Kept]) -> None:
        """Since when the speakers of what is gone have been heard; those that are heard no more go, too."""
        speakers = sorted({(key,) for kept in gone if (key := kept.statement.speaker.id) is not None})
        await db.run("DELETE FROM speakers WHERE speaker_id = $1 AND statements <= 0", speakers)
        await db.run(
            "UPDATE speakers SET first_at = COALESCE((SELECT published_at FROM statements s "
            "WHERE s.speaker_id = speakers.speaker_id ORDER BY place LIMIT 1), first_at) WHERE speaker_id = $1",
            speakers,
        )
        await db.run(
            "DELETE FROM outlets WHERE outlet = $1 AND statements <= 0",
            sorted({(kept.statement.outlet,) for kept in gone}),
        )

    # Asking

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

    async def statement(self, statement_id: str) -> bytes | None:
        """The record of this id, retracted or not."""
        async with self.database.reading() as db:
            rows = await db.fetch(
                "SELECT r.record FROM statements s JOIN records r ON r.place = s.place WHERE s.statement_id = $1",
                statement_id,
            )
        return rows[0][0] if rows else None

    async def article(self, article_id: str) -> tuple[bytes, list[bytes]] | None:
        """The article's record and its statements' in the order of the text."""
        async with self.database.reading() as db:
            articles = await db.fetch("SELECT record FROM articles WHERE article_id = $1", article_id)
            rows = await db.fetch(
                "SELECT r.record FROM statements s JOIN records r ON r.place = s.place "
                "WHERE s.article_id = $1 AND s.status = 'new' ORDER BY s.place DESC",
                article_id,
            )
        return (articles[0][0], [row[0] for row in rows]) if articles else None

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
        async with self.database.reading() as db:
            rows = await db.fetch(
                f"SELECT speaker_id, name, kind, statements, first_at, last_at FROM speakers {wanted.where} "
                f"ORDER BY statements DESC, speaker_id DESC LIMIT {limit}",
                *wanted.values,
            )
        return [_speaker(row) for row in rows]

    async def speaker(self, speaker_id: str) -> SpeakerCount | None:
        """One speaker."""
        async with self.database.reading() as db:
            rows = await db.fetch(
                "SELECT speaker_id, name, kind, statements, first_at, last_at FROM speakers WHERE speaker_id = $1",
                speaker_id,
            )
        return _speaker(rows[0]) if rows else None

    async def outlets(self) -> list[OutletCount]:
        """The outlets, those with most statements first."""
        async with self.database.reading() as db:
            rows = await db.fetch("SELECT outlet, statements FROM outlets WHERE statements > 0 ORDER BY 2 DESC, 1")
        return [OutletCount(outlet=outlet, statements=count) for outlet, count in rows]

    async def feeds(self, after: str = "", limit: int | None = None) -> list[FeedRow]:
        """The registry after this address, by address, up to `limit`.

        Each feed with how its fetching goes, how many articles came through, and when the latest.
        """
        page = f"SELECT url, record FROM feeds WHERE url > $1 ORDER BY url {f'LIMIT {limit}' if limit else ''}"
        async with self.database.reading() as db:
            rows = await db.fetch(
                f"SELECT f.url, f.record, h.health, count(a.feed), max(a.normalized_at) FROM ({page}) AS f "
                "LEFT JOIN feed_healths h ON h.url = f.url LEFT JOIN articles a ON a.feed = f.url "
                "GROUP BY f.url, f.record, h.health ORDER BY f.url",
                after,
            )
        return [FeedRow(*row) for row in rows]

    async def rules(self) -> list[bytes]:
        """The rules of alerts, by name."""
        async with self.database.reading() as db:
            rows = await db.fetch("SELECT record FROM rules ORDER BY name")
        return [row[0] for row in rows]

    async def rule(self, name: str) -> AlertRule | None:
        """One rule."""
        async with self.database.reading() as db:
            rows = await db.fetch("SELECT record FROM rules WHERE name = $1", name)
        return msgspec.json.decode(rows[0][0], type=AlertRule) if rows else None

    async def channels(self) -> list[str] | None:
        """The channels that alerts can go to; None before those who deliver have said."""
        async with self.database.reading() as db:
            rows = await db.fetch("SELECT record FROM alert_channels")
        return msgspec.json.decode(rows[0][0], type=AlertChannels).channels if rows else None

    async def channel_healths(self) -> list[ChannelHealth]:
        """How delivering to each channel goes, by name; of those that were sent something."""
        async with self.database.reading() as db:
            return await _channel_healths(db)

    async def alerts(self, rules: Sequence[str], after: tuple[int, str] | None, limit: int) -> list[AlertRow]:
        """The newest alerts, after the one of this time and id."""
        wanted = Conditions()
        wanted.among("rule", rules)
        if after:
            wanted.add("(matched_at, alert_id) < ({}, {})", *after)
        async with self.database.reading() as db:
            rows = await db.fetch(
                f"SELECT matched_at, alert_id, record FROM alerts {wanted.where} "
                f"ORDER BY matched_at DESC, alert_id DESC LIMIT {limit}",
                *wanted.values,
            )
        return [AlertRow(*row) for row in rows]

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
        async with self.database.reading() as db:
            rows = await db.fetch(
                "WITH m AS MATERIALIZED (SELECT s.act, s.form, s.kind, s.outlet, s.speaker_id, s.published_at "
                f"FROM {tables} {conditions.where}) " + " UNION ALL ".join(parts),
                *conditions.values,
            )
        return [(what, which, t, n) for what, which, t, n in rows]

    async def names(self, speaker_ids: Sequence[str]) -> dict[str, SpeakerCount]:
        """These speakers, by id."""
        wanted = Conditions()
        wanted.among("speaker_id", speaker_ids)
        if not speaker_ids:
            return {}
        async with self.database.reading() as db:
            rows = await db.fetch(
                f"SELECT speaker_id, name, kind, statements, first_at, last_at FROM speakers {wanted.where}",
                *wanted.values,
            )
        return {row[0]: _speaker(row) for row in rows}

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


class FeedRow(NamedTuple):
    """A feed: its address, record and health (JSON), how many articles came through, the latest when (microseconds)."""

    url: str
    record: bytes
    health: bytes | None
    articles: int
    last_article_at: int | None


class AlertRow(NamedTuple):
    """An alert's record, and what orders it."""

    matched_at: int
    alert_id: str
    record: bytes


def _speaker(row: Sequence[Any]) -> SpeakerCount:
    speaker_id, name, kind, statements, first_at, last_at = row
    return SpeakerCount(
        id=speaker_id, name=name, kind=kind, statements=statements, first_at=time_of(first_at), last_at=time_of(last_at)
    )


async def _positions(db: Connection) -> dict[tuple[str, int], int]:
    rows = await db.fetch("SELECT topic, part, next FROM positions")
    return {(topic, part): next_ for topic, part, next_ in rows}


async def _channel_healths(db: Connection) -> list[ChannelHealth]:
    rows = await db.fetch("SELECT health FROM channel_healths ORDER BY channel")
    return [msgspec.json.decode(row[0], type=ChannelHealth) for row in rows]


async def _position(db: Connection) -> Position:
    rows = await db.fetch("SELECT part, next FROM positions WHERE topic = $1", STATEMENTS.name)
    offsets = {row[0]: row[1] for row in rows}
    return Position.of(offsets, max(offsets, default=-1) + 1)


def _words_version() -> str:
    """Changes when what `words` makes of a text may have changed."""
    digest = blake2b(digest_size=8)
    ours = ("arabic.py", "proclitics.py", "whole.tsv")
    for package, name in (("agents.serve", "words.py"), *(("streams", name) for name in ours)):
        digest.update(files(package).joinpath(name).read_bytes())
    return digest.hexdigest()


@contextlib.asynccontextmanager
async def archive(settings: Settings) -> AsyncIterator[Archive]:
    """The archive that the settings name, ready for use. Raises `DatabaseError`."""
    async with database(settings.database_url, _file(settings)) as opened:
        found = Archive(opened)
        await found.create()
        yield found


@contextlib.asynccontextmanager
async def kept(settings: Settings) -> AsyncIterator[Archive]:
    """As `archive`, but where there is none, none is made. Raises `DatabaseError`."""
    if not settings.database_url and not _file(settings).exists():
        raise DatabaseError(
            f"No archive is kept in {settings.data_dir}: `tasrih up` begins one; --data-dir or --database say where "
            "else to look."
        )
    async with database(settings.database_url, _file(settings)) as opened:
        yield Archive(opened)


def _file(settings: Settings) -> Path:
    return settings.data_dir / "archive.sqlite3"
