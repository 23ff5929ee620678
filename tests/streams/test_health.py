"""A worker that gets nowhere, or whose app gives up, says so and ends; it is never silently sick."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator

import faust
import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError, TopicAuthorizationFailedError
from prometheus_client import REGISTRY

from streams import health, metrics
from streams.app import build, running
from streams.broker import BrokerError
from streams.records import Article, Entry
from streams.rows import Rows
from streams.settings import Settings
from streams.stage import Outcome, Stage
from streams.topics import ARTICLES, ENTRIES
from tests.kafka import records
from tests.streams.test_stage import Seen, count, entry, put_entries

# A worker that gives up ends its process, and with it the connections that aiokafka is about to make. Here the process
# goes on: they are collected, unremarked, before another test has to answer for them.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(autouse=True)
def _what_is_left_behind() -> Iterator[None]:
    yield
    gc.collect()


def seconds_stalled(role: str) -> float:
    return REGISTRY.get_sample_value("tasrih_stalled_seconds", {"group": f"tasrih-{role}"}) or 0.0


STATEMENTS, ALERTS = TopicPartition("statements", 0), TopicPartition("alerts", 0)


@pytest.mark.parametrize(
    ("committed", "lag", "seconds"),
    [
        ([(5, 7), (5, 7)], [(0, 0), (0, 0)], (0, 0)),  # nothing to do
        ([(5, 7), (6, 8)], [(9, 9), (8, 8)], (0, 0)),  # busy
        ([(5, 7), (5, 7), (5, 7)], [(9, 9)] * 3, (200, 200)),
        ([(5, 7), (6, 7), (7, 7)], [(9, 9)] * 3, (0, 200)),  # one stage at work beside one that is stuck
        ([(5, 7), (5, 7), (5, 7)], [(0, 0), (1, 0), (1, 0)], (200, 0)),  # since when it was last seen idle
    ],
)
def test_each_stage_must_get_on(
    committed: list[tuple[int, int]], lag: list[tuple[int, int]], seconds: tuple[int, int]
) -> None:
    progress = health.Progress()
    for n, (offsets, behind) in enumerate(zip(committed, lag, strict=True)):
        places = (STATEMENTS, ALERTS)
        found = progress.stalled(
            dict(zip(places, offsets, strict=True)), dict(zip(places, behind, strict=True)), n * 100
        )
    assert found == {"statements": seconds[0], "alerts": seconds[1]}


def test_partitions_that_move_start_the_clock_anew() -> None:
    progress = health.Progress()
    for now in (0, 100):
        assert progress.stalled({STATEMENTS: 5}, {STATEMENTS: 1}, now) == {"statements": now}
    assert progress.stalled({STATEMENTS: 5, ALERTS: 7}, {STATEMENTS: 1, ALERTS: 0}, 200) == {
        "statements": 0,
        "alerts": 0,
    }


async def test_an_absent_broker_is_no_sickness(topics: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> dict[TopicPartition, int]:
        raise KafkaConnectionError("away")

    monkeypatch.setattr(health, "_EVERY", 0.1)
    monkeypatch.setattr(health, "_committed", away)
    app = build("normalize", topics)
    Stage(app, topics, name="normalize", source=ENTRIES, work=count, row=Seen)
    async with running(app), asyncio.timeout(20):
        metrics.STALLED.labels("tasrih-normalize").set(100)
        while seconds_stalled("normalize"):
            await asyncio.sleep(0.05)


async def test_no_progress_is_sick(topics: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_EVERY", 0.1)
    monkeypatch.setattr(health, "_PATIENCE", 1.0)

    async def stuck(entry: Entry, _: Seen | None) -> Outcome[Seen]:
        await asyncio.Event().wait()
        return Outcome()

    await put_entries(topics, entry("a", "first"))
    app = build("normalize", topics)
    Stage(app, topics, name="normalize", source=ENTRIES, work=stuck)

    async def body() -> None:
        async with running(app):
            await asyncio.Event().wait()

    with pytest.raises(BrokerError, match=r"nothing acknowledged for 1 s, with work on .*entries/"):
        await body()
    assert seconds_stalled("normalize") > 1


async def test_having_nothing_to_do_is_well(topics: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_EVERY", 0.1)
    monkeypatch.setattr(health, "_PATIENCE", 6.0)
    app = build("normalize", topics)
    Stage(app, topics, name="normalize", source=ENTRIES, work=count, row=Seen)
    async with running(app):
        for title in "abcd":
            await put_entries(topics, entry("a", title))
            await asyncio.sleep(2.0)
    assert not app.crashed


async def test_a_coordinator_that_does_not_know_yet_is_no_sickness(
    topics: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that has just been started answers without any offset."""
    asked = asyncio.Event()

    async def nothing_yet(*_: object, **__: object) -> dict[object, object]:
        asked.set()
        return {}

    monkeypatch.setattr(health, "_EVERY", 0.1)
    monkeypatch.setattr(AIOKafkaAdminClient, "list_consumer_group_offsets", nothing_yet)
    app = build("normalize", topics)
    Stage(app, topics, name="normalize", source=ENTRIES, work=count, row=Seen)
    async with running(app):
        await asked.wait()
        await put_entries(topics, entry("a", "first"))
        await records(topics, ARTICLES, Article, 1)
        await asyncio.sleep(0.5)
    assert not app.crashed


