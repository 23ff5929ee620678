"""Statements as they stand in the archive: each with its record, its words, and what is counted of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from agents.serve.archive.database import Connection, IndexedWords
from agents.serve.filters import Candidate, Conditions, microseconds
from agents.serve.words import tag
from streams.records import Statement

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


class Event(NamedTuple):
    """A statement that is new, changed or retracted, at its place in the topic; `data` is its JSON."""

    partition: int
    offset: int
    candidate: Candidate
    data: bytes


@dataclass
class Stored:
    """A statement as it stands in the archive, or will when the batch is written."""

    place: int
    part: int
    off: int
    sequence: str
    candidate: Candidate
    data: bytes

    @property
    def statement(self) -> Statement:
        """What is stored."""
        return self.candidate.statement

    @property
    def event(self) -> Event:
        """What readers of the live stream are told of it."""
        return Event(self.part, self.off, self.candidate, self.data)

    @property
    def words(self) -> IndexedWords:
        """What is indexed of it."""
        tags = [tag("outlet", self.statement.outlet)]
        if self.statement.speaker.id is not None:
            tags.append(tag("speaker_id", self.statement.speaker.id))
        return IndexedWords(self.place, self.candidate.content, self.candidate.speaker, tags)

    def same_as(self, other: Statement) -> bool:
        """Whether there is nothing new in `other` but the time of processing."""
        return msgspec.structs.replace(self.statement, extracted_at=other.extracted_at) == other


async def stored(db: Connection, wanted: Conditions, limit: str = "") -> list[Stored]:
    """The statements (`s`) that are wanted."""
    rows = await db.fetch(
        "SELECT s.place, s.part, s.off, s.sequence, r.record FROM statements s JOIN records r ON r.place = s.place "
        f"{wanted.where} {limit}",
        *wanted.values,
    )
    return [
        Stored(at, part, off, sequence, Candidate(msgspec.json.decode(data, type=Statement)), data)
        for at, part, off, sequence, data in rows
    ]


async def exchange(db: Connection, old: Sequence[Stored], new: Sequence[Stored]) -> None:
    """Take `old` out and put `new` in, with their records, words and counts."""
    for table in ("statements", "records"):
        await db.run(f"DELETE FROM {table} WHERE place = $1", [(one.place,) for one in old])
    await db.unindex([one.words for one in old])
    await _settle(db, new)
    rows = []
    for one in new:
        s = one.statement
        rows.append((
            one.place, s.statement_id, s.article_id, s.status, microseconds(s.published_at), s.speaker.id,
            s.speaker.kind, s.act, s.form, s.outlet, int(s.headline), s.confidence, one.part, one.off, one.sequence,
        ))  # fmt: skip
    await db.run(_STATEMENT, rows)
    await db.run("INSERT INTO records (place, record) VALUES ($1, $2)", [(one.place, one.data) for one in new])
    await db.index([one.words for one in new])
    await _count(db, old, new)


async def _settle(db: Connection, new: Sequence[Stored]) -> None:
    """Give each its own place: the one it wants, or the next that is free."""
    wanted = Conditions()
    wanted.among("place", [one.place for one in new])
    found = await db.fetch(f"SELECT place FROM statements {wanted.where}", *wanted.values) if new else []
    taken = {row[0] for row in found}
    for one in new:
        while one.place in taken:
            one.place += 1
            if one.place not in taken:
                found = await db.fetch("SELECT place FROM statements WHERE place = $1", one.place)
                taken |= {row[0] for row in found}
        taken.add(one.place)


async def _count(db: Connection, old: Sequence[Stored], new: Sequence[Stored]) -> None:
    speakers: dict[str, list[Any]] = {}
    outlets = Counter[str]()
    for one, sign in (*((one, -1) for one in old), *((one, 1) for one in new)):
        statement = one.statement
        if statement.status != "new":
            continue
        at, speaker = microseconds(statement.published_at), statement.speaker
        outlets[statement.outlet] += sign
        if speaker.id is None:
            continue
        name = speaker.name or speaker.id
        words = f" {' '.join(one.candidate.speaker)} "
        row = speakers.setdefault(speaker.id, [name, speaker.kind, 0, at, at, words])
        row[2] += sign
        row[3] = min(row[3], at)
        if at >= row[4]:
            row[:2], row[4:] = (name, speaker.kind), (at, words)
    # In one order on every server, or two that write at once could wait for each other.
    await db.run(_SPEAKER, [(key, *row) for key, row in sorted(speakers.items())])
    await db.run(_OUTLET, sorted(outlets.items()))
