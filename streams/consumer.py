"""Faust's consumer, but for one belief: that offsets which do not come are not there.

A fetch begun before a rebalance can be handed out after it. Faust takes the jump for a gap in the log and acknowledges
what lies in it, which nobody has worked on. Only compacted logs have gaps, and a log of which the start has expired.
"""

from __future__ import annotations

from faust.transport.drivers import aiokafka
from faust.types import TP

from streams.topics import TOPICS

_COMPACTED = tuple(topic.name for topic in TOPICS if topic.compacted)


class SkippedError(RuntimeError):
    """Messages were passed over; begun anew, the worker goes on from the last that it acknowledged."""


class Consumer(aiokafka.Consumer):
    """Refuses to acknowledge what was passed over."""

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        if not tp.topic.endswith(_COMPACTED) and offset_to > (await self.earliest_offsets(tp))[tp]:
            raise SkippedError(f"{tp.topic}/{tp.partition}: {offset_from} to {offset_to - 1} did not come")
        await super()._add_gap(tp, offset_from, offset_to)


def install() -> None:
    """Make every Faust app of this process use it."""
    aiokafka.Transport.Consumer = Consumer
