"""Faust's consumer, with two holes closed through which messages fell when partitions moved (see tests/faults).

* After a rebalance Faust lets the partitions go on, and only then moves them back to what is committed. What was
  fetched in between was measured against where reading had stood before: its older part was passed over, its newer
  part handed out, ahead of its turn. Here nothing is handed out while positions move.
* Offsets that do not come Faust takes for gaps in the log, and acknowledges. Only compacted logs have gaps, and one
  whose start has expired. Anywhere else the worker ends, and begins again from what it has acknowledged.
"""

from __future__ import annotations

from faust.transport.drivers import aiokafka
from faust.types import TP

from streams.topics import TOPICS

_WITH_GAPS = tuple(topic.name for topic in TOPICS if topic.compacted)


class SkippedError(RuntimeError):
    """Messages were passed over; begun anew, the worker goes on from the last that it acknowledged."""


class Consumer(aiokafka.Consumer):
    """Hands out every message after the committed one, in order."""

    logger = aiokafka.Consumer.logger  # with Faust's level

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


def install() -> None:
    """Make every Faust app of this process use it."""
    aiokafka.Transport.Consumer = Consumer
