"""The role `normalize`: entries become articles, each revision once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec

from agents.normalize.article import article
from streams.app import build, running
from streams.identity import identity
from streams.records import Entry
from streams.settings import Settings
from streams.stage import Outcome, Send, Stage
from streams.topics import ARTICLES, ENTRIES


class Published(msgspec.Struct):
    """What was last published of an article."""

    revision: str


@contextlib.asynccontextmanager
async def run(settings: Settings) -> AsyncIterator[None]:
    """Turn entries into articles for as long as the body runs."""
    app = build("normalize", settings)
    Stage(app, settings, name="normalize", source=ENTRIES, work=normalize, row=Published)
    async with running(app):
        yield


async def normalize(entry: Entry, published: Published | None) -> Outcome[Published]:
    """The article of `entry`; nothing when this revision is published already.

    In a thread, because a page takes tens of milliseconds; one at a time, because a stage works on one message.
    """
    found = await asyncio.to_thread(article, entry, datetime.now(UTC))
    if published and published.revision == found.revision:
        return Outcome()
    send = Send(ARTICLES, found.article_id, found, id=identity(found.article_id, found.revision), source=found.url)
    return Outcome([send], Published(found.revision))