async def test_a_partition_that_moves_while_it_is_asked_about_is_no_sickness(
    topics: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def moved(*_: object) -> dict[TopicPartition, int]:
        asked.set()
        return {TopicPartition(f"{topics.prefix}entries", 7): 0}

    monkeypatch.setattr(health, "_EVERY", 0.1)
    monkeypatch.setattr(health, "_committed", moved)
    app = build("normalize", topics)
    Stage(app, topics, name="normalize", source=ENTRIES, work=count, row=Seen)
    async with running(app):
        await asked.wait()
        await asyncio.sleep(0.5)
    assert not app.crashed


async def test_an_app_that_gives_up_ends_the_body(topics: Settings) -> None:
    app = build("normalize", topics)
    Stage(app, topics, name="normalize", source=ENTRIES, work=count, row=Seen)

    async def body() -> None:
        async with running(app):
            await app.crash(ValueError("told to"))
            await asyncio.Event().wait()

    with pytest.raises(BrokerError, match="gave up: ValueError"):
        await body()


async def test_a_table_that_cannot_be_written_ends_the_worker(
    topics: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RuntimeError("No space left on device")

    await put_entries(topics, entry("a", "first"))
    for broken in (True, False):
        app = build("normalize", topics)
        Stage(app, topics, name="normalize", source=ENTRIES, work=count, row=Seen)

        async def body(app: faust.App = app, broken: bool = broken) -> None:
            async with running(app):
                await (asyncio.Event().wait() if broken else records(topics, ARTICLES, Article, 2))

        with monkeypatch.context() as patch:
            if broken:
                patch.setattr(Rows, "put", full)
                with pytest.raises(BrokerError, match="No space left"):
                    await body()
            else:
                await body()  # nothing was acknowledged: the entry is done again


async def test_a_broker_that_refuses_for_good_ends_the_worker(
    topics: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trying again would not help, and would hide the reason."""

    async def refuse(*_: object) -> None:
        raise TopicAuthorizationFailedError("articles")

    monkeypatch.setattr(Stage, "_put", refuse)
    await put_entries(topics, entry("a", "first"))
    app = build("normalize", topics)
    Stage(app, topics, name="normalize", source=ENTRIES, work=count, row=Seen)

    async def body() -> None:
        async with running(app), asyncio.timeout(30):
            await asyncio.Event().wait()

    with pytest.raises(BrokerError, match="TopicAuthorizationFailedError"):
        await body()
