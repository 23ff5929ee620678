"""Rules of alerts over the API, and how feeds fare: what other agents write, read through the server."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from agents.fetch.state import FeedRow
from agents.serve import follow
from agents.serve.access import Keys
from streams.broker import create_topics
from streams.records import AlertChannels, AlertRule, Feed
from streams.rows import changelog
from streams.settings import Settings
from streams.topics import ALERT_CHANNELS, ALERT_RULES, FEEDS, Topic
from tests.kafka import put, records
from tests.serve.conftest import Serving
from tests.serve.examples import publish, send, statement


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
