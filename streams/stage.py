"""A stage of the pipeline: read a topic, call a pure function, send what comes out. The delivery promise is kept here.

Messages are taken in batches of whatever has arrived. For each batch: work out every message's outcome; send and wait
until the broker has confirmed all of it; only then write the table rows; and only when those are confirmed, too,
acknowledge. A worker killed anywhere in between does the batch again and sends the same records under the same ids.
A message that cannot be processed becomes a dead letter, confirmed like everything else before it is acknowledged.

Sent again is not told again: every record carries its sequence, where it stands among all that is told of its key (see
`sequence`), and a stage with rows passes over a message that is not later than the one its row comes from. So a batch
done twice, or a worker that was thought dead and writes after its successor, changes nothing further down. This asks
that work done twice tells the same in the same order; where it may not (between the two an alert rule came), the stage
behind it knows what it has done by ids in its rows, and passes nothing over.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import faust
import msgspec
from aiokafka.errors import MessageSizeTooLargeError
from faust.types import EventT, StreamT

from streams import metrics, records, tracing, wire
from streams.identity import identity
from streams.produce import dead, retried
from streams.records import Record, encode
from streams.rows import Rows
from streams.settings import Settings
from streams.topics import DEAD_LETTERS, TOPICS, Topic
from streams.wire import Headers, UnreadableError, cloud_event, decode

log = logging.getLogger(__name__)

R = TypeVar("R", bound=Record)
Row = TypeVar("Row", bound=msgspec.Struct)

# Enough that the broker's confirmation is not waited for message by message, small enough to redo after a kill.
_BATCH = 200
# Seconds of work after which what is done is sent, lest the first of a batch wait for the last.
_SLICE = 0.2
_TIDY_EVERY = 1.0  # seconds
# Days that a row is kept after its last use. What could ask for it (a message read again, a dead letter sent round) is
# gone by then: Kafka lets a topic's oldest segment live some days longer than the topic's messages, and clocks differ.
_REMEMBERED = max(topic.retention.days for topic in TOPICS if topic.retention) + 10
_LARGEST = {topic.name: topic.max_bytes - 16 * 1024 for topic in TOPICS}  # headers and framing want room, too


@dataclass(frozen=True, slots=True)
class Send:
    """A record on its way out: where to, under which key, and what its CloudEvents headers say.

    `id` names what is told; told again later (an edit taken back), it is another event, under another `ce_id`.
    """

    topic: Topic
    key: str
    record: Record
    id: str
    source: str


class Outcome(NamedTuple, Generic[Row]):
    """What comes of one message: the records to send, in order, and the new row of its key (None leaves it).

    `sent` is called when the broker has confirmed the records: for who measures how long that took.
    """

    send: Sequence[Send] = ()
    row: Row | None = None
    sent: Callable[[], None] = lambda: None


class Kept(msgspec.Struct, Generic[Row], frozen=True, array_like=True):
    """A row as the table keeps it: with the sequence of the message that it comes from, and the last day of its use.

    Days are those since 1970; 0 in rows that were written before it was kept.
    """

    sequence: str
    row: Row
    day: int = 0


_UNREAD: Any = Kept[msgspec.Raw]  # type: ignore[type-var]  # whatever its row is
Process = Callable[[Sequence[EventT[bytes]]], Awaitable[Sequence[EventT[bytes]]]]
Work = Callable[[R, Row | None], "Outcome[Row] | Awaitable[Outcome[Row]]"]


class Stage(Generic[R, Row]):
    """An agent on `app` that turns each record of `source` into an `Outcome`.

    `work` is given the record and the row of its key (None at first, or without `row`); what it raises is the reason
    on the dead letter. It may be a coroutine function. Rows live in a table, partitioned as the source is. With `by_id`
    the work is given every message, those done already too, and tells by what its row holds.
    """

    def __init__(
        self,
        app: faust.App,
        settings: Settings,
        *,
        name: records.StageName,
        source: Topic,
        work: Work[R, Row],
        row: type[Row] | None = None,
        by_id: bool = False,
    ) -> None:
        self.name, self._by_id = name, by_id
        self._app, self._settings, self._source, self._work = app, settings, source, work
        self._send = sender(app, settings, name)
        self._looked, self._to_look_at = (0, 0), list[bytes]()
        self._rows = None if row is None else Rows(app, settings, name, Kept[row])  # type: ignore[valid-type]
        app.agent(raw_topic(app, settings, source), name=f"tasrih.{name}")(self._run)

    async def _run(self, stream: StreamT[bytes]) -> None:
        await acknowledged(self._app, self.name, stream, self._process, self._forget)

    async def _process(self, batch: Sequence[EventT[bytes]]) -> Sequence[EventT[bytes]]:
        """Work on the batch, in order, for a while, if it is ours; returns its beginning, done and confirmed."""
        rows: dict[bytes, tuple[EventT[bytes], Kept[Row]]] = {}
        today = _today()
        sends: list[tuple[EventT[bytes], tuple[str, Send, Headers]]] = []
        sent: list[Callable[[], None]] = []
        done, until = 0, time.monotonic() + _SLICE
        for event in batch:
            if is_leaving(self._app) or time.monotonic() > until:
                break
            done += 1
            await asyncio.sleep(0)  # everybody else's turn: work need not wait for anything
            place = sequence(event.message)
            kept = rows[_key(event)][1] if _key(event) in rows else self._read(event)
            if kept is not None and place <= kept.sequence and not self._by_id:
                metrics.PROCESSED.labels(self.name, "repeated").inc()
                continue
            started = time.perf_counter()
            with tracing.working(self.name, event.message.headers, place=_place(event)) as trace:
                outcome = await self._outcome(event, None if kept is None else kept.row)
            metrics.WORK_SECONDS.labels(self.name).observe(time.perf_counter() - started)
            sends += ((event, (f"{place}/{n:05}", send, trace)) for n, send in enumerate(outcome.send))
            sent.append(outcome.sent)
            if outcome.row is not None:
                rows[_key(event)] = event, Kept(place, outcome.row, today)
            elif kept is not None and kept.day != today:
                rows[_key(event)] = event, Kept(kept.sequence, kept.row, today)
        await confirmed(self.name, self._put, sends)
        for tell in sent:
            tell()
        # Sending may have taken until the partition was another's, whose rows must stay the last word.
        ours = [
            ((event.message.partition, key), kept)
            for key, (event, kept) in rows.items()
            if is_current(self._app, event)
        ]
        await confirmed(self.name, self._write, ours)
        return batch[:done]

    async def _forget(self) -> None:
        """Delete a few of the rows that have had no use for longer than any topic keeps what could ask for them.

        All of them are looked at once a day, and when partitions have moved. Between batches: what is just being
        written is not deleted; and only on partitions that are ours: their next owner would read of the deletion, too.
        """
        if self._rows is None or self._app.rebalancing or self._app.in_recovery:
            return
        source = self._settings.prefix + self._source.name
        ours = {tp.partition for tp in self._app.assignor.assigned_actives() if tp.topic == source}
        today = _today()
        if ours and self._looked != (looking := (today, self._app.consumer_generation_id)):
            with contextlib.suppress(RuntimeError):  # partitions moved meanwhile: the next time, then
                # In a thread: of many rows on disk it takes a second or two.
                self._looked, self._to_look_at = looking, await asyncio.to_thread(self._rows.keys)
            return  # what was true before may not be any more
        changed: list[tuple[tuple[int, bytes], Kept[Row] | None]] = []
        for key in self._to_look_at[-_BATCH:]:
            place = self._rows.partition(key), key
            kept = self._rows.get(*place, _UNREAD) if place[0] in ours else None
            if kept is not None and not kept.day:
                changed.append((place, Kept(kept.sequence, kept.row, today)))
            elif kept is not None and today - kept.day > _REMEMBERED:
                changed.append((place, None))
        del self._to_look_at[-_BATCH:]
        if changed:
            await confirmed(self.name, self._write, changed)

    async def _outcome(self, event: EventT[bytes], row: Row | None) -> Outcome[Row]:
        """What the work makes of `event`; a dead letter when it fails."""
        try:
            outcome = self._work(decode(event.value, self._source.record), row)  # type: ignore[arg-type]
            if inspect.isawaitable(outcome):
                outcome = await outcome
        except Exception as error:  # whatever it was, the next message must be served
            if not isinstance(error, UnreadableError):
                log.exception("%s failed on %s", self.name, _place(event))
            metrics.PROCESSED.labels(self.name, "dead-letter").inc()
            return Outcome([dead_letter(self.name, event, error)])
        metrics.PROCESSED.labels(self.name, "ok").inc()
        return outcome

    async def _put(self, event: EventT[bytes], told: tuple[str, Send, Headers]) -> Awaitable[Any]:
        sequence, send, trace = told
        value = encode(send.record)
        if len(value) > _LARGEST[send.topic.name]:
            error = MessageSizeTooLargeError(f"the {type(send.record).__name__} of {send.id} has {len(value):,} bytes")
            send = dead_letter(self.name, event, error)
        return await self._send(send, sequence, trace)

    def _read(self, event: EventT[bytes]) -> Kept[Row] | None:
        return None if self._rows is None else self._rows.get(event.message.partition, _key(event))

    async def _write(self, place: tuple[int, bytes], row: Kept[Row] | None) -> Awaitable[Any]:
        assert self._rows is not None, f"the work of {self.name} returns a row, but it was declared without"
        return self._rows.put(*place, row)


def sequence(message: Any) -> str:
    """Where `message` stands among all that is told of its key; grows from one to the next, compared as a string.

    For an entry it is its offset. What comes of a message has its sequence with the number of the record behind it, so
    that it is the same however often, and by whomever, it is sent. (A key is always in the same partition: the number
    of partitions cannot change.)
    """
    return wire.sequence(message.headers) or f"{message.offset:020}"


def raw_topic(app: faust.App, settings: Settings, topic: Topic) -> Any:
    """`topic` as Faust knows it, bytes in and out: records are read and written here, not by Faust."""
    return app.topic(
        settings.prefix + topic.name,
        key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw",
        partitions=settings.partitions,
    )  # fmt: skip


def sender(app: faust.App, settings: Settings, stage: str) -> Callable[..., Awaitable[Awaitable[Any]]]:
    """What hands a `Send`, with its sequence if it has one, to the producer of `app`.

    Its answer resolves when the broker has confirmed it.
    """
    topics = {topic.name: raw_topic(app, settings, topic) for topic in TOPICS}

    async def send(send: Send, sequence: str = "", trace: Headers | None = None) -> Awaitable[Any]:
        metrics.SENT.labels(stage, send.topic.name).inc()
        if trace is None:  # it comes of no message: here its trace begins
            with tracing.working(stage) as trace:
                pass
        confirmation: Awaitable[Any] = await topics[send.topic.name].send(
            key=send.key.encode("utf-8", "surrogatepass"),
            value=encode(send.record),
            headers=cloud_event(
                send.record,
                send.topic,
                id=identity(send.id, sequence) if sequence else send.id,
                source=send.source,
                sequence=sequence,
            )
            + trace,
        )
        return confirmation

    return send


def dead_letter(stage: records.StageName, event: EventT[bytes], error: Exception) -> Send:
    """The dead letter of `event`: its bytes, its place, the stage and the reason."""
    message = event.message
    place = message.topic, message.partition, message.offset
    letter, source = dead(stage, place, event.key, event.value, error)
    return Send(DEAD_LETTERS, letter.letter_id, letter, id=letter.letter_id, source=source)


async def confirmed(
    stage: str, put: Callable[..., Awaitable[Awaitable[Any]]], items: Sequence[tuple[Any, Any]]
) -> None:
    """`put` every item, in order, and return when the broker has confirmed all of them; again until it has.

    Raises the `KafkaError` that no trying again mends.
    """

    async def attempt() -> None:
        await asyncio.gather(*[await put(place, item) for place, item in items])

    await retried(stage, attempt)


async def acknowledged(
    app: faust.App,
    name: str,
    stream: StreamT[bytes],
    process: Process,
    tidy: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Have `process` work on what comes on `stream`, and acknowledge what it says is done: the beginning of its batch.

    `tidy` is called between batches, once a second, whether anything comes or not.

    What fails with a message is for `process` to deal with. What it raises is the worker's own trouble: a full disk, a
    broken table. Begun anew by Faust, the agent would go on past what it has not done; begun anew as a process, it does
    not: the app ends.
    """

    try:
        # Acknowledgement is ours alone: Faust's own comes at the end of an iteration, whatever became of it.
        stream = stream.noack()  # type: ignore[attr-defined]
        tidied = time.monotonic()
        async for batch in _batches(stream):
            rest: Sequence[EventT[bytes]] = batch
            while rest := [event for event in rest if is_current(app, event)]:
                done = await process(rest)
                for event in done:
                    if is_current(app, event):
                        await stream.ack(event)
                        metrics.LAST_PROGRESS.labels(name).set(time.time())
                if is_leaving(app):
                    break
                rest = rest[len(done) :]
            # What is not done comes again: a rebalance need not wait for it.
            app.consumer.unacked.difference_update(event.message for event in batch)
            if tidy and time.monotonic() - tidied >= _TIDY_EVERY:
                await tidy()
                tidied = time.monotonic()
    except Exception as error:
        await app.crash(error)
        raise


