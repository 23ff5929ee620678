"""`tasrih up`: everything in one process, on the embedded broker or a real one; `tasrih demo`: without a network."""

from __future__ import annotations

import asyncio
import contextlib
import math
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agents.roles import ROLES
from streams import options

if TYPE_CHECKING:
    from streams.records import Feed
    from streams.settings import Settings

FeedsFile = Annotated[
    Path | None, typer.Option("--feeds", help="Feeds to add: an OPML or TOML file.", exists=True, dir_okay=False)
]
Port = Annotated[int | None, typer.Option(help="Where the page and the API listen.")]


def up(
    feeds: FeedsFile = None,
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
    port: Port = None,
) -> None:
    """Start everything and show the statements as they come. Ctrl-C stops it; the next start goes on from there.

    Without --feeds, the feeds of the last time are used; the first time, the packaged list of Arabic outlets.
    """
    settings = options.settings(broker=broker, data_dir=data_dir, port=port)
    from agents.fetch.lists import FeedListError

    options.run(_up(settings, feeds), FeedListError)


def demo(
    rate: Annotated[float, typer.Option(help="New articles a second.", min=0.01)] = 1.0,
    seconds: Annotated[float | None, typer.Option(help="Stop by itself after so long.")] = None,
    port: Port = None,
) -> None:
    """The same with no network: a packaged newsroom of articles written for it, served as feeds on this machine."""
    options.run(_demo(rate, seconds, port))


async def _demo(rate: float, seconds: float | None, port: int | None) -> None:
    from agents.newsroom import press
    from agents.newsroom.server import newsroom

    with tempfile.TemporaryDirectory(prefix="tasrih-demo-", ignore_cleanup_errors=True) as folder:
        settings = options.settings(data_dir=Path(folder), allow_private=True, port=port)
        async with newsroom(rate) as feeds:
            await _up(settings, feeds, seconds=seconds, last=time.monotonic() + len(press.items()) / rate)


async def _up(
    settings: Settings,
    feeds: Path | Sequence[Feed] | None,
    *,
    seconds: float | None = None,
    last: float = math.inf,
) -> None:
    """`last`: when, by the monotonic clock, the last article appears."""
    from agents.alert.cli import checked
    from agents.cli import show
    from agents.cli.watch import watch
    from agents.cli.worker import playing
    from agents.fetch import registry
    from streams import logs, tracing
    from streams.broker import create_topics, free_port, listening, reach
    from streams.stopping import until_told

    if not settings.port:  # whichever is free, and told
        settings = settings.model_copy(update={"port": free_port()})
    if await listening(settings.host, settings.port):
        options.fail(f"something listens on {settings.host}:{settings.port} already: choose another with --port")
    if settings.alerts:
        await checked(settings.alerts, settings)  # what is wrong with it is told before anything is written
    # The terminal shows the stream; the log speaks up when something is wrong, unless it was asked for more.
    if "log_level" not in settings.model_fields_set:
        settings = settings.model_copy(update={"log_level": "warning"})
    logs.configure(settings)
    tracing.configure(settings)
    started = time.monotonic()
    console = show.Terminal()
    stop = asyncio.Event()
    async with reach(settings, alone=True) as settings:
        await create_topics(settings)
        known = await registry.offer(settings, feeds)
        console.print(
            f"[dim]broker  {settings.broker}\ndata    {settings.data_dir}\nfeeds   {known}[/dim]", soft_wrap=True
        )
        # Watched from before anything happens, so that nothing is missed in the counts.
        async with watch(settings, console, stop, last), playing(settings, ROLES):
            console.print(
                f"[green]✓[/green] everything is at work after {time.monotonic() - started:.1f} s · "
                f"page and API: [bold]http://{settings.host}:{settings.port}/[/bold] · Ctrl-C stops\n",
                soft_wrap=True,
            )
            with until_told(), contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await stop.wait()
            stopped = time.monotonic()
    console.print(f"[dim]stopped in {time.monotonic() - stopped:.1f} s[/dim]")
