"""The live stream: what has just been archived, handed to every reader who wants it. No reader waits for another.

Readers with the same filter and framing share one payload a batch. Each has a bounded queue; one that does not keep up
is dropped and told why, and comes back with the position it has reached.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from agents.serve.archive.statements import Event
from agents.serve.filters import Selection
from agents.serve.position import Position
from agents.serve.problems import ProblemError

# Batches come at most twenty times a second: this is at least a dozen seconds of patience.
_WAITING = 256

Placed = Sequence[tuple[Event, Position]]
Framing = Callable[[Placed], Any]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some events of one batch, each with the position after it; `payload` is all of them, framed."""

    before: Position
    after: Position
    events: Placed
    payload: Any

    def beyond(self, position: Position, framing: Framing) -> Any | None:
        """The payload for a reader at `position`: None when it has all of it."""
        if position.covers(self.after):
            return None
        if self.before.covers(position):
            return self.payload
        events = [(e, position.join(at)) for e, at in self.events if e.offset >= position.at(e.partition)]
        return framing(events) if events else None


class Reader:
    """One who reads the live stream; `drop` is called with the reason when the reading must end."""

    def __init__(self, drop: Callable[[str], None]) -> None:
        self._waiting: asyncio.Queue[Chunk] = asyncio.Queue(_WAITING)
        self.drop = drop

    @property
    def idle(self) -> bool:
        """Whether everything published has been taken."""
        return self._waiting.empty()

    def offer(self, chunk: Chunk) -> None:
        """Put `chunk` in the queue; a reader whose queue is full is dropped."""
        try:
            self._waiting.put_nowait(chunk)
        except asyncio.QueueFull:
            self.drop(f"You read more slowly than statements come: {_WAITING} batches were waiting. Resume.")

    async def next(self, timeout: float) -> Chunk | None:
        """The next chunk; None when there is none for `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                return await self._waiting.get()
        except TimeoutError:
            return None


class Hub:
    """Where the archive's news meet the readers."""

    def __init__(self, position: Position) -> None:
        self.position = position
        self._groups: dict[tuple[Selection, Framing], set[Reader]] = {}
        self._seats = 0

    def __len__(self) -> int:
        """How many are here: reading, or being given what they have missed."""
        return self._seats

    @contextmanager
    def seat(self, most: int) -> Iterator[None]:
        """A place for one who reads or catches up. Raises `ProblemError` when `most` are here."""
        if self._seats >= most:
            raise ProblemError(
                HTTPStatus.SERVICE_UNAVAILABLE, "There are as many readers as may be. Try later.", {"Retry-After": "30"}
            )
        self._seats += 1
        try:
            yield
        finally:
            self._seats -= 1

    @contextmanager
    def reading(self, selection: Selection, framing: Framing, drop: Callable[[str], None]) -> Iterator[Reader]:
        """Read from now on; `framing` makes a payload of events."""
        group, reader = self._groups.setdefault((selection, framing), set()), Reader(drop)
        group.add(reader)
        try:
            yield reader
        finally:
            group.discard(reader)
            if not group and self._groups.get((selection, framing)) is group:
                del self._groups[selection, framing]

    def publish(self, events: Sequence[Event], position: Position) -> None:
        """Hand out `events`, with which the topic is at `position`; not those of an archive that is filled again."""
        before, at = self.position, self.position
        placed = []
        for event in events:
            if event.offset >= before.at(event.partition):
                at = at.passed(event.partition, event.offset)
                placed.append((event, at))
        self.position = before.join(position)
        for (selection, framing), readers in self._groups.items():
            wanted = [(event, at) for event, at in placed if selection.matches(event.candidate)]
            if wanted:
                chunk = Chunk(before, self.position, wanted, framing(wanted))
                for reader in readers:
                    reader.offer(chunk)

    def begin_anew(self) -> None:
        """The topic was made again: positions so far mean nothing any more."""
        self.position = Position()
        self.send_away("The topic was made again. List what there is, and begin without a position.")

    def send_away(self, reason: str) -> None:
        """Drop every reader."""
        for group in list(self._groups.values()):
            for reader in list(group):
                reader.drop(reason)
