"""Places in the stream and in the archive, as a reader keeps them: the stream's position and the list's cursor."""

from __future__ import annotations

import contextlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from streams.records import Statement

_POSITION = re.compile(r"\d{1,19}(\.\d{1,19}){0,999}")
_LARGEST = 2**63 - 1


class Position(tuple[int, ...]):
    """How far a reader is in each partition of a topic: the offsets that come next, partition 0 first.

    It means the same on every server, before and after a restart or a rebuild: it is Kafka's own.
    Written `153.88.0.97`; partitions that are missing at the end stand at 0.
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Position:
        """Raises `ValueError` for what is no position."""
        if not _POSITION.fullmatch(text):
            raise ValueError("not a position of this stream, such as 153.88.0.97")
        return cls(min(int(part), _LARGEST) for part in text.split("."))

    @classmethod
    def of(cls, offsets: Mapping[int, int], partitions: int) -> Position:
        """The position with these next offsets by partition."""
        return cls(offsets.get(partition, 0) for partition in range(partitions))

    def __str__(self) -> str:
        return ".".join(map(str, self)) or "0"

    def at(self, partition: int) -> int:
        """The next offset in `partition`."""
        return self[partition] if partition < len(self) else 0

    def passed(self, partition: int, offset: int) -> Position:
        """The position after the message at `offset`."""
        if offset < self.at(partition):
            return self
        size = max(len(self), partition + 1)
        return Position(offset + 1 if n == partition else self.at(n) for n in range(size))

    def join(self, other: Position) -> Position:
        """The position that has passed what either has."""
        return Position(max(self.at(n), other.at(n)) for n in range(max(len(self), len(other))))

    def covers(self, other: Position) -> bool:
        """Whether everything that `other` has passed is passed here, too."""
        return all(self.at(n) >= offset for n, offset in enumerate(other))


# A statement's place in the archive's order, newest last, in 63 bits: the second of publication (32), its article
# (17), and how early in the article it stands (14). A function of the record, so that a cursor outlives a rebuild; in
# the rare case that two want one place the later takes the next.
_ARTICLE_BITS, _START_BITS = 17, 14


def place(statement: Statement) -> int:
    """Where `statement` stands in the order by time; two may want the same place."""
    article = int.from_bytes(blake2b(statement.article_id.encode("utf-8", "surrogatepass"), digest_size=4).digest())
    start = statement.content_spans[0][0] if statement.content_spans else 0
    room = (1 << _START_BITS) - 1
    return (
        first_place(statement.published_at)
        | (article & ((1 << _ARTICLE_BITS) - 1)) << _START_BITS
        | (room - min(max(start, 0), room))
    )


def first_place(time: datetime) -> int:
    """The lowest place of a statement published in the second of `time`; times before 1970 and after 2106 are held."""
    second = min(max(int(time.timestamp()), 0), (1 << 32) - 1)
    return second << (_ARTICLE_BITS + _START_BITS)


def moment(text: str) -> datetime:
    """The time that `text` names in ISO 8601, UTC when it does not say; a date is its midnight. Raises `ValueError`."""
    # The second reading is for a time zone's plus that came through an address as a blank.
    for reading in (text.strip(), text.strip().replace(" ", "+")):
        with contextlib.suppress(ValueError, OverflowError):
            time = datetime.fromisoformat(reading)
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    raise ValueError("not a date or time in ISO 8601, such as 2026-01-31 or 2026-01-31T12:00:00Z")


C = TypeVar("C", bound=tuple[object, ...])
Number = Annotated[int, Meta(ge=0, le=_LARGEST)]
Text = Annotated[str, Meta(max_length=300, pattern=r"^[^\0]*$")]


def write_cursor(*values: int | str) -> str:
    """A cursor that stands after the row with these values: opaque to its user."""
    return urlsafe_b64encode(msgspec.msgpack.encode(values)).decode().rstrip("=")


def read_cursor(text: str, values: type[C]) -> C:
    """The values in a cursor. Raises `ValueError` for what `write_cursor` never wrote."""
    try:
        data = urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        return msgspec.msgpack.decode(data, type=values)
    except ValueError as error:  # both decoders' errors are
        raise ValueError("not a cursor of this list: pass what `next` said, unchanged") from error
