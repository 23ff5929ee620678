"""The process that parses large feeds: it answers, it ends what takes too long, and it comes back."""

from __future__ import annotations

import contextlib

import pytest

from agents.fetch import parser as parser_module
from agents.fetch.feed import NotAFeedError
from agents.fetch.parser import Parser
from tests.fetch.outlet import Story, rss

LARGE = rss([Story(f"/{n}", f"خبر رقم {n}", "قال المتحدث إن العمل مستمر.") for n in range(300)], "http://news.example")
BAIT = b"<rss><channel><item><description>" + b"<" * 1_000_000


async def test_large_feeds_are_parsed_beside_us_in_their_order() -> None:
    assert len(LARGE) > parser_module._INLINE
    async with Parser() as parser:
        for _ in range(2):
            parsed = await parser.parse(LARGE, "http://news.example/rss", "text/xml")
            assert [item.title for item in parsed.items] == [f"خبر رقم {n}" for n in range(300)]
        with pytest.raises(NotAFeedError, match="HTML page"):
            await parser.parse(b"<html>" + b" " * 50_000, "http://news.example/rss", "")


@pytest.mark.parametrize(
    ("odd", "beside"),
    [
        ("<author>" + "a" * 2_000 + "</author>", True),
        ("<author>" + ("a" * 900 + "<b/>") * 2 + "</author>", True),
        ("<author>" + ("a" * 900 + "<!-- -->") * 2 + "</author>", True),
        ("<author><![CDATA[" + "a" * 2_000 + "]]></author>", True),
        ("<a>" * 2_000, True),
        ("<author>" + "قال المتحدث " * 200 + "</author>", False),
        ("<link>http://news.example/" + "%D8%AE" * 100 + "</link>", False),
    ],
    ids=range(7),
)
async def test_a_small_feed_that_may_take_long_is_parsed_beside_us(odd: str, beside: bool) -> None:
    feed = f"<rss version='2.0'><channel><item><title>خبر</title>{odd}</item></channel></rss>".encode()
    async with Parser() as parser:
        assert [item.title for item in (await parser.parse(feed, "", "text/xml")).items] == ["خبر"]
        assert (parser._process is not None) is beside


async def test_what_entities_stand_for_is_found_out_beside_us() -> None:
    feed = b"<!DOCTYPE r [<!ENTITY a 'a'>]><rss version='2.0'><channel><title>x</title></channel></rss>"
    async with Parser() as parser:
        with contextlib.suppress(NotAFeedError):
            await parser.parse(feed, "", "text/xml")
        assert parser._process is not None


async def test_what_takes_too_long_is_ended_and_the_next_is_served() -> None:
    async with Parser(timeout=0.2) as parser:  # less than the process needs to begin: on any machine too little
        with pytest.raises(NotAFeedError, match="could not be read within"):
            await parser.parse(BAIT, "http://news.example/rss", "text/xml")
    async with Parser() as parser:
        await parser.parse(LARGE, "", "text/xml")
        assert parser._process is not None
        parser._process.kill()
        with pytest.raises(NotAFeedError, match="time or memory"):
            await parser.parse(LARGE, "", "text/xml")
        assert len((await parser.parse(LARGE, "", "text/xml")).items) == 300


async def test_an_idle_process_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser_module, "_IDLE", 0.0)
    async with Parser() as parser:
        for _ in range(2):
            assert len((await parser.parse(LARGE, "", "text/xml")).items) == 300
            process = parser._process
            assert process is not None
            await process.wait()
