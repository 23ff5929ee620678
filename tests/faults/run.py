"""One run: brokers, workers, newsroom, faults, and the ledger at the end."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import random
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiokafka import AIOKafkaProducer, ConsumerRecord

from agents.fetch import registry
from streams.broker import create_topics
from streams.records import Alert, Entry, encode
from streams.settings import Settings
from streams.topics import ALERTS, ARTICLES, DEAD_LETTERS, ENTRIES, MAX_MESSAGE_BYTES, STATEMENTS, Topic
from streams.wire import client_options, decode
from tests.faults import ledger, oracle
from tests.faults.fleet import BOUNDARIES, Fleet
from tests.faults.injections import FAULTS, World
from tests.faults.ledger import Ledger
from tests.faults.newsroom import Newsroom
from tests.faults.outlet import Outlet
from tests.faults.proxy import proxies
from tests.faults.receivers import CHANNELS, Receivers
from tests.faults.watch import Watch
from tests.kafka import everything
from tests.kafka_server import kafka

Message = ConsumerRecord[bytes, bytes]

# Seconds after the last publication within which every feed is polled, whatever it has gone through.
_LAST_POLLS = 60.0


@dataclass(frozen=True)
class Plan:
    """What a run is told. The seed decides what is published and which faults come in which order."""

    folder: Path
    seed: int = 1
    articles: int = 1000
    rate: float = 50.0  # publications a second
    kills: int = 4  # the run goes on until there have been so many
    faults: tuple[str, ...] = tuple(FAULTS)
    roles: tuple[str, ...] = ("normalize", "extract")
    workers: int = 2  # of each role
    nodes: int = 1
    partitions: int = 4
    store: str = "memory"
    broken: str = ""  # a promise to break on purpose
    toy: bool = False
    boundaries: tuple[str, ...] = BOUNDARIES  # where workers started again may be told to die
    armed: float = 0.5  # how many of them are
    pause: float = 3.0  # seconds between two kills, and between two other faults, at the most
    patience: float = 180.0  # seconds for the work to be finished when the faults are over

    @property
    def alerts(self) -> Path:
        """The file of alert channels and rules."""
        return self.folder / "alerts.toml"


async def run(plan: Plan) -> Ledger:
    """Do it, and give the ledger. The workers' and brokers' logs stay in the plan's folder."""
    dice = random.Random(plan.seed)
    books = Ledger(plan.seed, plan.nodes, plan.articles)
    async with contextlib.AsyncExitStack() as stack:
        between = await stack.enter_async_context(proxies(plan.nodes))
        cluster = await stack.enter_async_context(
            kafka(plan.folder / "kafka", plan.nodes, advertised=[proxy.port for proxy in between])
        )
        for proxy, node in zip(between, cluster.nodes, strict=True):
            proxy.target = node.outside
        settings = Settings(
            broker=cluster.inside, partitions=plan.partitions, replicas=plan.nodes, session_timeout=6,
            data_dir=plan.folder, store=plan.store,
        )  # fmt: skip
        await create_topics(settings)
        producer = AIOKafkaProducer(
            **client_options(settings), enable_idempotence=True, linger_ms=5, max_request_size=MAX_MESSAGE_BYTES
        )
        await producer.start()
        stack.push_async_callback(producer.stop)
        receivers, alerts = None, {}
        if "alert" in plan.roles:
            receivers = await stack.enter_async_context(Receivers(dice).serving())
            receivers.write(plan.alerts)
            alerts = {"TASRIH_ALERTS": str(plan.alerts)}
        fleet = Fleet(
            settings.model_copy(update={"broker": cluster.outside}),
            plan.folder, plan.roles, plan.workers, dice,
            environment={"FAULTS_BREAK": plan.broken, "FAULTS_TOY": "1" if plan.toy else "", **alerts},
            boundaries=plan.boundaries if "kill" in plan.faults else (),
            armed=plan.armed,
        )  # fmt: skip
        stack.callback(fleet.destroy)
        world = World(settings, cluster, between, fleet, producer, receivers=receivers)
        watch = Watch(settings, plan.roles)
        watching = asyncio.create_task(watch.run())
        stack.callback(watching.cancel)

        outlet = None
        if "fetch" in plan.roles:
            outlet = world.outlet = await stack.enter_async_context(Outlet(dice).serving())
            await registry.add(settings, outlet.feeds())
        started = time.time()
        await fleet.start()
        publishing = asyncio.create_task(_publish(plan, producer, outlet))
        await _trouble(plan, world, publishing, watch)
        books.published = await publishing
        books.drained = await _finished(world, watch, plan.patience)
        await fleet.stop()
        books.seconds = time.time() - started
        await _settle(plan, world, watch, books)
    return books


async def _publish(plan: Plan, producer: AIOKafkaProducer, outlet: Outlet | None) -> int:
    """Put what the newsroom publishes into the outlet's feeds, or else on the topic, at the plan's rate."""
    began, count, waiting = time.monotonic(), 0, []
    for count, entry in enumerate(Newsroom(plan.seed, plan.articles).entries(), 1):
        if outlet:
            outlet.publish(entry)
        else:
            waiting.append(await producer.send(ENTRIES.name, encode(entry), key=entry.article_id.encode()))
        if (ahead := count / plan.rate - (time.monotonic() - began)) > 0:
            await asyncio.sleep(ahead)
    await asyncio.gather(*waiting)
    return count


