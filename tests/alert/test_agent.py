"""The role `alert` as a whole: from the topic `statements` to a receiver."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from prometheus_client import REGISTRY

from agents.alert.agent import run
from agents.alert.rulebook import publish, read
from streams.produce import producing
from streams.records import Alert, Statement, encode
from streams.settings import Settings
from streams.topics import ALERT_RULES, ALERTS, STATEMENTS
from streams.wire import cloud_event, decode
from tests.alert.receiver import SECRET, Receiver, receiving
from tests.alert.samples import alert, rule, statement
from tests.kafka import everything, put

RULES = """
[rules.port]
channels = ["desk"]
words = { any = ["ميناء"] }
retractions = true
[rules.warnings]
channels = ["desk", "audit"]
acts = ["warn"]
"""


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@pytest_asyncio.fixture
async def alerting(topics: Settings, receiver: Receiver, tmp_path: Path) -> Settings:
    """Settings with a file of alerts whose channels lead to the receiver."""
    file = tmp_path / "alerts.toml"
    channels = "".join(
        f'[channels.{name}]\nkind = "webhook"\nurl = "{receiver.url}"\nsecret = "{SECRET}"\n'
        for name in ("desk", "audit")
    )
    file.write_text(channels + RULES, encoding="utf-8")
    return topics.model_copy(update={"alerts": file})


async def put_statements(settings: Settings, *statements: Statement) -> None:
    await put(settings, STATEMENTS, [(s.article_id, encode(s)) for s in statements])


async def test_from_a_statement_to_signed_webhooks_once(alerting: Settings, receiver: Receiver) -> None:
    said = statement(1)
    async with run(alerting):
        await put_statements(alerting, said, statement(2, act="deny", content="لا شيء"))
        await receiver.got(3)
        await put_statements(alerting, said)  # a replay of the statements
        await put(alerting, ALERTS, [(m.key.decode(), m.value) for m in await everything(alerting, ALERTS, 0.5)])
    async with run(alerting):  # a restart
        await put_statements(alerting, said, statement(3))
        await receiver.got(6)
        await asyncio.sleep(1)
    assert len(receiver.accepted) == len({message_id for message_id, _ in receiver.accepted}) == 6
    counted = Counter(
        (body["data"]["rule"], body["data"]["statement"]["statement_id"]) for _, body in receiver.accepted
    )
    matched = REGISTRY.get_sample_value("tasrih_alerts_matched_total", {"rule": "port"})
    delivered = REGISTRY.get_sample_value("tasrih_alert_deliveries_total", {"kind": "webhook", "outcome": "delivered"})
    assert matched
    assert delivered
    assert delivered >= 6
    assert counted == {("port", "s1"): 1, ("warnings", "s1"): 2, ("port", "s3"): 1, ("warnings", "s3"): 2}


async def test_a_retraction_is_told_once_where_the_rule_says_so(alerting: Settings, receiver: Receiver) -> None:
    said = statement(1)
    gone = msgspec.structs.replace(said, status="retracted")
    async with run(alerting):
        await put_statements(alerting, gone)  # nothing was raised yet: nothing to take back
        await put_statements(alerting, said, gone, gone, said)
        await receiver.got(4)
        await asyncio.sleep(0.5)
    retractions = [body for _, body in receiver.accepted if body["type"] == "alert.retracted"]
    raised = [body for _, body in receiver.accepted if body["type"] == "alert.matched"]
    assert len(raised) == 3
    assert [body["data"]["rule"] for body in retractions] == ["port"]
    assert retractions[0]["data"]["retracts"] in {body["data"]["alert_id"] for body in raised}
    assert retractions[0]["data"]["statement"]["status"] == "retracted"


async def test_alerts_are_told_however_the_worker_before_numbered_them(alerting: Settings, receiver: Receiver) -> None:
    # A worker that was killed had sent one alert of a statement. To its successor, another was the first.
    async with run(alerting):
        for told in (alert(1), alert(2), alert(1)):
            headers = cloud_event(told, ALERTS, id=told.alert_id, source="a1", sequence="00000000000000000007/00000")
            await put(alerting, ALERTS, [("a1", encode(told))], headers)
        await receiver.got(2)
        await asyncio.sleep(0.5)
    assert receiver.alert_ids() == ["alert1", "alert2"]


async def test_rules_of_file_and_api_meet_on_the_topic(alerting: Settings, receiver: Receiver) -> None:
    assert alerting.alerts
    async with run(alerting), producing(alerting, "alert") as producer:
        await publish(producer, [rule("from-api", acts=["ask"]), rule("gone", acts=["ask"])])
        await publish(producer, removed=["gone"])
        await put(alerting, ALERT_RULES, [("bad", b'{"name": "bad"}'), ("bad", b"\xff")])
        while set(await read(alerting)) != {"port", "warnings", "from-api"}:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        await put_statements(alerting, statement(1, act="ask", content="لا شيء"))
        await receiver.got(1)
    alerting.alerts.write_text(alerting.alerts.read_text(encoding="utf-8").replace("rules.port", "rules.harbour"))
    async with run(alerting):
        rules = await read(alerting)
    assert set(rules) == {"harbour", "warnings", "from-api"}
    assert rules["from-api"].origin == "api"


async def test_a_start_without_the_file_takes_its_rules_away(
    alerting: Settings, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    async with run(alerting), producing(alerting, "alert") as producer:
        await publish(producer, [rule("from-api", acts=["ask"])])
    async with run(alerting.model_copy(update={"alerts": None})):
        assert set(await read(alerting)) == {"from-api"}
    assert "Rules taken away, which are of a file, and TASRIH_ALERTS names none: port, warnings" in caplog.text
    async with run(alerting):
        assert set(await read(alerting)) == {"from-api", "port", "warnings"}
        await put_statements(alerting, statement(1))
        await receiver.got(3)


async def test_rubbish_on_statements_ends_nothing(alerting: Settings, receiver: Receiver) -> None:
    async with run(alerting):
        await put(alerting, STATEMENTS, [("a", b"\xff"), ("b", b"{}"), ("c", b"[]")])
        await put_statements(alerting, statement(1))
        await receiver.got(3)


_WORKER = """
import asyncio
from agents.alert.agent import run
from streams.settings import Settings

