"""Replay: history through today's engine; nothing changes unless the engine has."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from typer.testing import CliRunner, Result

import agents.extract.statements
from agents.cli.commands import app as command
from agents.extract import agent as extracting
from agents.normalize import agent as normalizing
from streams.records import Article, encode
from streams.settings import Settings
from streams.topics import ARTICLES, ENTRIES, STATEMENTS
from tests.faults.newsroom import Newsroom
from tests.kafka import everything, messages, put, records

ENTRIES_PUT = list(Newsroom(seed=1, articles=12).entries())


@pytest.fixture
def corner(topics: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """`topics`, for the command too."""
    for name in ("broker", "prefix", "partitions", "data_dir"):
        monkeypatch.setenv(f"TASRIH_{name.upper()}", str(getattr(topics, name)))
    return topics


async def replay(*words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, command, ["replay", *words])


async def statements(settings: Settings, at_least: int) -> list[ConsumerRecord[bytes, bytes]]:
    """What is on the topic once so many have come, and nothing more is coming."""
    await messages(settings, STATEMENTS, at_least)
    return await everything(settings, STATEMENTS, quiet=2)


def changes(answer: Result) -> Counter[str]:
    """How many of each kind of difference were told."""
    assert answer.exit_code == 0, answer.output
    return Counter(json.loads(line)["change"] for line in answer.stdout.splitlines())


async def test_only_another_engine_changes_history(corner: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(normalizing.run(corner))
        await stack.enter_async_context(extracting.run(corner))
        await put(corner, ENTRIES, [(e.article_id, encode(e)) for e in ENTRIES_PUT])
        await records(corner, ARTICLES, Article, len(ENTRIES_PUT))
        before = len(await everything(corner, STATEMENTS))
        assert before

        for stage in ("normalize", "extract"):
            answer = await replay("--stage", stage, "--json")
            assert not changes(answer)
            assert "12 articles" in answer.stderr
            assert "0 changed, 0 new, 0 retracted" in answer.stderr

        def forgetful(*given: Any) -> Any:
            return [one for one in original(*given) if one.headline]

        original = agents.extract.statements.extract
        monkeypatch.setattr(agents.extract.statements, "extract", forgetful)
        monkeypatch.setattr(agents.extract.statements, "ENGINE", "another")
        found = changes(await replay("--json"))
        assert found["retracted"]
        assert len(await everything(corner, STATEMENTS)) == before  # dry

        assert changes(await replay("--json", "--apply")) == found
        told = await everything(corner, STATEMENTS)
        assert len(told) == before + found.total()
        assert not changes(await replay("--json"))


@pytest.mark.parametrize(("start", "articles"), [("0", 12), ("1000000", 0), ("1h", 12), ("2126-01-01", 0)])
async def test_where_it_begins(corner: Settings, start: str, articles: int) -> None:
    await put(corner, ENTRIES, [(e.article_id, encode(e)) for e in ENTRIES_PUT])
    answer = await replay("--stage", "normalize", "--from", start, "--json")
    assert changes(answer) == ({"new": articles} if articles else {})


async def test_a_beginning_that_is_none(corner: Settings) -> None:
    answer = await replay("--from", "yesterday")
    assert answer.exit_code == 2
    assert "not a time" in answer.stderr
