"""Faust's consumer, with six faults mended that show when partitions move or a worker ends (see tests/faults).

* After a rebalance Faust lets the partitions go on, and only then moves them back to what is committed. What was
  fetched in between was measured against where reading had stood before: its older part was passed over, its newer
  part handed out, ahead of its turn. Here nothing is handed out while positions move.
* Offsets that do not come Faust takes for gaps in the log, and acknowledges. Only compacted logs have gaps, and one
  whose start has expired. Anywhere else the worker ends, and begins again from what it has acknowledged.
* When partitions move while a worker stops, Faust closes its connections at once, and from another thread than theirs.
  What it had begun could not be acknowledged any more, and its successor did it again; it tried until its time to stop
  was over, left connections open, and did not leave its group. Here it acknowledges what it has begun, and leaves; so
  it does when they move at the last moment, while it closes its connections.
* While Faust waits for what has been begun it collects garbage, and commits, at every message that is done. On a busy
  machine a message was all that was done in between: partitions took minutes to move, and the worker lost its place in
  the group. Here it goes round once a second.
* When a worker gives up, its client closes by itself. What was being acknowledged then was cancelled, the stopping with
  it, and nobody was told why it had given up. Here it stops, and says.
* Partitions that are assigned anew while their table recovers have no offset yet. Faust may seek it all the same, and
  the worker ended. Here that recovery gives way to the next.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from aiokafka.errors import IllegalStateError
from faust.transport.drivers import aiokafka
from faust.types import TP

from streams.topics import TOPICS

_WITH_GAPS = tuple(topic.name for topic in TOPICS if topic.compacted)


class SkippedError(RuntimeError):
    """Messages were passed over; begun anew, the worker goes on from the last that it acknowledged."""


class _ClientThread(aiokafka.AIOKafkaConsumerThread):
    """The thread in which aiokafka's client runs."""

    async def on_thread_stop(self) -> None:
        """Close the client, however what it waits for ends: cancelled while it waits, it would close nothing."""
        if self._consumer is not None and (coordinator := self._consumer._coordinator) is not None:
            coordinator._coordination_task = asyncio.create_task(asyncio.wait({coordinator._coordination_task}))
        await super().on_thread_stop()


class Consumer(aiokafka.Consumer):
    """Hands out every message after the committed one, in order."""

    def _new_consumer_thread(self) -> _ClientThread:
        return _ClientThread(self, loop=self.loop, beacon=self.beacon)

    def __post_init__(self) -> None:
        self._acknowledged = asyncio.Event()  # for the last time, in stopping

    async def on_stop(self) -> None:
        """Acknowledge what has been done; then the partitions may move."""
        try:
            await super().on_stop()
        finally:
            self._acknowledged.set()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Let partitions go: of a worker that stops, for good, when it has acknowledged what it has begun."""
        if not self.app.should_stop:
            await super().on_partitions_revoked(revoked)
        if self.app.should_stop:
            await self._acknowledged.wait()
            # aiokafka would join the group again, and wait for all others to do so; cancelled, it only leaves.
            raise asyncio.CancelledError

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """Acknowledge; in vain when the worker gives up meanwhile: its client closes, and cancels what it was asked."""
        try:
            return bool(await super()._commit(offsets))
        except asyncio.CancelledError:
            if not self.app.crashed:
                raise
            return False

    async def _wait_for_ack(self, timeout: float) -> None:
        """Wait until nothing is under way, not just until something has been done, but no longer than `timeout`."""
        end = time.monotonic() + timeout
        while time.monotonic() < end and any(not message.acked for message in self._unacked_messages):
            await super()._wait_for_ack(timeout)

    def close(self) -> None:
        """Do nothing: only a rebalance while the worker stops calls this, and stopping closes all there is."""

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        """Move to the offsets. Where one is not known, say what Faust's recovery takes for another rebalance."""
        if None in partitions.values():
            raise IllegalStateError("partitions were assigned anew while their table recovered")
        await super().seek_wait(partitions)

    async def perform_seek(self) -> None:
        """Move to what is committed, or to the start of the log where nothing is. Whoever calls resumes the flow."""
        self.stop_flow()
        await super().perform_seek()
        changelogs = self.app.tables.changelog_topics  # whose positions recovery looks after
        fresh = [tp for tp in self.assignment() if tp.topic not in changelogs and not self._read_offset[tp]]
        if fresh:
            await self.seek_wait(await self.earliest_offsets(*fresh))

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        if not tp.topic.endswith(_WITH_GAPS) and offset_to > (await self.earliest_offsets(tp))[tp]:
            raise SkippedError(f"{tp.topic}/{tp.partition}: {offset_from} to {offset_to - 1} did not come")
        await super()._add_gap(tp, offset_from, offset_to)


# With Faust's level: each subclass is given one of its own, whatever its body says.
Consumer.logger = _ClientThread.logger = aiokafka.Consumer.logger


def install() -> None:
    """Make every Faust app of this process use it."""
    aiokafka.Transport.Consumer = Consumer
