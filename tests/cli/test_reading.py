"""Commands that only read create nothing: no folder, no broker, no topic."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from agents.fetch import registry
from streams.broker import create_topics, embedded
from streams.records import Feed
from streams.settings import Settings
from streams.wire import client_options
from tests.cli.test_ending import up
from tests.cli.test_extract import tasrih
from tests.cli.test_up import start, until
from tests.serve.examples import publish, statement

READING = (
    ["tail", "articles", "--no-follow"], ["feeds", "health"], ["feeds", "list"], ["feeds", "export"],
    ["dead-letters", "list"], ["replay"], ["alerts", "list"],
)  # fmt: skip


async def names(settings: Settings) -> list[str]:
    """Of the topics there are."""
    admin = AIOKafkaAdminClient(**client_options(settings))
    try:
        await admin.start()
        return [name for name in await admin.list_topics() if name.startswith(settings.prefix)]
    finally:
        await admin.close()


@pytest.mark.parametrize("words", [["tail"], *READING], ids=" ".join)
def test_where_nothing_is_they_say_so(words: list[str], tmp_path: Path) -> None:
    data = tmp_path / "data"
    answer = tasrih(*words, "--data-dir", str(data))
    assert answer.returncode == 1
    assert f"Nothing is running on {data}" in answer.stderr.decode()
    assert not data.exists()


@pytest.mark.parametrize("words", READING, ids=" ".join)
async def test_where_no_topics_are_none_are_made(
    words: list[str], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASRIH_PREFIX", settings.prefix)
    answer = await asyncio.to_thread(tasrih, *words, "--broker", settings.broker)
    assert answer.returncode == 0, answer.stderr.decode()
    assert await names(settings) == []
    folder = tmp_path / "broker"  # of an embedded broker that never came to work
    folder.mkdir()
    answer = await asyncio.to_thread(tasrih, *words, "--data-dir", str(tmp_path))
    assert answer.returncode == 0, answer.stderr.decode()
    async with embedded(folder) as url:
        assert await names(settings.model_copy(update={"broker": url})) == []


async def test_a_topic_that_is_not_there_is_not_made(topics: Settings) -> None:
    assert await registry.rows(topics) == {}  # the changelog of a fetcher that has not run yet
    assert not [name for name in await names(topics) if name.startswith(topics.group(""))]


async def test_tail_follows_what_runs_and_leaves_it_running(tmp_path: Path) -> None:
    async with up(tmp_path) as process:
        await until(process, "everything is at work")
        tail = await start("tail", "feeds", data=tmp_path)
        await until(tail, "none")
        tail.send_signal(signal.SIGTERM)
        assert await tail.wait() == 128 + signal.SIGTERM
        await tail.communicate()
        assert process.returncode is None
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    idle = await start("tail", data=tmp_path)
    _, errors = await idle.communicate()
    assert idle.returncode == 1
    assert f"Nothing is running on {tmp_path}: `tasrih up` does" in errors.decode()


async def test_a_command_that_is_stopped_takes_its_broker_along(tmp_path: Path) -> None:
    """Any command that runs the embedded broker for a while."""
    address = tmp_path / "broker" / "address"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agents.cli", "serve", "--data-dir", str(tmp_path), env=os.environ | {"TASRIH_PORT": "0"},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr
    async with asyncio.timeout(60):
        while b"serving at" not in await process.stderr.readline():
            pass
    assert address.exists()
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode in (0, 128 + signal.SIGTERM)
    assert not address.exists()


async def test_tail_tells_what_is_no_more(topics: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = Feed(url="https://outlet.example/feed", outlet="صحيفة")
    await registry.add(topics, [feed])
    await registry.remove(topics, [feed.url])
    monkeypatch.setenv("TASRIH_PREFIX", topics.prefix)
    answer = await asyncio.to_thread(tasrih, "tail", "feeds", "--no-follow", "--json", "--broker", topics.broker)
    assert answer.returncode == 0
    (line,) = answer.stderr.decode().splitlines()
    assert line.endswith(f": {feed.url} is no more")
    assert len(answer.stdout.splitlines()) == 1


def unread(*words: str) -> subprocess.CompletedProcess[bytes]:
    """The command, into a pipe that nobody reads any more."""
    read, write = os.pipe()
    os.close(read)
    try:
        return subprocess.run(
            [sys.executable, "-m", "agents.cli", *words], stdout=write, stderr=subprocess.PIPE, timeout=60, check=False
        )
    finally:
        os.close(write)


async def test_whoever_reads_no_further_is_no_fault(tmp_path: Path) -> None:
    lines = tmp_path / "articles.jsonl"
    lines.write_text('{"text": "قال الوزير إن السدود ممتلئة."}\n' * 3, "utf-8")
    commands = [["extract", "--jsonl", str(lines)], ["extract", "--json", str(lines)], ["explain", str(lines)]]
    async with embedded(tmp_path / "broker") as url:
        settings = Settings(broker=url)
        await create_topics(settings)
        await publish(settings, statement())
    kept = ["--data-dir", str(tmp_path)]
    commands += [["tail", "--no-follow", *more, *kept] for more in ([], ["--json"])]
    for words in commands:
        answer = await asyncio.to_thread(unread, *words)
        assert (answer.returncode, answer.stderr.decode()) == (0, ""), words
