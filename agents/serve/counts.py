"""How much was said: the answers that are numbers."""

from __future__ import annotations

from datetime import datetime

import msgspec

from streams.records import Act, Form, Kind


class SpeakerCount(msgspec.Struct, kw_only=True):
    """A speaker, by the name of the latest statement, and how much was heard from them, ever."""

    id: str
    name: str
    kind: Kind | None
    statements: int
    first_at: datetime
    last_at: datetime


class OutletCount(msgspec.Struct, kw_only=True):
    """An outlet and how many statements it reported."""

    outlet: str
    statements: int


class ActCount(msgspec.Struct, kw_only=True):
    """How many statements do this."""

    act: Act
    statements: int


class FormCount(msgspec.Struct, kw_only=True):
    """How many statements stand in this form."""

    form: Form
    statements: int


class KindCount(msgspec.Struct, kw_only=True):
    """How many statements come from this kind of speaker."""

    kind: Kind
    statements: int


class SpeakerShare(msgspec.Struct, kw_only=True):
    """How many of the statements come from this speaker."""

    id: str
    name: str
    kind: Kind | None
    statements: int


class Bucket(msgspec.Struct, kw_only=True):
    """How many statements were published in the time that begins here, by act."""

    time: datetime
    statements: int
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
