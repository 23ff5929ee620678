"""However `tasrih` ends, its embedded broker ends with it, and the next start comes to work."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from agents.normalize import agent as normalize
from streams import app, options
from streams.broker import create_topics, embedded, free_port, listening
from streams.settings import Settings
from streams.topics import FEEDS
from tests.cli.test_up import start, until

_MEMBER = """
import asyncio, sys
from aiokafka import AIOKafkaConsumer
async def work():
    await AIOKafkaConsumer(sys.argv[1], group_id=sys.argv[2], bootstrap_servers=sys.argv[3]).start()
    print("in", flush=True)
    await asyncio.Event().wait()
asyncio.run(work())
"""

_START = """
import sys
from streams import app, options
from streams.settings import Settings
from streams.stage import raw_topic
from streams.topics import FEEDS
async def none(stream): ...
async def work(settings):
    fetch = app.build("fetch", settings)
    fetch.agent(raw_topic(fetch, settings, FEEDS), name="tasrih.fetch")(none)
    async with app.running(fetch, timeout=2):
        pass
try:
    options.run(work(Settings.model_validate_json(sys.argv[1])))
except Exception as end:
    sys.exit(end.exit_code)
"""

_IMPATIENT = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # where tests run in the background it is ignored
class Impatient:
    def find_spec(self, name, *_):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Impatient())
from agents.cli import main
main()
"""


async def kill_a_member(settings: Settings, role: str) -> None:
    """Leave a dead member in the group of `role`. The embedded broker waits for it without end."""
    member = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _MEMBER, settings.prefix + FEEDS.name, settings.group(role), settings.bootstrap[0],
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert member.stdout
    assert await member.stdout.readline()
    member.kill()
    await member.communicate()


async def until_gone(url: str) -> None:
    host, _, port = url.strip().removeprefix("kafka://").partition(":")
    async with asyncio.timeout(20):
        while await listening(host, int(port)):
            await asyncio.sleep(0.05)


@asynccontextmanager
async def up(data: Path, *words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`tasrih up` on one feed that cannot be read; killed at the end if it is still there."""
    data.mkdir(exist_ok=True)
    feeds = data / "feeds.toml"
    feeds.write_text(f'[[feed]]\nurl = "http://127.0.0.1:{free_port()}/"\noutlet = "none"\n', "utf-8")
    process = await start("up", "--feeds", str(feeds), "--port", str(free_port()), *words, data=data)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_the_broker_ends_with_up_and_the_next_start_comes_to_work(tmp_path: Path) -> None:
    for number in (signal.SIGKILL, signal.SIGHUP, signal.SIGINT):
        async with up(tmp_path) as process:
            await until(process, "everything is at work")
            address = (tmp_path / "broker" / "address").read_text()
            process.send_signal(number)
            assert await process.wait() == (-signal.SIGKILL if number == signal.SIGKILL else 0)
        await until_gone(address)


async def test_a_broker_that_was_left_behind_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    async with embedded(folder) as left:
        settings = Settings(broker=left)
        await create_topics(settings)
        await kill_a_member(settings, "fetch")
        (folder / "address").write_text(left)
        async with up(tmp_path) as process:
            await until(process, "everything is at work")
            assert (folder / "address").read_text() != left


async def test_a_second_up_on_the_same_folder_is_told(tmp_path: Path) -> None:
    async with up(tmp_path) as first:
        await until(first, "everything is at work")
        async with up(tmp_path) as second:
            _, errors = await second.communicate()
            assert second.returncode == 1
            assert f"at work on {tmp_path} already" in errors.decode()


async def test_a_start_that_waits_is_not_ready_and_can_be_interrupted(
    topics: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kill_a_member(topics, "fetch")
    monkeypatch.setenv("TASRIH_PREFIX", topics.prefix)
    port = free_port()
    async with (
        up(topics.data_dir, "--broker", topics.broker, "--port", str(port)) as process,
        asyncio.timeout(60),
        aiohttp.ClientSession() as session,
    ):
        status = ""
        while status != "starting: fetch":  # the others come to work
            assert process.returncode is None
            try:
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    assert answer.status == 503
                    status = json.loads(await answer.text())["status"]
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 128 + signal.SIGTERM


async def test_a_start_that_cannot_be_says_why(topics: Settings) -> None:
    await kill_a_member(topics, "fetch")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _START, topics.model_dump_json(), stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert "fetch is not admitted to its consumer group by the broker within 2 s" in errors.decode()
    assert "Traceback" not in errors.decode()


async def test_ctrl_c_ends_it_before_it_has_begun() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _IMPATIENT, "--help", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert await process.communicate() == (b"", b"")
    assert process.returncode == 128 + signal.SIGINT


async def test_a_closed_terminal_ends_the_demo_and_takes_its_folder_along(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agents.cli", "demo", "--port", str(free_port()),
        env=os.environ | {"TMPDIR": str(tmp_path)}, preexec_fn=partial(os.login_tty, theirs), pass_fds=[theirs],
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    async with asyncio.timeout(60):
        while b"at work" not in shown:
            shown += await asyncio.to_thread(os.read, ours, 4096)
        (address,) = tmp_path.glob("tasrih-demo-*/broker/address")
        broker = address.read_text()
        os.close(ours)  # the system hangs up
        assert await process.wait() == 0
    await until_gone(broker)
    assert not list(tmp_path.glob("tasrih-demo-*"))


async def test_what_goes_on_after_it_was_cancelled_keeps_no_command_from_ending() -> None:
    told = 0

    async def stubborn() -> None:
        nonlocal told
        while told < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                told += 1

    async def work() -> int:
        asyncio.create_task(stubborn())  # noqa: RUF006
        await asyncio.sleep(0)
        return 1

    assert await asyncio.to_thread(options.run, work()) == 1
    assert told == 3


async def test_a_role_ends_though_the_client_took_its_cancelling_for_its_own(
    topics: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping = asyncio.Event()

    async def follow(*_: object, forever: bool, **__: object) -> AsyncIterator[None]:
        if not forever:  # the topic has been read to its end
            stopping.set()
            with suppress(asyncio.CancelledError):  # as a consumer does that is stopped
                await asyncio.Event().wait()
            return
        await asyncio.Event().wait()
        yield

    monkeypatch.setattr(normalize, "follow", follow)
    async with asyncio.timeout(50):
        async with normalize.run(topics):
            await stopping.wait()


async def test_who_is_stopped_while_it_joins_may_still_be_given_partitions(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = app.build("fetch", settings)

    async def stop() -> None:
        await fetch.on_partitions_assigned.send(set())

    monkeypatch.setattr(fetch, "start", asyncio.Event().wait)
    monkeypatch.setattr(fetch, "stop", stop)
    starting = asyncio.create_task(app.running(fetch).__aenter__())
    await asyncio.sleep(0.1)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