async def main():
    async with run(Settings()):
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@contextlib.asynccontextmanager
async def process(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """The role in a process of its own, to be killed."""
    given = settings.model_dump(include={"broker", "prefix", "partitions", "data_dir", "session_timeout", "alerts"})
    environment = {f"TASRIH_{name.upper()}": str(value) for name, value in given.items()}
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _WORKER, env={**os.environ, **environment, "TASRIH_ALLOW_PRIVATE": "true"},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert worker.stdout
        assert await asyncio.wait_for(worker.stdout.readline(), 60) == b"ready\n"
        yield worker
    finally:
        if worker.returncode is None:
            worker.send_signal(signal.SIGKILL)
        await worker.wait()


# The embedded broker keeps a killed member in its group for ever: only Kafka itself lets others go on.
@pytest.mark.kafka
@pytest.mark.parametrize("broker", ["kafka"], indirect=True)
async def test_workers_killed_at_any_moment_double_nothing_and_lose_nothing(
    alerting: Settings, receiver: Receiver
) -> None:
    said = [statement(number, article_id=f"a{number % 7}") for number in range(120)]
    for kill_after in (7, 40, None):
        async with process(alerting) as worker:
            if kill_after is None:
                await put_statements(alerting, *said)  # and a replay of everything
                async with asyncio.timeout(60):
                    while len({message_id for message_id, _ in receiver.accepted}) < 360:
                        await asyncio.sleep(0.05)
                await asyncio.sleep(2)
            else:
                await put_statements(alerting, *(said[:60] if kill_after == 7 else said[60:]))
                await receiver.got(kill_after, timeout=60)
                worker.send_signal(signal.SIGKILL)
                await worker.wait()
    bodies = {message_id: body["data"]["alert_id"] for message_id, body in receiver.accepted}
    assert len(bodies) == 360, "a message for each of 120 statements by two rules to one and two channels"
    assert Counter(bodies.values()) == {
        alert.alert_id: len(alert.channels)
        for alert in [decode(m.value, Alert) for m in await everything(alerting, ALERTS)]
    }
