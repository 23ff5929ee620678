"""Statements and alerts made up for these tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from streams.records import Alert, AlertRule, Cue, Mention, Speaker, Statement

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def statement(number: int = 0, *, speaker: str | None = "سامي الخطيب", mention: str = "", **fields: Any) -> Statement:
    """A statement in which a minister warns of something, but for what `fields` say."""
    speaker_id, kind = fields.pop("id", None), fields.pop("kind", "person")
    found: dict[str, Any] = {
        "statement_id": f"s{number}", "article_id": f"a{number}", "revision": "1", "status": "new",
        "outlet": "صحيفة المرفأ", "url": f"https://outlet.example/{number}",
        "published_at": NOON, "extracted_at": NOON, "headline": False,
        "content": "الحكومة سترد على أي هجوم على الميناء", "content_spans": [(10, 20)], "cue": Cue("حذر", "حذر", 0, 3),
        "speaker": Speaker(speaker, speaker_id, kind, Mention(mention, 0, len(mention)) if mention else None, "named"),
        "via": None, "form": "indirect", "act": "warn", "parent": None, "confidence": 0.9, "rule": "verb",
        "context": "",
    }  # fmt: skip
    return Statement(**{**found, **fields})


def rule(name: str = "r", channels: tuple[str, ...] = ("desk",), **fields: Any) -> AlertRule:
    return AlertRule(name=name, channels=list(channels), **fields)


def alert(number: int = 0, rule: str = "r", channels: tuple[str, ...] = ("desk",), **fields: Any) -> Alert:
    return Alert(
        alert_id=f"alert{number}", rule=rule, channels=list(channels), statement=statement(number), matched_at=NOON,
        **fields,
    )  # fmt: skip
