"""Feeds as outlets write them: RSS 2.0 and 1.0, Atom, JSON Feed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import NamedTuple
from xml.etree import ElementTree as ET

from agents.newsroom.press import Item, Outlet


class Published(NamedTuple):
    """An item in a feed: the newest version, its address, when it first appeared and when it was last edited."""

    item: Item
    url: str
    published: datetime
    updated: datetime


Writer = Callable[[Outlet, str, Sequence[Published]], bytes]

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RSS1 = "http://purl.org/rss/1.0/"
for _prefix, _uri in (("content", _CONTENT), ("dc", _DC), ("rdf", _RDF)):
    ET.register_namespace(_prefix, _uri)


def rss(outlet: Outlet, site: str, news: Sequence[Published]) -> bytes:
    """RSS 2.0 with the whole text in content:encoded."""
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _add(channel, title=outlet.name, link=site, description=outlet.name, language="ar")
    for one in news:
        item = ET.SubElement(channel, "item")
        _add(item, title=one.item.title, link=one.url, description=one.item.summary)
        _add(item, pubDate=format_datetime(one.published, usegmt=True))
        ET.SubElement(item, "guid", isPermaLink="false").text = f"{outlet.id}-{one.item.name}"
        _add(item, **{f"{{{_DC}}}creator": one.item.author, f"{{{_CONTENT}}}encoded": outlet.html(one.item.paragraphs)})
    return _bytes(root)


def rdf(outlet: Outlet, site: str, news: Sequence[Published]) -> bytes:
    """RSS 1.0 with summaries; the text is behind the link."""
    root = ET.Element(f"{{{_RDF}}}RDF")
    channel = ET.SubElement(root, f"{{{_RSS1}}}channel", {f"{{{_RDF}}}about": site})
    _add(channel, _RSS1, title=outlet.name, link=site, description=outlet.name)
    sequence = ET.SubElement(ET.SubElement(channel, f"{{{_RSS1}}}items"), f"{{{_RDF}}}Seq")
    for one in news:
        ET.SubElement(sequence, f"{{{_RDF}}}li", {f"{{{_RDF}}}resource": one.url})
        item = ET.SubElement(root, f"{{{_RSS1}}}item", {f"{{{_RDF}}}about": one.url})
        _add(item, _RSS1, title=one.item.title, link=one.url, description=one.item.summary)
        _add(item, _DC, date=one.published.isoformat(), creator=one.item.author)
    return _bytes(root)


def atom(outlet: Outlet, site: str, news: Sequence[Published]) -> bytes:
    """Atom 1.0 with the whole text as HTML."""
    root = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "ar"})
    updated = max((one.updated for one in news), default=datetime.fromtimestamp(0).astimezone())
    _add(root, _ATOM, id=site, title=outlet.name, updated=updated.isoformat())
    ET.SubElement(root, f"{{{_ATOM}}}link", href=site)
    for one in news:
        entry = ET.SubElement(root, f"{{{_ATOM}}}entry")
        _add(entry, _ATOM, id=one.url, title=one.item.title, summary=one.item.summary)
        _add(entry, _ATOM, published=one.published.isoformat(), updated=one.updated.isoformat())
        ET.SubElement(entry, f"{{{_ATOM}}}link", href=one.url)
        ET.SubElement(entry, f"{{{_ATOM}}}content", type="html").text = outlet.html(one.item.paragraphs)
    return _bytes(root)


def json_feed(outlet: Outlet, site: str, news: Sequence[Published]) -> bytes:
    """JSON Feed 1.1 with the whole text as HTML."""
    items = [
        {
            "id": f"{outlet.id}/{one.item.name}",
            "url": one.url,
            "title": one.item.title,
            "summary": one.item.summary,
            "content_html": outlet.html(one.item.paragraphs),
            "date_published": one.published.isoformat(),
            "date_modified": one.updated.isoformat(),
            "authors": [{"name": one.item.author}],
        }
        for one in news
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": outlet.name, "home_page_url": site, "items": items}
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


# The name that outlets.toml uses, the writer, the content type.
WRITERS: dict[str, tuple[Writer, str]] = {
    "rss": (rss, "application/rss+xml"),
    "rdf": (rdf, "application/rdf+xml"),
    "atom": (atom, "application/atom+xml"),
    "json": (json_feed, "application/feed+json"),
}


def _add(parent: ET.Element, namespace: str = "", **texts: str) -> None:
    for tag, text in texts.items():
        if text:
            ET.SubElement(parent, f"{{{namespace}}}{tag}" if namespace else tag).text = text


def _bytes(root: ET.Element) -> bytes:
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
