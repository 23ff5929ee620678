"""Statements and articles made for tests of the server."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from streams.identity import identity
from streams.records import Article, Cue, Mention, Record, Speaker, Statement, encode
from streams.settings import Settings
from streams.topics import STATEMENTS, Topic
from tests.kafka import put

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
_number = itertools.count()


def statement(
    content: str = "إن المفاوضات ستستأنف قريبا", name: str | None = "سلمى الحداد", **fields: Any
) -> Statement:
    """A statement of its own; `fields` say what is particular."""
    number = next(_number)
    article_id = fields.pop("article_id", identity("article", number))
    start = fields.pop("start", 20)
    values: dict[str, Any] = {
        "statement_id": identity("statement", number),
        "article_id": article_id,
        "revision": "1",
        "status": "new",
        "outlet": "صحيفة المثال",
        "url": f"https://outlet.example/{article_id}",
        "published_at": NOON + timedelta(seconds=number),
        "extracted_at": NOON + timedelta(days=1),
        "headline": False,
        "content": content,
        "content_spans": [(start, start + len(content))],
        "cue": Cue("قالت", "قال", 0, 4),
        "speaker": Speaker(
            name, None if name is None else identity(name), "person" if name else None,
            Mention(name, 5, 5 + len(name)) if name else None, "named" if name else None,
        ),
        "via": None,
        "form": "indirect",
        "act": "assert",
        "parent": None,
        "confidence": 0.9,
        "rule": "verb",
        "context": content,
    }  # fmt: skip
    return Statement(**values | fields)


def article(
    article_id: str, text: str = "عنوان\nقالت سلمى الحداد إن المفاوضات ستستأنف قريبا", **fields: Any
) -> Article:
    """An article of this id."""
    values: dict[str, Any] = {
        "article_id": article_id, "revision": "1", "outlet": "صحيفة المثال", "feed": "https://outlet.example/feed",
        "url": f"https://outlet.example/{article_id}", "title": text.partition("\n")[0], "text": text,
        "text_from": "content", "language": "ar", "published_at": NOON, "fetched_at": NOON, "normalized_at": NOON,
    }  # fmt: skip
    return Article(**values | fields)


async def publish(settings: Settings, *statements: Statement) -> None:
    """Put them on the topic, as the stage `extract` does."""
    await send(settings, STATEMENTS, *((s.article_id, s) for s in statements))


async def send(settings: Settings, topic: Topic, *records: tuple[str, Record]) -> None:
    """Put records on a topic under their keys."""
    await put(settings, topic, [(key, encode(record)) for key, record in records])
