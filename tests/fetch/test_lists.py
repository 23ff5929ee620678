"""Lists of feeds in and out of files, and the commands on them."""

from __future__ import annotations

import asyncio
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from typer.testing import CliRunner

from agents.fetch import lists, registry, report
from agents.fetch.cli import app
from agents.fetch.lists import FeedListError
from agents.fetch.state import FeedRow
from streams.broker import create_topics
from streams.records import Feed, Record
from streams.settings import Settings
from tests.fetch.outlet import Story, serving

words = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp"), exclude_characters="\ufffe\uffff"), max_size=20
)


@given(
    st.lists(
        st.builds(
            Feed,
            url=st.integers(0, 999).map(lambda n: f"https://news.example/{n}?a=1&b=<خبر>"),
            outlet=words.map(str.strip).filter(bool),
            category=words.map(str.strip),
            full_text=st.sampled_from(["never", "when-short", "always"]),
            interval=st.none() | st.floats(1, 1e6),
            active=st.booleans(),
        ),
        max_size=5,
        unique_by=lambda feed: feed.url,
    )
)
def test_opml_comes_back_as_it_went(feeds: list[Feed]) -> None:
    assert sorted(lists._opml(lists.opml(feeds), "test"), key=lambda f: f.url) == sorted(feeds, key=lambda f: f.url)


def test_the_packaged_list_can_be_read() -> None:
    feeds = lists.packaged()
    assert len(feeds) >= 20
    assert all(feed.outlet and feed.site and feed.category for feed in feeds)


def test_toml(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text('[[feed]]\nurl = "https://a.example/rss"\noutlet = "صحيفة"\ninterval = 60\nfull_text = "always"\n')
    assert lists.read(path) == [Feed(url="https://a.example/rss", outlet="صحيفة", interval=60.0, full_text="always")]


def test_the_example_that_is_shown_is_right_and_has_every_field() -> None:
    path = Path(__file__).parents[2] / "deploy" / "feeds.example.toml"
    first, second = lists.read(path)
    assert (first.outlet, second.active) == ("feeds.bbci.co.uk", False)
    (_, written) = tomllib.loads(path.read_text("utf-8"))["feed"]
    assert set(written) == {*Feed.__struct_fields__} - {*Record.__struct_fields__}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.opml", "", "no OPML file"),
        ("a.opml", "<rss/>", "root element is <rss>"),
        ("a.opml", "<opml><body><outline text='x'/></body></opml>", "lists no feeds"),
        ("a.opml", "<opml><body><outline xmlUrl='ftp://a/b'/></body></opml>", "line 1: 'ftp://a/b' is no web address"),
        ("a.opml", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/x">]><opml><outline text="&e;"/></opml>', "no OPML"),
        ("a.toml", "url = ", "no TOML file"),
        ("a.toml", "[feed]\nurl = 'https://a.example'", "double brackets"),
        ("a.toml", "[[feed]]\noutlet = 'x'", "feed 1: '' is no web address"),
        ("a.toml", "[[feed]]\nurl = 'https://a.example'\nevery = 5", "unknown every"),
        ("a.toml", "[[feed]]\nurl = 'https://a.example'\nfull_text = 'sometimes'", "Invalid enum value 'sometimes'"),
        ("a.toml", "[[feed]]\nurl = 'https://a.example'\ninterval = -4", "a.example: interval is in seconds"),
        ("a.toml", "[[feed]]\nurl = 'https://a.example'\ninterval = nan", "interval is in seconds, more than 0"),
        ("a.toml", "[[feed]]\nurl = 'https://[a'", "feed 1: 'https://[a' is no web address"),
        ("a.toml", "[[feed]]\nurl = 'https://a:99999'", "'https://a:99999' is no web address"),
        ("a.toml", '[[feed]]\nurl = "https://a.example/\\nb"', "is no web address"),
        ("a.toml", '[[feed]]\nurl = "https://a.example"\noutlet = "\\u0001"', "holds a character that no text has"),
        ("a.toml", "feed = ['https://a.example']", "feed 1: 'https://a.example' is no table"),
        ("missing.opml", None, "No such file"),
    ],
)  # fmt: skip
def test_errors_say_where_and_what_to_do(tmp_path: Path, name: str, text: str | None, words: str) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(FeedListError) as error:
        lists.read(path)
    assert words in str(error.value)
    assert name in str(error.value)


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `tasrih feeds …` against the test's broker; answers (exit status, what it printed)."""
    for name in ("broker", "prefix", "partitions", "data_dir"):
        monkeypatch.setenv(f"TASRIH_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("COLUMNS", "400")

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(arguments))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    return run


