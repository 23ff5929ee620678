"""A feed's bytes to its items: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed. Pure; slow for large feeds (see `parser`)."""

from __future__ import annotations

import calendar
import html
import io
import re
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import feedparser
import msgspec

from agents.fetch import charset
from agents.fetch.canonical import joined


class NotAFeedError(ValueError):
    """What came is no feed; the message says what it seems to be."""


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item as the outlet sent it, decoded."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    language: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None


class Parsed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A feed: its items in their order, and what it says of itself."""

    items: list[Item]
    format: str = ""
    charset: str = ""
    title: str = ""
    site: str = ""
    language: str = ""
    ttl: float | None = None  # seconds
    hub: str = ""
    topic: str = ""  # what the hub knows the feed as
    fault: str = ""  # what is wrong with it though it could be read
    unreadable: int = 0  # items left out because their letters are lost


_MAX_ITEMS = 5_000
# Names and headlines longer than this (characters) are somebody's mistake.
_LONGEST = {"guid": 2_000, "link": 4_000, "title": 10_000, "author": 1_000, "language": 100}
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}
_TAG = re.compile(r"<[^<>]*>")  # "<" ends it as well: linear even in "<<<<"
_NO_XML_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCES = re.compile(r"(?:&#(?:x[0-9a-f]{1,6}|[0-9]{1,7});)+", re.I)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def parse(body: bytes, url: str = "", content_type: str = "") -> Parsed:
    """The feed in `body`, fetched from `url` with this `Content-Type`. Raises `NotAFeedError`."""
    text, used = charset.decode(body, content_type)
    text = text.lstrip("\ufeff \t\r\n\0")
    if not text:
        raise NotAFeedError("the answer is empty")
    parsed = _json(text) if text.startswith("{") else _xml(text, url)
    kept = [_shortened(item) for item in parsed.items if charset.readable(item.title + item.summary + item.content)]
    return msgspec.structs.replace(
        parsed, items=kept[:_MAX_ITEMS], charset=used, unreadable=len(parsed.items) - len(kept)
    )


def _shortened(item: Item) -> Item:
    over = {name: getattr(item, name)[:most] for name, most in _LONGEST.items() if len(getattr(item, name)) > most}
    return msgspec.structs.replace(item, **over) if over else item


def plain(markup: str) -> str:
    """The text of a piece of HTML, roughly: for comparing and measuring, not for showing."""
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())


def _xml(text: str, url: str) -> Parsed:
    # feedparser trusts HTTP's charset over the declaration: ours is settled, so both say UTF-8.
    text = _REFERENCES.sub(_characters, _NO_XML_CHARACTER.sub("", _DECLARATION.sub("", text)))
    found = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    feed, entries = found.feed, found.entries
    fault = ""
    if found.get("bozo"):
        fault = f"not well-formed: {found.get('bozo_exception')}"
        if entries and _cut_short(text):
            entries, fault = entries[:-1], "cut short: its last item was left out"
    if not found.get("version") and not entries:
        raise NotAFeedError(_seems(text))
    links = [link for link in feed.get("links", ()) if link.get("href")]
    return Parsed(
        items=[_item(entry, _text(feed.get("language"))) for entry in entries],
        format=found.get("version") or "unknown",
        title=_text(feed.get("title")),
        site=_text(feed.get("link")),
        language=_text(feed.get("language")),
        ttl=_ttl(feed),
        hub=_rel(links, "hub", url),
        topic=_rel(links, "self", url),
        fault=fault,
    )


def _characters(references: re.Match[str]) -> str:
    """Numeric references as they are if all name characters; halves of characters joined, what names none left out."""
    codes = [int(c[1:], 16) if c[0] in "xX" else int(c) for c in re.findall(r"#(\w+)", references[0])]
    if all(0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code in (9, 10, 13) for code in codes):
        return references[0]
    units = "".join(chr(code) for code in codes if code <= 0x10FFFF)
    whole = units.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return "".join(f"&#{ord(character)};" for character in _NO_XML_CHARACTER.sub("", whole))


def _cut_short(text: str) -> bool:
    return any(len(re.findall(f"<{tag}[\\s>]", text)) > text.count(f"</{tag}>") for tag in ("item", "entry"))


def _seems(text: str) -> str:
    head = text[:2000].lower()
    if "<html" in head or "<!doctype html" in head:
        title = re.search(r"<title[^>]*>([^<]{1,80})", text, re.I)
        return f"an HTML page, not a feed{f' («{title[1].strip()}»)' if title else ''}"
    return f"neither RSS, Atom nor JSON Feed: it begins with {text[:40]!r}"


def _item(entry: Mapping[str, Any], language: str) -> Item:
    contents = [_text(part.get("value")) for part in entry.get("content", ())]
    content = max(contents, key=len, default="")
    summary = _text(entry.get("summary"))
    return Item(
        guid=_text(entry.get("id")).strip(),
        link=_link(entry),
        title=_text(entry.get("title")),
        summary="" if summary == content else summary,
        content=content,
        author=_text(entry.get("author")),
        language=_text(entry.get("language")) or language,
        published_at=_time(entry.get("published_parsed")),
        updated_at=_time(entry.get("updated_parsed") if "updated" in entry else None),
    )


def _link(entry: Mapping[str, Any]) -> str:
    """The item's address: FeedBurner's true one, its link, a permalink for a guid."""
    guid = _text(entry.get("id")).strip()
    return (
        _text(entry.get("feedburner_origlink")).strip()
        or _text(entry.get("link")).strip()
        or (guid if guid.startswith(("http://", "https://")) else "")
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return charset.mended(value)


def _time(parts: time.struct_time | None) -> datetime | None:
    """feedparser's UTC tuple as a time; None for what is none."""
    try:
        return datetime.fromtimestamp(calendar.timegm(parts), UTC) if parts else None
    except (ValueError, OverflowError, OSError):
        return None


