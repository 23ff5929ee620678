"""Partitions move from worker to worker, and every message is worked on, in order."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import faust
import pytest
from faust.tables.recovery import Recovery
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types import TP

from streams.app import build, running
from streams.broker import BrokerError
from streams.consumer import Consumer, SkippedError
from streams.records import Article, Entry
from streams.settings import Settings
from streams.stage import Outcome, Stage, Work
from streams.topics import ARTICLES, ENTRIES
from tests.kafka import on_kafka, records
from tests.streams.test_stage import Seen, count, entry, put_entries


@contextlib.asynccontextmanager
async def worker(settings: Settings, work: Work[Entry, Seen]) -> AsyncIterator[faust.App]:
    app = build("normalize", settings)
    Stage(app, settings, name="normalize", source=ENTRIES, work=work, row=Seen)
    async with running(app):
        yield app


async def test_a_jump_in_a_log_without_gaps_is_refused(topics: Settings) -> None:
    async with worker(topics, count) as app:
        with pytest.raises(SkippedError, match="3 to 8 did not come"):
            await app.consumer._add_gap(TP(topics.prefix + "entries", 0), 3, 9)
        await app.consumer._add_gap(TP(topics.prefix + "feeds", 0), 3, 9)


def test_the_consumer_is_as_quiet_as_the_rest_of_faust() -> None:
    assert Consumer.logger.name.startswith("faust.")


@on_kafka
async def test_what_comes_while_positions_move_is_not_handed_out_ahead_of_its_turn(
    topics: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: dict[str, list[int]] = {key: [] for key in "abcdefgh"}

    async def work(entry: Entry, seen: Seen | None) -> Outcome[Seen]:
        await asyncio.sleep(0.005)  # there is always more to do, read but not begun
        order[entry.article_id].append(int(entry.title))
        return Outcome()

    enough = asyncio.Event()

    async def publish() -> None:
        for first in itertools.takewhile(lambda _: not enough.is_set(), itertools.count(step=5)):
            await put_entries(topics, *(entry(key, str(n)) for n in range(first, first + 5) for key in order))
            await asyncio.sleep(0.1)

    seek = AIOKafkaConsumerThread.seek_to_committed

    async def slowly(thread: AIOKafkaConsumerThread) -> Mapping[TP, int]:
        await asyncio.sleep(0.5)
        return await seek(thread)

    monkeypatch.setattr(AIOKafkaConsumerThread, "seek_to_committed", slowly)
    async with worker(topics, work):
        publishing = asyncio.create_task(publish())
        for _ in range(2):
            async with worker(topics, work):
                await asyncio.sleep(1)
            await asyncio.sleep(1)
        enough.set()
        await publishing
    # What had been begun when positions moved is worked on again; nothing is passed over, nothing overtakes.
    for numbers in order.values():
        first = list(dict.fromkeys(numbers))
        assert first == list(range(len(first)))
        assert len(first) > 5


@on_kafka
async def test_what_a_stopping_worker_has_begun_is_acknowledged_before_its_partitions_move(topics: Settings) -> None:
    begun, moving = asyncio.Event(), asyncio.Event()
    order: list[str] = []

    async def held_up(entry: Entry, seen: Seen | None) -> Outcome[Seen]:
        begun.set()
        await moving.wait()
        order.append(entry.title)
        return Outcome()

    async def work(entry: Entry, seen: Seen | None) -> Outcome[Seen]:
        order.append(entry.title)
        return Outcome()

    async def succeed() -> None:
        async with worker(topics, work):
            while "4" not in order:
                await asyncio.sleep(0.05)

    async def watch(app: faust.App) -> None:
        while not app.rebalancing:
            await asyncio.sleep(0.05)
        moving.set()

    await put_entries(topics, *(entry("a", str(n)) for n in range(5)))
    async with asyncio.TaskGroup() as others, worker(topics, held_up) as app:
        await begun.wait()
        others.create_task(succeed())
        others.create_task(watch(app))
        generation = app.consumer_generation_id
    assert order == ["0", "1", "2", "3", "4"]
    assert app.consumer_generation_id == generation, "it joined once more, only to leave"


async def test_a_worker_leaves_its_group_though_partitions_move_while_it_closes(
    topics: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    close, revoked = AIOKafkaConsumerThread.on_thread_stop, Consumer.on_partitions_revoked

    async def moving(thread: AIOKafkaConsumerThread) -> None:
        thread._consumer._coordinator.request_rejoin()
        await asyncio.sleep(0.1)
        await close(thread)

    async def slowly(consumer: Consumer, partitions: set[TP]) -> None:
        await asyncio.sleep(0.3)
        await revoked(consumer, partitions)

    await put_entries(topics, entry("a", "1"))
    async with worker(topics, count) as app:
        await records(topics, ARTICLES, Article, 1)
        monkeypatch.setattr(AIOKafkaConsumerThread, "on_thread_stop", moving)
        monkeypatch.setattr(Consumer, "on_partitions_revoked", slowly)
        begun = time.monotonic()
    assert time.monotonic() - begun < 10
    assert app.consumer._thread._consumer._coordinator.generation == -1, "it is still in its group"


async def test_a_worker_that_gives_up_while_it_acknowledges_says_why(
    topics: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slowly(*_: object) -> bool:
        await asyncio.sleep(5)
        return True

    monkeypatch.setattr(AIOKafkaConsumerThread, "_commit", slowly)
    await put_entries(topics, entry("a", "1"))

    async def body() -> None:
        async with worker(topics, count) as app:
            while not any(app.consumer._acked.values()):
                await asyncio.sleep(0.01)
            await app.crash(ValueError("told to"))
            await asyncio.Event().wait()

    with pytest.raises(BrokerError, match="gave up: ValueError"):
        await body()


async def test_what_has_been_begun_is_waited_for_without_holding_it_up(
    topics: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(entry: Entry, seen: Seen | None) -> Outcome[Seen]:
        await asyncio.sleep(0.005)
        return Outcome()

    await put_entries(topics, *(entry("a", str(n)) for n in range(400)))
    async with worker(topics, work) as app:
        while len(app.consumer.unacked) < 50:
            await asyncio.sleep(0)
        rounds, begun = list[float](), time.monotonic()
        with monkeypatch.context() as busy:
            busy.setattr("gc.collect", lambda: (rounds.append(time.monotonic()), time.sleep(0.1)))  # as under load
            await app.consumer.wait_empty()
        assert len(rounds) < 2 + 1.5 * (time.monotonic() - begun), "it goes round more than once a second"


async def test_partitions_assigned_to_a_worker_that_stops_do_not_cut_it_off(topics: Settings) -> None:
    await put_entries(topics, entry("a", "1"))
    async with worker(topics, count) as app:
        app._on_rebalance_when_stopped()
        (article,) = await records(topics, ARTICLES, Article, 1)
    assert article.title == "1"


async def test_a_seek_that_a_rebalance_overtook_ends_no_worker(
    topics: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seek = Recovery._seek_offsets
    overtaken = iter([True])

    async def late(recovery: Recovery, consumer: Any, tps: set[TP], offsets: dict[TP, int | None], title: str) -> None:
        if not next(overtaken, False):
            return await seek(recovery, consumer, tps, offsets, title)
        for tp in tps:
            offsets[tp] = None  # as a rebalance leaves them
        try:
            await seek(recovery, consumer, tps, offsets, title)
        finally:
            await recovery.on_rebalance(tps, tps.copy(), tps, recovery.app.consumer_generation_id)

    monkeypatch.setattr(Recovery, "_seek_offsets", late)
    await put_entries(topics, entry("a", "1"))
    async with worker(topics, count):
        (article,) = await records(topics, ARTICLES, Article, 1)
    assert article.title == "1"