def test_commands_on_the_registry(command: Any, tmp_path: Path) -> None:
    assert command("add", "https://a.example/rss", "--outlet", "صحيفة", "--full-text", "always")[0] == 0
    assert command("add", "not an address")[0] == 2
    status, output = command("list", "--json")
    assert status == 0
    assert [json.loads(line)["url"] for line in output.splitlines()] == ["https://a.example/rss"]
    assert "صحيفة" in command("list")[1]
    path = tmp_path / "out.opml"
    assert command("export", str(path))[0] == 0
    assert lists.read(path) == [Feed(url="https://a.example/rss", outlet="صحيفة", full_text="always")]
    assert command("import")[1] == f"feeds new or changed: {len(lists.packaged())}\n"
    assert command("import")[1] == "feeds new or changed: 0\n"
    assert command("remove", "https://a.example/rss")[0] == 0
    status, output = command("remove", "https://a.example/rss")
    assert status == 1
    assert "not in the registry" in output
    assert command("import", str(tmp_path / "none.opml"))[0] == 2
    assert "No feed has been polled yet" in command("health")[1]


async def test_what_xml_cannot_hold_is_left_out_and_told(command: Any, settings: Settings, tmp_path: Path) -> None:
    await create_topics(settings)
    await registry.add(settings, [Feed(url="https://a.example/rss", outlet="صحيفة\x1b المرفأ")])
    path = tmp_path / "out.opml"
    status, output = await asyncio.to_thread(command, "export", str(path))
    assert (status, output) == (0, "tasrih: characters of https://a.example/rss left out, which XML cannot hold\n")
    assert lists.read(path) == [Feed(url="https://a.example/rss", outlet="صحيفة المرفأ")]


def test_health(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    feed = Feed(url="https://a.example/rss", outlet="صحيفة")
    ok = FeedRow(
        feed=feed, partition=0, since=0.0, polls=9, unchanged=6, same=2, published=20, success_at=9e4, interval=600.0
    )
    standing = [
        report.health(row, 2 * 86400.0)
        for row in (
            ok,
            replace(ok, error="the server is at fault (HTTP 500)", failures=3),
            replace(ok, retired="the outlet says that it is gone for good (HTTP 410)"),
            replace(ok, feed=replace(feed, active=False)),
            FeedRow(feed=feed, partition=0, since=0.0),
        )
    ]
    assert [row.state for row in standing] == ["ok", "failing", "retired", "paused", "new"]
    assert standing[0].items_a_day == 10.0
    assert standing[0].spared == 0.75
    report.show_health(standing)
    printed = capsys.readouterr().out
    for words in ("HTTP 500", "HTTP 410", "10.0", "75%", "23 h ago", "10 min", "never"):
        assert words in printed


async def test_offer_fills_an_empty_registry_and_leaves_a_full_one(topics: Settings, tmp_path: Path) -> None:
    assert await registry.offer(topics, [Feed(url="https://a.example/rss", outlet="x")]) == 1
    assert await registry.offer(topics, None) == 1
    path = tmp_path / "more.toml"
    path.write_text('[[feed]]\nurl = "https://b.example/rss"\n')
    assert await registry.offer(topics, path) == 2
    assert await registry.offer(topics.model_copy(update={"prefix": topics.prefix}), path) == 2


async def test_a_sites_feeds_share_a_partition(topics: Settings) -> None:
    assert registry.site("https://feeds.news.co.uk/ar") == registry.site("http://www.news.co.uk/x")
    assert registry.site("http://127.0.0.1:80/rss") == "127.0.0.1:80"


async def test_check_and_discover(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    from aiohttp import web

    async with serving(Story("/a", "خبر أول", "ملخص"), Story("/b", "خبر ثان", "ملخص")) as outlet:
        outlet.etag = '"1"'
        head = '<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head></html>'

        async def front(_: web.Request) -> web.Response:
            return web.Response(text=head, content_type="text/html")

        outlet.handlers["/"] = front
        status, output = await asyncio.to_thread(command, "check", outlet.feed, "--allow-private")
        assert status == 0
        for words in ("HTTP 200", "2 distinct articles", "unchanged, it answers 304", "خبر أول", "robots.txt allows"):
            assert words in output
        status, output = await asyncio.to_thread(command, "check", f"{outlet.base}/", "--allow-private")
        assert status == 1
        assert "HTML page" in output
        assert outlet.feed in output
        status, output = await asyncio.to_thread(command, "check", outlet.feed)
        assert status == 1
        assert "not a public address" in output
        status, output = await asyncio.to_thread(command, "discover", outlet.base, "--allow-private")
        assert status == 0
        assert outlet.feed in output
        head = "<html></html>"
        status, output = await asyncio.to_thread(command, "discover", f"{outlet.base}/", "--allow-private")
        assert outlet.feed in output
        outlet.handlers["/rss"] = front
        assert (await asyncio.to_thread(command, "discover", outlet.base, "--allow-private"))[0] == 1
