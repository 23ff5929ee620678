"""The rules as they stand on the topic `alert-rules`, where the file and the API meet; and the channels there are."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Collection, Iterable

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from agents.alert.matching import Matcher
from agents.alert.rules import AlertFile, RuleError, checked
from streams.produce import Producer, Writer, place
from streams.records import AlertChannels, AlertRule
from streams.settings import Settings
from streams.tail import follow
from streams.topics import ALERT_CHANNELS, ALERT_RULES
from streams.wire import UnreadableError, client_options, decode

log = logging.getLogger(__name__)

_RETRY = 5.0


class Rulebook:
    """The rules by name, and a matcher of them all; changes as the topic does."""

    def __init__(self) -> None:
        self.rules: dict[str, AlertRule] = {}
        self.removed: set[str] = set()
        self.matcher = Matcher(())

    def rule(self, name: str) -> AlertRule:
        """The rule of that name; one without limits when it is not known (yet)."""
        return self.rules.get(name) or AlertRule(name=name, channels=[])

    def take(self, changes: Iterable[tuple[str, AlertRule | None]]) -> None:
        """Rules that are new, changed, or no more (None)."""
        for name, rule in changes:
            if rule is None:
                self.rules.pop(name, None)
                self.removed.add(name)
            else:
                self.rules[name] = rule
                self.removed.discard(name)
        # In an order that is every worker's: that of reading is not, the topic having several partitions.
        self.matcher = Matcher(self.rules[name] for name in sorted(self.rules))


async def read(settings: Settings) -> dict[str, AlertRule]:
    """The rules as they stand now; none where their topic is not there (yet). Raises `BrokerError`."""
    book = Rulebook()
    await _take([message async for message in follow(settings, ALERT_RULES, last=None, forever=False)], book, None)
    return book.rules


@contextlib.asynccontextmanager
async def following(settings: Settings, producer: Producer) -> AsyncIterator[Rulebook]:
    """A rulebook that has read the topic to its end and keeps up with it.

    What is no rule on the topic becomes a dead letter.
    """
    book = Rulebook()
    async with _consumer(settings) as consumer:
        await _to_the_end(consumer, book, producer)
        task = asyncio.create_task(_follow(consumer, book, producer))
        try:
            yield book
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def publish(writer: Writer, rules: Iterable[AlertRule] = (), removed: Iterable[str] = ()) -> None:
    """Put rules on the topic, and take others off it."""
    for rule in rules:
        await writer.put(ALERT_RULES, rule.name, rule, id=rule.name, source=f"alert-rules:{rule.name}")
    for name in removed:
        await writer.put(ALERT_RULES, name, None, id=name, source=f"alert-rules:{name}")


async def publish_file(producer: Producer, file: AlertFile | None, known: dict[str, AlertRule]) -> None:
    """Make the topic say what the file says; rules that came over the API and are not in the file stay.

    Where there is no file any more there are no rules of it: nothing could change them, and their channels are gone.
    """
    wanted = {rule.name: rule for rule in file.rules} if file else {}
    gone = [name for name, rule in known.items() if rule.origin == "file" and name not in wanted]
    if gone:
        where = f"no longer in {file.path}" if file else "of a file, and TASRIH_ALERTS names none"
        log.warning("Rules taken away, which are %s: %s", where, ", ".join(sorted(gone)))
    await publish(producer, (rule for name, rule in wanted.items() if known.get(name) != rule), gone)


async def publish_channels(producer: Producer, names: Iterable[str]) -> None:
    """Tell those who make rules which channels we can deliver to."""
    told = AlertChannels(channels=sorted(names))
    await producer.put(ALERT_CHANNELS, told.stage, told, id=told.stage, source=f"alert-channels:{told.stage}")


async def known_channels(settings: Settings) -> list[str] | None:
    """The channels there are, as the last worker that started said; None before any has."""
    found = None
    async for message in follow(settings, ALERT_CHANNELS, last=None, forever=False):
        with contextlib.suppress(UnreadableError):
            found = decode(message.value, AlertChannels).channels
    return found


def doubts(rules: Iterable[AlertRule], channels: Collection[str] | None) -> list[str]:
    """What is wrong with rules whose alerts could not be delivered to `channels`; nothing while none are known."""
    if channels is None:
        return []
    there = ", ".join(sorted(channels)) or "none"
    return [
        f"rule {rule.name}: no channel is named {channel}, its alerts will become dead letters; there are: {there}"
        for rule in rules
        for channel in dict.fromkeys(rule.channels)
        if channel not in channels
    ]


@contextlib.asynccontextmanager
async def _consumer(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    # No group: every worker reads all rules.
    consumer = AIOKafkaConsumer(
        settings.prefix + ALERT_RULES.name, **client_options(settings), group_id=None, auto_offset_reset="earliest"
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def _to_the_end(consumer: AIOKafkaConsumer, book: Rulebook, producer: Producer) -> None:
    partitions = consumer.assignment()
    ends = await consumer.end_offsets(partitions)
    while any([await consumer.position(p) < ends[p] for p in partitions]):
        await _take(await _next(consumer, 500), book, producer)


async def _follow(consumer: AIOKafkaConsumer, book: Rulebook, producer: Producer) -> None:
    while True:
        try:
            await _take(await _next(consumer, 60_000), book, producer)
        except Exception as error:  # whatever it is, rules that come later must be heard of
            log.warning("Cannot read the alert rules (%r); trying again in %.0f s", error, _RETRY)
            await asyncio.sleep(_RETRY)


async def _next(consumer: AIOKafkaConsumer, timeout_ms: int) -> list[ConsumerRecord]:
    batch = await consumer.getmany(timeout_ms=timeout_ms)
    return [message for part in batch.values() for message in part]


async def _take(messages: Iterable[ConsumerRecord], book: Rulebook, producer: Producer | None) -> None:
    changes: list[tuple[str, AlertRule | None]] = []
    rubbish: list[tuple[ConsumerRecord, Exception]] = []
    for message in messages:
        try:
            changes.append(_change(message))
        except (UnreadableError, RuleError) as error:
            log.error("Not an alert rule: %s", error)
            rubbish.append((message, error))
    if changes:
        book.take(changes)
    if producer:
        for message, reason in rubbish:
            await producer.dead_letter(place(message), message.key, message.value, reason)


def _change(message: ConsumerRecord) -> tuple[str, AlertRule | None]:
    name = (message.key or b"").decode("utf-8", "replace")
    if message.value is None:
        return name, None
    rule = checked(decode(message.value, AlertRule))
    if rule.name != name:
        raise RuleError([f"rule {rule.name}: stands under the key {name!r}; the key must be its name"])
    return name, rule
