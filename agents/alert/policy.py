"""When matched alerts leave: quiet hours, so many messages an hour, digests. Pure functions of the time given.

One idea does for all three: an alert that may not leave yet waits, and whatever has waited leaves together, as one
message. Nothing is dropped. Times are aware datetimes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from streams.records import AlertRule, Quiet

_HOUR = timedelta(hours=1)
# An alert that is so late for whatever reason (a worker was down) has waited, too.
_LATE = timedelta(minutes=1)
# A message of more would be too long for its reader and too big for many receivers.
_LARGEST = 100


def plan(rule: AlertRule, waiting: Sequence[datetime], released: Sequence[datetime], now: datetime) -> list[int]:
    """How many of the alerts `waiting` since then leave now, message by message, when messages left at `released`.

    Both are given oldest first; what is not among the messages goes on waiting.
    """
    released = list(released)
    messages: list[int] = []
    taken = 0
    while taken < len(waiting):
        since = waiting[taken]
        allowed = _allowed(rule, since, released)
        at = max(allowed, quiet_until(rule.quiet, now))
        if at > now:
            break
        together = allowed > since or now - since > _LATE
        messages.append(min(_LARGEST, len(waiting) - taken) if together else 1)
        taken += messages[-1]
        released.append(now)
    return messages


def _allowed(rule: AlertRule, since: datetime, released: Sequence[datetime]) -> datetime:
    """The first moment at which the rule lets go of an alert that waits since then."""
    at = since + timedelta(minutes=rule.digest or 0)
    if rule.max_per_hour and len(released) >= rule.max_per_hour:
        at = max(at, released[-rule.max_per_hour] + _HOUR)
    return quiet_until(rule.quiet, at)


def quiet_until(quiet: Quiet | None, at: datetime) -> datetime:
    """`at`, or the end of the quiet hours in which it lies, in UTC. Never earlier than `at`."""
    if quiet is None:
        return at
    local = at.astimezone(ZoneInfo(quiet.zone))
    begin, end, now = time.fromisoformat(quiet.begin), time.fromisoformat(quiet.end), local.time()
    inside = begin <= now < end if begin < end else now >= begin or now < end
    if not inside:
        return at
    day = local.date() if now < end else local.date() + timedelta(days=1)
    # The same side of a clock that is set back; an hour that it skips ends when the skipping does.
    over = datetime.combine(day, end, local.tzinfo).replace(fold=local.fold)
    return max(at, over.astimezone(UTC))
