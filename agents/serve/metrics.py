"""What the server counts, for Prometheus, beside what every stage does (streams/metrics.py)."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("tasrih_http_requests_total", "Requests answered", ["route", "method", "status"])
REQUEST_SECONDS = Histogram("tasrih_http_request_seconds", "Time to an answer; streams are not counted", ["route"])
READERS = Gauge("tasrih_stream_readers", "Readers of the live stream now", ["protocol"])
DROPPED = Counter("tasrih_stream_dropped_total", "Readers dropped because they read too slowly", ["protocol"])
LAG = Gauge("tasrih_archive_lag_messages", "Messages of a topic not yet archived", ["topic"])
PRUNED = Counter("tasrih_archive_pruned_total", "What has grown old and left the archive", ["what"])
TOPIC_TO_READER = Histogram(
    "tasrih_topic_to_reader_seconds",
    "From a message's time on its topic to its being handed to the stream's readers",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)
