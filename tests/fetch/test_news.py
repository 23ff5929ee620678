"""Which items are news, and which articles they are about; and how often a feed is asked."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from agents.fetch import schedule
from agents.fetch.canonical import article_address, article_id, same_article
from agents.fetch.charset import decode, mended, readable
from agents.fetch.feed import Item, NotAFeedError, parse
from agents.fetch.news import sift
from agents.fetch.state import FeedRow, Seen
from streams.records import Feed
from streams.tables import rows

BASE = "https://news.example/rss"
ROW = FeedRow(feed=Feed(url=BASE, outlet="صحيفة"), partition=0, since=0.0)
# A letter by itself before a mark may be another, misread: of two nobody could tell.
_WORD = st.builds(
    str.__add__,
    st.text(st.sampled_from("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآئؤ0123456789"), min_size=2),
    st.sampled_from(["", "،", "؛", "؟", "."]),
)
ARABIC = st.lists(_WORD, min_size=1).map(" ".join)
_TOLD = "افتتاح مكتبة عامة في المدينة صباح السبت المقبل"
ITEMS = st.lists(
    st.builds(
        Item,
        guid=st.sampled_from(["", "g-100001", "g-100002", "g-100003", "1"]),
        link=st.sampled_from(["", "/a", "/b", "/c?utm_source=x", "/c", "/"]),
        title=st.sampled_from(["عاجل", "", _TOLD, "الأمطار تغلق الطريق"]),
    ),
    max_size=6,
)  # fmt: skip


@pytest.mark.parametrize("row", rows("agents.fetch", "tracking.tsv"), ids=lambda row: row["name"])
def test_every_tracking_parameter_goes_from_its_own_example(row: dict[str, str]) -> None:
    assert row["name"].rstrip("*") in row["example"]
    assert article_address(row["example"].replace("?", "?id=7&")).endswith("?id=7") or "v=7" in row["example"]


@given(st.text())
def test_an_address_is_settled_at_once(link: str) -> None:
    address = article_address(link, BASE)
    assert article_address(address, BASE) == address
    assert address == "" or address.startswith(("http://", "https://"))
    same_article(address)


def test_ids_are_the_same_in_every_run() -> None:
    assert article_id("صحيفة", "address", "news.example/ar/1?") == "390cd17c53da465cdb77"


@given(ITEMS)
def test_what_was_sent_is_no_news(items: list[Item]) -> None:
    news, seen = sift(items, (), "صحيفة", BASE)
    assert len({piece.article_id for piece in news}) == len(news)
    again = sift(items, (*[piece.seen for piece in news], *seen), "صحيفة", BASE)
    assert again.news == []


@given(st.lists(ITEMS, max_size=4))
# Two items that only their text names, beside one that has the guid of that text's first coming.
@example(
    [
        [Item(guid="g-2", title=_TOLD)],
        [Item(guid="g-1", title=_TOLD)],
        [Item(title=_TOLD), Item(link="/a", title=_TOLD), Item(guid="g-2", link="/a", title="عاجل")],
    ]
)
# A guid that wanders from one item to another.
@example(
    [
        [Item(link="/a", title="عاجل"), Item(guid="g-1", title=_TOLD)],
        [Item(guid="g-1", link="/a", title="عاجل")],
        [Item(title=_TOLD), Item(guid="g-1", title="عاجل")],
    ]
)
def test_nothing_is_news_twice_over_any_course_of_events(course: list[list[Item]]) -> None:
    seen: tuple[Seen, ...] = ()
    for items in course:
        news, kept = sift(items, seen, "صحيفة", BASE)
        seen = (*[piece.seen for piece in news], *kept)
        assert sift(items, seen, "صحيفة", BASE).news == [], course


def test_only_so_many_are_remembered() -> None:
    seen: tuple[Seen, ...] = ()
    for start in range(0, 2000, 50):
        items = [Item(link=f"/{n}", title=f"خبر {n}") for n in range(start, start + 50)]
        news, kept = sift(items, seen, "صحيفة", BASE)
        assert len(news) == 50
        seen = (*[piece.seen for piece in news], *kept)
    assert len(seen) == 150


@given(ARABIC, st.sampled_from(["utf-8", "utf-16"]))
@example("0ط،", "utf-8")
@example("0آ، ءءطط", "utf-8")
@example("ءط، ء0ط،", "utf-8")
def test_sound_text_is_left_alone(text: str, charset: str) -> None:
    assert mended(text) == text
    assert decode(text.encode(charset), "text/xml; charset=windows-1256").text == text


@given(st.binary(max_size=300), st.text(max_size=12))
@example(b"\x80", "undefined")
def test_any_bytes_make_some_text(body: bytes, said: str) -> None:
    readable(decode(body, f"text/xml; charset={said}").text)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_feed_or_none(body: bytes) -> None:
    for data in (
        body,
        b"<rss><channel><item><title>" + body,
        b'{"version":"https://jsonfeed.org/version/1","title":"' + body,
    ):
        with contextlib.suppress(NotAFeedError):
            assert len(parse(data).items) <= 1


def test_the_interval_closes_in_on_the_feed() -> None:
    row, bounds = ROW, (120.0, 21600.0)
    for _ in range(20):
        row = replace(row, interval=schedule.adapted(row, True, bounds))
    assert row.interval == 120.0
    for _ in range(40):
        row = replace(row, interval=schedule.adapted(row, False, bounds))
    assert row.interval == 21600.0
    assert schedule.adapted(replace(row, feed=Feed(url=BASE, outlet="x", interval=7.0)), True, bounds) == 7.0


@pytest.mark.parametrize(
    ("own", "bounds", "seconds"),
    [(0.0, (120.0, 21600.0), schedule.FIRST), (7.0, (120.0, 21600.0), 7.0), (0.0, (1.0, 4.0), 4.0),
     (0.0, (3600.0, 21600.0), 3600.0)],
)  # fmt: skip
def test_the_first_interval_keeps_to_the_bounds(own: float, bounds: tuple[float, float], seconds: float) -> None:
    assert schedule.first(Feed(url=BASE, outlet="x", interval=own), bounds) == seconds


@given(st.integers(0, 10_000), st.floats(0, 1), st.floats(1, 86400), st.floats(0, 86400), st.integers(0, 100))
def test_a_wait_is_never_shorter_than_asked_nor_endless(
    failures: int, chance: float, interval: float, floor: float, polls: int
) -> None:
    row = replace(ROW, failures=failures, interval=interval, floor=floor, polls=polls)
    assert floor <= schedule.wait(row, chance) <= 2 * schedule.LONGEST_BACK_OFF


@pytest.mark.parametrize(
    ("failures", "floor", "seconds"),
    [(0, 0, 900), (1, 0, 60), (1, 300, 300), (2, 0, 900), (3, 0, 1800), (4, 0, 3600), (40, 0, 86400)],
)
def test_failures_are_tried_again_soon_and_then_ever_more_rarely(failures: int, floor: float, seconds: float) -> None:
    row = replace(ROW, failures=failures, interval=900.0, floor=floor, polls=9)
    assert schedule.wait(row, 0.0) == seconds


@pytest.mark.parametrize(
    ("headers", "ttl", "seconds"),
    [({}, 0, 0), ({"Cache-Control": "max-age=600"}, 0, 600), ({"Cache-Control": "max-age=600", "Age": "500"}, 0, 100),
     ({"Cache-Control": "max-age=600"}, 900, 900), ({"Cache-Control": "no-cache, max-age=600"}, 0, 0),
     ({"Cache-Control": "private, MAX-AGE=\"60\""}, 0, 60), ({"Cache-Control": "max-age=-1"}, 0, 0),
     ({"Cache-Control": "max-age=999999999"}, 0, 86400), ({"Cache-Control": "max-age=600", "Age": "x"}, 0, 600)],
)  # fmt: skip
def test_the_floor(headers: dict[str, str], ttl: float, seconds: float) -> None:
    assert schedule.floor(headers, ttl) == seconds
