"""A web application over real HTTP on the loopback address."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from aiohttp import web


@contextlib.asynccontextmanager
async def on_loopback(app: web.Application, patience: float = 1.0) -> AsyncIterator[str]:
    """Serve `app` on a free port; yields `http://127.0.0.1:port`. Whoever is connected at the end has `patience`
    seconds to go."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=patience)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
