"""What fetching counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

POLLS = Counter("tasrih_fetch_polls_total", "Polls of feeds", ["outcome"])
REQUESTS = Counter("tasrih_fetch_requests_total", "HTTP requests", ["what", "status"])
BYTES = Counter("tasrih_fetch_bytes_total", "Bytes received, decompressed", ["what"])
ENTRIES = Counter("tasrih_fetch_entries_total", "Entries published", ["news"])
PAGES = Counter("tasrih_fetch_pages_total", "Article pages wanted", ["outcome"])
PUSHES = Counter("tasrih_fetch_websub_total", "Calls from WebSub hubs", ["outcome"])
FEEDS = Gauge("tasrih_fetch_feeds", "Feeds that this worker polls")
IN_FLIGHT = Gauge("tasrih_fetch_requests_in_flight", "HTTP requests in flight")
LATENESS = Histogram(
    "tasrih_fetch_lateness_seconds",
    "From the time a poll is due to its request",
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900),
)
