"""When alerts leave: digests, limits, quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.alert.policy import plan, quiet_until
from streams.records import Quiet
from tests.alert.samples import NOON, rule

NIGHT = Quiet(begin="22:00", end="07:00", zone="Asia/Riyadh")  # 19:00 to 04:00 UTC


def minutes(*values: float) -> list[datetime]:
    return [NOON + timedelta(minutes=value) for value in values]


def at(value: float) -> datetime:
    return NOON + timedelta(minutes=value)


def test_without_limits_each_alert_leaves_alone_and_at_once() -> None:
    assert plan(rule(), minutes(0, 0, 0), [], NOON) == [1, 1, 1]


def test_what_is_late_for_any_reason_leaves_together() -> None:
    assert plan(rule(), minutes(0, 1, 2), [], at(10)) == [3]


def test_a_digest_collects_from_its_first_alert_on() -> None:
    digest = rule(digest=15)
    assert plan(digest, minutes(0, 5), [], at(14.9)) == []
    assert plan(digest, minutes(0, 5, 14), [], at(15)) == [3]


def test_so_many_messages_an_hour_and_the_rest_together() -> None:
    limited = rule(max_per_hour=3)
    assert plan(limited, minutes(0, 0, 0, 0, 0), [], NOON) == [1, 1, 1]
    assert plan(limited, minutes(1, 2), minutes(0, 0, 0), at(59)) == []
    assert plan(limited, minutes(1, 2), minutes(0, 0, 0), at(60)) == [2]
    assert plan(limited, minutes(50), minutes(-30, 0), at(50)) == [1]


def test_a_long_queue_leaves_in_messages_that_people_can_read() -> None:
    assert plan(rule(digest=1), [NOON] * 250, [], at(1)) == [100, 100, 50]
    assert plan(rule(digest=1, max_per_hour=1), [NOON] * 250, [], at(1)) == [100]


def test_quiet_hours_hold_everything_until_they_end() -> None:
    quiet = rule(quiet=NIGHT)
    evening, morning = NOON.replace(hour=19), (NOON + timedelta(days=1)).replace(hour=4)
    assert plan(quiet, [evening - timedelta(seconds=1)], [], evening - timedelta(seconds=1)) == [1]
    assert plan(quiet, [evening, evening], [], evening) == []
    assert plan(quiet, [evening, evening], [], morning - timedelta(seconds=1)) == []
    assert plan(quiet, [evening, evening], [], morning) == [2]
    # It came before, but its worker was down until the night.
    assert plan(quiet, [evening - timedelta(hours=1)], [], evening) == []


def test_a_digest_that_ends_in_quiet_hours_waits_for_their_end() -> None:
    both = rule(quiet=NIGHT, digest=30)
    since = [NOON.replace(hour=18, minute=45)]
    assert plan(both, since, [], NOON.replace(hour=19, minute=20)) == []
    assert plan(both, since, [], (NOON + timedelta(days=1)).replace(hour=4)) == [1]


@pytest.mark.parametrize(
    ("zone", "begin", "end", "when", "until"),
    [
        # The clock is set forward at 02:00: there is no 02:30.
        ("Europe/Berlin", "22:00", "02:30", "2026-03-29T00:59:00+00:00", "2026-03-29T01:30:00+00:00"),
        # It is set back at 03:00: 02:30 comes twice, and each time ends the quiet of its own 02:10.
        ("Europe/Berlin", "22:00", "02:30", "2026-10-25T00:10:00+00:00", "2026-10-25T00:30:00+00:00"),
        ("Europe/Berlin", "22:00", "02:30", "2026-10-25T01:10:00+00:00", "2026-10-25T01:30:00+00:00"),
        ("Asia/Riyadh", "22:00", "07:00", "2026-03-04T18:59:00+00:00", "2026-03-04T18:59:00+00:00"),
        ("Asia/Riyadh", "13:00", "15:00", "2026-03-04T10:00:00+00:00", "2026-03-04T12:00:00+00:00"),
        ("Asia/Riyadh", "13:00", "15:00", "2026-03-04T12:00:00+00:00", "2026-03-04T12:00:00+00:00"),
    ],
)
def test_quiet_hours_follow_the_clock_on_the_wall(zone: str, begin: str, end: str, when: str, until: str) -> None:
    found = quiet_until(Quiet(begin=begin, end=end, zone=zone), datetime.fromisoformat(when))
    assert found == datetime.fromisoformat(until)


_clock = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
_zone = st.sampled_from(
    ["Africa/Cairo", "Asia/Riyadh", "America/New_York", "Australia/Lord_Howe", "UTC", "Africa/Casablanca"]
)


@given(
    quiet=st.builds(Quiet, begin=_clock, end=_clock, zone=_zone).filter(lambda quiet: quiet.begin != quiet.end),
    when=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(timezone(timedelta(hours=3)))),  # noqa: DTZ001
)  # fmt: skip
def test_quiet_hours_always_end_within_a_day_and_never_before_they_begin(quiet: Quiet, when: datetime) -> None:
    until = quiet_until(quiet, when)
    assert when <= until <= when + timedelta(hours=25)
    if until != when:
        assert until.astimezone(ZoneInfo(quiet.zone)).tzinfo is not None
        again = quiet_until(quiet, until)
        assert again - until <= timedelta(hours=2)  # an hour that comes twice may be quiet twice
    assert until.tzinfo is UTC or until == when
