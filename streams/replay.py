"""Replaying history: what a stage's work makes today of what it was given then, beside what it told then.

Topics are read from outside: no group, nothing committed, no live reader disturbed, nothing written.
"""

from __future__ import annotations

import inspect
import json
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from aiokafka import ConsumerRecord

from streams import wire
from streams.records import Record, encode
from streams.settings import Settings
from streams.stage import Work, sequence
from streams.tail import follow
from streams.topics import Topic
from streams.wire import UnreadableError, decode

log = logging.getLogger(__name__)

Change = Literal["same", "changed", "new", "retracted"]
History = Mapping[str, list["ConsumerRecord[bytes, bytes]"]]

# When a record was made, and which of several copies had been seen by then; two runs differ in nothing else.
CIRCUMSTANCES = ("normalized_at", "extracted_at", "duplicate_of")


@dataclass(frozen=True)
class Replayed:
    """A stage as a replay sees it: what it reads, what it tells and by which id, and its work."""

    source: Topic
    target: Topic
    work: Work[Any, Any]
    id: Callable[[Any], str]


@dataclass(frozen=True)
class Difference:
    """What became of one record: `before` is what was told, `after` what the work says today."""

    change: Change
    key: str
    id: str
    before: Record | None
    after: Record | None


async def history(
    settings: Settings, stage: Replayed, since: datetime | int
) -> dict[str, list[ConsumerRecord[bytes, bytes]]]:
    """By article, all its messages on the stage's source, if any of them is not before `since`."""
    found: dict[str, list[ConsumerRecord[bytes, bytes]]] = defaultdict(list)
    wanted = set()
    async for message in follow(settings, stage.source, last=None, forever=False):
        key = (message.key or b"").decode("utf-8", "replace")
        found[key].append(message)
        moment = message.offset if isinstance(since, int) else datetime.fromtimestamp(message.timestamp / 1000, UTC)
        if moment >= since:  # type: ignore[operator]
            wanted.add(key)
    return {key: messages for key, messages in found.items() if key in wanted}


async def differences(settings: Settings, stage: Replayed, history: History) -> AsyncGenerator[Difference, None]:
    """For each record that stands, or stood: what was told and what `stage` tells today, article by article."""
    told = await _standing(settings, stage, set(history))
    for key, messages in history.items():
        before, after = told.get(key, {}), await _today(stage, messages)
        for name in {**before, **after}:
            old, new = before.get(name), after.get(name)
            if old is None:
                yield Difference("new", key, name, old, new)
            elif new is None:
                yield Difference("retracted", key, name, old, new)
            else:
                yield Difference("same" if _content(old) == _content(new) else "changed", key, name, old, new)


async def _standing(settings: Settings, stage: Replayed, keys: set[str]) -> dict[str, dict[str, Record]]:
    """What stands of these articles on the stage's target: by key and id, as a reader who keeps sequences sees it."""
    found: dict[str, dict[str, Record]] = defaultdict(dict)
    last: dict[str, str] = {}
    async for message in follow(settings, stage.target, last=None, forever=False):
        key, place = (message.key or b"").decode("utf-8", "replace"), wire.sequence(message.headers)
        if key not in keys or place <= last.get(key, ""):
            continue
        last[key] = place
        try:
            _tell(found[key], stage, decode(message.value, stage.target.record))
        except UnreadableError as error:
            log.warning("%s/%d/%d left out: %s", message.topic, message.partition, message.offset, error)
    return found


async def _today(stage: Replayed, messages: list[ConsumerRecord[bytes, bytes]]) -> dict[str, Record]:
    """What stands when these messages of one article, in their order, are worked on today."""
    standing: dict[str, Record] = {}
    row, last = None, ""
    for message in messages:
        if (place := sequence(message)) <= last:
            continue
        try:
            outcome = stage.work(decode(message.value, stage.source.record), row)
            outcome = await outcome if inspect.isawaitable(outcome) else outcome
        except Exception as error:  # a dead letter, then as now
            log.warning("%s/%d/%d fails today: %s", message.topic, message.partition, message.offset, error)
            continue
        if outcome.row is not None:
            row, last = outcome.row, place
        for send in outcome.send:
            _tell(standing, stage, send.record)
    return standing


def _tell(standing: dict[str, Record], stage: Replayed, record: Record) -> None:
    if getattr(record, "status", "new") == "retracted":
        standing.pop(stage.id(record), None)
    else:
        standing[stage.id(record)] = record


def _content(record: Record) -> bytes:
    """The record's bytes without the circumstances of its making."""
    fields = json.loads(encode(record))
    return json.dumps({name: value for name, value in fields.items() if name not in CIRCUMSTANCES}).encode()
