"""The feeds of a site, from its address: those that its page names, else those at the usual places that answer."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urljoin

from lxml import etree, html

from agents.fetch import charset
from agents.fetch.canonical import joined
from agents.fetch.client import Answer, Client, FetchError
from agents.fetch.feed import NotAFeedError, Parsed
from agents.fetch.lanes import HeldError
from agents.fetch.parser import Parser
from streams.tags import bounded

_TYPES = re.compile(r"application/(rss|atom|rdf|feed)?\+?(xml|json)|text/xml", re.I)
_USUAL = (
    "feed",
    "rss",
    "rss.xml",
    "feed.xml",
    "atom.xml",
    "index.xml",
    "feed.json",
    "ar/rss",
    "ar/rss.xml",
    "?feed=rss2",
)
_MOST = 12


class Found(NamedTuple):
    """A feed that answers, and what it says of itself."""

    url: str
    parsed: Parsed


async def discover(url: str, client: Client, parser: Parser) -> list[Found]:
    """The feeds of the site at `url`, each fetched and read once; `url` itself when it is a feed.

    Raises `FetchError` when the site cannot be had.
    """
    answer = await client.get(url, "site")
    parsed = await _parsed(answer, parser)
    if parsed:
        return [Found(answer.url, parsed)]
    named = linked(answer)
    places = named or [urljoin(answer.url, place) for place in _USUAL] + [urljoin(answer.url, f"/{p}") for p in _USUAL]
    found: dict[str, Found] = {}
    for place in list(dict.fromkeys(places))[: _MOST if named else 2 * _MOST]:
        try:
            answer = await client.get(place, "feed")
        except (FetchError, HeldError):
            continue
        if answer.url not in found and (parsed := await _parsed(answer, parser)):
            found[answer.url] = Found(answer.url, parsed)
    return list(found.values())


def linked(answer: Answer) -> list[str]:
    """The addresses of the feeds that an HTML page names in its head (`<link rel="alternate">`)."""
    text = bounded(charset.decode(answer.body, answer.content_type).text)
    try:
        page = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=False))
    except (etree.ParserError, ValueError):
        return []
    base = joined(answer.url, next(iter(page.xpath("//base/@href")), "")) or answer.url
    links = (
        link.get("href").strip()
        for link in page.iter("link")
        if "alternate" in (link.get("rel") or "").lower().split()
        and _TYPES.fullmatch((link.get("type") or "").partition(";")[0].strip())
        and link.get("href")
    )
    return list(dict.fromkeys(filter(None, (joined(base, link) for link in links))))


async def _parsed(answer: Answer, parser: Parser) -> Parsed | None:
    if answer.status != 200 or not answer.body:
        return None
    try:
        return await parser.parse(answer.body, answer.url, answer.content_type)
    except NotAFeedError:
        return None
