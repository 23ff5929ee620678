"""One poll of one feed: ask, read, and work out what is news and how the feed stands afterwards."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple

from msgspec.structs import replace

from agents.fetch import metrics, schedule
from agents.fetch.canonical import joined
from agents.fetch.client import Answer, Client, FetchError, quiet_until, refusal
from agents.fetch.feed import NotAFeedError, Parsed
from agents.fetch.lanes import HeldError
from agents.fetch.news import News, sift
from agents.fetch.parser import Parser
from agents.fetch.state import FeedRow
from streams.settings import Settings

# Some servers answer "not changed" for ever. Once a day they are asked for the whole.
_WHOLE_EVERY = 24 * 3600.0
# A permanent redirect that leads nowhere this often is forgotten, and the registry's address is asked again.
_PATIENCE_WITH_MOVE = 3
_LINK = re.compile(r"<([^>]*)>([^<]*)")


class Reading(NamedTuple):
    """What a poll has found. `row` does not yet know the `news` as seen: whoever sends them adds them."""

    row: FeedRow
    news: list[News]
    hub: str = ""
    topic: str = ""
    answer: Answer | None = None
    parsed: Parsed | None = None


async def poll(row: FeedRow, client: Client, parser: Parser, settings: Settings) -> Reading:
    """Ask for the feed of `row`. Never raises for anything that an outlet does: the row tells."""
    conditions = _conditions(row, time.time())
    answer: Answer | None = None
    try:
        answer = await client.get(row.url, "feed", conditions)
        reading = await read(row, answer, parser, settings)
        outcome = "changed" if reading.news else "unchanged"
    except HeldError as held:
        metrics.POLLS.labels("held").inc()
        quiet = replace(row, due=held.until + random.random(), held_until=held.until)
        return Reading(replace(quiet, error=str(held), error_at=time.time()), [])
    except (FetchError, NotAFeedError) as error:
        reading = _failed(row, str(error), answer)
        outcome = "failed"
    metrics.POLLS.labels(outcome).inc()
    now = time.time()
    after = replace(
        reading.row,
        polled_at=now,
        polls=row.polls + 1,
        interval=reading.row.interval or schedule.first(row.feed, _bounds(settings)),
    )
    due = now + schedule.wait(after, random.random())
    if answer and (until := quiet_until(answer.status, answer.headers)) is not None:
        after, due = replace(after, held_until=until), max(until + random.random(), now + 1)
    return reading._replace(row=replace(after, due=due))


def _conditions(row: FeedRow, now: float) -> Mapping[str, str]:
    if now - row.whole_at > _WHOLE_EVERY:
        return {}
    conditions = {"If-None-Match": row.etag, "If-Modified-Since": row.modified}
    return {name: value for name, value in conditions.items() if value and value.isascii() and value.isprintable()}


def _bounds(settings: Settings) -> tuple[float, float]:
    return settings.interval_min, settings.interval_max


async def read(row: FeedRow, answer: Answer, parser: Parser, settings: Settings) -> Reading:
    """What an answer says, asked for or pushed. Raises `FetchError` and `NotAFeedError` for one that says nothing."""
    bounds, now = _bounds(settings), time.time()
    well = replace(row, success_at=now, failures=0, error="", floor=schedule.floor(answer.headers, row.ttl))
    if answer.status == 304:
        return Reading(
            replace(well, unchanged=row.unchanged + 1, interval=schedule.adapted(row, False, bounds)), [], answer=answer
        )
    if answer.status != 200:
        raise FetchError(refusal(answer.status))
    well = replace(
        well,
        etag=answer.headers.get("ETag", ""),
        modified=answer.headers.get("Last-Modified", ""),
        address=answer.moved_to or row.address,
        whole_at=now,
    )
    mark = blake2b(answer.body, digest_size=16).digest()
    if mark == row.body and not answer.cut:
        well = replace(well, same=row.same + 1, interval=schedule.adapted(row, False, bounds))
        return Reading(well, [], answer=answer)
    parsed = await parser.parse(answer.body, answer.url, answer.content_type)
    sifted = sift(parsed.items, row.seen, row.feed.outlet, answer.url)
    changed = bool(sifted.news)
    ttl = parsed.ttl or 0.0
    well = replace(
        well,
        ttl=ttl,
        floor=schedule.floor(answer.headers, ttl),
        # That everything in a feed is new to us says nothing of how often it changes.
        interval=schedule.adapted(row, changed, bounds) if row.whole_at else row.interval,
        changed_at=now if changed else row.changed_at,
        body=mark,
        seen=sifted.seen,
        note=_note(answer, parsed),
    )
    if answer.cut:  # the rest is wanted next time
        well = replace(well, etag="", modified="", body=b"")
    hub, topic = _hub(answer)
    return Reading(well, sifted.news, parsed.hub or hub, parsed.topic or topic or answer.url, answer, parsed)


def _failed(row: FeedRow, reason: str, answer: Answer | None) -> Reading:
    now = time.time()
    gone = bool(answer and answer.status == 410)
    forget_move = bool(row.address) and (gone or row.failures + 1 >= _PATIENCE_WITH_MOVE)
    failed = replace(
        row,
        failures=row.failures + 1,
        error=reason,
        error_at=now,
        address="" if forget_move else row.address,
        retired="the outlet says that it is gone for good (HTTP 410)" if gone and not row.address else row.retired,
    )
    return Reading(failed, [], answer=answer)


def _note(answer: Answer, parsed: Parsed) -> str:
    notes = [answer.cut, parsed.fault]
    if parsed.unreadable:
        notes.append(f"{parsed.unreadable} items left out: their letters are lost")
    if not parsed.items:
        notes.append("it has no items")
    return "; ".join(filter(None, notes))


def _hub(answer: Answer) -> tuple[str, str]:
    """The hub and the topic that the answer's Link header names (WebSub, section 4)."""
    found = {"hub": "", "self": ""}
    for target, parameters in _LINK.findall(answer.headers.get("Link", "")):
        for rel in found:
            if re.search(rf'\brel\s*=\s*"?[^";]*\b{rel}\b', parameters) and not found[rel]:
                found[rel] = joined(answer.url, target)
    return found["hub"], found["self"]
