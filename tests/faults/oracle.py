"""What should be on the topics: the roles' own pure functions over the same entries one by one, nothing going wrong."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from aiokafka import ConsumerRecord

from streams.identity import identity
from streams.records import Entry, Record
from streams.replay import CIRCUMSTANCES
from streams.stage import Work, sequence
from streams.topics import Topic
from streams.wire import decode

# When something was made; two runs differ in nothing else.
_CIRCUMSTANCES = {*CIRCUMSTANCES, "matched_at"}

Step = tuple[Topic, Work[Any, Any]]  # a stage: what it reads, what it does


@dataclass(frozen=True)
class Told:
    """A record on a topic, without the circumstances of its making."""

    id: str
    key: str
    body: str


def told(id: str, key: str, record: Record) -> Told:
    return Told(id, key, msgspec.json.encode(_timeless(msgspec.to_builtins(record))).decode())


def _timeless(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields without circumstances, those of the records within it, too: an alert holds its statement."""
    return {
        name: _timeless(value) if isinstance(value, dict) else value
        for name, value in fields.items()
        if name not in _CIRCUMSTANCES
    }


class Oracle:
    """The stages `steps`, in their order, as one loop."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._rows: dict[tuple[int, str], Any] = {}
        self.found: dict[str, list[Told]] = {}

    async def read(self, entries: Iterable[ConsumerRecord[bytes, bytes]]) -> dict[str, list[Told]]:
        """What is told on each topic, in order for each key, when these messages are read."""
        for message in entries:
            entry = decode(message.value, Entry)
            await self._step(0, entry, entry.article_id, sequence(message))
        return self.found

    async def _step(self, depth: int, record: Record, key: str, place: str) -> None:
        source, work = self._steps[depth]
        outcome = work(decode(msgspec.json.encode(record), source.record), self._rows.get((depth, key)))
        if inspect.isawaitable(outcome):
            outcome = await outcome
        if outcome.row is not None:
            self._rows[depth, key] = outcome.row
        for number, send in enumerate(outcome.send):
            here = f"{place}/{number:05}"
            self.found.setdefault(send.topic.name, []).append(told(identity(send.id, here), send.key, send.record))
            if depth + 1 < len(self._steps) and send.topic == self._steps[depth + 1][0]:
                await self._step(depth + 1, send.record, send.key, here)
