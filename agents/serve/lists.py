"""Asking the archive: statements, articles, speakers, outlets, feeds, alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta

from agents.serve.counts import OutletCount, SpeakerCount
from agents.serve.endpoints import SERVER, Endpoint, Nothing, json, raw
from agents.serve.feed_health import Health
from agents.serve.filters import Filter, Selection, time_of
from agents.serve.position import C, Number, Text, read_cursor, write_cursor
from agents.serve.problems import bad_request, not_found
from streams.records import Alert, Article, Feed, Kind, Statement

Cursor = Annotated[str, Meta(max_length=100, description="Where to go on: `next` of the page before")]
Limit = Annotated[int, Meta(ge=1, le=200, description="How many at most")]
_Address = Annotated[str, Meta(max_length=3000, pattern=r"^[^\0]*$")]
_Name = Annotated[str, Meta(min_length=1, max_length=300)]


class StatementsQuery(Filter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which statements, and which page of them."""

    cursor: Cursor = ""
    limit: Limit = 50


class Statements(msgspec.Struct, kw_only=True):
    """A page of statements, newest first."""

    statements: list[Statement]
    next: Annotated[str | None, Meta(description="The cursor of the next page; null on the last")]
    position: Annotated[str, Meta(description="Where the live stream stands: pass it as `since` to go on from here")]


class ArticleWithStatements(msgspec.Struct, kw_only=True):
    """An article and what is said in it, in the order of the text."""

    article: Article
    statements: list[Statement]


class SpeakersQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which speakers."""

    q: Annotated[str, Meta(max_length=300, description="Words of the name, in any spelling; word* a beginning")] = ""
    kind: tuple[Kind, ...] = ()
    cursor: Cursor = ""
    limit: Limit = 50


class Speakers(msgspec.Struct, kw_only=True):
    """A page of speakers, those with most statements first."""

    speakers: list[SpeakerCount]
    next: str | None


class Outlets(msgspec.Struct, kw_only=True):
    """The outlets, those with most statements first."""

    outlets: list[OutletCount]


class FeedsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which page of the feeds."""

    # It holds an address.
    cursor: Annotated[str, Meta(max_length=5000, description="Where to go on: `next` of the page before")] = ""
    limit: Annotated[
        Annotated[int, Meta(ge=1, le=200)] | None, Meta(description="How many at most; all of them without it")
    ] = None


class FeedHealth(Feed, frozen=True, kw_only=True):
    """A feed of the registry and how it fares."""

    articles: Annotated[int, Meta(description="Its articles in the archive")]
    last_article_at: Annotated[datetime | None, Meta(description="When its latest article came through")]
    health: Annotated[Health | None, Meta(description="How fetching it goes; null before a fetcher has seen it")]


class Feeds(msgspec.Struct, kw_only=True):
    """The registry of feeds, or a page of it, by address."""

    feeds: list[FeedHealth]
    next: Annotated[str | None, Meta(description="The cursor of the next page; null on the last, and without `limit`")]


class AlertsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which alerts."""

    rule: tuple[_Name, ...] = ()
    cursor: Cursor = ""
    limit: Limit = 50


class Alerts(msgspec.Struct, kw_only=True):
    """A page of alerts, newest first."""

    alerts: list[Alert]
    next: str | None


def selected(query: Filter, status: Literal["new", "any"] = "new") -> Selection:
    """The filter, read. Raises `ProblemError` (400)."""
    try:
        return query.compiled(status)
    except ValueError as error:
        raise bad_request(str(error)) from error


def at_cursor(text: str, values: type[C]) -> C | None:
    """Where a cursor points. Raises `ProblemError` (400)."""
    try:
        return read_cursor(text, values) if text else None
    except ValueError as error:
        raise bad_request(f"cursor: {error}") from error


def _next_page(request: web.Request, cursor: str | None) -> dict[str, str]:
    return {"Link": f'<{request.rel_url.update_query(cursor=cursor)}>; rel="next"'} if cursor else {}


async def list_statements(request: web.Request, query: StatementsQuery) -> web.Response:
    """The statements that the filter selects, newest first."""
    before = at_cursor(query.cursor, tuple[Number])
    page = await request.app[SERVER].archive.statements(selected(query), before[0] if before else None, query.limit)
    cursor = None if page.next is None else write_cursor(page.next)
    body = Statements(statements=raw(page.records), next=cursor, position=str(page.position))
    return json(body, _next_page(request, cursor))


async def get_statement(request: web.Request, query: Nothing) -> web.Response:
    """One statement; one that was retracted, too."""
    record = await request.app[SERVER].archive.statement(_id(request, "statement_id"))
    if record is None:
        raise not_found("There is no statement of this id in the archive.")
    return web.Response(body=record, content_type="application/json")


async def get_article(request: web.Request, query: Nothing) -> web.Response:
    """An article's text, which the statements' offsets index, and its statements in the order of the text."""
    found = await request.app[SERVER].archive.article(_id(request, "article_id"))
    if found is None:
        raise not_found("There is no article of this id in the archive.")
    article, statements = found
    (article_,) = raw([article])
    return json(ArticleWithStatements(article=article_, statements=raw(statements)))


def _id(request: web.Request, name: str) -> str:
    value = request.match_info[name]
    if "\0" in value or len(value) > 300:
        raise not_found("There is nothing of this id.")
    return value


async def list_speakers(request: web.Request, query: SpeakersQuery) -> web.Response:
    """Who was heard, those with most statements first. Counts move: a speaker may move between two pages."""
    after = at_cursor(query.cursor, tuple[Number, Text])
    try:
        rows = await request.app[SERVER].archive.speakers(query.q, query.kind, after, query.limit + 1)
    except ValueError as error:
        raise bad_request(f"q: {error}") from error
    speakers = rows[: query.limit]
    cursor = write_cursor(speakers[-1].statements, speakers[-1].id) if len(rows) > query.limit else None
    return json(Speakers(speakers=speakers, next=cursor), _next_page(request, cursor))


async def list_outlets(request: web.Request, query: Nothing) -> web.Response:
    """The outlets that statements come from."""
    return json(Outlets(outlets=await request.app[SERVER].archive.outlets()))


async def list_feeds(request: web.Request, query: FeedsQuery) -> web.Response:
    """The registry of feeds, and how each fares."""
    after = at_cursor(query.cursor, tuple[_Address])
    rows = await request.app[SERVER].archive.feeds(after[0] if after else "", query.limit and query.limit + 1)
    shown = rows[: query.limit]
    feeds = [
        FeedHealth(
            **msgspec.structs.asdict(msgspec.json.decode(row.record, type=Feed)),
            articles=row.articles,
            last_article_at=None if row.last_article_at is None else time_of(row.last_article_at),
            health=None if row.health is None else msgspec.json.decode(row.health, type=Health),
        )
        for row in shown
    ]
    cursor = write_cursor(shown[-1].url) if len(rows) > len(shown) else None
    return json(Feeds(feeds=feeds, next=cursor), _next_page(request, cursor))


async def list_alerts(request: web.Request, query: AlertsQuery) -> web.Response:
    """The alerts that rules gave, newest first."""
    after = at_cursor(query.cursor, tuple[Number, Text])
    rows = await request.app[SERVER].archive.alerts(query.rule, after, query.limit + 1)
    alerts = rows[: query.limit]
    cursor = write_cursor(alerts[-1].matched_at, alerts[-1].alert_id) if len(rows) > query.limit else None
    return json(Alerts(alerts=raw([row.record for row in alerts]), next=cursor), _next_page(request, cursor))


ENDPOINTS = (
    Endpoint(path="/v1/statements", answer=list_statements, query=StatementsQuery, returns=Statements),
    Endpoint(path="/v1/statements/{statement_id}", answer=get_statement, returns=Statement, errors=(400, 404)),
    Endpoint(path="/v1/articles/{article_id}", answer=get_article, returns=ArticleWithStatements, errors=(400, 404)),
    Endpoint(path="/v1/speakers", answer=list_speakers, query=SpeakersQuery, returns=Speakers),
    Endpoint(path="/v1/outlets", answer=list_outlets, returns=Outlets),
    Endpoint(path="/v1/feeds", answer=list_feeds, query=FeedsQuery, returns=Feeds),
    Endpoint(path="/v1/alerts", answer=list_alerts, query=AlertsQuery, returns=Alerts),
)
