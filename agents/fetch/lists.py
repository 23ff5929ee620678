"""Lists of feeds as files: OPML in and out, TOML in."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from lxml import etree

from agents.fetch.canonical import joined
from streams.records import Feed

_FIELDS = set(Feed.__struct_fields__) - {"schema_version"}
# Ours, for what OPML has no attribute for.
_NAMESPACE = "https://tasrih.example/opml"
# What XML 1.0 cannot hold: with it, a list could not be exported any more.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class FeedListError(ValueError):
    """A file that is no list of feeds; the message says which, where, and what was expected."""


def packaged() -> list[Feed]:
    """The list of Arabic feeds that comes with the program."""
    return _opml((files(__package__) / "feeds.opml").read_bytes(), "the packaged list")


def read(path: Path) -> list[Feed]:
    """The feeds of an OPML or TOML file, each address once. Raises `FeedListError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FeedListError(f"Cannot read {path}: {error.strerror}") from None
    feeds = _toml(data, str(path)) if path.suffix.lower() == ".toml" else _opml(data, str(path))
    if not feeds:
        raise FeedListError(f"{path} lists no feeds: OPML wants <outline xmlUrl=…>, TOML wants [[feed]] with a url.")
    return list({feed.url: feed for feed in reversed(feeds)}.values())[::-1]


def legal(feed: Feed) -> Feed:
    """`feed` without the characters that XML cannot hold: one that was registered before they were refused."""
    texts = {name: value for name, value in msgspec.structs.asdict(feed).items() if isinstance(value, str)}
    return msgspec.structs.replace(feed, **{name: _NOT_XML.sub("", value) for name, value in texts.items()})


def opml(feeds: Iterable[Feed]) -> bytes:
    """The feeds as OPML 2.0, by category; what OPML has no attribute for stands in attributes of our own.

    Each must be `legal`.
    """
    root = etree.Element("opml", version="2.0", nsmap={"tasrih": _NAMESPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Tasrih"
    body = etree.SubElement(root, "body")
    folders: dict[str, Any] = {}
    defaults = Feed(url="", outlet="")
    for feed in sorted(feeds, key=lambda feed: (feed.category, feed.outlet, feed.url)):
        if feed.category and feed.category not in folders:
            folders[feed.category] = etree.SubElement(body, "outline", text=feed.category, title=feed.category)
        attributes = {"type": "rss", "text": feed.outlet, "xmlUrl": feed.url, "language": feed.language}
        if feed.title:
            attributes["title"] = feed.title
        if feed.site:
            attributes["htmlUrl"] = feed.site
        for name in ("full_text", "interval", "active"):
            if (value := getattr(feed, name)) != getattr(defaults, name):
                attributes[f"{{{_NAMESPACE}}}{name}"] = str(value).lower()
        etree.SubElement(folders.get(feed.category, body), "outline", attributes)
    found: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return found


def feed(fields: Any, source: str) -> Feed:
    """A feed from the fields of its record, `url` at least. Raises `FeedListError` naming `source`."""
    if not isinstance(fields, dict):
        raise FeedListError(f"{source}: {fields!r} is no table; write each feed as [[feed]] with a url.")
    unknown = fields.keys() - _FIELDS
    if unknown:
        raise FeedListError(f"{source}: unknown {', '.join(sorted(unknown))}; a feed has {', '.join(sorted(_FIELDS))}.")
    url = str(fields.get("url", "")).strip()
    host = _host(url)
    if not host:
        raise FeedListError(f"{source}: {url!r} is no web address; it should begin with http:// or https://.")
    try:
        found = msgspec.convert({**fields, "url": url, "outlet": fields.get("outlet") or host}, Feed, strict=False)
    except msgspec.ValidationError as error:
        raise FeedListError(f"{source}: feed {url}: {error}.") from None
    for name, value in msgspec.structs.asdict(found).items():
        if isinstance(value, str) and _NOT_XML.search(value):
            raise FeedListError(f"{source}: {name} {value!r} holds a character that no text has.")
    if found.interval is not None and not 0 < found.interval < math.inf:
        raise FeedListError(
            f"{source}: feed {url}: interval is in seconds, more than 0; leave it out to have it adapted."
        )
    return found


def _host(url: str) -> str | None:
    """The host of a web address; None when it is none."""
    parts = urlsplit(joined("", url))
    return parts.hostname if parts.scheme in ("http", "https") and not re.search(r"[\t\n\r]", url) else None


def _toml(data: bytes, source: str) -> list[Feed]:
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FeedListError(f"{source} is no TOML file: {error}") from None
    entries = table.get("feed", [])
    if not isinstance(entries, list):
        raise FeedListError(f"{source}: write each feed as a table [[feed]], with double brackets.")
    return [feed(entry, f"{source}, feed {n}") for n, entry in enumerate(entries, 1)]


def _opml(data: bytes, source: str) -> list[Feed]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise FeedListError(f"{source} is no OPML file: {error}") from None
    if not isinstance(root.tag, str) or etree.QName(root).localname.lower() != "opml":
        raise FeedListError(f"{source} is no OPML file: its root element is <{etree.QName(root).localname}>.")
    return list(_outlines(root, "", source))


def _outlines(parent: Any, category: str, source: str) -> Iterator[Feed]:
    for outline in parent.iterchildren():
        if not isinstance(outline.tag, str):
            continue
        attributes = {name.rpartition("}")[2].lower(): value for name, value in outline.attrib.items()}
        name = attributes.get("text") or attributes.get("title") or ""
        if "xmlurl" not in attributes:
            yield from _outlines(outline, name or category, source)
            continue
        fields: dict[str, Any] = {
            "url": attributes["xmlurl"],
            "outlet": name,
            "title": attributes.get("title", "") if attributes.get("title") != name else "",
            "site": attributes.get("htmlurl", ""),
            "category": category or attributes.get("category", ""),
            "language": attributes.get("language") or "ar",
        }
        fields |= {key: attributes[key] for key in ("full_text", "interval", "active") if key in attributes}
        yield feed(fields, f"{source}, line {outline.sourceline}")
