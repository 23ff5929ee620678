"""Reasons can be read on a terminal of 80 columns: in words, not in pieces of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agents.cli import dead_letters
from agents.fetch import report
from agents.fetch.state import FeedRow
from streams.dead_letters import Waiting
from streams.records import DeadLetter, Feed

REASON = "127.0.0.1 is not a public address (TASRIH_ALLOW_PRIVATE=true permits it)"


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def readable(shown: str) -> None:
    for word in REASON.split():
        assert word in shown.split(), shown
    assert max(map(len, shown.splitlines())) <= 80
    assert len(shown.splitlines()) < 10


def test_feeds_health(capsys: pytest.CaptureFixture[str]) -> None:
    feed = Feed(url="http://127.0.0.1:8123/a/feed/of/theirs.xml", outlet="وكالة أنباء المرجان")
    row = FeedRow(feed=feed, partition=0, since=0.0, polls=3, success_at=1.0, error=REASON, error_at=1.0)
    report.show_health([report.health(row, 1e9)])
    readable(capsys.readouterr().out)


def test_dead_letters_list(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    letter = DeadLetter(
        letter_id="ab" * 16, stage="normalize", topic="entries", partition=1, offset=123_456, key=b"k", value=b"v",
        error="ForbiddenAddressError", reason=REASON, failed_at=datetime(2026, 3, 1, tzinfo=UTC),
    )  # fmt: skip

    async def waiting(*_: object) -> dict[str, Waiting]:
        return {letter.letter_id: Waiting(letter, 1, "")}

    monkeypatch.setattr(dead_letters, "_waiting", waiting)
    dead_letters.list_()
    readable(capsys.readouterr().out)