def is_current(app: faust.App, event: EventT[bytes]) -> bool:
    """Whether no partition has moved since `event` was read: what was read before is another's, or comes again."""
    return bool(event.message.generation_id == app.consumer_generation_id)


def is_leaving(app: faust.App) -> bool:
    """Whether the worker stops: what has not been begun comes again, to whoever has the partitions next.

    Not on a paused flow alone: that ends without a rebalance, too, and then nothing would come again.
    """
    return bool(app.should_stop)


async def _batches(stream: StreamT[bytes]) -> AsyncIterator[list[EventT[bytes]]]:
    """The stream's events in batches of whatever has arrived: one by one at leisure, up to `_BATCH` under load.

    An empty one when nothing comes.
    """
    arrived: asyncio.Queue[EventT[bytes]] = asyncio.Queue(maxsize=_BATCH)

    async def read() -> None:
        async for event in stream.events():
            await arrived.put(event)

    reader = asyncio.create_task(read())
    try:
        while True:
            first = asyncio.create_task(arrived.get())
            await asyncio.wait((reader, first), timeout=_TIDY_EVERY, return_when=asyncio.FIRST_COMPLETED)
            if not first.done():
                first.cancel()
                if reader.done():
                    reader.result()  # raises what ended it
                    return
                yield []
                continue
            batch = [first.result()]
            while len(batch) < _BATCH and not arrived.empty():
                batch.append(arrived.get_nowait())
            yield batch
    finally:
        reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reader


def _today() -> int:
    return int(time.time() // 86400)


def _key(event: EventT[bytes]) -> bytes:
    return event.key or b""


def _place(event: EventT[bytes]) -> str:
    return f"{event.message.topic}/{event.message.partition}/{event.message.offset}"
