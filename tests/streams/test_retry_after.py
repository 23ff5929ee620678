"""Retry-After, in seconds, as a date, and as neither."""

from __future__ import annotations

import time

import pytest

from streams.retry_after import retry_after


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), (" 0 ", 0), ("1.5", 1.5), ("soon", None), ("", None), ("-5", None), ("²", None), ("١٢", None),
     ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Fri, 31 Dec 9999 23:59:59 GMT", 1e6), ("9" * 400, 1e6),
     ("Mon, 99 Jan 2001 00:00:00 GMT", None)],
)  # fmt: skip
def test_seconds_to_wait(value: str, seconds: float | None) -> None:
    assert retry_after(value) == seconds


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000"])
def test_a_date(zone: str) -> None:
    date = time.strftime(f"%a, %d %b %Y %H:%M:%S {zone}", time.gmtime(time.time() + 100))
    assert 50 < (retry_after(date) or 0) <= 100
