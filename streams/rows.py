"""A Faust table of structs whose writes can be awaited, inside the iteration of a stream or outside it.

A Faust table writes in the partition of the event that is being worked on, and hands its changelog to the producer
without a word about its fate. Here the caller names the partition, and gets the confirmation to await. A row moves
with its partition from worker to worker, and survives restarts through the table's changelog topic.
"""

from __future__ import annotations

import weakref
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import faust
import msgspec
from aiokafka.partitioner import DefaultPartitioner
from faust.streams import _current_event

from streams.settings import Settings

Row = TypeVar("Row", bound=msgspec.Struct)


def name(settings: Settings, stage: str) -> str:
    """The name of the table of `stage`."""
    return f"{settings.prefix}{stage}-rows"


def changelog(settings: Settings, role: str, stage: str) -> str:
    """The topic that the rows of `stage` are written to: key as given, value in msgpack, no value for a row deleted."""
    return f"{settings.group(role)}-{name(settings, stage)}-changelog"


# Of RocksDB, for each partition that is here: Faust's own measures would let each take two gigabytes before it writes
# anything to disk. Rows are read seldom, and mostly soon after they were written; what many partitions hold in small
# buffers adds up to a growth that lasts for hours.
_MEASURES = {
    "write_buffer_size": 1024**2,
    "max_write_buffer_number": 2,
    "block_cache_size": 1024**2,
    "max_open_files": 64,
}


_PARTITIONER = DefaultPartitioner()


class Rows(Generic[Row]):
    """The rows of `stage` on `app`, by key (bytes). The table has the partitions of the topic that it follows."""

    def __init__(self, app: faust.App, settings: Settings, stage: str, row: type[Row]) -> None:
        self._type, self._partitions = row, settings.partitions
        measures = _MEASURES if settings.store == "rocksdb" else {}
        self._table: Any = app.Table(
            name(settings, stage),
            key_type=bytes, value_type=bytes, partitions=settings.partitions, options=dict(measures),
        )  # fmt: skip

    def get(self, partition: int, key: bytes, row: type[Row] | None = None) -> Row | None:
        """The row of `key`, None when there is none; as a `row`, if given, that leaves unread what is not wanted."""
        with _Place(partition):
            data = self._table.data.get(key)
        return None if data is None else msgspec.msgpack.decode(data, type=row or self._type)

    def put(self, partition: int, key: bytes, row: Row | None) -> Awaitable[None]:
        """Write the row of `key` (None deletes it); the answer, to be awaited, says that the broker has its changelog.

        Only then is it in the table: after a kill, a table never knows what its changelog does not.
        """
        data = None if row is None else msgspec.msgpack.encode(row)
        return self._keep(partition, key, data, self._table.send_changelog(partition, key, data))

    async def _keep(self, partition: int, key: bytes, data: bytes | None, confirmation: Awaitable[Any]) -> None:
        await confirmation
        with _Place(partition):
            if data is not None:
                self._table.data[key] = data
            elif key in self._table.data:
                del self._table.data[key]

    def partition(self, key: bytes) -> int:
        """Where the row of `key` is kept: where whoever writes a message of that key has put it."""
        return int(_PARTITIONER(key, range(self._partitions), ()))

    def keys(self) -> list[bytes]:
        """The keys of the rows that are here, and perhaps of some that were, until their partitions went elsewhere."""
        return list(self._table.data)

    def __iter__(self) -> Iterator[tuple[bytes, Row]]:
        """Every row of the partitions that are here."""
        for key, data in list(self._table.data.items()):
            yield key, msgspec.msgpack.decode(data, type=self._type)


@dataclass(frozen=True)
class _Message:
    partition: int


class _Place:
    """Stands in for the event being worked on, which is how Faust's stores learn the partition.

    Faust sets it while a stream is iterated; we write when a batch, or a poll, is complete. There is no public way.
    """

    def __init__(self, partition: int) -> None:
        self.message = _Message(partition)

    def __enter__(self) -> None:
        self._token = _current_event.set(weakref.ref(self))  # type: ignore[arg-type]

    def __exit__(self, *_: object) -> None:
        _current_event.reset(self._token)
