"""How a feed fares: what the fetchers keep of it, as far as readers care."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from agents.fetch.schedule import every
from agents.fetch.state import FeedRow


class Health(msgspec.Struct, kw_only=True, frozen=True):
    """How the fetching of a feed goes."""

    polled_at: datetime | None
    success_at: Annotated[datetime | None, Meta(description="The last poll that went well")]
    changed_at: Annotated[datetime | None, Meta(description="When it last had something new")]
    due_at: Annotated[datetime | None, Meta(description="When it is polled next")]
    interval: Annotated[float, Meta(description="Seconds between polls, adapted, and no less than the outlet asks for")]
    error: Annotated[str, Meta(description="Of the last poll; empty when it went well")]
    error_at: datetime | None
    failures: Annotated[int, Meta(description="Polls that failed, in a row")]
    retired: Annotated[str, Meta(description="Why it is polled no more")]
    note: Annotated[str, Meta(description="What is odd about it though it could be read")]
    polls: int
    unchanged: Annotated[int, Meta(description="Polls answered by 304 or by the same body again")]
    published: Annotated[int, Meta(description="Entries that came of it")]
    pushed: Annotated[bool, Meta(description="Whether a WebSub hub tells us of news")]


def health(row: FeedRow, now: float) -> Health:
    """What there is to say at `now` (seconds since the epoch) of a feed with this row."""
    return Health(
        polled_at=_time(row.polled_at),
        success_at=_time(row.success_at),
        changed_at=_time(row.changed_at),
        due_at=_time(row.due) if row.polled else None,
        interval=every(row),
        error=row.error,
        error_at=_time(row.error_at),
        failures=row.failures,
        retired=row.retired,
        note=row.note,
        polls=row.polls,
        unchanged=row.unchanged + row.same,
        published=row.published,
        pushed=row.subscription is not None and row.subscription.holds(now),
    )


def _time(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
