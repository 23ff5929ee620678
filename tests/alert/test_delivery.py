"""From a queued alert to a receiver: retries over hours, channels that fail, workers that die. A real broker, a real
receiver; only the clock is ours."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from agents.alert import deliver
from agents.alert.channels import opened
from agents.alert.deliver import SCHEDULE, Deliverer, delivering
from agents.alert.outbox import LONGEST
from agents.alert.rulebook import following, publish
from streams import dead_letters
from streams.broker import create_topics
from streams.produce import producing
from streams.records import AlertRule, DeadLetter, Delivery, Quiet, encode
from streams.settings import Settings
from streams.topics import DEAD_LETTERS, DELIVERIES
from streams.wire import decode
from tests.alert.receiver import HANG, SECRET, Inbox, Receiver, receiving
from tests.alert.samples import NOON, alert, rule
from tests.kafka import everything, put, records


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **of: float) -> None:
        self.now += timedelta(**of)


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@contextlib.asynccontextmanager
async def worker(
    settings: Settings, clock: Clock, *rules: AlertRule, **receivers: Receiver | Inbox
) -> AsyncIterator[None]:
    """What the role runs, from `deliveries` on. Its channels are the receivers."""
    tables = {
        name: {"kind": "webhook", "url": receiver.url, "secret": SECRET, "timeout": 2.0}
        if isinstance(receiver, Receiver)
        else {"kind": "apprise", "url": f"json://127.0.0.1:{receiver.server_address[1]}/"}
        for name, receiver in receivers.items()
    }
    async with producing(settings, "alert") as producer, opened(tables, settings) as channels:
        await publish(producer, rules)
        async with following(settings, producer) as rulebook, delivering(settings, producer, rulebook, channels, clock):
            yield


async def queue(settings: Settings, clock: Clock, *numbers: int, channel: str = "desk") -> None:
    steps = (Delivery(channel=channel, step="queued", at=clock(), alerts=[alert(number)]) for number in numbers)
    await put(settings, DELIVERIES, [(channel, encode(step)) for step in steps])


async def until(true: Callable[[], Awaitable[Any] | Any], timeout: float = 20) -> None:
    async with asyncio.timeout(timeout):
        while True:
            found = true()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(0.02)


async def steps(settings: Settings, step: str) -> list[Delivery]:
    found = [decode(message.value, Delivery) for message in await everything(settings, DELIVERIES, quiet=0.2)]
    return [one for one in found if one.step == step]


async def written(settings: Settings, step: str, count: int) -> None:
    async def enough() -> bool:
        return len(await steps(settings, step)) >= count

    await until(enough)


async def test_a_receiver_that_answers_500_for_hours_gets_it_in_the_end_under_one_id(
    topics: Settings, receiver: Receiver
) -> None:
    clock, receiver.status = Clock(), 500
    async with worker(topics, clock, desk=receiver):
        await queue(topics, clock, 1)
        for attempt, wait in enumerate(SCHEDULE[:5], start=1):
            await receiver.got(attempt)
            await written(topics, "failed", attempt)
            clock.forward(seconds=wait.total_seconds() * 0.99)
            await asyncio.sleep(0.6)
            assert len(receiver.requests) == attempt, "tried before its time"
            clock.forward(seconds=wait.total_seconds() * 0.12)
        receiver.status = 204
        await receiver.got(6)
        await written(topics, "delivered", 1)
    assert len({message_id for message_id, _ in receiver.requests}) == 1
    assert len({str(body) for _, body in receiver.requests}) == 1
    assert clock.now - NOON > timedelta(hours=2)


async def test_a_channel_that_begins_to_fail_is_told_once_and_so_is_its_end(
    topics: Settings, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    clock, receiver.status = Clock(), 500
    async with worker(topics, clock, desk=receiver):
        await queue(topics, clock, 1)
        await written(topics, "failed", 1)
        await queue(topics, clock, 2)
        await written(topics, "failed", 2)
        receiver.status = 204
        clock.forward(seconds=10)
        await written(topics, "delivered", 2)
    told = [one.getMessage() for one in caplog.records if one.levelname == "WARNING" and "desk" in one.getMessage()]
    assert told == ["Channel desk: the receiver answered 500; trying again in 5 s", "Channel desk takes messages again"]


async def test_one_that_fails_holds_up_no_other(topics: Settings, receiver: Receiver) -> None:
    """Neither the other alerts of its channel, nor another channel while one hangs."""
    clock, receiver.by_alert = Clock(), {"alert1": 500}
    async with receiving() as hanging, worker(topics, clock, desk=receiver, hung=hanging):
        hanging.status = HANG
        await queue(topics, clock, *range(20), channel="hung")
        await queue(topics, clock, *range(10))
        await until(lambda: len(receiver.accepted) == 9)
        clock.forward(seconds=10)
        receiver.by_alert.clear()
        await until(lambda: len(receiver.accepted) == 10)
        assert hanging.accepted == []
    assert sorted(receiver.alert_ids()) == sorted(f"alert{n}" for n in range(10))


async def test_a_retraction_never_comes_before_its_alert(topics: Settings, receiver: Receiver) -> None:
    """The alert fails at first; what takes it back is ready to leave all the while."""
    clock, receiver.by_alert = Clock(), {"alert1": 500}
    async with worker(topics, clock, desk=receiver):
        await queue(topics, clock, 1)
        await written(topics, "failed", 1)
        back = Delivery(channel="desk", step="queued", at=clock(), alerts=[alert(2, retracts="alert1")])
        await put(topics, DELIVERIES, [("desk", encode(back))])
        await queue(topics, clock, 3)
        await until(lambda: receiver.alert_ids() == ["alert3"])
        receiver.by_alert.clear()
        clock.forward(seconds=10)
        await until(lambda: receiver.alert_ids() == ["alert3", "alert1", "alert2"])


async def test_what_is_given_up_is_a_dead_letter_that_can_be_sent_round_again(
    topics: Settings, receiver: Receiver
) -> None:
    clock, receiver.status = Clock(), 500
    async with worker(topics, clock, desk=receiver):
        await queue(topics, clock, 1)
        for attempt, wait in enumerate(SCHEDULE, start=1):
            await receiver.got(attempt)
            await written(topics, "failed", attempt)
            clock.forward(seconds=wait.total_seconds() * 1.1)
        (letter,) = await records(topics, DEAD_LETTERS, DeadLetter, 1)
        assert (letter.stage, letter.topic) == ("alert", topics.prefix + "deliveries")
        assert letter.reason.startswith("given up after 9 attempts in ")
        assert letter.reason.endswith("the receiver answered 500")
        await written(topics, "refused", 1)
        receiver.status = 204
        await dead_letters.retry(topics, (await dead_letters.waiting(topics)).values())
        await until(lambda: receiver.alert_ids() == ["alert1"])


async def test_none_waits_for_so_long_that_its_topic_forgets_it(topics: Settings, receiver: Receiver) -> None:
    """Not for its receiver, and not for a rule that lets out too little."""
    assert DELIVERIES.retention
    assert DELIVERIES.retention - LONGEST >= timedelta(days=1)
    clock, receiver.status = Clock(), 500
    async with worker(topics, clock, desk=receiver):
        await queue(topics, clock, 1)
        for attempt in range(1, 5):
            await written(topics, "failed", attempt)
            clock.forward(hours=25)
        (letter,) = await records(topics, DEAD_LETTERS, DeadLetter, 1)
        assert letter.reason.startswith("given up after 5 attempts in 100 hours")
    quiet = Quiet(begin="00:00", end="23:59", zone="UTC")
    async with worker(topics, clock, rule(quiet=quiet, acts=["warn"]), desk=receiver):
        await queue(topics, clock, 2)
        clock.forward(hours=95)
        await asyncio.sleep(1.5)
        assert len(await everything(topics, DEAD_LETTERS)) == 1
        clock.forward(hours=2)
        *_, letter = await records(topics, DEAD_LETTERS, DeadLetter, 2)
        assert letter.reason == "its rule let it wait for more than 4 days"


async def test_410_disables_the_channel_until_it_is_enabled(topics: Settings, receiver: Receiver) -> None:
    clock, receiver.status = Clock(), 410
    async with worker(topics, clock, desk=receiver):
        await queue(topics, clock, 1)
        await written(topics, "refused", 1)
        receiver.status = 204
    async with worker(topics, clock, desk=receiver):  # remembered by the next worker
        await queue(topics, clock, 2)
        letters = await records(topics, DEAD_LETTERS, DeadLetter, 2)
        assert "410 Gone" in letters[0].reason
        assert "disabled" in letters[1].reason
        assert len(receiver.requests) == 1
        enabled = Delivery(channel="desk", step="enabled", at=clock())
        await put(
            topics, DELIVERIES, [("desk", encode(enabled)), *[("desk", letter.value or b"") for letter in letters]]
        )
        await until(lambda: sorted(receiver.alert_ids()) == ["alert1", "alert2"])


async def test_a_channel_that_is_not_in_the_file_and_rubbish_become_dead_letters(
    topics: Settings, receiver: Receiver
) -> None:
    clock = Clock()
    async with worker(topics, clock, desk=receiver):
        naive = encode(Delivery(channel="desk", step="enabled", at=NOON)).replace(b"Z", b"")
        await put(topics, DELIVERIES, [("desk", b"\xff rubbish"), ("desk", naive)])
        await queue(topics, clock, 1, channel="nowhere")
        await queue(topics, clock, 2)
        letters = await records(topics, DEAD_LETTERS, DeadLetter, 3)
        assert sorted(letter.error for letter in letters) == ["DeliveryError", "UnreadableError", "UnreadableError"]
        assert any("no channel is named nowhere; the file has: desk" in letter.reason for letter in letters)
        await until(lambda: receiver.alert_ids() == ["alert2"])
    async with worker(topics, clock, desk=receiver):
        await queue(topics, clock, 3)
        await until(lambda: receiver.alert_ids() == ["alert2", "alert3"])
    assert len(await everything(topics, DEAD_LETTERS)) == 3, "read again, told again"


async def test_limits_and_digests_go_on_where_another_worker_stopped(topics: Settings, receiver: Receiver) -> None:
    clock = Clock()
    limited = rule(acts=["warn"], max_per_hour=2)
    async with worker(topics, clock, limited, desk=receiver):
        await queue(topics, clock, *range(5))
        await written(topics, "delivered", 2)
    clock.forward(minutes=30)
    async with worker(topics, clock, desk=receiver):
        await queue(topics, clock, 5)
        await asyncio.sleep(1)
        assert len(receiver.accepted) == 2
    clock.forward(minutes=31)
    async with worker(topics, clock, desk=receiver):
        await written(topics, "delivered", 3)
    assert [body["type"] for _, body in receiver.accepted] == ["alert.matched", "alert.matched", "alert.digest"]
    assert sorted(receiver.alert_ids()) == [f"alert{n}" for n in range(6)]


@pytest.mark.parametrize(("description", "title"), [("تحذيرات الميناء", "تحذيرات الميناء: 2"), ("", "r: 2")])
async def test_a_digest_is_called_what_people_call_its_rule(topics: Settings, description: str, title: str) -> None:
    clock = Clock()
    warned = rule(acts=["warn"], digest=5, description=description)
    with Inbox(200) as inbox:
        threading.Thread(target=inbox.serve_forever, daemon=True).start()
        async with worker(topics, clock, warned, desk=inbox):
            await queue(topics, clock, 1, 2)
            await asyncio.sleep(1)
            clock.forward(minutes=5)
            await written(topics, "delivered", 1)
        inbox.shutdown()
    assert [post["title"] for post in inbox.posts] == [title]


async def test_a_worker_cut_off_between_the_answer_and_its_record_sends_the_same_message(
    topics: Settings, receiver: Receiver
) -> None:
    """The one gap that cannot be closed from here: the receiver knows the message by its id."""
    clock = Clock()
    async with worker(topics, clock, rule(acts=["warn"], digest=5), desk=receiver):
        await queue(topics, clock, 1, 2)
        await asyncio.sleep(1)
        clock.forward(minutes=5)
        await written(topics, "delivered", 1)
    # The log of a worker that was killed right after the receiver's 2xx: the same without its last step.
    log = await everything(topics, DELIVERIES)
    other = topics.model_copy(update={"prefix": topics.prefix + "killed-"})
    await create_topics(other)
    await put(other, DELIVERIES, [("desk", m.value) for m in log if decode(m.value, Delivery).step != "delivered"])
    clock.forward(minutes=1)
    async with worker(other, clock, desk=receiver):
        await queue(other, clock, 3)  # comes too late to be put into that message
        await until(lambda: len(receiver.accepted) == 3)
    (first, body), (again, same), (_, new) = receiver.accepted
    assert (first, body) == (again, same)
    assert new["data"]["alert_id"] == "alert3"


async def test_a_rule_taken_away_takes_what_waits_with_it_but_not_in_silence(
    topics: Settings, receiver: Receiver
) -> None:
    clock = Clock()
    async with worker(topics, clock, rule(acts=["warn"], digest=60), desk=receiver):
        await queue(topics, clock, 1, 2)
        await asyncio.sleep(1)
        async with producing(topics, "alert") as producer:
            await publish(producer, removed=["r"])
        letters = await records(topics, DEAD_LETTERS, DeadLetter, 2)
    assert {letter.reason for letter in letters} == {"its rule was removed"}
    found = [msgspec.json.decode(letter.value or b"", type=Delivery).alerts[0].alert_id for letter in letters]
    assert sorted(found) == ["alert1", "alert2"]


async def test_what_would_fill_the_memory_is_given_up_oldest_first(topics: Settings, receiver: Receiver) -> None:
    clock = Clock()
    async with worker(topics, clock, rule(acts=["warn"], digest=60), desk=receiver):
        await queue(topics, clock, *range(2010))
        letters = await records(topics, DEAD_LETTERS, DeadLetter, 10)
        found = {msgspec.json.decode(letter.value or b"", type=Delivery).alerts[0].alert_id for letter in letters}
        assert found == {f"alert{number}" for number in range(10)}
        assert {letter.reason for letter in letters} == {"more alerts of its rule waited than may"}
        clock.forward(hours=1)
        await until(lambda: len(receiver.alert_ids()) == 2000, timeout=40)
    assert len(set(receiver.alert_ids())) == 2000
    assert len(await everything(topics, DEAD_LETTERS)) == 10


async def test_a_message_whose_outcome_cannot_be_written_is_not_sent_without_end(
    topics: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock, write = Clock(), Deliverer._write

    async def refused(self: Deliverer, step: Delivery) -> int:
        if step.step == "delivered":
            raise TopicAuthorizationFailedError("deliveries")
        return await write(self, step)

    monkeypatch.setattr(deliver, "_RETRY", 0.1)
    monkeypatch.setattr(Deliverer, "_write", refused)
    async with worker(topics, clock, desk=receiver):
        await queue(topics, clock, 1)
        await until(lambda: "cannot be written: TopicAuthorizationFailedError" in caplog.text)
        await queue(topics, clock, 2)
        await until(lambda: receiver.alert_ids() == ["alert1", "alert2"])
    monkeypatch.undo()
    async with worker(topics, clock, desk=receiver):
        await written(topics, "delivered", 2)
    (first, again) = [request for request in receiver.requests if request[0] == receiver.requests[0][0]]
    assert first == again


@pytest.mark.parametrize("name", ["start", "end_offsets", "commit"])
async def test_reading_that_fails_once_is_begun_anew_and_misses_nothing(
    topics: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    failures = 0

    async def failing_once(self: AIOKafkaConsumer, *arguments: Any) -> Any:
        nonlocal failures
        done = await getattr(super(Failing, self), name)(*arguments)
        if failures == 0:
            failures += 1
            raise KafkaError("as an unforeseen answer of the broker")
        return done

    Failing = type("Failing", (AIOKafkaConsumer,), {name: failing_once})  # noqa: N806
    monkeypatch.setattr(deliver, "AIOKafkaConsumer", Failing)
    await put(topics, DELIVERIES, [("desk", b"rubbish")])
    await queue(topics, Clock(), 1, 2)
    async with worker(topics, Clock(), desk=receiver):
        await until(lambda: set(receiver.alert_ids()) == {"alert1", "alert2"})
    assert failures == 1


async def test_workers_that_come_and_go_share_the_channels(topics: Settings, receiver: Receiver) -> None:
    clock = Clock()
    receivers = {f"desk{number}": receiver for number in range(6)}
    async with worker(topics, clock, **receivers):
        for number in range(6):
            await queue(topics, clock, *range(number * 10, number * 10 + 5), channel=f"desk{number}")
        await receiver.got(10)
        async with worker(topics, clock, **receivers):
            for number in range(6):
                await queue(topics, clock, *range(number * 10 + 5, number * 10 + 10), channel=f"desk{number}")
            await until(lambda: len(set(receiver.alert_ids())) == 60)
    async with worker(topics, clock, **receivers):  # reads everything once more
        await queue(topics, clock, 99, channel="desk0")
        await until(lambda: "alert99" in receiver.alert_ids())
    ids = Counter(message_id for message_id, _ in receiver.accepted)
    assert len(ids) == 61, "an alert in two messages"
    assert sum(ids.values()) == 61, "sent again though nobody died"
