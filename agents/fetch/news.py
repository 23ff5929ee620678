"""What is news in a feed: items not seen before, and items whose text has changed. Pure.

An item is known again by its address, else its guid, else its text, because outlets change each of them: addresses get
tracking parameters, guids are made anew with every page view, headlines are edited.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from agents.fetch.feed import Item, plain
from agents.fetch.identity import article_address, article_id, same_article
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
    address: bytes
    guid: bytes
    text: bytes
    telling: bool


def sift(items: Sequence[Item], seen: Sequence[Seen], outlet: str, base: str) -> Sifted:
    """The news among `items`, newest first as feeds have them, given what has been `seen`.

    `base` is the feed's address. The `seen` of the answer leaves out what is news: whoever sends an item adds its own.
    """
    names = _distinct(items, base)
    left = dict(enumerate(seen))
    known: dict[int, Seen] = {}
    for kind in ("address", "guid", "text"):
        places = {getattr(old, kind): place for place, old in reversed(left.items()) if getattr(old, kind)}
        for n, item in enumerate(names):
            key = getattr(item, kind)
            if n in known or not key or (kind == "text" and not item.telling):
                continue
            place = places.pop(key, None)
            if place is not None:
                known[n] = left.pop(place)
    news: list[News] = []
    kept: list[Seen] = []
    for n, item in enumerate(names):
        old = known.get(n)
        id_ = old.article_id if old else _new_id(item, outlet)
        now = Seen(id_, item.address, item.guid, item.text)
        if old and old.text == item.text:
            kept.append(now)
        else:
            news.append(News(id_, item.item, item.url, old is not None, now))
    return Sifted(news, (*kept, *list(left.values())[:_REMEMBERED]))


def _distinct(items: Iterable[Item], base: str) -> list[_Names]:
    """The items with their names, each article once; a name that several different items bear is none."""
    # The same text at the same address is one item, whatever its guids.
    first: dict[tuple[str, str], tuple[Item, str]] = {}
    for item in items:
        url = article_address(item.link, base)
        first.setdefault((same_article(url) or item.guid, _words(item)), (item, url))
    addresses = Counter(address for address, _ in first)
    guids = Counter(item.guid for item, _ in first.values())
    found = []
    for (name, words), (item, url) in first.items():
        address = name if same_article(url) else ""
        guid = item.guid if guids[item.guid] == 1 and not (item.guid.isdigit() and len(item.guid) < _PLACE) else ""
        found.append(
            _Names(
                item,
                url,
                _digest(address) if address and addresses[address] == 1 else b"",
                _digest(guid) if guid else b"",
                _digest(words),
                len(words) >= _TELLING,
            )
        )
    return found


def _words(item: Item) -> str:
    """What a reader would call the item's text; a change of markup alone is none. Of a huge one, all: it is cheaper."""
    texts = item.title, item.summary, item.content
    return "\n".join(text if len(text) > _HUGE else plain(text) for text in texts)


def _new_id(item: _Names, outlet: str) -> str:
    if item.address:
        return article_id(outlet, "address", same_article(item.url))
    if item.guid:
        return article_id(outlet, "guid", item.item.guid)
    return article_id(outlet, "text", item.text.hex())


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
