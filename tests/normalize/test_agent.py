"""What `normalize` reads in the event loop, and what beside it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.normalize import agent
from agents.normalize.agent import Normalizer
from streams.records import Article, Entry
from streams.settings import Settings

LONG = "<p>قال المتحدث إن العمل مستمر.</p>" * 2_000


@pytest.mark.parametrize("field", ["title", "summary", "content", "author", "page"])
async def test_what_is_long_is_read_in_a_thread(field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []

    def read(entry: Entry, now: datetime) -> Article:
        threads.append(threading.current_thread())
        return article(entry, now)

    article = agent.article
    monkeypatch.setattr(agent, "article", read)
    normalizer = Normalizer(Settings(data_dir=tmp_path))
    normalizer._remembered.set()
    known = {"article_id": "a", "entry_id": "e", "feed": "f", "outlet": "o", "url": "https://a.example/1"}
    for text in ("عنوان", LONG):
        entry = Entry(**known, fetched_at=datetime.now(UTC), **{"title": "عنوان", field: text})
        await normalizer.normalize(entry, None)
    short, long = (thread is threading.main_thread() for thread in threads)
    assert (short, long) == (field != "page", False)
