"""The role `serve`: follows the topics into the archive and answers over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from aiohttp import web

from agents.serve.access import Keys, is_loopback
from agents.serve.archive import archive
from agents.serve.archive.pruning import pruning
from agents.serve.endpoints import Server
from agents.serve.follow import Follower
from agents.serve.hub import Hub
from agents.serve.site import application
from streams.errors import SetupError
from streams.settings import Settings, span
from streams.stopping import end

log = logging.getLogger(__name__)

# What a request under way may still take when the server stops.
_GRACE = 3.0


@contextlib.asynccontextmanager
async def run(settings: Settings) -> AsyncIterator[str]:
    """Serve until left; yields the address, `http://host:port`. Raises `SetupError` (also for a port in use)."""
    async with archive(settings) as opened:
        hub = Hub(await opened.position())
        follower = Follower(settings, opened, hub)
        tasks = [asyncio.create_task(follower.run())]
        if settings.archive_keep:
            tasks.append(asyncio.create_task(pruning(opened, span(settings.archive_keep))))
        runner = web.AppRunner(
            application(Server(settings, opened, hub, follower)),
            access_log=None, handler_cancellation=True, shutdown_timeout=_GRACE,
        )  # fmt: skip
        try:
            await runner.setup()
            try:
                await web.TCPSite(runner, settings.host, settings.port, backlog=1024).start()
            except OSError as error:
                raise SetupError(
                    f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}): choose another with --port"
                ) from error
            host, port = runner.addresses[0][:2]
            log.info("serving at http://%s:%d", host, port)
            if not _anybody(settings):
                log.warning("nobody can ask yet: `tasrih keys add NAME` makes a key")
            yield f"http://{host}:{port}"
        finally:
            await runner.cleanup()
            await end(*tasks)


def _anybody(settings: Settings) -> bool:
    """Whether there is anyone whom the server would answer."""
    try:
        return is_loopback(settings.host) or settings.open_to_read or bool(Keys.of(settings).all())
    except ValueError as error:
        raise SetupError(str(error)) from error
