"""What is news in a feed: items not seen before, and items whose text has changed. Pure.

An item is known again by its address, else its guid, else its text, because outlets change each of them: addresses get
tracking parameters, guids are made anew with every page view, headlines are edited.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from agents.fetch.canonical import article_address, article_id, same_article
from agents.fetch.feed import Item, plain
from agents.fetch.state import Seen

# Items that have left the feed are remembered for as long as this many others come, because some return.
_REMEMBERED = 100
# A text shorter than this ("breaking news") says too little to know an item by.
_TELLING = 40
_HUGE = 200_000
# Numbers this short are places in the list, not names.
_PLACE = 4


class News(NamedTuple):
    """An item that is new, or changed since it was sent; `address` is its article's, clean."""

    article_id: str
    item: Item
    address: str
    changed: bool
    seen: Seen


class Sifted(NamedTuple):
    """What came of a feed's items."""

    news: list[News]
    seen: tuple[Seen, ...]  # of items sent before, in the feed's order, then those that have left it


class _Names(NamedTuple):
    item: Item
    url: str
    article_id: str  # if it turns out to be new
    address: bytes
    guid: bytes
    text: bytes
    telling: bool  # whether the text is enough to know it by


def sift(items: Sequence[Item], seen: Sequence[Seen], outlet: str, base: str) -> Sifted:
    """The news among `items`, newest first as feeds have them, given what has been `seen`.

    `base` is the feed's address. The `seen` of the answer leaves out what is news: whoever sends an item adds its own.
    """
    names = _distinct(items, outlet, base)
    left = dict(enumerate(seen))
    known: dict[int, Seen] = {}
    for kind in ("address", "guid", "text", "article_id"):
        places = {getattr(old, kind): place for place, old in reversed(left.items()) if getattr(old, kind)}
        for n, item in enumerate(names):
            if n in known or (kind == "text" and not item.telling):
                continue
            place = places.pop(getattr(item, kind), None)
            if place is not None:
                known[n] = left.pop(place)
    news: list[News] = []
    kept: list[Seen] = []
    taken: set[str] = {old.article_id for old in known.values()}
    borne = {name for item in names for name in (item.address, item.guid)}

    def known_by(name: bytes, before: bytes) -> bytes:
        """A name that is missing this time is not forgotten, unless another has it now: it may be there again."""
        return name or (b"" if before in borne else before)

    for n, item in enumerate(names):
        old = known.get(n)
        if old is None and item.article_id in taken:
            continue
        now = (
            Seen(old.article_id, known_by(item.address, old.address), known_by(item.guid, old.guid), item.text)
            if old
            else Seen(item.article_id, item.address, item.guid, item.text)
        )
        taken.add(now.article_id)
        if old and old.text == item.text:
            kept.append(now)
        else:
            news.append(News(now.article_id, item.item, item.url, old is not None, now))
    return Sifted(news, (*kept, *list(left.values())[:_REMEMBERED]))


def _distinct(items: Iterable[Item], outlet: str, base: str) -> list[_Names]:
    """The items with their names, each article once; a name that several different items bear is none."""
    # The same text at the same address is one item, whatever its guids; what has neither is none.
    first: dict[tuple[str, str], tuple[Item, str]] = {}
    for item in items:
        url, words = article_address(item.link, base), _words(item)
        if url or words.strip():
            first.setdefault((same_article(url) or item.guid, words), (item, url))
    addresses = Counter(same_article(url) for _, url in first.values())
    guids = Counter(item.guid for item, _ in first.values())
    found: dict[str, _Names] = {}
    for (_, words), (item, url) in first.items():
        address, guid = same_article(url), item.guid
        if addresses[address] > 1:
            address = ""
        if guids[guid] > 1 or (guid.isdigit() and len(guid) < _PLACE):
            guid = ""
        text = _digest(words)
        named = ("address", address) if address else ("guid", guid) if guid else ("text", text.hex())
        name = article_id(outlet, *named)
        # Without names of their own, two items of the same text are one.
        found.setdefault(
            name,
            _Names(
                item,
                url,
                name,
                _digest(address) if address else b"",
                _digest(guid) if guid else b"",
                text,
                len(words) >= _TELLING or not (address or guid),
            ),
        )
    return list(found.values())


def _words(item: Item) -> str:
    """What a reader would call the item's text; a change of markup alone is none. Of a huge one, all: it is cheaper."""
    texts = item.title, item.summary, item.content
    return "\n".join(text if len(text) > _HUGE else plain(text) for text in texts)


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
