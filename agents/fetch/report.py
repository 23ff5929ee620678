"""What there is to say about a feed: checked just now, or as its row tells it."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from agents.fetch import pages, schedule
from agents.fetch.canonical import article_address
from agents.fetch.client import Client, FetchError, refusal
from agents.fetch.discover import Found, discover, linked
from agents.fetch.feed import NotAFeedError, Parsed, plain
from agents.fetch.lanes import HeldError, Lanes
from agents.fetch.news import sift
from agents.fetch.pages import Pages
from agents.fetch.parser import Parser
from agents.fetch.state import FeedRow
from streams.legible import legible
from streams.settings import Settings

_SHOWN = 5


class Check(msgspec.Struct, kw_only=True):
    """Everything about one feed. Each of `facts` is a name and what is to be said; `advice` says what to do."""

    url: str
    error: str = ""
    facts: list[tuple[str, str]] = []
    items: list[tuple[str, str]] = []  # when, headline
    advice: list[str] = []

    def say(self, name: str, value: str) -> None:
        """Add a fact."""
        self.facts.append((name, value))


class Health(msgspec.Struct, kw_only=True, frozen=True):
    """How a feed fares. Ages and intervals are seconds."""

    url: str
    outlet: str
    state: str  # ok, failing, retired, paused, new
    success_age: float | None
    error: str
    error_age: float | None
    interval: float
    due_in: float
    items_a_day: float
    spared: float  # the share of conditional requests among those that found nothing new
    polls: int
    failures: int
    note: str
    pushed: bool
    moved_to: str


async def check(settings: Settings, url: str) -> Check:
    """Fetch the feed at `url` (https, when it does not say) and explain what came."""
    url = url if "://" in url else f"https://{url}"
    found = Check(url=url)
    async with Client(settings, Lanes(settings.host_spacing)) as client, Parser() as parser:
        started = time.perf_counter()
        try:
            answer = await client.get(url, "feed")
        except (FetchError, HeldError) as error:
            found.error = str(error)
            return found
        for before, after in zip(answer.hops, answer.hops[1:], strict=False):
            found.say("redirect", f"{before} → {after}")
        if answer.moved_to:
            found.say("moved for good", answer.moved_to)
            found.advice.append(f"Register it as {answer.moved_to}.")
        size = f"{len(answer.body):,} bytes in {time.perf_counter() - started:.2f} s"
        coding = answer.headers.get("Content-Encoding")
        kind = answer.content_type or "no type"
        found.say("answer", f"HTTP {answer.status}, {kind}, {size}{f', {coding}' if coding else ''}")
        if answer.cut:
            found.say("cut short", answer.cut)
        validators = [name for name in ("ETag", "Last-Modified") if answer.headers.get(name)]
        found.say("can be asked “changed?”", ", ".join(validators) or "no: it is sent whole each time")
        if validators and answer.status == 200:
            found.say("keeps its word", await _again(client, answer.url, answer.headers))
        if retry := answer.headers.get("Retry-After"):
            found.say("asks for quiet", f"Retry-After: {retry}")
        if answer.status != 200:
            found.error = refusal(answer.status)
            return found
        try:
            parsed = await parser.parse(answer.body, answer.url, answer.content_type)
        except NotAFeedError as error:
            found.error = str(error)
            if named := linked(answer):
                found.advice.append(f"The page names these feeds: {', '.join(named[:_SHOWN])}.")
            return found
        floor = schedule.floor(answer.headers, parsed.ttl or 0.0)
        if floor:
            found.say("wants to be left alone", f"{floor:.0f} s between polls")
        _explain(found, parsed, url)
        link = next((item.link for item in parsed.items if item.link), "")
        if link:
            allowed = await Pages(client).allowed(article_address(link, answer.url) or url)
            found.say("article pages", "robots.txt allows them" if allowed else "robots.txt forbids them to us")
    return found


async def _again(client: Client, url: str, headers: object) -> str:
    get = headers.get  # type: ignore[attr-defined]
    conditions = {"If-None-Match": get("ETag", ""), "If-Modified-Since": get("Last-Modified", "")}
    try:
        answer = await client.get(url, "feed", {name: value for name, value in conditions.items() if value})
    except (FetchError, HeldError) as error:
        return f"asked again, it failed: {error}"
    return "yes: unchanged, it answers 304" if answer.status == 304 else f"no: asked again, it answers {answer.status}"


def _explain(found: Check, parsed: Parsed, url: str) -> None:
    """What the feed itself says."""
    found.say("format", f"{parsed.format}, written in {parsed.charset}")
    if parsed.fault:
        found.say("faults", parsed.fault)
    if parsed.title or parsed.site:
        found.say("feed", f"{parsed.title} {parsed.site}".strip())
    if parsed.hub:
        found.say("pushes through", parsed.hub)
    items = parsed.items
    distinct = len(sift(items, (), "", url).news)
    illegible = f", {parsed.unreadable} illegible" if parsed.unreadable else ""
    found.say("items", f"{len(items)}, {distinct} distinct articles{illegible}")
    if not items:
        found.advice.append("It has no items now; it will be polled all the same.")
        return
    missing = {
        "guid": sum(not item.guid for item in items),
        "link": sum(not item.link for item in items),
        "date": sum(item.published_at is None and item.updated_at is None for item in items),
        "title": sum(not item.title for item in items),
    }
    lacking = ", ".join(f"{name} ({count})" for name, count in missing.items() if count)
    found.say("missing", lacking or "nothing")
    dates = sorted(item.published_at for item in items if item.published_at)
    if dates:
        found.say("dates", f"from {dates[0]:%Y-%m-%d %H:%M} to {dates[-1]:%Y-%m-%d %H:%M} UTC")
        if dates[-1].timestamp() > time.time() + 3600:
            found.say("in the future", f"{sum(d.timestamp() > time.time() + 3600 for d in dates)} items")
    lengths = sorted(max(len(plain(item.content[:200_000])), len(plain(item.summary[:200_000]))) for item in items)
    found.say("text an item", f"{lengths[len(lengths) // 2]:,} characters (median)")
    short = sum(pages.wanted("when-short", item) for item in items)
    if short * 2 > len(items):
        found.advice.append("Its items are short: full_text = when-short (the default) fetches the articles' pages.")
    found.items = [
        (f"{at:%Y-%m-%d %H:%M}" if (at := item.published_at) else "no date", plain(item.title)[:100] or "(no title)")
        for item in items[:_SHOWN]
    ]


def show(found: Check) -> None:
    """Print a check for a person."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    console.print(Text(found.url, style="bold"))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, value in (*found.facts, *found.items):
        table.add_row(Text(name, style="dim"), Text(legible(value)))
    console.print(table)
    for line in found.advice:
        console.print(Text(legible(line)))
    verdict = f"✗ {found.error}" if found.error else "✓ it can be read"
    console.print(Text(legible(verdict), style="red" if found.error else "green"))


