"""One role in a process of its own, as `tasrih worker` runs it, with seams: `python -m tests.faults.worker ROLE`.

Nothing of this is in the product: the seams are put around its functions here. The environment says what to do:
`FAULTS_EVENTS` (a file that gets a line for everything worth telling), `FAULTS_KILL` (`boundary:n`: SIGKILL at the
n-th crossing of that boundary), `FAULTS_BREAK` (a promise to break on purpose), `FAULTS_TOY` (the stand-in stages).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread

import streams.app
import streams.stage
from agents import roles
from agents.cli.worker import _work
from streams.settings import Settings
from streams.stage import Stage

_true_time = time.time
_crossed: Counter[str] = Counter()
_kill_at = os.environ.get("FAULTS_KILL", ":").partition(":")


def tell(*what: object) -> None:
    """A line in the events' file: time, process, what."""
    with contextlib.suppress(OSError), open(os.environ["FAULTS_EVENTS"], "a") as events:
        print(_true_time(), os.getpid(), *what, file=events)


def cross(boundary: str) -> None:
    """Come to `boundary`; end there, at once, if the harness says so."""
    _crossed[boundary] += 1
    if boundary == _kill_at[0] and _crossed[boundary] == int(_kill_at[2]):
        tell("killed", boundary, sys.argv[1])
        os.kill(os.getpid(), signal.SIGKILL)


def around(owner: Any, name: str, before: str = "", after: str = "") -> None:
    """Make a call of `owner.name` cross boundaries."""
    original: Callable[..., Awaitable[Any]] = getattr(owner, name)

    async def crossing(*args: Any, **kwargs: Any) -> Any:
        if before:
            cross(before)
        result = await original(*args, **kwargs)
        if after:
            cross(after)
        return result

    setattr(owner, name, crossing)


def acknowledge_before_write() -> None:
    """Break the promise on purpose: the batch is acknowledged, and committed, before anything is written."""
    original = Stage._process

    async def process(self: Any, batch: Any) -> Any:
        for event in batch:
            event.ack()
        await self._app.consumer.commit()
        return await original(self, batch)

    Stage._process = process  # type: ignore[method-assign]


def jump_when_told() -> None:
    """SIGUSR1: what `time.time()` says jumps by up to a day, this way or that (`datetime.now()` stays)."""
    true, ahead = time.time, 0.0

    def jump(*_: object) -> None:
        nonlocal ahead
        ahead = random.uniform(-86400, 86400)
        tell("clock", f"{ahead:+.0f}")

    time.time = lambda: true() + ahead
    signal.signal(signal.SIGUSR1, jump)


def watch_rebalances() -> None:
    """Tell of every assignment."""
    original = streams.app.build

    def build(role: str, settings: Settings) -> Any:
        app = original(role, settings)

        async def assigned(*_: object, **__: object) -> None:
            tell("assigned", role, app.consumer_generation_id)

        app.on_partitions_assigned.connect(assigned, weak=False)
        return app

    streams.app.build = build


def deliver() -> None:
    """The boundaries of delivering alerts. Its waits are cut short: the receivers' troubles last seconds, not hours."""
    from agents.alert import deliver
    from agents.alert.channels import webhook

    around(webhook.Channel, "deliver", before="attempt", after="attempted")
    deliver.SCHEDULE = tuple(wait / 20 for wait in deliver.SCHEDULE)


def main() -> None:
    role = sys.argv[1]
    jump_when_told()
    watch_rebalances()
    around(Stage, "_process", before="fetch", after="rows")
    around(Stage, "_put", after="produce")
    around(streams.stage, "confirmed", after="confirmed")
    around(AIOKafkaConsumerThread, "_commit", before="commit", after="committed")
    if os.environ.get("FAULTS_BREAK") == "acknowledge-before-write":
        acknowledge_before_write()
    if os.environ.get("FAULTS_TOY"):
        from tests.faults import toy

        toy.build = streams.app.build
        real = roles.role
        roles.role = lambda name: getattr(toy, f"run_{name}", None) or real(name)
        import agents.cli.worker

        agents.cli.worker.role = roles.role
    if role == "alert":
        deliver()
    tell("started", role)
    try:
        asyncio.run(_work(Settings(), [role]))
    finally:
        tell("ended", role)


main()
