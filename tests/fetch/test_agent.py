"""From the registry to entries, through a real broker and real outlets."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import zlib
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiokafka.errors import TopicAuthorizationFailedError

from agents.fetch import registry
from agents.fetch.agent import run
from agents.fetch.poller import Poller
from agents.fetch.state import FeedRow
from streams import produce
from streams.broker import BrokerError, create_topics, embedded
from streams.records import DeadLetter, Entry, Feed
from streams.rows import changelog
from streams.settings import Settings
from streams.topics import DEAD_LETTERS, ENTRIES, FEEDS, Topic
from streams.wire import decode
from tests.fetch.outlet import Outlet, Story, rss, serving
from tests.kafka import everything, on_kafka, put, records

LONG = "قال مدير المرصد في بيان إن الهزة الأرضية لم تخلف أضرارا، وأضاف أن الفرق تتابع الموقف. " * 12


@pytest.fixture
def quick(topics: Settings) -> Settings:
    """Settings that do not wait between requests and polls."""
    return topics.model_copy(update={"host_spacing": 0.0, "interval_min": 0.2, "interval_max": 0.2})


def feed(at: Outlet, **fields: object) -> Feed:
    return Feed(**{"url": at.feed, "outlet": "المرصد", "full_text": "never", "interval": 0.2, **fields})  # type: ignore[arg-type]


async def entries(settings: Settings) -> list[Entry]:
    return [decode(message.value, Entry) for message in await everything(settings, ENTRIES)]


async def test_each_item_comes_once_and_an_edit_comes_again(quick: Settings) -> None:
    async with serving(Story("/a", "هزة أرضية خفيفة", LONG), Story("/b", "افتتاح المعرض", LONG)) as outlet:
        await registry.add(quick, [feed(outlet)])
        async with run(quick):
            first = await records(quick, ENTRIES, Entry, 2)
            outlet.stories.insert(0, Story("/c", "نتائج الانتخابات", LONG))
            outlet.stories[1].title = "هزة أرضية متوسطة"
            found = await records(quick, ENTRIES, Entry, 4)
            await outlet.wait_asked("/rss", len(outlet.asked("/rss")) + 3)
        assert len(await entries(quick)) == 4
    assert {e.title for e in first} == {"هزة أرضية خفيفة", "افتتاح المعرض"}
    # Two partitions: what came first need not be read first.
    assert {e.title for e in found} - {e.title for e in first} == {"نتائج الانتخابات", "هزة أرضية متوسطة"}
    by_title = {e.title: e.article_id for e in found}
    assert by_title["هزة أرضية خفيفة"] == by_title["هزة أرضية متوسطة"]
    assert len(set(by_title.values())) == 3


@pytest.mark.parametrize(("store", "folder"), [("memory", "same"), ("rocksdb", "same"), ("rocksdb", "another")])
async def test_a_restart_repeats_nothing_and_misses_nothing(quick: Settings, store: str, folder: str) -> None:
    settings = quick.model_copy(update={"store": store})
    async with serving(Story("/a", "الخبر الأول", LONG)) as outlet:
        outlet.etag = '"1"'
        await registry.add(settings, [feed(outlet)])
        async with run(settings):
            await records(settings, ENTRIES, Entry, 1)
            await outlet.wait_asked("/rss", 2)
        if folder == "another":  # as in a container made anew: the table comes back from its changelog
            settings = settings.model_copy(update={"data_dir": settings.data_dir / folder})
        outlet.stories.append(Story("/b", "الخبر الثاني", LONG))
        outlet.log.clear()
        async with run(settings):
            await outlet.wait_asked("/rss", 2)
            assert outlet.asked("/rss")[0].headers["If-None-Match"] == '"1"'
            outlet.etag = '"2"'
            await records(settings, ENTRIES, Entry, 2)
        assert sorted(e.title for e in await entries(settings)) == ["الخبر الأول", "الخبر الثاني"]
        (row,) = (await registry.rows(settings)).values()
    assert row.published == 2
    assert row.unchanged >= 1
    assert not row.error


async def test_a_feed_that_is_not_written_is_not_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(produce, "_WAITERS_SECONDS", 1)
    async with embedded(tmp_path) as url:
        settings = Settings(broker=url)
        await create_topics(settings)
        broker = msgspec.json.decode((tmp_path / "noida.control.json").read_bytes())["pid"]

        def frozen(url: str) -> str:
            """The site of `url`; when it is asked for, the broker has been reached, and nothing been written."""
            os.kill(broker, signal.SIGSTOP)
            return url

        monkeypatch.setattr(registry, "site", frozen)
        with pytest.raises(BrokerError, match="did not take what was written"):
            await registry.add(settings, [Feed(url="https://a.example/rss", outlet="a")])


async def until_it_gives_up(settings: Settings) -> None:
    async with run(settings), asyncio.timeout(30):
        await asyncio.Event().wait()


async def test_a_feed_that_could_not_be_registered_is_by_the_next_worker(
    quick: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise RuntimeError("No space left on device")

    async with serving(Story("/a", "خبر", LONG)) as outlet:
        await registry.add(quick, [feed(outlet)])
        with monkeypatch.context() as patch:
            patch.setattr(Poller, "register", full)
            with pytest.raises(BrokerError, match="No space left"):
                await until_it_gives_up(quick)
        async with run(quick):
            await records(quick, ENTRIES, Entry, 1)


async def test_an_outlet_is_not_asked_without_end_for_what_cannot_be_written(
    quick: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise TopicAuthorizationFailedError("entries")

    monkeypatch.setattr(Poller, "_write", refuse)
    async with serving(Story("/a", "خبر", LONG)) as outlet:
        await registry.add(quick, [feed(outlet)])
        with pytest.raises(BrokerError, match="TopicAuthorizationFailedError"):
            await until_it_gives_up(quick)
        assert len(outlet.asked("/rss")) == 1


async def test_a_stop_is_heard_whatever_else_happens_at_that_moment(quick: Settings) -> None:
    row = FeedRow(feed=Feed(url="http://outlet.example/rss", outlet="المرصد"), partition=0, since=0.0, due=2e9)
    async with run(quick) as poller:
        for turns in range(8):
            async with asyncio.timeout(20), poller.running():
                await asyncio.sleep(0.01)  # until it waits for something to happen
                poller.watch(b"key", row)
                for _ in range(turns):
                    await asyncio.sleep(0)


async def test_pages_are_fetched_where_the_feed_is_short_and_robots_allow(quick: Settings) -> None:
    stories = [
        Story("/short", "خبر قصير", "ملخص", page=f"<html><body><p>{LONG}</p></body></html>"),
        Story("/long", "خبر طويل", LONG, page="<html></html>"),
        Story("/private/x", "خبر محجوب", "ملخص", page="<html></html>"),
        Story("/missing", "خبر بلا صفحة", "ملخص"),
    ]
    async with serving(*stories) as outlet:

        async def robots(_: web.Request) -> web.Response:
            return web.Response(text="User-agent: *\nDisallow: /private/\n")

        outlet.handlers["/robots.txt"] = robots
        await registry.add(quick, [feed(outlet, full_text="when-short")])
        async with run(quick):
            found = {e.title: e for e in await records(quick, ENTRIES, Entry, 4)}
        assert LONG.strip() in (found["خبر قصير"].page or "")
        assert [found[t].page for t in ("خبر طويل", "خبر محجوب", "خبر بلا صفحة")] == [None, None, None]
        assert not outlet.asked("/long")
        assert not outlet.asked("/private/x")
        assert len(outlet.asked("/robots.txt")) == 1


async def test_adding_changing_and_removing_take_effect_at_once(quick: Settings) -> None:
    async with serving(Story("/a", "خبر", LONG)) as outlet, run(quick):
        await registry.add(quick, [feed(outlet, interval=3600.0)])
        await outlet.wait_asked("/rss", 1)
        await registry.add(quick, [feed(outlet, interval=0.1)])
        await outlet.wait_asked("/rss", 4)
        await registry.remove(quick, [outlet.feed])
        await registry.add(quick, [feed(outlet, url=outlet.feed + "?other")])
        await outlet.wait_asked("/rss", len(outlet.asked("/rss")) + 3)
        assert [request.query_string for request in outlet.asked("/rss")[-2:]] == ["other", "other"]
        assert list(await registry.feeds(quick)) == [outlet.feed + "?other"]


async def test_a_feed_without_an_interval_of_its_own_keeps_to_the_longest(quick: Settings) -> None:
    async with serving(Story("/a", "خبر", LONG)) as outlet:
        await registry.add(quick, [feed(outlet, interval=None)])
        async with run(quick):
            await outlet.wait_asked("/rss", 4)
        (row,) = (await registry.rows(quick)).values()
    assert row.interval == quick.interval_max


async def test_feeds_whose_polls_take_longer_than_their_interval_are_all_polled_on(quick: Settings) -> None:
    """Each poll brings a story whose page is slow, so that the next is due before it has ended; none may be lost."""
    async with contextlib.AsyncExitStack() as stack:
        outlets = [await stack.enter_async_context(serving()) for _ in range(4)]
        for outlet in outlets:

            async def news(_: web.Request, outlet: Outlet = outlet) -> web.Response:
                number = len(outlet.asked("/rss"))
                story = Story(f"/{number}", f"خبر رقم {number}")
                outlet.handlers[story.path] = slow
                return web.Response(body=rss([story], outlet.base), content_type="application/rss+xml")

            outlet.handlers["/rss"] = news
        feeds = [feed(outlet, outlet=str(n), full_text="always", interval=0.01) for n, outlet in enumerate(outlets)]
        await registry.add(quick, feeds)
        async with run(quick):
            await asyncio.gather(*(outlet.wait_asked("/rss", 15) for outlet in outlets))


async def slow(_: web.Request) -> web.Response:
    await asyncio.sleep(0.1)
    return web.Response(text=f"<p>{LONG}</p>", content_type="text/html")


async def test_a_row_that_cannot_be_read_hides_no_other(quick: Settings, caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as outlet:
        await registry.add(quick, [feed(outlet)])
        async with run(quick):
            await outlet.wait_asked("/rss", 2)
    known = await registry.rows(quick)
    rows = Topic(changelog(quick, "fetch", "fetch").removeprefix(quick.prefix), Feed, key="url")
    await put(quick, rows, [(outlet.feed, b"rubbish"), ("http://another.example/", b"\xff")])
    assert await registry.rows(quick) == known
    assert "http://another.example/ stands now cannot be read" in caplog.text


async def test_what_is_no_feed_record_becomes_a_dead_letter(quick: Settings) -> None:
    async with run(quick):
        await put(quick, FEEDS, [("x", b"rubbish"), ("ftp://a/b", b'{"url": "ftp://a/b", "outlet": "x"}')])
        letters = await records(quick, DEAD_LETTERS, DeadLetter, 2)
    assert {letter.stage for letter in letters} == {"fetch"}
    assert any("no web address" in letter.reason for letter in letters)


@on_kafka
async def test_feeds_move_with_their_partitions(quick: Settings) -> None:
    """A second worker takes over half of the feeds, with what is known of them; nothing is sent twice."""
    async with contextlib.AsyncExitStack() as stack:
        outlets: list[Outlet] = []
        while len({zlib.crc32(registry.site(o.feed).encode()) % quick.partitions for o in outlets}) < quick.partitions:
            outlets += [await stack.enter_async_context(serving(Story("/a", "خبر", LONG))) for _ in range(3)]
        for outlet in outlets:
            outlet.etag = '"1"'
        await registry.add(quick, [feed(outlet, outlet=str(n)) for n, outlet in enumerate(outlets)])
        async with run(quick) as first:
            await records(quick, ENTRIES, Entry, len(outlets))
            async with run(quick.model_copy(update={"data_dir": quick.data_dir / "second"})) as second:
                async with asyncio.timeout(60):
                    while not (first._places and second._places):
                        await asyncio.sleep(0.1)
                assert not first._places.keys() & second._places.keys()
                for outlet in outlets:
                    times = len(outlet.asked("/rss"))
                    assert (await outlet.wait_asked("/rss", times + 2))[-1].headers["If-None-Match"] == '"1"'
            for outlet in outlets:
                await outlet.wait_asked("/rss", len(outlet.asked("/rss")) + 2)
        assert len(await entries(quick)) == len(outlets)
