"""Any filter as a feed: Atom (RFC 4287) and JSON Feed 1.1, so that any reader can follow a speaker."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated
from xml.etree import ElementTree as Xml

import msgspec
from aiohttp import web
from msgspec import Meta
from yarl import URL

from agents.alert.wording import act_word
from agents.alert.wording import entry as worded
from agents.serve.endpoints import SERVER, Endpoint
from agents.serve.filters import Filter
from agents.serve.lists import selected
from streams.records import Statement

_ATOM = "http://www.w3.org/2005/Atom"
_PRODUCT = "تصريح"
# What XML 1.0 cannot hold, however it is written.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class FeedQuery(Filter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which statements."""

    limit: Annotated[int, Meta(ge=1, le=200, description="How many at most")] = 50


class Author(msgspec.Struct):
    """Who said it."""

    name: str


class Item(msgspec.Struct, omit_defaults=True):
    """A statement as an item of a feed."""

    id: str
    url: str
    title: str
    content_text: str
    date_published: datetime
    authors: list[Author] = []
    tags: list[str] = []
    language: str = "ar"
    _tasrih: Statement | None = None


class JsonFeed(msgspec.Struct, omit_defaults=True):
    """A JSON Feed, version 1.1."""

    version: str
    title: str
    home_page_url: str
    feed_url: str
    items: list[Item]
    language: str = ""


async def _feed_title(request: web.Request, query: Filter) -> str:
    """The filter in words: a reader with many feeds tells them apart by their titles."""
    known = await request.app[SERVER].archive.names(query.speaker_id)
    speakers = [known[key].name if key in known else key for key in query.speaker_id]
    acts = [act_word(act, "ar") for act in query.act]
    said = " · ".join(part for part in (query.speaker, *speakers, query.q, *query.outlet, *acts) if part)
    return f"{_PRODUCT}: {said}" if said else _PRODUCT


def _addresses(request: web.Request) -> tuple[str, str]:
    """The page's address, with the same filter, and the request's, as the reader sees them; without the key."""
    settings = request.app[SERVER].settings
    origin = (settings.public_url or str(request.url.origin())).rstrip("/")
    feed = request.rel_url.without_query_params("access_token")
    return str(URL(origin + "/").with_query(feed.without_query_params("limit").query)), origin + str(feed)


async def _statements(request: web.Request, query: FeedQuery) -> list[Statement]:
    page = await request.app[SERVER].archive.statements(selected(query), None, query.limit)
    return [msgspec.json.decode(record, type=Statement) for record in page.records]


async def json_feed(request: web.Request, query: FeedQuery) -> web.Response:
    """The newest statements of a filter as a JSON Feed."""
    page, address = _addresses(request)
    items = [_item(statement) for statement in await _statements(request, query)]
    title = await _feed_title(request, query)
    feed = JsonFeed("https://jsonfeed.org/version/1.1", title, page, address, items, language="ar")
    return web.Response(body=msgspec.json.encode(feed), content_type="application/feed+json")


def _item(statement: Statement) -> Item:
    title, text = worded(statement, "ar")
    return Item(
        id=f"urn:tasrih:statement:{statement.statement_id}",
        url=statement.url,
        title=title,
        content_text=text,
        date_published=statement.published_at,
        authors=[Author(statement.speaker.name)] if statement.speaker.name else [],
        tags=[statement.act, statement.outlet],
        _tasrih=statement,
    )


async def atom(request: web.Request, query: FeedQuery) -> web.Response:
    """The newest statements of a filter as an Atom feed."""
    page, address = _addresses(request)
    statements = await _statements(request, query)
    feed = Xml.Element("feed", {"xmlns": _ATOM, "xml:lang": "ar"})

    def say(parent: Xml.Element, name: str, text: str = "", **attributes: str) -> Xml.Element:
        clean = {key: _NOT_XML.sub("\ufffd", value) for key, value in attributes.items()}
        element = Xml.SubElement(parent, name, clean)
        element.text = _NOT_XML.sub("\ufffd", text) or None
        return element

    say(feed, "id", address)
    say(feed, "title", await _feed_title(request, query))
    say(feed, "updated", max((s.extracted_at for s in statements), default=datetime.fromtimestamp(0, UTC)).isoformat())
    say(feed, "link", rel="self", href=address)
    say(feed, "link", rel="alternate", href=page)
    for statement in statements:
        title, text = worded(statement, "ar")
        entry = say(feed, "entry")
        say(entry, "id", f"urn:tasrih:statement:{statement.statement_id}")
        say(entry, "title", title)
        say(entry, "updated", statement.extracted_at.isoformat())
        say(entry, "published", statement.published_at.isoformat())
        say(say(entry, "author"), "name", statement.speaker.name or statement.outlet)
        say(entry, "link", rel="alternate", href=statement.url)
        say(entry, "category", term=statement.act)
        say(entry, "content", text, type="text")
        say(say(entry, "source"), "title", statement.outlet)
    body = Xml.tostring(feed, encoding="utf-8", xml_declaration=True)
    return web.Response(body=body, content_type="application/atom+xml", charset="utf-8")


ENDPOINTS = (
    Endpoint(path="/v1/feed.atom", answer=atom, query=FeedQuery, content_type="application/atom+xml"),
    Endpoint(
        path="/v1/feed.json", answer=json_feed, query=FeedQuery, returns=JsonFeed, content_type="application/feed+json"
    ),
)
