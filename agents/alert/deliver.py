"""Alerts carried to their channels: the worker side of `outbox.py`.

Every worker owns the channels of its partitions of `deliveries` (a consumer group of its own). On taking a partition
over it reads the steps from the beginning, at most five days of them; what the group commits says only how far rubbish
has been told. What a worker decides it writes first and believes only when it has read it back, so that two workers
never build on different histories:

    released  is confirmed before the first attempt: the message's id and content are settled for every retry;
    delivered, failed, refused  are written after the attempt. A worker killed between the receiver's 2xx and
              `delivered` has the message sent once more, under the same id, which is how receivers know it;
    dead letters of a message given up are confirmed before `refused`.

Whatever fails while it reads, it begins anew, with a consumer of its own: what was missed meanwhile is read again.

Attempts run side by side, so many for a channel, so many in all; a channel that hangs holds up nobody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from msgspec.structs import replace

from agents.alert import metrics
from agents.alert.channels import Channel, Delivered, Message, Refused, Result, Retry
from agents.alert.outbox import LONGEST, Outbox, Released, Waiting
from agents.alert.rulebook import Rulebook
from streams.identity import identity
from streams.produce import Producer, place
from streams.records import Alert, Delivery, encode
from streams.settings import Settings
from streams.stopping import end
from streams.topics import DELIVERIES, FETCH_BYTES
from streams.wire import UnreadableError, client_options, decode

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

# Waits between attempts, as the Standard Webhooks specification advises: quick for a hiccup, patient for an outage.
SCHEDULE = tuple(
    timedelta(seconds=s) for s in (5, 60, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600)
)  # fmt: skip
_LONGEST_WAIT = timedelta(hours=24)  # whatever Retry-After says
_JITTER = 0.1
_SIDE_BY_SIDE, _IN_ALL = 4, 64
_TICK = 0.5  # seconds; how late a wait may end
_GRACE = 1.5  # seconds that attempts under way have to finish when the worker stops
_LETTING_GO = 5.0  # and all in all, until it is stopped once more
_RETRY = 5.0
_LONGEST_ATTEMPT = 90.0  # seconds; a channel's own time-outs are shorter


@dataclass
class _Partition:
    """A partition of `deliveries` that is ours, its channels, and what is under way for them."""

    end: int  # where it ended when we took it over: up to there we only listen
    at: int = 0  # what we have read
    told: int = 0  # what is no step has its dead letter up to here
    outboxes: dict[str, Outbox] = field(default_factory=dict)
    decided: dict[str, int] = field(default_factory=dict)  # by channel: the last decision that we wrote
    under_way: set[str] = field(default_factory=set)  # messages being tried, until their outcome is read back
    attempts: set[asyncio.Task[None]] = field(default_factory=set)

    def settled(self, channel: str) -> bool:
        """Whether all that we decided for the channel has been read back."""
        return self.at >= self.end and self.at > self.decided.get(channel, -1)


class Deliverer(ConsumerRebalanceListener):  # type: ignore[misc]
    """Carries what is queued on `deliveries` to `channels`; see `delivering`."""

    def __init__(
        self,
        settings: Settings,
        producer: Producer,
        rulebook: Rulebook,
        channels: Mapping[str, Channel],
        clock: Clock,
    ) -> None:
        self._settings, self._producer, self._rulebook, self._channels = settings, producer, rulebook, channels
        self._topic, self._clock = settings.prefix + DELIVERIES.name, clock
        self._ours: set[TopicPartition] = set()
        self._partitions: dict[TopicPartition, _Partition] = {}  # of ours, those taken over
        self._slots = asyncio.Semaphore(_IN_ALL)
        self._failing: set[str] = set()  # channels that failed the last time

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """They are taken over later: what fails here would only be logged."""
        self._ours = set(assigned)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Finish what is under way and forget the rest: another worker reads it from the topic."""
        self._ours = self._ours.difference(revoked)
        await self._let_go([self._partitions.pop(partition) for partition in revoked if partition in self._partitions])

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                await self._work()
            except (KafkaError, OSError) as error:
                log.warning("Cannot read deliveries (%r); beginning anew in %.0f s", error, _RETRY)
            except Exception:
                log.exception("Delivering failed; beginning anew in %.0f s", _RETRY)
            await asyncio.sleep(_RETRY)

    async def _work(self) -> None:
        """Join the group, which with a member that died in it lasts as long as its session, and deliver what is ours.

        Until something fails. A consumer that has failed is not asked again: what it has handed out it does not hand
        out twice, and it cannot be started twice.
        """
        consumer = AIOKafkaConsumer(
            **client_options(self._settings),
            group_id=self._settings.group("deliver"),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=FETCH_BYTES,
            session_timeout_ms=int(self._settings.session_timeout * 1000),
            heartbeat_interval_ms=int(self._settings.session_timeout * 250),
        )
        consumer.subscribe([self._topic], listener=self)
        self._ours = set()
        try:
            await consumer.start()
            while True:
                await self._take_over(consumer)
                batch = await consumer.getmany(timeout_ms=int(_TICK * 1000), max_records=1000)
                for partition, messages in batch.items():
                    for message in messages:
                        await self._read(consumer, partition, message)
                outboxes = [(owned, box) for owned in self._partitions.values() for box in owned.outboxes.values()]
                for owned, outbox in outboxes:
                    await self._advance(owned, outbox)
                metrics.WAITING.set(sum(outbox.count() for _, outbox in outboxes))
        finally:
            await self.on_partitions_revoked(self._ours)
            await consumer.stop()

    async def _take_over(self, consumer: AIOKafkaConsumer) -> None:
        """Go to the beginning of what has become ours. Until then, what comes of it is passed over."""
        new = self._ours - self._partitions.keys()
        if new:
            ends = await consumer.end_offsets(new)
            beginnings = await consumer.beginning_offsets(new)
            for partition in new:
                told = await consumer.committed(partition) or 0
                if partition in self._ours:
                    self._partitions[partition] = _Partition(end=ends[partition], at=beginnings[partition], told=told)
                    consumer.seek(partition, beginnings[partition])

    async def _read(self, consumer: AIOKafkaConsumer, partition: TopicPartition, message: ConsumerRecord) -> None:
        owned = self._partitions.get(partition)
        if owned is None:
            return
        try:
            step = decode(message.value, Delivery)
        except UnreadableError as error:
            if message.offset >= owned.told:
                log.error("Not a step of a delivery: %s", error)
                await self._producer.dead_letter(place(message), message.key, message.value, error)
                await consumer.commit({partition: message.offset + 1})
        else:
            outbox = owned.outboxes.setdefault(step.channel, Outbox(step.channel))
            outbox.apply(step, (message.partition, message.offset))
            if step.step in ("failed", "delivered", "refused"):
                owned.under_way.discard(step.message_id)
        owned.at = message.offset + 1

    async def _advance(self, owned: _Partition, outbox: Outbox) -> None:
        """Write what the outbox decides now; begin the attempts that are due."""
        if not owned.settled(outbox.channel):
            return
        now = self._clock()
        gone = self._rulebook.removed & outbox.waiting.keys()
        if waited := [one for rule in gone for one in outbox.waiting[rule].values()]:
            owned.decided[outbox.channel] = await self._refuse(outbox.channel, "", waited, "its rule was removed")
        elif waited := outbox.too_many():
            reason = "more alerts of its rule waited than may"
            owned.decided[outbox.channel] = await self._refuse(outbox.channel, "", waited, reason)
        else:
            steps = outbox.releases(self._rulebook.rule, now)
            for offset in await asyncio.gather(*map(self._write, steps)):
                owned.decided[outbox.channel] = offset
            if not steps and (waited := outbox.too_long(now)):
                reason = f"its rule let it wait for more than {LONGEST.days} days"
                owned.decided[outbox.channel] = await self._refuse(outbox.channel, "", waited, reason)
        free = _SIDE_BY_SIDE - len(owned.under_way & outbox.messages.keys())
        for message in [m for m in outbox.due(now) if m.id not in owned.under_way][: max(0, free)]:
            owned.under_way.add(message.id)
            task = asyncio.create_task(self._attempt(outbox, message))
            owned.attempts.add(task)
            task.add_done_callback(owned.attempts.discard)

    async def _attempt(self, outbox: Outbox, message: Released) -> None:
        """Try to deliver `message`, and write down what became of it."""
        async with self._slots:
            result = await self._result(outbox, message)
        try:
            await self._write_down(outbox, message, result)
        except KafkaError as error:  # it counts as under way, lest it be sent without end: the next worker tries it
            log.error("What became of message %s cannot be written: %r", message.id, error)

    async def _write_down(self, outbox: Outbox, message: Released, result: Result) -> None:
        now, attempt = self._clock(), message.attempts + 1
        wait = _wait(message, result.after, now) if isinstance(result, Retry) else None
        if isinstance(result, Retry) and wait is None:
            hours = (now - message.at) / timedelta(hours=1)
            result = Refused(f"given up after {attempt} attempts in {hours:.0f} hours; the last: {result.reason}")
        channel = self._channels.get(outbox.channel)
        kind = channel.kind if channel else "unknown"
        metrics.DELIVERIES.labels(kind, type(result).__name__.lower()).inc()
        step = Delivery(channel=outbox.channel, step="delivered", at=now, message_id=message.id, attempt=attempt)
        match result:
            case Delivered():
                if outbox.channel in self._failing:
                    self._failing.discard(outbox.channel)
                    log.warning("Channel %s takes messages again", outbox.channel)  # as loud as that it did not
                await self._write(step)
            case Retry(reason) if wait:
                # Whoever waits for alerts hears of it at once, and once; dead letters come after 32 hours or more.
                level = logging.INFO if outbox.channel in self._failing else logging.WARNING
                self._failing.add(outbox.channel)
                log.log(level, "Channel %s: %s; trying again in %.0f s", outbox.channel, reason, wait.total_seconds())
                await self._write(replace(step, step="failed", reason=reason, again_at=now + wait))
            case Refused(reason, disable):
                log.error("Channel %s refused: %s", outbox.channel, reason)
                if disable:
                    await self._write(replace(step, step="disabled", reason=reason))
                await self._refuse(outbox.channel, message.id, message.taken, reason)

    async def _result(self, outbox: Outbox, message: Released) -> Result:
        channel = self._channels.get(outbox.channel)
        if channel is None:
            known = ", ".join(sorted(self._channels)) or "none"
            return Refused(f"no channel is named {outbox.channel}; the file has: {known}")
        if outbox.disabled:
            return Refused(f"the channel is disabled: {outbox.disabled}; `tasrih alerts enable` takes it up again")
        alerts = tuple(one.alert for one in message.taken)
        about = self._rulebook.rule(alerts[0].rule).description
        try:
            async with asyncio.timeout(_LONGEST_ATTEMPT):
                return await channel.deliver(Message(message.id, alerts, about))
        except TimeoutError:
            return Retry("it took too long")
        except Exception as error:  # whatever it was, the others must be served; its text may hold secrets
            log.debug("Channel %s raised", outbox.channel, exc_info=True)
            return Retry(f"the channel raised {type(error).__name__}")

    async def _refuse(self, channel: str, message_id: str, given_up: Sequence[Waiting], reason: str) -> int:
        """Dead letters for alerts given up, then the step that says so; its offset. A letter sent round is queued."""
        now = self._clock()

        async def tell(alert: Alert, place: tuple[int, int]) -> None:
            again = encode(Delivery(channel=channel, step="queued", at=now, alerts=[alert]))
            what = f"{channel}/{alert.alert_id}"
            error = DeliveryError(reason)
            await self._producer.dead_letter((self._topic, *place), channel.encode(), again, error, what)

        await asyncio.gather(*(tell(one.alert, one.place) for one in given_up))
        ids = [one.alert.alert_id for one in given_up]
        step = Delivery(channel=channel, step="refused", at=now, message_id=message_id, alert_ids=ids, reason=reason)
        return await self._write(step)

    async def _write(self, step: Delivery) -> int:
        """Write `step`; its offset."""
        source = f"alert-channel:{step.channel}"
        step_id = identity(step.channel, step.step, step.message_id, step.attempt, step.at.isoformat())
        return await self._producer.put(DELIVERIES, step.channel, step, id=step_id, source=source)

    async def _let_go(self, partitions: Iterable[_Partition]) -> None:
        """Give attempts under way a moment to finish; those cut off are made again, under the same id."""
        attempts = {attempt for partition in partitions for attempt in partition.attempts}
        if attempts:
            _, late = await asyncio.wait(attempts, timeout=_GRACE)
            for attempt in late:
                attempt.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def _wait(message: Released, after: timedelta, now: datetime) -> timedelta | None:
    """How long until `message` is tried again; None when it was tried enough, or would wait for longer than any may."""
    if message.attempts >= len(SCHEDULE):
        return None
    wait = max(SCHEDULE[message.attempts] * (1 + random.uniform(0, _JITTER)), after)
    wait = min(wait, _LONGEST_WAIT)
    return wait if now + wait <= message.taken[0].since + LONGEST else None


class DeliveryError(Exception):
    """Why alerts were given up, as their dead letters say."""


@contextlib.asynccontextmanager
async def delivering(
    settings: Settings,
    producer: Producer,
    rulebook: Rulebook,
    channels: Mapping[str, Channel],
    clock: Clock = lambda: datetime.now(UTC),
) -> AsyncIterator[Deliverer]:
    """Deliver in the background; `clock` decides when messages leave and when they are tried again."""
    deliverer = Deliverer(settings, producer, rulebook, channels, clock)
    task = asyncio.create_task(deliverer.run())
    try:
        yield deliverer
    finally:
        await end(task, patience=_LETTING_GO)
