"""A server over a corner of the broker; an archive in either database."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
import pytest_asyncio

from agents.serve.agent import run
from agents.serve.archive import Archive, archive
from streams.broker import free_port
from streams.settings import Settings

_database = itertools.count()
Serving = Callable[..., AbstractAsyncContextManager["Client"]]


class Client:
    """A reader of one server."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address, self.session = address, session

    async def get(self, path: str, status: int = 200, **options: object) -> dict[str, object]:
        """The JSON at `path`, answered with `status`."""
        async with self.session.get(self.address + path, **options) as answer:
            body = await answer.json(content_type=None)
            assert answer.status == status, body
            assert isinstance(body, dict)
            return body

    async def until(self, path: str, holds: Callable[[dict[str, object]], bool]) -> dict[str, object]:
        """The JSON at `path`, once it is as wanted: what was sent takes a moment to arrive."""
        async with asyncio.timeout(20):
            while True:
                async with self.session.get(self.address + path) as answer:
                    body: dict[str, object] = await answer.json(content_type=None)
                    if answer.status == 200 and holds(body):
                        return body
                await asyncio.sleep(0.02)

    async def ready(self) -> None:
        """Return when the archive has caught up."""
        await self.until("/readyz", lambda body: True)


@contextlib.asynccontextmanager
async def _serving(settings: Settings) -> AsyncIterator[Client]:
    async with run(settings) as address, aiohttp.ClientSession() as session:
        client = Client(address, session)
        await client.ready()
        yield client


@pytest.fixture
def serving() -> Serving:
    """Runs a server with the settings it is given, and a client for it."""
    return _serving


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of our own, over TCP; its URL without a database."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    binaries = folders[-1] if folders else Path(shutil.which("initdb") or "/missing").parent
    if not (binaries / "initdb").exists():
        pytest.fail("PostgreSQL is missing (Debian: apt-get install postgresql); or run with -m 'not postgres'")
    # Not pytest's folder: the server refuses to run as root, and another user may not enter that one.
    folder, port = Path(tempfile.mkdtemp(prefix="tasrih-postgres-")), free_port()
    owner: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def call(name: str, *arguments: str) -> None:
        with (folder.with_suffix(".log")).open("ab") as log:
            command = [str(binaries / name), "-D", str(folder / "data"), *arguments]
            subprocess.run(command, check=True, cwd=folder, stdout=log, stderr=log, **owner)

    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    try:
        call("initdb", "-U", "tasrih", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
        call("pg_ctl", "-w", "-o", options, "start")
        yield f"postgresql://tasrih@127.0.0.1:{port}"
        call("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
        folder.with_suffix(".log").unlink()


@pytest_asyncio.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], loop_scope="session")
async def stored(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """Settings with an empty database, of either sort."""
    if request.param == "sqlite":
        return settings
    server = request.getfixturevalue("postgres")
    name = f"archive{next(_database)}"
    connection = await asyncpg.connect(f"{server}/postgres")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return settings.model_copy(update={"database_url": f"{server}/{name}"})


@pytest_asyncio.fixture(loop_scope="session")
async def empty(stored: Settings) -> AsyncIterator[Archive]:
    """An archive with nothing in it, in either database."""
    async with archive(stored) as found:
        yield found
