"""How much was said: the answers that are numbers."""

from __future__ import annotations

from datetime import datetime

import msgspec

from streams.records import Act, Form, Kind


class Count(msgspec.Struct, kw_only=True):
    """How many statements there are of something."""

    statements: int


class SpeakerShare(Count, kw_only=True):
    """How many of the statements come from this speaker."""

    id: str
    name: str
    kind: Kind | None


class SpeakerCount(SpeakerShare, kw_only=True):
    """A speaker, by the name of the latest statement, and how much was heard from them, ever."""

    first_at: datetime
    last_at: datetime


class OutletCount(Count, kw_only=True):
    """An outlet and how many statements it reported."""

    outlet: str


class ActCount(Count, kw_only=True):
    """How many statements do this."""

    act: Act


class FormCount(Count, kw_only=True):
    """How many statements stand in this form."""

    form: Form


class KindCount(Count, kw_only=True):
    """How many statements come from this kind of speaker."""

    kind: Kind


class Bucket(Count, kw_only=True):
    """How many statements were published in the time that begins here, by act."""

    time: datetime
    acts: dict[Act, int]


class Stats(msgspec.Struct, kw_only=True, rename={"from_": "from"}):
    """How much was said in a time, by what counts; a time without statements has no bucket."""

    from_: datetime
    to: datetime
    bucket: str
    statements: int
    timeline: list[Bucket]
    acts: list[ActCount]
    forms: list[FormCount]
    kinds: list[KindCount]
    outlets: list[OutletCount]
    speakers: list[SpeakerShare]
