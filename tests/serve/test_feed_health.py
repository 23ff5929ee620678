"""How a feed fares is told by `tasrih feeds health` and by the API: of one row they say the same."""

from __future__ import annotations

import pytest

from agents.fetch import report
from agents.fetch.state import FeedRow, Subscription
from agents.serve.feed_health import health
from streams.records import Feed

NOW = 1_800_000_000.0
FEED = Feed(url="https://a.example/rss", outlet="الساحل")


@pytest.mark.parametrize(("until", "pushed"), [(0.0, False), (NOW - 1, False), (NOW + 1, True)])
def test_a_hub_tells_us_of_news_until_its_lease_ends(until: float, pushed: bool) -> None:
    subscription = Subscription("https://hub.example/", FEED.url, "https://us.example/", "secret", NOW - 9, until)
    row = FeedRow(feed=FEED, partition=0, since=NOW - 99, subscription=subscription)
    assert (report.health(row, NOW).pushed, health(row, NOW).pushed) == (pushed, pushed)


@pytest.mark.parametrize(
    ("interval", "floor", "every"), [(0.0, 0.0, 900.0), (120.0, 0.0, 120.0), (120.0, 3600.0, 3600.0)]
)
def test_the_interval_is_what_the_outlet_asks_for_at_least(interval: float, floor: float, every: float) -> None:
    row = FeedRow(feed=FEED, partition=0, since=NOW, interval=interval, floor=floor)
    assert (report.health(row, NOW).interval, health(row, NOW).interval) == (every, every)
