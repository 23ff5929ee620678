"""What flows, shown as it comes: read back from the topics themselves, so what is shown has happened."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator

from agents.cli import show
from agents.fetch.metrics import POLLS
from streams.records import Statement
from streams.settings import Settings
from streams.stopping import end
from streams.tail import follow
from streams.topics import ARTICLES, DEAD_LETTERS, ENTRIES, STATEMENTS
from streams.wire import UnreadableError, decode

_TOPICS = (ENTRIES, ARTICLES, STATEMENTS, DEAD_LETTERS)
_SUMMARY_EVERY = 10.0
# So many statements are shown at once, and so many a second when they keep coming: nobody reads faster. The rest is
# counted.
_AT_ONCE, _A_SECOND = 1000, 5
_UNSHOWN = "unshown"


@contextlib.asynccontextmanager
async def watch(
    settings: Settings, console: show.Terminal, stop: asyncio.Event, last: float = math.inf
) -> AsyncIterator[None]:
    """Show what comes while the body runs. When nobody reads any more (`tasrih up | head`), `stop` is set.

    `last`: when, by the monotonic clock, the last article appears. It is said once nothing comes any more after that: a
    stream at its end looks like one that is broken.
    """
    counts: Counter[str] = Counter()

    async def until_unread(work: AsyncIterator[None]) -> None:
        try:
            async for _ in work:
                pass
        except BrokenPipeError:
            stop.set()

    shown = asyncio.create_task(until_unread(_statements(settings, console, counts)))
    summed = asyncio.create_task(until_unread(_summaries(console, counts, last)))
    try:
        yield
    finally:
        await end(shown, summed)


async def _statements(settings: Settings, console: show.Terminal, counts: Counter[str]) -> AsyncIterator[None]:
    room, at = float(_AT_ONCE), time.monotonic()
    async for message in follow(settings, *_TOPICS):
        topic = message.topic.removeprefix(settings.prefix)
        if message.value is not None:  # a dead letter that was dealt with
            counts[topic] += 1
        if topic == STATEMENTS.name:
            before, at = at, time.monotonic()
            room = min(_AT_ONCE, room + _A_SECOND * (at - before))
            if room < 1:
                counts[_UNSHOWN] += 1
            else:
                room -= 1
                with contextlib.suppress(UnreadableError):
                    show.statement(console, decode(message.value, Statement))
        yield


async def _summaries(console: show.Terminal, counts: Counter[str], last: float) -> AsyncIterator[None]:
    before: Counter[str] | None = None
    while True:
        await asyncio.sleep(_SUMMARY_EVERY)
        if time.monotonic() > last and counts == before and counts[STATEMENTS.name]:
            console.print(
                f"[green]✓[/green] that was all: {counts[ENTRIES.name]:,} articles and edits, and no more come · "
                "the page and the API go on · Ctrl-C stops\n",
                soft_wrap=True,
            )
            return
        if counts != before:  # polls that found nothing new are no news
            parts = " · ".join([*_polls(), *(f"{counts[topic.name]:,} {topic.name}" for topic in _TOPICS)])
            if counts[_UNSHOWN]:
                parts += f" ({counts[_UNSHOWN]:,} statements came too fast to be shown)"
            console.print(f"[dim]── since the start: {parts}[/dim]\n", soft_wrap=True)
        before = counts.copy()
        yield


def _polls() -> Iterator[str]:
    """What fetch, in this very process, says of its polls."""
    outcomes: Counter[str] = Counter()
    for metric in POLLS.collect():
        for sample in metric.samples:
            if sample.name.endswith("_total"):
                outcomes[sample.labels["outcome"]] += int(sample.value)
    yield f"{outcomes.total():,} polls of feeds"
    if outcomes["failed"]:
        yield f"{outcomes['failed']:,} failed (tasrih feeds health says why)"
