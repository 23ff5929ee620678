"""What is known of a feed: a row of the fetcher's table, which moves with its partition."""

from __future__ import annotations

import msgspec

from streams.records import Feed
from streams.wire import UnreadableError


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """An item that has been published, by digests: of its address, its guid, its text, and its text as last sent.

    An empty name is one that does not identify it.
    """

    article_id: str
    address: bytes
    guid: bytes
    text: bytes


class Subscription(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a WebSub hub has been asked for. Times are seconds since the epoch."""

    hub: str
    topic: str
    callback: str
    secret: str
    asked_at: float
    until: float = 0.0  # 0 while the hub has not verified it

    def holds(self, now: float) -> bool:
        """Whether the hub has promised to tell us of news, still."""
        return self.until > now


class FeedRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A feed and its state. Times are seconds since the epoch, 0 for never; intervals are seconds."""

    feed: Feed
    partition: int
    since: float  # when it was first seen in the registry

    due: float = 0.0
    held_until: float = 0.0  # until when its host has asked for quiet
    interval: float = 0.0  # adapted; 0 before the first poll
    ttl: float = 0.0  # what the feed itself asks for
    floor: float = 0.0  # what the outlet asks for: TTL, Cache-Control

    address: str = ""  # where it has moved for good; empty: the registry's address
    etag: str = ""
    modified: str = ""
    body: bytes = b""  # digest of the last body that was read
    whole_at: float = 0.0  # when it last came whole

    polled_at: float = 0.0
    success_at: float = 0.0
    changed_at: float = 0.0
    error: str = ""  # of the last poll; empty when it went well
    error_at: float = 0.0
    failures: int = 0  # in a row
    retired: str = ""  # why it is polled no more
    note: str = ""  # what is odd about it though it could be read

    polls: int = 0
    unchanged: int = 0  # polls answered by 304
    same: int = 0  # polls answered by the same body again
    published: int = 0  # entries
    seen: tuple[Seen, ...] = ()
    subscription: Subscription | None = None

    @property
    def url(self) -> str:
        """Where it is fetched from."""
        return self.address or self.feed.url

    @property
    def polled(self) -> bool:
        """Whether it is to be polled at all."""
        return self.feed.active and not self.retired


def row(value: bytes) -> FeedRow:
    """A row as the changelog of the fetcher's table has it. Raises `UnreadableError`."""
    try:
        return msgspec.msgpack.decode(value, type=FeedRow)
    except msgspec.MsgspecError as error:
        raise UnreadableError(f"not a row of the fetcher: {error}") from error
