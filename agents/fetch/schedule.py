"""When a feed is polled next. Pure: policy, in seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agents.fetch.state import FeedRow
from streams.records import Feed

FIRST = 15 * 60.0
# An outlet that asks for more quiet than this (a forgotten `max-age`) is asked once a day all the same.
LONGEST_FLOOR = 24 * 3600.0
# A feed that fails is tried once more soon, then ever more rarely, but for good: outlets come back after months.
RETRY = 60.0
LONGEST_BACK_OFF = 24 * 3600.0
# Polls are late by up to this share, so that feeds imported together drift apart; the second is up to half as early.
JITTER = 0.1

_QUICKER, _SLOWER = 0.6, 1.25
_MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,9})", re.I)


def floor(headers: Mapping[str, str], ttl: float) -> float:
    """The least seconds between polls that the outlet asks for, in HTTP (Cache-Control, Age) or in the feed (TTL)."""
    control, age = headers.get("Cache-Control", ""), headers.get("Age", "")
    found = None if "no-cache" in control else _MAX_AGE.search(control)
    spent = float(age) if age.isascii() and age.isdecimal() else 0.0
    fresh = float(found[1]) - spent if found else 0.0
    return min(LONGEST_FLOOR, max(0.0, fresh, ttl))


def first(feed: Feed, bounds: tuple[float, float]) -> float:
    """The interval while nothing is known of how often the feed changes; `bounds` are the least and the most."""
    least, most = bounds
    return feed.interval or min(most, max(least, FIRST))


def adapted(row: FeedRow, changed: bool, bounds: tuple[float, float]) -> float:
    """The interval after a poll that found the feed `changed` or not: it closes in on how often the feed changes."""
    if row.feed.interval:
        return row.feed.interval
    least, most = bounds
    interval = row.interval or first(row.feed, bounds)
    return min(most, max(least, interval * (_QUICKER if changed else _SLOWER)))


def every(row: FeedRow) -> float:
    """The interval as a person is told of it: what is adapted, and no less than the outlet asks for."""
    return max(row.interval or row.feed.interval or FIRST, row.floor)


def wait(row: FeedRow, chance: float) -> float:
    """Seconds to the next poll of a feed as it stands after one; `chance` is a random number from 0 to 1."""
    seconds = max(row.interval, row.floor)
    if row.failures == 1:  # an accident: the outlet's, or a machine that was here before its network
        seconds = max(row.floor, min(seconds, RETRY))
    elif row.failures:
        seconds = max(seconds, min(LONGEST_BACK_OFF, seconds * 2.0 ** min(row.failures - 2, 20)))
    if row.polls <= 1 and not row.failures:
        return max(row.floor, seconds * (1 + chance) / 2)
    return seconds * (1 + JITTER * chance)
