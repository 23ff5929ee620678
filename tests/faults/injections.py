"""The faults: one coroutine each, in a table. Each is given the world and the dice, and leaves the world mended."""

from __future__ import annotations

import asyncio
import contextlib
import random
import resource
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from streams.settings import Settings
from streams.topics import ALERT_RULES, DEAD_LETTERS, DELIVERIES
from streams.wire import client_options
from tests.faults.fleet import Fleet
from tests.faults.outlet import Outlet
from tests.faults.proxy import Proxy
from tests.faults.receivers import Receivers
from tests.faults.watch import SOURCES
from tests.kafka_server import Cluster

# What each role reads, be it without committing it.
_READ = {**SOURCES, "alert": (*SOURCES["alert"], DELIVERIES, ALERT_RULES)}


@dataclass
class World:
    """What the faults are done to."""

    settings: Settings  # of the harness: past the proxies
    cluster: Cluster
    proxies: list[Proxy]
    fleet: Fleet
    producer: AIOKafkaProducer
    outlet: Outlet | None = None
    receivers: Receivers | None = None
    poisoned: dict[tuple[str, int, int], bytes] = field(default_factory=dict)
    struck: list[tuple[str, str, float]] = field(default_factory=list)  # kind, role, when
    kills: int = 0

    def note(self, kind: str, *roles: str) -> None:
        """Write down that something was done, now, to these roles (all of them, if none is named)."""
        self.struck += ((kind, role, time.time()) for role in roles or self.fleet.roles)


async def kill(world: World, dice: random.Random) -> None:
    """SIGKILL, one worker of every role at once; what the supervisor starts in its place may be told to die, too."""
    for role in world.fleet.roles:
        if workers := world.fleet.at_work(role):
            world.note("kill", role)
            world.kills += 1
            await world.fleet.kill(dice.choice(workers))
    await asyncio.sleep(dice.uniform(0, 1.5 * world.settings.session_timeout))


async def zombie(world: World, dice: random.Random) -> None:
    """SIGSTOP until the group has given the worker up, and SIGCONT."""
    if workers := world.fleet.at_work():
        worker = dice.choice(workers)
        world.note("zombie", worker.role)
        await world.fleet.pause(worker, world.settings.session_timeout + dice.uniform(2, 8))


async def slow(world: World, dice: random.Random) -> None:
    """A worker that gets a tenth of its time."""
    if workers := world.fleet.at_work():
        worker = dice.choice(workers)
        for _ in range(8):
            await world.fleet.pause(worker, 0.9)
            await asyncio.sleep(0.1)


async def storm(world: World, dice: random.Random) -> None:
    """Workers come and go: three more of a role, one after another, and away again."""
    role = dice.choice(world.fleet.roles)
    world.note("storm", role)
    extra = []
    for _ in range(3):
        extra.append(await world.fleet.add(role))
        await asyncio.sleep(dice.uniform(0.5, 4))
    for worker in extra:
        await world.fleet.drain(worker)
        await asyncio.sleep(dice.uniform(0, 2))


async def broker_restart(world: World, dice: random.Random) -> None:
    """A broker ends, politely or not, and comes back."""
    node = dice.choice(world.cluster.nodes)
    await node.stop(dice.choice([signal.SIGTERM, signal.SIGKILL]))
    await asyncio.sleep(dice.uniform(0, 5))
    await node.start()
    await world.cluster.ready()
    world.note("broker restart")
    await asyncio.sleep(15)


async def broker_loss(world: World, dice: random.Random) -> None:
    """One broker of several is away for half a minute; a single one is restarted."""
    if len(world.cluster.nodes) == 1:
        return await broker_restart(world, dice)
    node = dice.choice(world.cluster.nodes)
    world.note("broker loss")
    await node.stop(signal.SIGKILL)
    await asyncio.sleep(30)
    await node.start()
    return await world.cluster.ready()


