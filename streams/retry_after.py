"""What an answer's Retry-After asks for (RFC 9110, 10.2.3): outlets and receivers of alerts both send it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# More seconds than anybody here waits.
_LONGEST = 1e6
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?")


def retry_after(value: str) -> float | None:
    """Seconds to wait, from a header in seconds or as a date, a million at most; None for what is neither."""
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), _LONGEST)
    try:
        date = parsedate_to_datetime(value)
        # Of the zone -0000, which says that it says nothing, comes a time without one: it is UTC.
        wait = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(0.0, wait), _LONGEST)
