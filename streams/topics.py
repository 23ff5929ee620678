"""The topics: one row each. Name, key, record, retention; the settings say how many partitions and replicas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from streams import records
from streams.records import Record

# A five-megabyte item with its page; and the same in base64, in a dead letter.
MAX_RECORD_BYTES = 8 * 1024 * 1024
MAX_MESSAGE_BYTES = 12 * 1024 * 1024
# What a reader asks of a partition at a time. A message larger than this comes all the same, alone (KIP-74); with the
# largest message's size here, readers that have fallen behind would hold hundreds of megabytes.
FETCH_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and what flows on it."""

    name: str
    record: type[Record]
    key: str
    retention: timedelta | None = timedelta(days=30)
    compacted: bool = False
    max_bytes: int = MAX_RECORD_BYTES

    def config(self) -> dict[str, str]:
        """The topic's configuration as Kafka names it."""
        retention_ms = -1 if self.retention is None else int(self.retention.total_seconds() * 1000)
        return {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "retention.ms": str(retention_ms),
            "max.message.bytes": str(self.max_bytes),
        }


FEEDS = Topic("feeds", records.Feed, key="url", retention=None, compacted=True)
ENTRIES = Topic("entries", records.Entry, key="article_id", retention=timedelta(days=7))
ARTICLES = Topic("articles", records.Article, key="article_id")
STATEMENTS = Topic("statements", records.Statement, key="article_id")
ALERTS = Topic("alerts", records.Alert, key="article_id")
ALERT_RULES = Topic("alert-rules", records.AlertRule, key="name", retention=None, compacted=True)
ALERT_CHANNELS = Topic("alert-channels", records.AlertChannels, key="stage", retention=None, compacted=True)
# Read from its beginning by whoever delivers: longer than any alert waits there (`outbox.LONGEST`), shorter than Kafka
# keeps offsets.
DELIVERIES = Topic("deliveries", records.Delivery, key="channel", retention=timedelta(days=5))
DEAD_LETTERS = Topic("dead-letters", records.DeadLetter, key="letter_id", max_bytes=MAX_MESSAGE_BYTES)

TOPICS = (FEEDS, ENTRIES, ARTICLES, STATEMENTS, ALERTS, ALERT_RULES, ALERT_CHANNELS, DELIVERIES, DEAD_LETTERS)