async def cut(world: World, dice: random.Random) -> None:
    """The network between the workers and the brokers: silent, or resetting."""
    how = dice.choice([Proxy.stall, Proxy.refuse])
    for proxy in world.proxies:
        how(proxy)
    await asyncio.sleep(dice.uniform(1, 1.5 * world.settings.session_timeout))
    for proxy in world.proxies:
        proxy.mend()
    world.note("network cut")


async def poison(world: World, dice: random.Random) -> None:
    """What is no record, on every topic that somebody reads."""
    for topic in [world.settings.prefix + topic.name for role in world.fleet.roles for topic in _READ.get(role, ())]:
        for rubbish in (b"\xff\xfe", b"{", b"[]", b'{"article_id": 7}', b"", b"\x00" * 1000):
            value = rubbish + b" " * dice.randrange(5)
            done = await world.producer.send_and_wait(topic, value, key=f"poison-{dice.randrange(10**9)}".encode())
            world.poisoned[topic, done.partition, done.offset] = value


async def no_dead_letters(world: World, dice: random.Random) -> None:
    """The topic of dead letters takes nothing for a while, and there is poison to be told of."""
    topic = world.settings.prefix + DEAD_LETTERS.name
    await _configure(world, topic, {**DEAD_LETTERS.config(), "min.insync.replicas": str(len(world.cluster.nodes) + 1)})
    try:
        await poison(world, dice)
        await asyncio.sleep(dice.uniform(3, 12))
    finally:
        await _configure(world, topic, DEAD_LETTERS.config())
    world.note("dead letters unavailable")


async def clock_jump(world: World, dice: random.Random) -> None:
    """Some workers' clocks jump, by up to a day, forward or back."""
    for worker in world.fleet.at_work():
        if time.time() - worker.since > 10 and dice.random() < 0.5:  # one that begins does not listen yet
            world.note("clock jump", worker.role)
            worker.process.send_signal(signal.SIGUSR1)


async def disk_full(world: World, dice: random.Random) -> None:
    """No file of a worker may grow, its tables' among them: every write fails, as on a full disk."""
    if workers := world.fleet.at_work():
        worker = dice.choice(workers)
        world.note("disk full", worker.role)
        _, hard = resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (0, hard))
        await asyncio.sleep(dice.uniform(5, 15))
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (hard, hard))


async def failing_feeds(world: World, dice: random.Random) -> None:
    """The outlet's servers answer with errors, half a feed, a page, nothing, late, or not at all."""
    if world.outlet:
        world.outlet.failing = True
        await asyncio.sleep(dice.uniform(5, 15))
        world.outlet.failing = False


async def failing_receiver(world: World, dice: random.Random) -> None:
    """The receivers of alerts answer with errors, late, or not at all; some of it they have taken."""
    if world.receivers:
        world.receivers.failing = True
        await asyncio.sleep(dice.uniform(5, 15))
        world.receivers.failing = False
        world.note("failing receiver", "alert")


async def _configure(world: World, topic: str, config: dict[str, str]) -> None:
    admin = AIOKafkaAdminClient(**client_options(world.settings))
    try:
        await admin.start()
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=config)])
    finally:
        with contextlib.suppress(Exception):
            await admin.close()


Fault = Callable[[World, random.Random], Awaitable[Any]]

# How often each is drawn, as a weight.
FAULTS: dict[str, tuple[Fault, int]] = {
    "kill": (kill, 10),
    "zombie": (zombie, 2),
    "slow": (slow, 1),
    "storm": (storm, 2),
    "cut": (cut, 2),
    "poison": (poison, 1),
    "clock-jump": (clock_jump, 1),
    "disk-full": (disk_full, 1),
    "failing-feeds": (failing_feeds, 1),
    "failing-receiver": (failing_receiver, 1),
    "no-dead-letters": (no_dead_letters, 1),
    "broker-restart": (broker_restart, 1),
    "broker-loss": (broker_loss, 1),
}
