"""What others wrote does nothing to the terminal that it is shown on, and all of it is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.alert import cli as alerts
from agents.alert.channel_health import ChannelHealth
from agents.cli import dead_letters
from agents.fetch import cli as feeds
from agents.fetch import report
from streams.dead_letters import Waiting
from streams.legible import legible
from streams.records import AlertRule, DeadLetter, Feed, Words
from tests.cli.test_extract import tasrih

SEQUENCES = "\x1b[2J \x1b]0;title\x07 \x9b31m \x7f\x00\r \u202eback"
CONTROLS = set("\x1b\x07\x9b\x7f\x00\r\u202e")
MARKUP = "وكالة [ar] [/x] [red]الخبر"


def test_places_stay_what_they_are() -> None:
    shown = legible(f"سطر\n\tسطر {SEQUENCES}")
    assert len(shown) == len(f"سطر\n\tسطر {SEQUENCES}")
    assert shown.startswith("سطر\n\tسطر ␛[2J")
    assert not CONTROLS & set(shown)


@pytest.mark.parametrize("command", ["extract", "explain"])
def test_a_text(command: str) -> None:
    shown = tasrih(command, given=f"قال المدير إن السوق {SEQUENCES} مفتوحة.").stdout.decode()
    assert "مفتوحة" in shown
    assert not CONTROLS & set(shown)


def test_a_dead_letter(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    letter = DeadLetter(
        letter_id="ab" * 16, stage="normalize", topic="entries", partition=1, offset=1, key=SEQUENCES.encode(),
        value=SEQUENCES.encode() + b"\xff", error="Error", reason=SEQUENCES, failed_at=datetime(2026, 3, 1, tzinfo=UTC),
    )  # fmt: skip

    async def waiting(*_: object) -> dict[str, Waiting]:
        return {letter.letter_id: Waiting(letter, 1, "")}

    monkeypatch.setattr(dead_letters, "_waiting", waiting)
    dead_letters.list_()
    dead_letters.show(letter.letter_id)
    shown = capsys.readouterr().out
    assert "back\\xff" in shown
    assert not CONTROLS & set(shown)


def test_a_feed(capsys: pytest.CaptureFixture[str]) -> None:
    facts, items = [("feed", SEQUENCES)], [("no date", SEQUENCES)]
    url = "https://outlet.example/feed"
    report.show(report.Check(url=url, error=SEQUENCES, facts=facts, items=items, advice=[SEQUENCES]))
    shown = capsys.readouterr().out
    assert shown.count("back") == 4
    assert not CONTROLS & set(shown)


def test_why_a_channel_fails(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    told = ChannelHealth(channel="desk", failing_since=datetime(2026, 3, 1, tzinfo=UTC), reason=SEQUENCES)

    async def healths(*_: object) -> list[ChannelHealth]:
        return [told]

    async def rules(*_: object) -> tuple[dict[str, AlertRule], dict[str, ChannelHealth]]:
        return {"r": AlertRule(name="r", channels=["desk"], acts=["deny"])}, {"desk": told}

    monkeypatch.setattr(alerts, "_channels", healths)
    monkeypatch.setattr(alerts, "_rules_and_channels", rules)
    for command in (alerts.channels, alerts.list_):
        command()
        shown = "".join(capsys.readouterr())
        assert "back" in shown
        assert not CONTROLS & set(shown)


def test_square_brackets_are_no_markup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")

    async def rules(*_: object) -> tuple[dict[str, AlertRule], dict[str, ChannelHealth]]:
        return {"r": AlertRule(name="r", channels=["desk"], words=Words(any=[MARKUP]))}, {}

    monkeypatch.setattr(feeds, "_read", lambda *_: [Feed(url="https://outlet.example/feed", outlet=MARKUP)])
    monkeypatch.setattr(alerts, "_rules_and_channels", rules)
    feeds.list_()
    assert MARKUP in capsys.readouterr().out
    alerts.list_()
    assert MARKUP in capsys.readouterr().out
    tasrih("keys", "add", MARKUP, "--data-dir", str(tmp_path))
    assert MARKUP in tasrih("keys", "list", "--data-dir", str(tmp_path)).stdout.decode()