def health(row: FeedRow, now: float) -> Health:
    """How the feed of `row` fares at `now` (seconds since the epoch)."""
    days = max((now - row.since) / 86400, 1 / 24)
    states = (("retired", row.retired), ("paused", not row.feed.active), ("failing", row.error), ("ok", row.polls))
    state = next((name for name, holds in states if holds), "new")
    spared = row.unchanged + row.same
    return Health(
        url=row.feed.url,
        outlet=row.feed.outlet,
        state=state,
        success_age=now - row.success_at if row.success_at else None,
        error=row.retired or row.error,
        error_age=now - row.error_at if row.error_at else None,
        interval=schedule.every(row),
        due_in=max(0.0, row.due - now),
        items_a_day=row.published / days,
        spared=row.unchanged / spared if spared else 0.0,
        polls=row.polls,
        failures=row.failures,
        note=row.note,
        pushed=row.subscription is not None and row.subscription.holds(now),
        moved_to=row.address,
    )


def show_health(standing: Sequence[Health]) -> None:
    """Print how feeds fare for a person, those in trouble first."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold")
    table.add_column("feed", ratio=1, overflow="fold")  # the words take the room that the figures leave
    for column in ("state", "last success", "every", "items/day", "spared"):
        table.add_column(column, no_wrap=True, justify="left" if column in ("state", "last success") else "right")
    for row in sorted(standing, key=lambda row: (row.state == "ok", row.outlet, row.url)):
        cells = (
            legible("\n".join(filter(None, (row.outlet, row.url, row.error or row.note)))),
            row.state,
            "never" if row.success_age is None else f"{span(row.success_age)} ago",
            span(row.interval),
            f"{row.items_a_day:.1f}",
            f"{row.spared:.0%}",
        )
        style = {"ok": "", "new": "", "paused": "dim", "retired": "dim"}.get(row.state, "red")
        table.add_row(*map(Text, cells), style=style)
    Console().print(table)


def span(seconds: float) -> str:
    """A time span as people say it."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.0f} s"


async def discovered(settings: Settings, site: str) -> tuple[Sequence[Found], str]:
    """The feeds of a site, and why there are none if it cannot be had."""
    if "://" not in site:
        site = f"https://{site}"
    async with Client(settings, Lanes(settings.host_spacing)) as client, Parser() as parser:
        try:
            return await discover(site, client, parser), ""
        except (FetchError, HeldError) as error:
            return [], str(error)
