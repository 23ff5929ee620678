"""The live stream: every statement once, to whoever reads, however often they come back."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import aiohttp
import msgspec
import pytest

from agents.serve import hub, live
from agents.serve.archive import Archive, archive
from agents.serve.archive.database import TooSlowError
from agents.serve.archive.writing import Batch
from streams.broker import create_topics
from streams.records import Statement
from streams.settings import Settings
from tests.serve.conftest import Serving
from tests.serve.examples import publish, statement
from tests.serve.reading import EventSource


async def test_statements_come_as_they_are_published(topics: Settings, serving: Serving) -> None:
    async with serving(topics) as client:
        source = EventSource(client.session, client.address + "/v1/stream")
        async with source.open() as events:
            one = statement()
            await publish(topics, one)
            event, data = await anext(events)
    assert event == "statement"
    assert msgspec.convert(data, Statement) == one


async def test_only_what_the_filter_wants_comes(topics: Settings, serving: Serving) -> None:
    denied, asserted = statement(act="deny", content="لا صحة للخبر"), statement()
    async with serving(topics) as client:
        deny = EventSource(client.session, client.address + "/v1/stream?act=deny&q=الخبر")
        async with deny.open() as events:
            await publish(topics, asserted, denied, statement(act="deny"), asserted)
            _, data = await anext(events)
    assert data["statement_id"] == denied.statement_id


async def test_a_stream_that_fails_says_so_over_either_wire(
    topics: Settings, serving: Serving, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise OSError("the disk is gone")

    async def slow(*_: object) -> None:
        raise TooSlowError

    async with serving(topics) as client:
        for fault, told in ((broken, "Something failed here"), (slow, "took too long")):
            monkeypatch.setattr(Archive, "after", fault)
            ((event, data),) = await EventSource(client.session, client.address + "/v1/stream?since=0").take(1)
            assert event == "dropped"
            assert told in data["reason"]
            async with client.session.ws_connect(client.address + "/v1/ws?since=0") as socket:
                message = await socket.receive_json(timeout=10)
                assert message["event"] == "dropped"
                assert told in message["reason"]
    assert caplog.text.count("OSError: the disk is gone") == 2


async def test_a_retraction_goes_out(topics: Settings, serving: Serving) -> None:
    one = statement()
    async with serving(topics) as client:
        await publish(topics, one, msgspec.structs.replace(one, status="retracted"))
        await client.until("/v1/statements?status=retracted", lambda body: bool(body["statements"]))
        source = EventSource(client.session, client.address + "/v1/stream?since=0.0")
        ((event, data),) = await source.take(1)
    assert (event, data["statement_id"], data["status"]) == ("retraction", one.statement_id, "retracted")


async def test_between_the_list_and_the_stream_is_no_gap(topics: Settings, serving: Serving) -> None:
    first, then = statement(), statement()
    async with serving(topics) as client:
        await publish(topics, first)
        page = await client.until("/v1/statements", lambda body: bool(body["statements"]))
        await publish(topics, then)
        await client.until("/v1/statements", lambda body: len(body["statements"]) == 2)  # type: ignore[arg-type]
        source = EventSource(client.session, f"{client.address}/v1/stream?since={page['position']}")
        ((_, data),) = await source.take(1)
    assert data["statement_id"] == then.statement_id


@pytest.mark.parametrize("rebuilt", [False, True], ids=["restart", "rebuild"])
async def test_a_reader_goes_on_after_the_server_was_away(topics: Settings, serving: Serving, rebuilt: bool) -> None:
    statements = [statement() for _ in range(60)]
    async with serving(topics) as client:
        source = EventSource(client.session, client.address + "/v1/stream?since=0")
        await publish(topics, *statements[:20])
        seen = await source.take(15)
    await publish(topics, *statements[20:40])
    settings = topics
    if rebuilt:  # another server, or the same one after its archive was dropped
        settings = topics.model_copy(update={"data_dir": topics.data_dir / "another"})
    async with serving(settings) as client:
        again = EventSource(client.session, client.address + "/v1/stream", source.last_id)
        async with again.open() as events:
            await publish(topics, *statements[40:])
            seen += [await anext(events) for _ in range(45)]
    ids = [data["statement_id"] for _, data in seen]
    assert sorted(ids) == sorted(s.statement_id for s in statements)


async def test_a_reader_goes_on_though_the_topic_of_feeds_was_made_again(topics: Settings, serving: Serving) -> None:
    statements = [statement(article_id="a") for _ in range(3)]
    async with serving(topics) as client:
        source = EventSource(client.session, client.address + "/v1/stream?since=0")
        await publish(topics, *statements)
        await source.take(1)
    async with archive(topics) as kept:
        await kept.write(Batch(positions={("feeds", 0): 99}))
    async with serving(topics) as client:
        rest = await EventSource(client.session, client.address + "/v1/stream", source.last_id).take(2)
        assert [data["statement_id"] for _, data in rest] == [s.statement_id for s in statements[1:]]


async def test_an_archive_put_back_under_the_server_is_filled_again(stored: Settings, serving: Serving) -> None:
    await create_topics(stored)
    statements = [statement() for _ in range(6)]
    async with serving(stored) as client, archive(stored) as another:
        events = EventSource(client.session, client.address + "/v1/stream?since=0")
        await publish(stored, *statements[:4])
        seen = await events.take(4)
        await another.drop()  # as a rebuild that is given up does, or a backup of an empty database
        ((event, data),) = await EventSource(client.session, client.address + "/v1/stream?since=0").take(1)
        assert (event, "put back" in data["reason"]) == ("dropped", True)
        async with events.open() as live:
            await publish(stored, *statements[4:])
            seen += [await anext(live) for _ in range(2)]
            page = await client.until("/v1/statements", lambda body: len(body["statements"]) == 6)  # type: ignore[arg-type]
            await publish(stored, last := statement())
            seen.append(await asyncio.wait_for(anext(live), 20))
    assert {s["statement_id"] for s in page["statements"]} == {s.statement_id for s in statements}  # type: ignore[attr-defined]
    assert sorted(data["statement_id"] for _, data in seen) == sorted(s.statement_id for s in (*statements, last))


async def test_a_reader_who_keeps_coming_back_sees_each_once(topics: Settings, serving: Serving) -> None:
    statements = [statement() for _ in range(400)]

    async def write() -> None:
        for first in range(0, 400, 10):
            await publish(topics, *statements[first : first + 10])

    async with serving(topics) as client:
        source, seen = EventSource(client.session, client.address + "/v1/stream?since=0"), list[str]()
        writing = asyncio.create_task(write())
        while len(seen) < 400:
            async with asyncio.timeout(20), source.open() as events:
                for _ in range(min(7, 400 - len(seen))):
                    _, data = await anext(events)
                    seen.append(data["statement_id"])
        await writing
    assert len(set(seen)) == 400
    assert sorted(seen) == sorted(s.statement_id for s in statements)


async def test_a_slow_reader_is_dropped_told_why_and_resumes(
    topics: Settings, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "_WAITING", 2)
    # More than the kernel and the server's transport hold for someone who does not read.
    statements = [statement("كلمة " * 4000) for _ in range(200)]
    async with serving(topics) as client:
        host, port = client.address.removeprefix("http://").split(":")
        slow = socket.create_connection((host, int(port)))
        slow.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await client.until("/healthz", lambda body: body["readers"] == 1)
        quick = EventSource(client.session, client.address + "/v1/stream")
        async with quick.open() as events:
            for first in range(0, 200, 20):
                await publish(topics, *statements[first : first + 20])
                for _ in range(20):
                    await asyncio.wait_for(anext(events), 20)
        await client.until("/healthz", lambda body: body["readers"] == 0)
        text = b""
        with slow:
            slow.settimeout(20)
            while data := await asyncio.to_thread(slow.recv, 1 << 20):
                text += data
        assert b"event: dropped" in text
        assert b"read more slowly" in text
        last = text.rpartition(b"id: ")[2].partition(b"\n")[0].decode()
        had = text.count(b"event: statement")
        assert 0 < had < 200
        rest = await EventSource(client.session, client.address + "/v1/stream", last).take(200 - had)
    assert {data["statement_id"] for _, data in rest}.isdisjoint(
        s.statement_id for s in statements if s.statement_id.encode() in text
    )


async def test_heartbeats_show_life_and_move_the_position(
    topics: Settings, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    async with serving(topics) as client:
        url = client.address + "/v1/stream?act=deny"
        async with client.session.get(url) as answer, asyncio.timeout(20):
            await publish(topics, statement(article_id="a"))
            text = ""
            while not any(f"id: {at}" in text for at in ("0.1", "1.0", "1\n")):
                text += (await answer.content.readany()).decode()
    assert ": heartbeat" in text
    assert "event:" not in text


async def test_websocket_keeps_the_same_contract(topics: Settings, serving: Serving) -> None:
    before, after = statement(), statement()
    async with serving(topics) as client:
        await publish(topics, before)
        await client.until("/v1/statements", lambda body: bool(body["statements"]))
        async with client.session.ws_connect(client.address + "/v1/ws?since=0&outlet=صحيفة المثال") as socket:
            first = await socket.receive_json(timeout=20)
            beat = await socket.receive_json(timeout=20)
            await publish(topics, after, msgspec.structs.replace(before, status="retracted"))
            more = [await socket.receive_json(timeout=20) for _ in range(2)]
        assert first["event"] == "statement"
        assert msgspec.convert(first["data"], Statement) == before
        assert beat["event"] == "heartbeat"
        assert sorted(message["event"] for message in more) == ["retraction", "statement"]
        async with client.session.ws_connect(f"{client.address}/v1/ws?since={first['id']}") as socket:
            again = {(await socket.receive_json(timeout=20))["data"]["statement_id"] for _ in range(2)}
        assert again == {after.statement_id, before.statement_id}
        await client.get("/v1/ws", status=426)


async def test_readers_are_sent_away_when_the_server_stops(topics: Settings, serving: Serving) -> None:
    async with aiohttp.ClientSession() as session:
        async with serving(topics) as client:
            answer = await session.get(client.address + "/v1/stream")
            socket = await session.ws_connect(client.address + "/v1/ws")
            await client.until("/healthz", lambda body: body["readers"] == 2)
            text = asyncio.create_task(answer.text())
            messages = asyncio.create_task(collect(socket))
        assert "event: dropped" in await text
        assert "going down" in await text
        assert (await messages)[-1]["event"] == "dropped"
        assert socket.close_code == aiohttp.WSCloseCode.TRY_AGAIN_LATER


async def collect(socket: aiohttp.ClientWebSocketResponse) -> list[dict[str, object]]:
    """All messages until the other side closes."""
    return [message.json() async for message in socket]


@pytest.mark.parametrize(
    ("since", "status", "word"),
    [
        ("abc", 400, "not a position"),
        ("1.2.x", 400, "not a position"),
        ("-1", 400, "not a position"),
        ("9" * 30, 400, "not a position"),
        (".".join(["1"] * 1001), 400, "not a position"),
        ("999999999.0", 409, "ahead of the topic"),
        ("0.0.5", 409, "ahead of the topic"),
    ],
)
async def test_positions_that_cannot_be(topics: Settings, serving: Serving, since: str, status: int, word: str) -> None:
    async with serving(topics) as client:
        for problem in (
            await client.get(f"/v1/stream?since={since}", status),
            await client.get("/v1/stream", status, headers={"Last-Event-ID": since}),
        ):
            assert word in str(problem["detail"])


async def test_there_are_no_more_readers_than_may_be(topics: Settings, serving: Serving) -> None:
    async with serving(topics.model_copy(update={"max_streams": 1})) as client:
        async with EventSource(client.session, client.address + "/v1/stream").open():
            problem = await client.get("/v1/stream", 503)
        assert "as many readers" in str(problem["detail"])


async def test_who_catches_up_takes_a_place_too(
    topics: Settings, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, after = asyncio.Event(), Archive.after

    async def slow(*given: Any) -> Any:
        await go_on.wait()
        return await after(*given)

    monkeypatch.setattr(Archive, "after", slow)
    async with serving(topics.model_copy(update={"max_streams": 1})) as client:
        async with EventSource(client.session, client.address + "/v1/stream?since=0").open():
            for path in ("/v1/stream?since=0", "/v1/stream", "/v1/ws?since=0"):
                problem = await asyncio.wait_for(client.get(path, 503), 20)  # the stream itself has no end
                assert "as many readers" in str(problem["detail"])
            await client.until("/healthz", lambda body: body["readers"] == 1)
            go_on.set()
        await publish(topics, statement())  # upon which the server notices that the reader has gone
        await client.until("/healthz", lambda body: body["readers"] == 0)
        async with EventSource(client.session, client.address + "/v1/stream?since=0").open():
            await client.until("/healthz", lambda body: body["readers"] == 1)
