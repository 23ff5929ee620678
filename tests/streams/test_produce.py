"""What is written outside a Faust app: confirmed, or not said to be."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaTimeoutError,
    NotEnoughReplicasError,
    TopicAuthorizationFailedError,
)

from streams import produce
from streams.broker import BrokerError, create_topics, embedded
from streams.produce import producing, retried, writing
from streams.records import AlertRule, DeadLetter
from streams.settings import Settings
from streams.topics import ALERT_RULES, DEAD_LETTERS
from tests.kafka import records


@pytest.mark.parametrize("error", [KafkaConnectionError, KafkaTimeoutError, NotEnoughReplicasError, OSError])
async def test_what_passes_is_tried_again(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(produce, "_FIRST_RETRY", 0.0)
    faults = [error("for now")]

    async def attempt() -> str:
        if faults:
            raise faults.pop()
        return "done"

    assert await retried("extract", attempt) == "done"


async def test_what_does_not_pass_is_raised() -> None:
    async def attempt() -> None:
        raise TopicAuthorizationFailedError("statements")

    with pytest.raises(TopicAuthorizationFailedError):
        await retried("extract", attempt)


async def test_a_partition_may_be_named(topics: Settings) -> None:
    async with writing(topics) as writer:
        assert await writer.partitions(ALERT_RULES) == topics.partitions
        for partition in range(topics.partitions):
            for offset in range(2):
                rule = AlertRule(name="same", channels=["desk"])
                assert await writer.put(ALERT_RULES, "same", rule, id="x", source="s", partition=partition) == offset


async def test_a_stage_tells_what_it_could_not_do(topics: Settings) -> None:
    async with producing(topics, "alert") as producer:
        await producer.dead_letter(("statements", 1, 7), b"key", b"value", ValueError("why"))
    (letter,) = await records(topics, DEAD_LETTERS, DeadLetter, 1)
    assert (letter.stage, letter.topic, letter.partition, letter.offset) == ("alert", "statements", 1, 7)
    assert (letter.key, letter.value, letter.error, letter.reason) == (b"key", b"value", "ValueError", "why")


async def test_who_waits_is_told_that_the_broker_went_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(produce, "_WAITERS_SECONDS", 1)
    async with AsyncExitStack() as stack:
        settings = Settings(broker=await stack.enter_async_context(embedded(tmp_path)))
        await create_topics(settings)

        async def write() -> None:
            async with writing(settings) as writer:
                await stack.aclose()
                await writer.put(ALERT_RULES, "r", AlertRule(name="r", channels=["desk"]), id="r", source="s")

        with pytest.raises(BrokerError, match="did not take what was written"):
            await write()
        with pytest.raises(BrokerError, match="Cannot reach the broker"):
            await write()
