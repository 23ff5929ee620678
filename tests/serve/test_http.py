"""What the API answers, and how it refuses."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from xml.etree import ElementTree

import aiohttp
import feedparser
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from agents.serve import openapi
from agents.serve.access import Keys, Rate
from agents.serve.site import ENDPOINTS
from streams.broker import create_topics, embedded
from streams.errors import SetupError
from streams.records import Alert, Cue, Feed
from streams.settings import Settings
from streams.topics import ALERTS, ARTICLES, FEEDS, STATEMENTS
from tests.kafka import put
from tests.serve.conftest import Serving
from tests.serve.examples import NOON, article, publish, send, statement


async def test_pages_follow_one_another(topics: Settings, serving: Serving) -> None:
    statements = [statement() for _ in range(5)]
    await publish(topics, *statements)
    async with serving(topics) as client:
        seen, cursor = list[str](), ""
        while True:
            page = await client.get(f"/v1/statements?limit=2{cursor}")
            seen += [s["statement_id"] for s in page["statements"]]  # type: ignore[attr-defined]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
            if len(seen) == 2:  # what comes meanwhile moves nothing
                await publish(topics, statement())
                await client.until("/v1/statements", lambda body: len(body["statements"]) == 6)  # type: ignore[arg-type]
        async with client.session.get(client.address + "/v1/statements?limit=1") as answer:
            following = answer.links["next"]["url"]
        async with client.session.get(following) as answer:
            assert (await answer.json())["statements"][0]["statement_id"] == statements[-1].statement_id
    assert seen == [s.statement_id for s in reversed(statements)]


async def test_a_statement_in_its_article(topics: Settings, serving: Serving) -> None:
    one = statement(article_id="a1")
    await publish(topics, one)
    await send(topics, ARTICLES, ("a1", article("a1")))
    async with serving(topics) as client:
        assert (await client.get(f"/v1/statements/{one.statement_id}"))["article_id"] == "a1"
        found = await client.get("/v1/articles/a1")
        assert found["article"]["text"].startswith("عنوان\n")  # type: ignore[index]
        assert [s["statement_id"] for s in found["statements"]] == [one.statement_id]  # type: ignore[attr-defined]
        await client.get("/v1/articles/none", status=404)
        await client.get("/v1/statements/none", status=404)
        await client.get("/v1/statements/%00", status=404)


async def test_speakers_and_charts(topics: Settings, serving: Serving) -> None:
    hala = {"name": "هالة عمران"}
    await publish(topics, statement(**hala), statement(**hala, act="deny", outlet="أخرى"), statement())
    async with serving(topics) as client:
        (speaker,) = (await client.get("/v1/speakers?q=هاله"))["speakers"]  # type: ignore[misc]
        assert (speaker["name"], speaker["statements"]) == ("هالة عمران", 2)
        first = await client.get("/v1/speakers?limit=1")
        second = await client.get(f"/v1/speakers?limit=1&cursor={first['next']}")
        assert second["next"] is None
        assert [s["name"] for s in (*first["speakers"], *second["speakers"])] == ["هالة عمران", "سلمى الحداد"]  # type: ignore[misc]
        page = await client.get(f"/v1/speakers/{speaker['id']}")
        assert page["stats"]["acts"] == [{"act": "assert", "statements": 1}, {"act": "deny", "statements": 1}]  # type: ignore[index]
        assert {o["outlet"] for o in page["stats"]["outlets"]} == {"صحيفة المثال", "أخرى"}  # type: ignore[index]
        await client.get("/v1/speakers/none", status=404)
        stats = await client.get("/v1/stats?from=2026-03-01&to=2026-03-02&bucket=day")
        assert stats["timeline"] == [
            {"time": "2026-03-01T00:00:00Z", "statements": 3, "acts": {"assert": 2, "deny": 1}}
        ]
        assert stats["statements"] == 3
        assert [(s["name"], s["statements"]) for s in stats["speakers"]] == [("هالة عمران", 2), ("سلمى الحداد", 1)]  # type: ignore[attr-defined]
        assert (await client.get("/v1/stats"))["statements"] == 0  # all of it is older than a week
        ahead = await client.get("/v1/stats?from=2999-01-01")
        assert (ahead["from"], ahead["to"], ahead["statements"]) == ("2999-01-01T00:00:00Z", "2999-01-01T00:00:00Z", 0)
        assert {o["outlet"] for o in (await client.get("/v1/outlets"))["outlets"]} == {"صحيفة المثال", "أخرى"}  # type: ignore[attr-defined]


async def test_feeds_and_alerts(topics: Settings, serving: Serving) -> None:
    feed = Feed(url="https://outlet.example/feed", outlet="صحيفة المثال")
    alerts = [
        Alert(alert_id=str(n), rule=rule, channels=["desk"], statement=statement(), matched_at=NOON)
        for n, rule in enumerate(["one", "one", "two"])
    ]
    await send(topics, FEEDS, (feed.url, feed))
    await send(topics, ARTICLES, ("a1", article("a1")))
    await send(topics, ALERTS, *((a.statement.article_id, a) for a in (*alerts, alerts[0])))
    async with serving(topics) as client:
        (found,) = (await client.get("/v1/feeds"))["feeds"]  # type: ignore[misc]
        assert (found["url"], found["articles"], found["last_article_at"]) == (feed.url, 1, "2026-03-01T12:00:00Z")
        page = await client.get("/v1/alerts?limit=2")
        rest = await client.get(f"/v1/alerts?limit=2&cursor={page['next']}")
        assert [a["alert_id"] for a in (*page["alerts"], *rest["alerts"])] == ["2", "1", "0"]  # type: ignore[misc]
        assert len((await client.get("/v1/alerts?rule=two"))["alerts"]) == 1  # type: ignore[arg-type]


async def test_feeds_are_read_page_by_page_or_all_at_once(topics: Settings, serving: Serving) -> None:
    feeds = [Feed(url=f"https://outlet.example/{n}/{'long' * 200}", outlet="صحيفة المثال") for n in range(5)]
    await send(topics, FEEDS, *((feed.url, feed) for feed in feeds))
    async with serving(topics) as client:
        every = await client.get("/v1/feeds")
        assert ([feed["url"] for feed in every["feeds"]], every["next"]) == ([feed.url for feed in feeds], None)  # type: ignore[attr-defined]
        pages, path = list[list[str]](), "/v1/feeds?limit=2"
        while path:
            async with client.session.get(client.address + path) as answer:
                body = await answer.json()
                link = answer.links.get("next")
            pages.append([feed["url"] for feed in body["feeds"]])
            assert (link is None) == (body["next"] is None)
            path = link and link["url"].raw_path_qs
        assert pages == [[feed.url for feed in some] for some in (feeds[:2], feeds[2:4], feeds[4:])]
        await client.get("/v1/feeds?limit=0", status=400)
        await client.get("/v1/feeds?limit=2&cursor=x", status=400)


async def test_any_filter_is_a_feed(topics: Settings, serving: Serving) -> None:
    one = statement('لا "صحة" للخبر <b>\x0b & الشائعة', act="deny", url="https://outlet.example/a?b=1&c=<2>")
    await publish(topics, one, statement())
    async with serving(topics) as client:
        async with client.session.get(client.address + "/v1/feed.atom?act=deny&access_token=secret") as answer:
            body = await answer.read()
        ElementTree.fromstring(body)
        atom = feedparser.parse(body)
        assert not atom.bozo
        assert b"secret" not in body
        ((entry),) = atom.entries
        assert entry.link == one.url
        assert entry.content[0].value == "نفي: " + one.content.replace("\x0b", "\ufffd")
        async with client.session.get(client.address + "/v1/feed.json?act=deny") as answer:
            assert answer.content_type == "application/feed+json"
            feed = await answer.json(content_type=None)
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        ((item),) = feed["items"]
        assert item["id"] == f"urn:tasrih:statement:{one.statement_id}"
        assert item["_tasrih"]["act"] == "deny"
        assert item["_tasrih"]["content"] == one.content
        assert feed["home_page_url"] == atom.feed.link == client.address + "/?act=deny", "the page, filtered alike"


async def test_a_feeds_title_says_whose_it_is(topics: Settings, serving: Serving) -> None:
    one = statement(act="deny")
    await publish(topics, one)
    filters = {"speaker_id": one.speaker.id or "", "act": "deny", "outlet": one.outlet}
    async with (
        serving(topics) as client,
        client.session.get(client.address + "/v1/feed.atom", params=filters) as answer,
    ):
        assert feedparser.parse(await answer.read()).feed.title == "تصريح: سلمى الحداد · صحيفة المثال · نفي"


async def test_what_is_denied_does_not_read_in_a_feed_as_what_was_said(topics: Settings, serving: Serving) -> None:
    told = "ونفت سلمى الحداد أن تكون المفاوضات قد توقفت"
    denied, asked = "تكون المفاوضات قد توقفت", "من سيدفع الثمن؟"
    await publish(
        topics,
        statement(denied, act="deny", context=f"{told}.", start=20, cue=Cue("ونفت", "نفى", 0, 4)),
        statement(asked, act="ask", form="direct"),
    )
    entries = [(f"سلمى الحداد: «{asked}»", f"«{asked}»"), (told, told)]
    async with serving(topics) as client:
        async with client.session.get(client.address + "/v1/feed.atom") as answer:
            atom = feedparser.parse(await answer.read())
        assert [(entry.title, entry.content[0].value) for entry in atom.entries] == entries
        async with client.session.get(client.address + "/v1/feed.json") as answer:
            items = (await answer.json(content_type=None))["items"]
        assert [(item["title"], item["content_text"]) for item in items] == entries


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("act=shout", "act: Invalid enum value 'shout'"),
        ("colour=red", "colour: no parameter here; there are q, speaker"),
        ("limit=0", "limit: Expected `int` >= 1"),
        ("limit=201", "limit: Expected `int` <= 200"),
        ("limit=9999999999999999999999", "limit: "),
        ("limit=1&limit=2", "limit: may be given once only"),
        ("min_confidence=nan", "min_confidence: "),
        ("min_confidence=inf", "min_confidence: "),
        ("min_confidence=1.5", "min_confidence: Expected `float` <= 1"),
        ("headline=perhaps", "headline: Expected `bool | null`, got `str`; allowed: true, false"),
        ("from=2026-03-02&to=2026-03-01", "from: is later than `to`"),
        ("from=yesterday", "from: not a date or time in ISO 8601"),
        ("to=2026-13-45", "to: not a date or time"),
        ("from=0000-01-01", "from: not a date or time"),
        ("from=9999-12-31T23:59:59.999999-23:59", "from: not a date or time"),
        ("to=0001-01-01T00:00:00%2B23:59", "to: not a date or time"),
        ("speaker=%25_", "speaker: there is no word in it"),
        ("cursor=x", "cursor: not a cursor of this list"),
        ("cursor=kcQ", "cursor: not a cursor of this list"),
        ("q=%00", "q: holds a NUL"),
        ("q=%20%D8%8C", "q: there is no word in it"),
        ("q=" + "x" * 501, "q: Expected `str` of length <= 500"),
        ("outlet=", "outlet: Expected `str` of length >= 1"),
        ("article_id=%00", "article_id: holds a NUL"),
    ],
)
async def test_rubbish_is_refused_by_name(topics: Settings, serving: Serving, query: str, word: str) -> None:
    async with serving(topics) as client:
        for path in ("/v1/statements", "/v1/stats") if "cursor" not in query else ("/v1/statements",):
            problem = await client.get(f"{path}?{query}", 400)
            assert str(problem["detail"]).startswith(word)
            assert problem["title"] == "Bad Request"


@pytest.mark.parametrize(
    "query",
    [
        *("from=9999-12-31T23:59:59", "to=0001-01-01", "from=1969-12-31&to=2200-01-01", "cursor=kc9__________w"),
        *("q=' OR 1=1 --", 'q=a"', "q=NEAR(a b)", "q=a:b AND NOT (c) ^ -d*", "q=%F0%9F%98%80 سلام", "q=%25 LIKE"),
        *("q=" + "%D8%A7 " * 200, "outlet=%27%3B DROP TABLE statements", "article_id=%EF%BF%BF"),
    ],
)  # fmt: skip
async def test_what_looks_hostile_is_just_a_question(topics: Settings, serving: Serving, query: str) -> None:
    await publish(topics, statement())
    async with serving(topics) as client:
        await client.get(f"/v1/statements?{query}")
        assert len((await client.get("/v1/statements"))["statements"]) == 1  # type: ignore[arg-type]


async def test_a_body_that_nobody_asked_for(topics: Settings, serving: Serving) -> None:
    async with serving(topics) as client:
        problem = await client.get("/v1/statements", 413, data=b"x" * 100_000)
        assert "65,536 bytes" in str(problem["detail"])

        async def endless() -> object:
            for _ in range(1600):
                yield b"x" * 65536

        with contextlib.suppress(aiohttp.ClientError):  # 100 MB without saying so: answered, or cut off
            async with client.session.get(client.address + "/v1/statements", data=endless()) as answer:
                assert answer.status == 200
        await client.get("/v1/statements")
        async with client.session.get(client.address + "/v1/statements", headers={"X-Long": "x" * 20_000}) as answer:
            assert answer.status == 400
        async with client.session.post(client.address + "/v1/statements") as answer:
            assert answer.status == 405
            assert answer.content_type == "application/problem+json"
            assert answer.headers["Allow"] == "GET,HEAD"


async def test_half_open_sockets_hold_up_nobody(topics: Settings, serving: Serving) -> None:
    async with serving(topics) as client:
        host, port = client.address.removeprefix("http://").split(":")
        writers = []
        for _ in range(200):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"GET /v1/statements HTTP/1.1\r\nHost: local")
            writers.append(writer)
        await client.get("/v1/statements")
        for writer in writers:
            writer.transport.abort()
        await client.get("/v1/statements")


async def test_what_is_no_record_is_left_out_and_the_rest_is_there(topics: Settings, serving: Serving) -> None:
    async with serving(topics) as client:
        await put(topics, STATEMENTS, [("a", b"\xff rubbish"), ("a", b"{}"), ("a", b"[" * 100_000)])
        await put(topics, FEEDS, [("f", b"null")])
        await publish(topics, statement())
        await client.until("/v1/statements", lambda body: len(body["statements"]) == 1)  # type: ignore[arg-type]
        async with client.session.get(client.address + "/metrics") as answer:
            assert 'tasrih_messages_total{outcome="unreadable",stage="serve"}' in await answer.text()


async def test_keys_are_needed_where_others_can_reach(topics: Settings, serving: Serving) -> None:
    settings = topics.model_copy(update={"host": "0.0.0.0", "rate_limit": 0})
    keys = Keys.of(settings)
    reader, operator = keys.add("desk", ("read",)), keys.add("ops", ("operate",))
    async with serving(settings) as client:
        client.address = client.address.replace("0.0.0.0", "127.0.0.1")

        async def status(path: str, key: str = "") -> int:
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            async with client.session.get(client.address + path, headers=headers) as answer:
                return answer.status

        assert await status("/v1/statements") == 401
        assert await status("/v1/statements", "wrong") == 401
        assert await status("/v1/statements", reader) == 200
        assert await status(f"/v1/statements?access_token={reader}") == 200
        problem = await client.get(f"/v1/statements?limit=no&access_token={reader}", 400)
        assert problem["instance"] == "/v1/statements?limit=no"
        assert await status("/v1/stream") == 401
        assert await status("/v1/statements", operator) == 403
        assert await status("/metrics", reader) == 403
        assert await status("/metrics", operator) == 200
        for path in ("/healthz", "/readyz", "/openapi.json"):
            assert await status(path) == 200
        keys.remove("desk")
        assert await status("/v1/statements", reader) == 401
    assert reader not in (settings.data_dir / "keys.json").read_text()
    assert (settings.data_dir / "keys.json").stat().st_mode & 0o077 == 0
    async with serving(settings.model_copy(update={"open_to_read": True})) as client:
        client.address = client.address.replace("0.0.0.0", "127.0.0.1")
        await client.get("/v1/statements")
        await client.get("/metrics", 401)


async def test_on_loopback_another_name_is_refused(topics: Settings, serving: Serving) -> None:
    async with serving(topics) as client:
        await client.get("/v1/statements", 421, headers={"Host": "evil.example"})
        await client.get("/v1/statements", headers={"Host": "localhost:1"})


async def test_other_pages_may_read_when_they_are_named(topics: Settings, serving: Serving) -> None:
    settings = topics.model_copy(update={"cors_origins": "https://desk.example"})
    async with serving(settings) as client:
        url = client.address + "/v1/statements"
        for origin, allowed in (("https://desk.example", "https://desk.example"), ("https://other.example", None)):
            async with client.session.get(url, headers={"Origin": origin}) as answer:
                assert answer.headers.get("Access-Control-Allow-Origin") == allowed
                assert "Origin" in answer.headers["Vary"], "what is kept of it is given to the other one"
                assert ("Link" in answer.headers.get("Access-Control-Expose-Headers", "")) is (allowed is not None)
        desk = {"Origin": "https://desk.example"}
        async with client.session.get(client.address + "/v1/stream", headers=desk) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] == "https://desk.example"
        for origin, status in (("https://desk.example", 204), ("https://other.example", 405)):
            async with client.session.options(url, headers={"Origin": origin}) as answer:
                assert answer.status == status


async def test_a_server_that_nobody_may_ask_says_so(
    topics: Settings, serving: Serving, caplog: pytest.LogCaptureFixture
) -> None:
    beyond = topics.model_copy(update={"host": "0.0.0.0"})
    for settings in (topics, beyond.model_copy(update={"open_to_read": True})):
        async with serving(settings):
            assert "keys add" not in caplog.text
    async with serving(beyond):
        assert "`tasrih keys add NAME` makes a key" in caplog.text
    caplog.clear()
    Keys.of(beyond).add("reader", ("read",))
    async with serving(beyond):
        assert "keys add" not in caplog.text
    (beyond.data_dir / "keys.json").write_text("{}")
    with pytest.raises(SetupError, match="not a file of keys"):
        async with serving(beyond):
            pass


async def test_who_asks_too_often_waits(topics: Settings, serving: Serving) -> None:
    settings = topics.model_copy(update={"host": "0.0.0.0", "rate_limit": 0.2, "open_to_read": True})
    async with serving(settings) as client:
        client.address = client.address.replace("0.0.0.0", "127.0.0.1")
        await client.get("/v1/statements")
        async with client.session.get(client.address + "/v1/statements") as answer:
            assert answer.status == 429
            assert int(answer.headers["Retry-After"]) >= 1


async def test_who_guesses_keys_waits(topics: Settings, serving: Serving) -> None:
    settings = topics.model_copy(update={"host": "0.0.0.0", "rate_limit": 0.2})
    reader = Keys.of(settings).add("desk", ("read",))
    async with serving(settings) as client:
        client.address = client.address.replace("0.0.0.0", "127.0.0.1")
        await client.get("/v1/statements?access_token=a", 401)
        await client.get("/v1/statements?access_token=b", 429)
        await client.get(f"/v1/statements?access_token={reader}")


@pytest.mark.parametrize("proxied", [True, False])
async def test_readers_behind_the_proxy_are_told_apart(topics: Settings, serving: Serving, proxied: bool) -> None:
    public = "https://statements.example" if proxied else ""
    settings = topics.model_copy(
        update={"host": "0.0.0.0", "rate_limit": 0.2, "open_to_read": True, "public_url": public}
    )
    async with serving(settings) as client:
        client.address = client.address.replace("0.0.0.0", "127.0.0.1")
        await client.get("/v1/statements", headers={"X-Forwarded-For": "203.0.113.1"})
        # What stands before the last address the reader may have written himself.
        await client.get("/v1/statements", 429, headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.1"})
        await client.get("/v1/statements", 200 if proxied else 429, headers={"X-Forwarded-For": "203.0.113.2"})
        await client.get("/v1/statements", 200 if proxied else 429)


def test_a_bucket_fills_again() -> None:
    rate = Rate(2)
    assert [rate.wait("a", 100.0) for _ in range(10)] == [0.0] * 10
    assert rate.wait("a", 100.0) == pytest.approx(0.5)
    assert rate.wait("b", 100.0) == 0
    assert rate.wait("a", 100.5) == 0


def test_a_broken_file_of_keys_says_so(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{")
    with pytest.raises(ValueError, match="not a file of keys"):
        Keys(tmp_path / "keys.json").all()


async def test_readiness_is_what_the_broker_says(
    tmp_path: Path, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agents.serve import follow, operate

    monkeypatch.setattr(follow, "_CHECK_EVERY", 0.2)
    monkeypatch.setattr(operate, "_SILENCE", 1.0)
    async with embedded(tmp_path / "broker") as url:
        settings = Settings(broker=url, data_dir=tmp_path, port=0, partitions=1)
        await create_topics(settings)
        await publish(settings, statement())
        serving_ = serving(settings)
        client = await serving_.__aenter__()
    try:
        async with asyncio.timeout(30):
            while True:
                async with client.session.get(client.address + "/readyz") as answer:
                    if answer.status == 503:
                        break
                await asyncio.sleep(0.1)
        # What is archived can still be read.
        assert len((await client.get("/v1/statements"))["statements"]) == 1  # type: ignore[arg-type]
    finally:
        await serving_.__aexit__(None, None, None)


async def test_the_api_describes_itself(topics: Settings, serving: Serving) -> None:
    document = json.loads(json.dumps(openapi.document(ENDPOINTS)))
    OpenAPIV31SpecValidator(document).validate()
    async with serving(topics) as client:
        assert await client.get("/openapi.json") == document
        assert (await client.get("/asyncapi.json"))["asyncapi"] == "3.0.0"
        assert (await client.get("/schemas/statement.json"))["title"] == "Statement"
        await client.get("/schemas/..%2Fsettings.json", 404)


async def test_the_page_is_served(topics: Settings, serving: Serving) -> None:
    async with serving(topics) as client:
        for path in ("/", "/speakers/ab12", "/articles/a1"):
            async with client.session.get(client.address + path, headers={"Accept": "text/html"}) as answer:
                assert answer.status == 200
                assert answer.content_type == "text/html"
                assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        async with client.session.get(client.address + "/app.js") as answer:
            assert answer.content_type == "text/javascript"
            known = answer.headers["ETag"]
        async with client.session.get(client.address + "/app.js", headers={"If-None-Match": known}) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
        for path in ("/../agent.py", "/%2e%2e/agent.py", "/..%2f..%2fagent.py", "/none.js", "/v1/none"):
            await client.get(path, 404)


async def test_what_is_allowed_is_said_with_what_is_not(topics: Settings, serving: Serving) -> None:
    async with serving(topics) as client:
        for path in (
            "/v1/statements?act=shout",
            "/v1/speakers?kind=shout",
            "/v1/stream?form=shout",
            "/v1/stats?bucket=x",
        ):
            detail = str((await client.get(path, 400))["detail"])
            assert "; allowed: " in detail, path
        assert "accuse, ask, assert" in str((await client.get("/v1/statements?act=shout", 400))["detail"])
        async with client.session.post(client.address + "/v1/statements") as answer:
            assert answer.status == 405
            assert (await answer.json(content_type=None))["detail"] == "This address takes GET,HEAD."
