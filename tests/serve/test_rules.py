"""Rules of alerts over the API, and how feeds fare: what other agents write, read through the server."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import TopicAuthorizationFailedError

from agents.fetch.state import FeedRow
from agents.serve import follow
from agents.serve.access import Keys
from streams.broker import create_topics
from streams.records import AlertChannels, AlertRule, Delivery, Feed
from streams.rows import changelog
from streams.settings import Settings
from streams.topics import ALERT_CHANNELS, ALERT_RULES, DELIVERIES, FEEDS, Topic
from tests.kafka import put, records
from tests.serve.conftest import Serving
from tests.serve.examples import NOON, publish, send, statement


async def test_a_rule_is_made_changed_and_removed(topics: Settings, serving: Serving) -> None:
    async with serving(topics) as client:
        url = client.address + "/v1/rules/threats"
        for acts in (["warn"], ["warn", "accuse"]):
            async with client.session.put(url, json={"acts": acts, "channels": ["desk"]}) as answer:
                assert answer.status == 200
                assert (await answer.json())["acts"] == acts
            assert [r["acts"] for r in (await client.get("/v1/rules"))["rules"]] == [acts], "whoever wrote it reads it"
        said = await client.get("/v1/rules/threats")
        assert (said["name"], said["origin"]) == ("threats", "api")
        async with client.session.put(url, json=said) as answer:  # as it was read
            assert answer.status == 200
            said = await answer.json()
        async with client.session.put(url, json=said) as answer:  # as it was answered
            assert answer.status == 200
        (made, *_) = await records(topics, ALERT_RULES, AlertRule, 2)
        assert made.acts == ["warn"]
        async with client.session.delete(url) as answer:
            assert answer.status == 204
        assert (await client.get("/v1/rules"))["rules"] == []
        await client.get("/v1/rules/threats", 404)


@pytest.mark.parametrize(
    ("body", "kind", "status", "word"),
    [
        (b'{"acts": ["shout"], "channels": ["desk"]}', "application/json", 422, "acts"),
        (b'{"channels": ["desk"], "colour": "red", "acts": ["deny"]}', "application/json", 422, "colour"),
        (b"[]", "application/json", 400, "not a JSON object"),
        (b"{", "application/json", 400, "not a JSON object"),
        (b"[" * 60_000, "application/json", 400, "not a JSON object"),
        (b"\xff", "application/json", 400, "not a JSON object"),
        (b'{"channels": ["desk"], "acts": ["deny"]}', "text/plain", 415, "application/json"),
        (b"x" * 70_000, "application/json", 413, "65,536"),
    ],
)
async def test_a_rule_that_cannot_be(
    topics: Settings, serving: Serving, body: bytes, kind: str, status: int, word: str
) -> None:
    async with serving(topics) as client:
        for method, path in (("PUT", "/v1/rules/one"), ("POST", "/v1/rules/trial")):
            headers = {"Content-Type": kind}
            async with client.session.request(method, client.address + path, data=body, headers=headers) as answer:
                problem: dict[str, Any] = await answer.json(content_type=None)
                assert answer.status == status, problem
                assert word in problem["detail"]


async def test_a_broker_that_refuses_a_rule_is_told(
    topics: Settings, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise TopicAuthorizationFailedError("alert-rules")

    async with serving(topics) as client:
        monkeypatch.setattr(AIOKafkaProducer, "send_and_wait", refuse)
        body = {"acts": ["ask"], "channels": ["desk"]}
        async with asyncio.timeout(10), client.session.put(client.address + "/v1/rules/one", json=body) as answer:
            assert answer.status == 503
            assert "did not confirm" in (await answer.json(content_type=None))["detail"]


async def test_a_rule_of_the_file_is_changed_there(topics: Settings, serving: Serving) -> None:
    await send(topics, ALERT_RULES, ("one", AlertRule(name="one", channels=["desk"], acts=["deny"], origin="file")))
    async with serving(topics) as client:
        url = client.address + "/v1/rules/one"
        async with client.session.put(url, json={"acts": ["ask"], "channels": ["desk"]}) as answer:
            assert answer.status == 409
        async with client.session.delete(url) as answer:
            assert answer.status == 409


async def test_a_rule_is_made_only_when_there_is_none_if_so_asked(topics: Settings, serving: Serving) -> None:
    async with serving(topics) as client:
        url, body = client.address + "/v1/rules/one", {"acts": ["ask"], "channels": ["desk"]}
        for status in (200, 412):
            async with client.session.put(url, json=body, headers={"If-None-Match": "*"}) as answer:
                assert answer.status == status
            await client.until("/v1/rules/one", lambda body: True)


async def test_the_channels_that_rules_may_name(topics: Settings, serving: Serving) -> None:
    body = {"acts": ["deny"], "channels": ["desk", "dask"]}
    async with serving(topics) as client:

        async def warnings() -> list[str]:
            async with client.session.put(client.address + "/v1/rules/one", json=body) as answer:
                assert answer.status == 200
                return list((await answer.json())["warnings"])

        assert (await client.get("/v1/rules"))["channels"] is None
        assert await warnings() == []  # nobody has said yet
        for there, doubtful in (["desk"], ["dask"]), ([], ["desk", "dask"]), (["dask", "desk"], []):
            await send(topics, ALERT_CHANNELS, ("alert", AlertChannels(channels=there)))
            await client.until("/v1/rules", lambda body, there=there: body["channels"] == there)
            said = await warnings()
            assert [warning.partition(",")[0] for warning in said] == [
                f"rule one: no channel is named {name}" for name in doubtful
            ]
            assert all(warning.endswith(f"there are: {', '.join(there) or 'none'}") for warning in said)


async def test_how_channels_fare(topics: Settings, serving: Serving) -> None:
    def step(what: str, minutes: float, **fields: Any) -> tuple[str, Delivery]:
        at, message = NOON + timedelta(minutes=minutes), "" if what == "enabled" else "m"
        return "desk", Delivery(**{"channel": "desk", "step": what, "at": at, "message_id": message, **fields})

    await send(topics, ALERT_RULES, ("one", AlertRule(name="one", channels=["desk"], acts=["deny"])))
    for channel in ("desk", "gone"):  # no rule names that one, and nobody has it
        await send(topics, DELIVERIES, (channel, Delivery(channel=channel, step="failed", at=NOON, message_id="m")))
    fails, gone = "the receiver answered 500", "the receiver answered 410 Gone"
    async with serving(topics) as client:

        async def faring(*steps: tuple[str, Delivery]) -> tuple[float | None, float | None, str, bool]:
            """Minutes after noon of the last delivery and of the first failure since; the reason; whether disabled."""
            await send(topics, DELIVERIES, *steps)
            told: dict[str, Any] = {}

            def arrived(body: dict[str, Any]) -> bool:
                (found,) = body["health"]
                told.update(found)
                return (told["reason"], told["failing_since"] is None) == expected

            expected = (steps[-1][1].reason, not steps[-1][1].reason)
            await client.until("/v1/rules", arrived)
            at = (told[name] and datetime.fromisoformat(told[name]) for name in ("delivered_at", "failing_since"))
            took, since = (time and (time - NOON) / timedelta(minutes=1) for time in at)
            return took, since, told["reason"], told["disabled"]

        assert await faring(step("delivered", 1)) == (1, None, "", False)
        assert await faring(step("failed", 2, reason="it took too long"), step("failed", 3, reason=fails)) == (
            (1, 2, fails, False)
        ), "since when, not when last"
        assert await faring(
            step("refused", 4, message_id="", reason="its rule was removed"), step("failed", 5, reason=fails + "!")
        ) == (1, 2, fails + "!", False)
        assert await faring(step("delivered", 6)) == (6, None, "", False)
        assert await faring(step("disabled", 7, reason=gone)) == (6, 7, gone, True)
        assert await faring(step("enabled", 8)) == (6, None, "", False)
        assert await faring(step("failed", 9, reason=fails)) == (6, 9, fails, False)
    async with serving(topics) as client:  # kept, and not read again
        (told,) = (await client.get("/v1/rules"))["health"]
        assert (told["channel"], told["reason"]) == ("desk", fails)


async def test_a_delivery_that_another_server_has_archived_counts_once(topics: Settings, serving: Serving) -> None:
    from agents.serve.archive import archive
    from agents.serve.archive.writing import Batch

    steps = [Delivery(channel="desk", step=step, at=NOON, message_id="m") for step in ("failed", "delivered")]
    async with archive(topics) as kept:
        for read in (steps, steps[:1]):  # the second server has not come as far
            batch = [(0, offset, step) for offset, step in enumerate(read)]
            await kept.write(Batch(deliveries=batch, positions={("deliveries", 0): len(batch)}))
        (health,) = await kept.channel_healths()
        assert (health.delivered_at, health.failing_since) == (NOON, None)


async def test_why_a_channel_fails_is_for_those_who_may_change_rules(topics: Settings, serving: Serving) -> None:
    settings = topics.model_copy(update={"host": "0.0.0.0", "open_to_read": True})
    editor, reader = (Keys.of(settings).add(*key) for key in (("editor", ("read", "rules")), ("reader", ("read",))))
    reason = "cannot connect to desk.example: Connection refused"
    await send(topics, ALERT_CHANNELS, ("alert", AlertChannels(channels=["desk"])))
    failed = Delivery(channel="desk", step="failed", at=NOON, message_id="m", reason=reason)
    await send(topics, DELIVERIES, ("desk", failed))
    async with serving(settings) as client:
        client.address = client.address.replace("0.0.0.0", "127.0.0.1")
        for key, told in (("", ""), (reader, ""), (editor, reason)):
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            (health,) = (await client.get("/v1/rules", headers=headers))["health"]
            assert (health["reason"], health["failing_since"]) == (told, "2026-03-01T12:00:00Z")


async def test_a_trial_looks_at_the_archive(topics: Settings, serving: Serving) -> None:
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    denied = [statement(act="deny", published_at=now) for _ in range(3)]
    await publish(topics, *denied, *(statement(published_at=now) for _ in range(5)), statement(act="deny"))
    async with serving(topics) as client:
        # Nothing is sent: it may, but need not say where to.
        for body in ({"acts": ["deny"], "channels": ["desk"]}, {"acts": ["deny"], "channels": []}, {"acts": ["deny"]}):
            async with client.session.post(client.address + "/v1/rules/trial?days=2", json=body) as answer:
                found = await answer.json()
            assert (found["matched"], found["looked_at"]) == (3, 8)
            assert {s["statement_id"] for s in found["statements"]} == {s.statement_id for s in denied}


async def test_rules_need_a_scope_of_their_own(topics: Settings, serving: Serving) -> None:
    settings = topics.model_copy(update={"host": "0.0.0.0", "open_to_read": True})
    secret = Keys.of(settings).add("editor", ("read", "rules"))
    reader = Keys.of(settings).add("reader", ("read",))
    async with serving(settings) as client:
        url = client.address.replace("0.0.0.0", "127.0.0.1") + "/v1/rules/one"
        for key, status in (("", 401), (reader, 403), (secret, 200)):
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            body = {"acts": ["deny"], "channels": ["desk"]}
            async with client.session.put(url, json=body, headers=headers) as answer:
                assert answer.status == status


async def test_how_a_feed_fares(topics: Settings, serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_CHECK_EVERY", 0.1)
    feed = Feed(url="https://outlet.example/feed", outlet="صحيفة المثال")
    await send(topics, FEEDS, (feed.url, feed))
    table = Topic(changelog(topics, "fetch", "fetch").removeprefix(topics.prefix), Feed, key="url", compacted=True)
    row = FeedRow(feed, 0, 1.0, due=1e9, polled_at=9e8, error="timed out", error_at=9e8, failures=2, polls=5, same=1)
    async with serving(topics) as client:
        (found,) = (await client.get("/v1/feeds"))["feeds"]  # type: ignore[misc]
        assert found["health"] is None
        await create_topics(topics, [table])  # as the first fetcher does, while we run
        await put(topics, table, [(feed.url, msgspec.msgpack.encode(row))])
        body = await client.until("/v1/feeds", lambda body: body["feeds"][0]["health"] is not None)  # type: ignore[index]
        health = body["feeds"][0]["health"]  # type: ignore[index]
    assert (health["error"], health["failures"], health["unchanged"]) == ("timed out", 2, 1)
    assert (health["due_at"], health["success_at"]) == ("2001-09-09T01:46:40Z", None)
