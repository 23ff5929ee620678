"""What the stages count, for Prometheus. Names follow its conventions; labels are few and bounded."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

# From a second (a live feed) to a day (a feed polled once a day, or a backlog).
_AGES = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 6 * 3600, 86400)
_WORK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

PROCESSED = Counter("tasrih_messages_total", "Messages that a stage has done with", ["stage", "outcome"])
SENT = Counter("tasrih_records_sent_total", "Records given to the broker, again when sent again", ["stage", "topic"])
SEND_RETRIES = Counter("tasrih_send_retries_total", "Batches sent again because the broker did not confirm", ["stage"])
WORK_SECONDS = Histogram("tasrih_work_seconds", "Time a stage's work on one message takes", ["stage"], buckets=_WORK)
LAST_PROGRESS = Gauge("tasrih_last_progress_timestamp_seconds", "When a stage last acknowledged a message", ["stage"])
FETCH_TO_STATEMENT = Histogram(
    "tasrih_fetch_to_statement_seconds", "From an item's fetch to its statements' confirmation", buckets=_AGES
)
STALLED = Gauge("tasrih_stalled_seconds", "How long a worker has had work and acknowledged nothing", ["group"])
LAG = Gauge("tasrih_lag_messages", "Messages not yet acknowledged on the partitions of this worker", ["group"])
