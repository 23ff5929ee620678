"""Dead letters: listed, looked at, put back, dropped."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from agents.cli.dead_letters import app as command
from streams.app import build, running
from streams.records import Article, DeadLetter, Entry, encode
from streams.settings import Settings
from streams.stage import Outcome, Stage
from streams.topics import ARTICLES, DEAD_LETTERS, ENTRIES
from tests.kafka import messages, put, records
from tests.streams.test_stage import Seen, count, entry

Run = Callable[..., "asyncio.Future[Result]"]


@pytest.fixture
def run(topics: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`tasrih dead-letters …` on the test's corner of the broker, in a thread: it has a loop of its own."""
    for name in ("broker", "prefix", "partitions", "data_dir"):
        monkeypatch.setenv(f"TASRIH_{name.upper()}", str(getattr(topics, name)))
    return lambda *words: asyncio.ensure_future(asyncio.to_thread(CliRunner().invoke, command, words))


async def test_retry_puts_the_bytes_back_and_drop_lets_go(topics: Settings, run: Run) -> None:
    broken = True

    def sometimes(entry: Entry, seen: Seen | None) -> Outcome[Seen]:
        if broken:
            raise ValueError("told to")
        return count(entry, seen)

    app = build("normalize", topics)
    Stage(app, topics, name="normalize", source=ENTRIES, work=sometimes, row=Seen)
    async with running(app):
        await put(topics, ENTRIES, [("a", encode(entry("a", "first"))), ("b", b"rubbish"), ("c", encode(entry("c")))])
        letters = {x.key: x for x in await records(topics, DEAD_LETTERS, DeadLetter, 3)}
        listed = [json.loads(line) for line in (await run("list", "--json")).stdout.splitlines()]
        assert {x["letter_id"] for x in listed} == {x.letter_id for x in letters.values()}
        assert [x["text"] for x in listed if x["error"] == "UnreadableError"] == ["rubbish"]
        shown = (await run("show", letters[b"a"].letter_id[:12])).stdout
        assert "told to" in shown
        assert '"title":"first"' in shown

        broken = False
        await put(topics, ENTRIES, [("c", encode(entry("c", "newer")))])
        await records(topics, ARTICLES, Article, 1)
        assert (await run("drop", letters[b"b"].letter_id)).exit_code == 0
        again = await run("retry", "--all", "--stage", "normalize")
        assert "2 put back" in again.stdout
        articles = await records(topics, ARTICLES, Article, 2)
        # What has been overtaken by a newer entry is history: put back, it is passed over.
        await put(topics, ENTRIES, [(key, encode(entry(key, "last"))) for key in "abc"])
        articles = await records(topics, ARTICLES, Article, 5)
    told = {key: [a.title for a in articles if a.article_id == key] for key in "abc"}
    assert told == {"a": ["first", "last"], "b": ["last"], "c": ["newer", "last"]}
    assert "no dead letters" in (await run("list")).stdout


async def test_what_is_no_letter_hides_none(topics: Settings, run: Run, caplog: pytest.LogCaptureFixture) -> None:
    app = build("normalize", topics)
    Stage(app, topics, name="normalize", source=ENTRIES, work=count, row=Seen)
    await put(topics, DEAD_LETTERS, [("x", b"not a letter")])
    async with running(app):
        await put(topics, ENTRIES, [("b", b"rubbish")])
        await messages(topics, DEAD_LETTERS, 2)
    listed = (await run("list", "--json")).stdout.splitlines()
    assert [json.loads(line)["text"] for line in listed] == ["rubbish"]
    assert f"{topics.prefix}dead-letters/" in caplog.text
    assert "left out: not a DeadLetter" in caplog.text


@pytest.mark.parametrize("words", [["retry"], ["drop", "x", "--all"]])
async def test_it_must_be_said_which(run: Run, words: list[str]) -> None:
    answer = await run(*words)
    assert answer.exit_code == 2
    assert "say which letters" in answer.stderr


async def test_a_letter_that_is_not_there(run: Run) -> None:
    answer = await run("retry", "feed")
    assert answer.exit_code == 1
    assert "no letter feed is waiting" in answer.stderr
