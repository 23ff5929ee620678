"""Stand-ins for normalize and extract with the same shapes: entry → article, article → statements and retractions."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec

from streams.app import build, running
from streams.identity import identity
from streams.records import Article, Entry, Speaker, Statement
from streams.settings import Settings
from streams.stage import Outcome, Send, Stage
from streams.topics import ARTICLES, ENTRIES, STATEMENTS


class Known(msgspec.Struct):
    revision: str


class Said(msgspec.Struct):
    statements: list[str]


def normalize(entry: Entry, known: Known | None) -> Outcome[Known]:
    revision = identity(entry.title, entry.content)
    if known and known.revision == revision:
        return Outcome()
    article = Article(
        article_id=entry.article_id, revision=revision, outlet=entry.outlet, feed=entry.feed, url=entry.url,
        title=entry.title, text=entry.content.replace("</p><p>", "\n"), text_from="content", language="ar",
        published_at=entry.fetched_at, fetched_at=entry.fetched_at, normalized_at=datetime.now(UTC),
    )  # fmt: skip
    return Outcome([Send(ARTICLES, article.article_id, article, id=revision, source=entry.url)], Known(revision))


def extract(article: Article, said: Said | None) -> Outcome[Said]:
    now = {identity(article.article_id, line): line for line in article.text.splitlines()}
    before = said.statements if said else []

    def statement(id: str, line: str, status: str) -> Send:
        record = Statement(
            statement_id=id, article_id=article.article_id, revision=article.revision, status=status, outlet="", url="",  # type: ignore[arg-type]
            published_at=article.published_at, extracted_at=datetime.now(UTC), headline=False, content=line,
            content_spans=[], cue=None, speaker=Speaker(None, None, None, None, None), via=None, form="direct",
            act="assert", parent=None, confidence=1.0, rule="", context="",
        )  # fmt: skip
        return Send(
            STATEMENTS, article.article_id, record, id=identity(id, article.revision, status), source=article.url
        )

    sends = [statement(gone, "", "retracted") for gone in before if gone not in now]
    sends += [statement(found, line, "new") for found, line in now.items() if found not in before]
    return Outcome(sends, Said(list(now)))


@contextlib.asynccontextmanager
async def run_normalize(settings: Settings) -> AsyncIterator[None]:
    app = build("normalize", settings)
    Stage(app, settings, name="normalize", source=ENTRIES, work=normalize, row=Known)
    async with running(app):
        yield


@contextlib.asynccontextmanager
async def run_extract(settings: Settings) -> AsyncIterator[None]:
    app = build("extract", settings)
    Stage(app, settings, name="extract", source=ARTICLES, work=extract, row=Said)
    async with running(app):
        yield
