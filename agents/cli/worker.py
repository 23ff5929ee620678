"""`tasrih worker`: some roles, apart from the others, on a real cluster."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from agents.roles import ROLES, role
from streams import options
from streams.stopping import until_told

if TYPE_CHECKING:
    from streams.settings import Settings

log = logging.getLogger(__name__)


def worker(
    roles: Annotated[list[str], typer.Argument(help=f"Which of: {', '.join(ROLES)}.", metavar="ROLE...")],
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
) -> None:
    """Run some roles as a worker of a cluster, until SIGTERM or Ctrl-C. Start more of them to share the work."""
    if unknown := [name for name in roles if name not in ROLES]:
        options.fail(f"there is no role {', '.join(unknown)}; there are {', '.join(ROLES)}", status=2)
    settings = options.settings(broker=broker, data_dir=data_dir)
    if not settings.broker:
        options.fail(
            "a worker needs a cluster: --broker kafka://host:port, or TASRIH_BROKER (`tasrih up` needs none)", status=2
        )
    options.run(_work(settings, roles))


async def _work(settings: Settings, roles: list[str]) -> None:
    from streams import tracing
    from streams.broker import create_topics
    from streams.logs import configure
    from streams.probes import exposed

    configure(settings)
    tracing.configure(settings)
    await create_topics(settings)
    async with exposed(settings) as shown, playing(settings, roles):
        shown.ready = True
        log.info("%s at work on %s", ", ".join(roles), settings.broker)
        with until_told():
            await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def playing(settings: Settings, roles: Iterable[str]) -> AsyncIterator[None]:
    """Run `roles` side by side; the body begins when all are at work, and its end stops them, all at once.

    What ends a role ends them all, and is raised.
    """
    from streams import probes

    done = asyncio.Event()
    roles = list(roles)
    probes.starting.update(roles)

    async def play(name: str, at_work: asyncio.Event) -> None:
        async with role(name)(settings):
            at_work.set()
            probes.starting.discard(name)
            await done.wait()

    async with asyncio.TaskGroup() as group:
        started = []
        for name in roles:
            started.append(asyncio.Event())
            group.create_task(play(name, started[-1]), name=name)
        try:
            for event in started:
                await event.wait()
            yield
        finally:
            done.set()
            probes.starting.difference_update(roles)