async def _trouble(plan: Plan, world: World, publishing: asyncio.Task[int], watch: Watch) -> None:
    """Kills, and beside them one other fault after another: while articles come, and until there are enough kills."""
    await asyncio.sleep(8)  # everyone is at work

    async def strike(names: list[str], dice: random.Random) -> None:
        while names and (not publishing.done() or ("kill" in plan.faults and world.kills < plan.kills)):
            (name,) = dice.choices(names, [FAULTS[name][1] for name in names])
            with contextlib.suppress(ProcessLookupError):  # the worker has ended by itself just now
                await FAULTS[name][0](world, dice)
            await asyncio.sleep(dice.uniform(0, plan.pause))

    async def tell() -> None:
        while True:
            await asyncio.sleep(30)
            print(f"{world.kills} kills, lag {watch.lag()}, last: {world.struck[-1:]}", flush=True)

    telling = asyncio.create_task(tell())
    others = [name for name in plan.faults if name != "kill"]
    kills = [name for name in plan.faults if name == "kill"]
    await asyncio.gather(strike(kills, random.Random(plan.seed)), strike(others, random.Random(-plan.seed)))
    telling.cancel()


async def _finished(world: World, watch: Watch, patience: float) -> bool:
    """Whether all that was put in has been worked off, given so many seconds; feeds are polled for some of them."""
    since = time.time()
    if world.outlet:
        await asyncio.sleep(_LAST_POLLS)
    while time.time() - since < patience:
        if watch.up_to_date(since) and (not world.receivers or await _delivered(world, world.receivers)):
            return True
        await asyncio.sleep(0.5)
    return False


async def _delivered(world: World, receivers: Receivers) -> bool:
    """Whether every alert has arrived and every poison has its letter: of delivering, no committed offset tells."""
    alerts = [m.value for m in await _sound(world, ALERTS)]
    told = ledger.letters(world.poisoned, await everything(world.settings, DEAD_LETTERS))
    return receivers.have(decode(alert, Alert) for alert in alerts) and not told.missing


async def _sound(world: World, topic: Topic) -> list[Message]:
    """All that is on `topic`, but for the poison."""
    poison = set(world.poisoned.values())
    return [message for message in await everything(world.settings, topic) if message.value not in poison]


async def _settle(plan: Plan, world: World, watch: Watch, books: Ledger) -> None:
    """Fill the ledger from the topics, the broker's books and what the workers told."""
    entries = await _sound(world, ENTRIES)
    if world.outlet:
        books.books[ENTRIES.name] = world.outlet.book(decode(m.value, Entry) for m in entries)
    expected = await asyncio.to_thread(_expected, plan, entries)
    for topic in (ARTICLES, STATEMENTS, ALERTS):
        if topic.name not in expected:
            continue
        messages = await _sound(world, topic)
        books.books[topic.name] = ledger.book(topic.name, expected[topic.name], messages)
        if topic == STATEMENTS:
            right = ledger.live(expected[topic.name])
            found = ledger.live(ledger.first_of_each(messages, topic.name))
            books.articles_left_wrong = sum(right[key] != found[key] for key in right.keys() | found.keys())
            books.retractions = sum('"status":"retracted"' in one.body for one in expected[topic.name])
    if world.receivers:
        for channel in CHANNELS:
            books.books[f"→ {channel}"] = world.receivers.book(channel, expected.get(ALERTS.name, []))
    books.letters = ledger.letters(world.poisoned, await everything(world.settings, DEAD_LETTERS))
    books.faults = dict(Counter(kind for kind, _, _ in world.struck))
    books.ended_by_themselves = world.fleet.ended_by_themselves
    books.not_drained = world.fleet.not_drained
    _events(world, books)
    for kind, role, when in world.struck:
        if (seconds := watch.recovery(role, when)) is None:
            continue
        books.recovery.setdefault(kind, []).append(seconds)
        # Whoever is struck again before it has recovered needs longer: that is told apart.
        again = any(r == role and when < t < when + seconds for _, r, t in world.struck)
        if not again:
            books.recovery.setdefault(f"{kind}, and nothing else", []).append(seconds)


def _expected(plan: Plan, entries: list[Message]) -> dict[str, list[oracle.Told]]:
    """The oracle's answer, by two processes with half of the articles each."""
    shares: tuple[list[Message], list[Message]] = ([], [])
    for message in entries:
        shares[zlib.crc32(message.key) % 2].append(message)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as processes:
        one, other = processes.map(_share, [plan, plan], shares)
    return {topic: one.get(topic, []) + other.get(topic, []) for topic in one.keys() | other.keys()}


def _share(plan: Plan, entries: list[Message]) -> dict[str, list[oracle.Told]]:
    return asyncio.run(oracle.Oracle(steps(plan)).read(entries))


def _events(world: World, books: Ledger) -> None:
    """Count what the workers told: ends at boundaries, and rebalances, one for each group's generation."""
    generations = set()
    at: Counter[str] = Counter()
    for line in world.fleet.events.read_text().splitlines():
        when, _, what, *details = line.split()
        if what == "assigned":
            generations.add(tuple(details))
        elif what == "killed":
            at[details[0]] += 1
            world.struck.append(("kill", details[1], float(when)))
    books.kills_at = {"random": world.kills, **at}
    books.kills = world.kills + at.total()
    books.rebalances = len(generations)


def steps(plan: Plan) -> Sequence[oracle.Step]:
    """The stages under test, as functions."""
    if plan.toy:
        from tests.faults import toy

        found: list[oracle.Step] = [(ENTRIES, toy.normalize), (ARTICLES, toy.extract)]
    else:
        from agents.cli.replay import normalize

        found = [(ENTRIES, normalize)]
        if "extract" in plan.roles:
            from agents.extract.agent import tell

            found.append((ARTICLES, tell))
    if "alert" in plan.roles:
        from agents.alert.agent import matching
        from agents.alert.rulebook import Rulebook
        from agents.alert.rules import load

        book = Rulebook()
        book.take((rule.name, rule) for rule in load(plan.alerts).rules)
        found.append((STATEMENTS, matching(book, lambda: datetime.now(UTC))))
    return found
