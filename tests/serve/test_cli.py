"""The commands, run as a user runs them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import aiohttp
import asyncpg
import pytest
from typer.testing import CliRunner

from agents.serve import cli
from streams.broker import free_port
from streams.settings import Settings
from tests.serve.examples import publish, statement

_SERVE = "import typer; from agents.serve.cli import serve; typer.run(serve)"


def environment(settings: Settings) -> dict[str, str]:
    """The settings as the environment of a command."""
    return {
        "TASRIH_BROKER": settings.broker, "TASRIH_PREFIX": settings.prefix, "TASRIH_PARTITIONS": "2",
        "TASRIH_DATA_DIR": str(settings.data_dir),
    }  # fmt: skip


async def test_serve_until_told_to_stop(topics: Settings) -> None:
    await publish(topics, statement())
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _SERVE, "--port", str(port), env=os.environ | environment(topics),
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr
    async with asyncio.timeout(100):
        while f"serving at http://127.0.0.1:{port}" not in (await process.stderr.readline()).decode():
            assert process.returncode is None
        async with aiohttp.ClientSession() as session:
            while True:
                async with session.get(f"http://127.0.0.1:{port}/v1/statements") as answer:
                    if (await answer.json())["statements"]:
                        break
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


async def test_serve_logs_as_the_settings_say(topics: Settings) -> None:
    said = {"TASRIH_HOST": "0.0.0.0", "TASRIH_LOG_FORMAT": "json"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _SERVE, "--port", str(free_port()), env=os.environ | environment(topics) | said,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr
    told = []
    async with asyncio.timeout(100):
        while not told or "caught up" not in told[-1]["message"]:
            told.append(json.loads(await process.stderr.readline()))
        process.send_signal(signal.SIGTERM)
        await process.communicate()
    assert [line["level"] for line in told if "nobody can ask yet" in line["message"]] == ["warning"]
    assert len([line for line in told if "serving at" in line["message"]]) == 1


async def test_the_archive_is_dropped_and_rebuilt(topics: Settings) -> None:
    await publish(topics, *(statement() for _ in range(7)))
    runner = CliRunner(env=environment(topics))
    for _ in range(2):
        done = await asyncio.to_thread(runner.invoke, cli.archive, ["rebuild", "--yes"])
        assert done.exit_code == 0, done.output
    done = await asyncio.to_thread(runner.invoke, cli.archive, ["status", "--json"])
    assert json.loads(done.output)["statements"] == 7
    declined = await asyncio.to_thread(runner.invoke, cli.archive, ["rebuild"], "n\n")
    assert declined.exit_code == 1


@pytest.mark.parametrize("words", [["status"], ["prune", "--keep", "90d", "--dry-run"]], ids=" ".join)
async def test_who_only_looks_makes_no_archive(stored: Settings, words: list[str]) -> None:
    data, url = stored.data_dir / "data", stored.database_url
    runner = CliRunner(env={"TASRIH_DATA_DIR": str(data), "TASRIH_DATABASE_URL": url})
    done = await asyncio.to_thread(runner.invoke, cli.archive, words)
    assert done.exit_code == 1
    assert "relation" in done.stderr if url else f"No archive is kept in {data}" in done.stderr
    assert not data.exists()
    if url:
        connection = await asyncpg.connect(url)
        assert await connection.fetch("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace") == []
        await connection.close()


def test_keys_are_made_listed_and_removed(tmp_path: Path) -> None:
    runner = CliRunner(env={"TASRIH_DATA_DIR": str(tmp_path)})
    made = runner.invoke(cli.keys, ["add", "desk", "--scope", "read", "--scope", "rules"])
    assert made.output.startswith("tasrih_")
    assert "there is a key" in runner.invoke(cli.keys, ["add", "desk"]).stderr.lower()
    assert runner.invoke(cli.keys, ["add", "x", "--scope", "all"]).exit_code == 2
    for nobody in ("", " "):
        assert "A key needs a name" in runner.invoke(cli.keys, ["add", nobody]).stderr
    (listed,) = json.loads(runner.invoke(cli.keys, ["list", "--json"]).output)
    assert (listed["name"], listed["scopes"]) == ("desk", ["read", "rules"])
    assert made.output.strip() not in runner.invoke(cli.keys, ["list"]).output
    assert runner.invoke(cli.keys, ["remove", "desk"]).exit_code == 0
    assert runner.invoke(cli.keys, ["remove", "desk"]).exit_code == 1


def test_a_database_that_is_not_there_is_named(tmp_path: Path) -> None:
    runner = CliRunner(env={"TASRIH_DATA_DIR": str(tmp_path)})
    url = f"postgresql://me:secret@127.0.0.1:{free_port()}/tasrih"
    failed = runner.invoke(cli.archive, ["status", "--database", url])
    assert failed.exit_code == 1
    assert "127.0.0.1" in failed.stderr
    assert "secret" not in failed.stderr
