"""The role `extract`: articles become statements; an edit retracts what is gone and tells what is new."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
from prometheus_client import Counter

from agents.extract.statements import Told, changes, is_arabic, statements
from streams import metrics
from streams.app import build, running
from streams.identity import identity
from streams.records import Article
from streams.settings import Settings
from streams.stage import Outcome, Send, Stage
from streams.topics import ARTICLES, STATEMENTS

OTHER_LANGUAGES = Counter(
    "tasrih_articles_not_extracted_total", "Articles without statements because of their language", ["language"]
)
# Characters: some twenty milliseconds. What takes longer goes to a thread, lest the event loop stand still; what does
# not stays, because a thread that computes slows the loop down more than waiting for it would.
_SHORT = 10_000


@contextlib.asynccontextmanager
async def run(settings: Settings) -> AsyncIterator[None]:
    """Turn articles into statements for as long as the body runs."""
    app = build("extract", settings)
    Stage(app, settings, name="extract", source=ARTICLES, work=tell, row=Told)
    async with running(app):
        yield


async def tell(article: Article, told: Told | None) -> Outcome[Told]:
    """The statements of `article` that are new, and those retracted; nothing when this engine has told this revision.

    In a thread: a long article takes longer than an event loop may stand still.
    """
    if told and told.covers(article):
        return Outcome()
    if not is_arabic(article):
        OTHER_LANGUAGES.labels(article.language).inc()
    now = datetime.now(UTC)
    if len(article.text) > _SHORT:
        found = await asyncio.to_thread(statements, article, now)
    else:
        found = statements(article, now)
    news, standing = changes(told.statements if told else [], found)
    sends = []
    for statement in news:
        event = identity(statement.statement_id, statement.status, article.revision)
        record = msgspec.structs.replace(statement, extracted_at=now)
        sends.append(Send(STATEMENTS, article.article_id, record, id=event, source=article.url))

    def measure() -> None:
        metrics.FETCH_TO_STATEMENT.observe((datetime.now(UTC) - article.fetched_at).total_seconds())

    # Of what is retracted, or told by another engine long after, the time says nothing.
    is_fresh = told is None or told.revision != article.revision
    row = Told.of(article.revision, standing)
    if is_fresh and any(statement.status == "new" for statement in news):
        return Outcome(sends, row, measure)
    return Outcome(sends, row)