def _rel(links: Iterable[Mapping[str, str]], rel: str, base: str) -> str:
    found = next((link["href"] for link in links if link.get("rel") == rel), "")
    return joined(base, found) if found else ""


def _ttl(feed: Mapping[str, Any]) -> float | None:
    """How long the feed asks to be left alone, in seconds: RSS's `ttl` (minutes) or the syndication module's period."""
    try:
        if feed.get("ttl"):
            return max(0.0, float(feed["ttl"]) * 60)
        if feed.get("sy_updateperiod"):
            return _PERIODS[feed["sy_updateperiod"].strip().lower()] / max(
                1.0, float(feed.get("sy_updatefrequency") or 1)
            )
    except (ValueError, KeyError):
        pass
    return None


class _JsonAuthor(msgspec.Struct):
    name: Any = ""


class _JsonItem(msgspec.Struct):
    """An item of JSON Feed 1.1, as loosely as publishers keep to it."""

    id: Any = ""
    url: Any = ""
    external_url: Any = ""
    title: Any = ""
    summary: Any = ""
    content_html: Any = ""
    content_text: Any = ""
    date_published: Any = None
    date_modified: Any = None
    language: Any = ""
    author: Any = None
    authors: Any = None


class _JsonHub(msgspec.Struct):
    type: Any = ""
    url: Any = ""


class _JsonFeed(msgspec.Struct):
    """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

    version: str
    items: list[Any] = []
    title: Any = ""
    home_page_url: Any = ""
    feed_url: Any = ""
    language: Any = ""
    hubs: Any = None


def _json(text: str) -> Parsed:
    try:
        feed = msgspec.json.decode(text, type=_JsonFeed)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise NotAFeedError(f"JSON, but not a JSON Feed: {error}") from None
    if "jsonfeed.org" not in feed.version:
        raise NotAFeedError(f"JSON, but not a JSON Feed: its version is {feed.version[:40]!r}")
    hubs = [hub for hub in _each(feed.hubs, _JsonHub) if _text(hub.type).lower() == "websub"]
    items = [_json_item(item, _text(feed.language)) for item in _each(feed.items, _JsonItem)]
    return Parsed(
        items=items,
        format="json",
        title=_text(feed.title),
        site=_text(feed.home_page_url),
        language=_text(feed.language),
        hub=_text(hubs[0].url) if hubs else "",
        topic=_text(feed.feed_url),
        fault="" if len(items) == len(feed.items) else f"{len(feed.items) - len(items)} items that are no objects",
    )


def _each(values: Any, struct: type[Any]) -> list[Any]:
    """Those of `values` that can be a `struct`."""
    return (
        [msgspec.convert(value, struct) for value in values if isinstance(value, dict)]
        if isinstance(values, list)
        else []
    )


def _json_item(item: _JsonItem, language: str) -> Item:
    authors = _each(item.authors, _JsonAuthor) or _each([item.author], _JsonAuthor)
    lines = (line.strip() for line in _text(item.content_text).splitlines())
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in lines if line)
    return Item(
        guid=str(item.id) if isinstance(item.id, str | int | float) else "",
        link=_text(item.url).strip() or _text(item.external_url).strip(),
        title=html.escape(_text(item.title), quote=False),  # plain text here, where other formats may send markup
        summary=html.escape(_text(item.summary), quote=False),
        content=_text(item.content_html) or paragraphs,
        author=", ".join(filter(None, (_text(author.name) for author in authors))),
        language=_text(item.language) or language,
        published_at=_iso(item.date_published),
        updated_at=_iso(item.date_modified),
    )


def _iso(value: object) -> datetime | None:
    return _time(feedparser.datetimes._parse_date(value)) if isinstance(value, str) else None
