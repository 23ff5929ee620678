"""`tasrih up` as a person runs it: on feeds over loopback, stopped with Ctrl-C, started again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from agents.newsroom.server import newsroom
from streams.broker import free_port
from streams.records import Feed


async def start(*words: str, data: Path, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agents.cli", *words, "--data-dir", str(data),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, limit=1 << 24,
        env=os.environ | {"TASRIH_ALLOW_PRIVATE": "true", "COLUMNS": "80"} | environment,
    )  # fmt: skip


async def until(process: asyncio.subprocess.Process, words: str) -> str:
    """What the process prints, up to the line that holds `words`."""
    assert process.stdout is not None
    seen = ""
    async with asyncio.timeout(60):
        while words not in seen:
            line = await process.stdout.readline()
            assert line, f"{words!r} never came: {seen}\n{await process.stderr.read() if process.stderr else ''!r}"
            seen += line.decode()
    return seen


async def told(data: Path) -> list[dict[str, object]]:
    process = await start("tail", "statements", "--json", "--from-beginning", "--no-follow", data=data)
    output, _ = await process.communicate()
    records = [json.loads(line) for line in output.splitlines()]
    return sorted(records, key=lambda r: (r["article_id"], r["extracted_at"], r["statement_id"]))  # across partitions


def feeds_file(feeds: list[Feed], path: Path) -> Path:
    rows = (f'[[feed]]\nurl = "{f.url}"\noutlet = "{f.outlet}"\nfull_text = "{f.full_text}"\n' for f in feeds)
    path.write_text("\n".join(rows), "utf-8")
    return path


async def test_the_demo_says_when_it_has_no_more(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agents.cli", "demo", "--rate", "100", "--port", str(free_port()),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=os.environ | {"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    shown = await until(process, "articles and edits, and no more come")
    assert "that was all: " in shown
    assert "ناجي الصياد" in shown, "of the last article"
    process.send_signal(signal.SIGINT)
    _, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")


async def test_a_wrong_file_of_alerts_is_told_before_any_feed_is_registered(tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = await start("up", "--port", str(free_port()), data=data, TASRIH_ALERTS="/nowhere.toml")
    _, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (
        1,
        "tasrih: /nowhere.toml: cannot be read: No such file or directory\n",
    )
    assert not list(tmp_path.iterdir())

    file = tmp_path / "alerts.toml"
    file.write_text('[channels.desk]\nkind = "webhook"\nurl = "env:NO_SUCH_VARIABLE"\nsecret = "x"\n')
    process = await start("up", "--port", str(free_port()), data=data, TASRIH_ALERTS=str(file))
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.decode() == f"tasrih: {file}: channel desk: the environment has no variable NO_SUCH_VARIABLE\n"
    assert not data.exists()


async def test_statements_come_and_the_next_start_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with newsroom() as feeds:
        given = str(feeds_file(feeds, tmp_path / "feeds.toml"))
        process = await start("up", "--feeds", given, "--port", str(free_port()), data=data)
        shown = await until(process, "فارس الحسيني")
        (work,) = [line for line in shown.splitlines() if "everything is at work" in line]
        assert work.endswith("Ctrl-C stops")  # whole, in a log, too
        assert (await until(process, "since the start")).endswith(" dead-letters\n")
        process.send_signal(signal.SIGINT)
        rest, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
        assert "stopped in" in rest.decode()
        first = await told(data)
        assert first

        process = await start("up", "--port", str(free_port()), data=data)
        await until(process, "everything is at work")
        await asyncio.sleep(3)  # time in which it could repeat itself
        process.send_signal(signal.SIGTERM)
        _, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
        second = await told(data)
    # Stopped in the middle, it goes on with what was left: all that was told stays, and nothing is told again.
    assert {json.dumps(s) for s in first} <= {json.dumps(s) for s in second}
    told_once = [(s["statement_id"], s["revision"], s["status"]) for s in second]
    assert len(set(told_once)) == len(told_once)


async def test_a_file_that_lists_no_feeds_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "feeds.toml"
    wrong.write_text("x = 1", "utf-8")
    process = await start("up", "--feeds", str(wrong), "--port", str(free_port()), data=tmp_path / "data")
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert "lists no feeds" in errors.decode()
    assert "Traceback" not in errors.decode()


async def test_feeds_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    urls = [f"http://127.0.0.1:{free_port()}/{number}" for number in range(12)]
    given = feeds_file([Feed(url=url, outlet="صحيفة") for url in urls], tmp_path / "feeds.toml")
    process = await start(
        "up", "--feeds", str(given), "--port", str(free_port()), data=tmp_path / "data", TASRIH_ALLOW_PRIVATE="false",
        TASRIH_HOST_SPACING="0",
    )  # fmt: skip
    assert process.stderr
    lines: list[str] = []
    async with asyncio.timeout(60):
        while not lines or "more feeds cannot be read" not in lines[-1]:
            lines.append((await process.stderr.readline()).decode())
            assert lines[-1], "".join(lines)
    process.send_signal(signal.SIGTERM)
    _, rest = await process.communicate()
    told = [line for line in lines if "cannot be read: " in line and "more feeds" not in line]
    assert len(told) == 10
    assert all("TASRIH_ALLOW_PRIVATE=true permits it" in line for line in told)
    assert b"cannot be read" not in rest
