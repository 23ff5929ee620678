"""What `normalize` reads in the event loop, what beside it, and what it does not wait for."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.normalize import agent
from agents.normalize.agent import Normalizer
from streams.broker import free_port
from streams.records import Article, Entry
from streams.settings import Settings
from streams.stopping import end

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


async def test_articles_do_not_wait_for_a_memory_that_cannot_be_read() -> None:
    normalizer = Normalizer(Settings(broker=f"kafka://127.0.0.1:{free_port()}"))
    following = asyncio.create_task(normalizer.follow())
    entry = Entry(
        article_id="a", entry_id="a", feed="f", outlet="o", url="https://a.example/a", title="هزة أرضية خفيفة",
        content="قال مدير المرصد إن الهزة الأرضية لم تخلف أضرارا.", fetched_at=datetime.now(UTC),
    )  # fmt: skip
    try:
        async with asyncio.timeout(30):
            outcome = await normalizer.normalize(entry, None)
    finally:
        await end(following)
    assert [send.key for send in outcome.send] == ["a"]
