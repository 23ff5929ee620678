"""How fast the server is: `python -m tests.bench.serve [stream|browser|search|reconnect] …`.

stream: 50 statements a second on the topic, 500 readers of server-sent events in a process of their own; the time from
the message's time on the topic to the reader. browser: the same load, and the page in a real Chromium beside it: the
time to its card in the DOM, and how soon the page can be used, at rest and under that load. search: questions to an
archive of a million statements. reconnect: one reader that comes back 200 times under that load. It prints a table, and
fails when the goal is missed.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import select
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import aiohttp
from aiokafka import AIOKafkaProducer
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from rich.console import Console
from rich.table import Table

from agents.serve.agent import run
from agents.serve.archive import Archive, archive
from agents.serve.archive.writing import Arrived, Batch
from agents.serve.filters import Filter
from streams.broker import create_topics, embedded
from streams.identity import identity
from streams.records import Act, Cue, Form, Kind, Mention, Speaker, Statement, encode
from streams.settings import Settings
from streams.topics import STATEMENTS
from streams.wire import client_options
from tests.page.conftest import FLAGS
from tests.serve.reading import EventSource

RATE, READERS, SECONDS = 50, 500, 30
NICE = 10
_BEFORE, _VISITING = (
    2_000,
    6,
)  # statements there are before the page is opened; seconds in which it is opened under load
MANY = 1_000_000
CONSOLE = Console()
_ID = re.compile(rb'"statement_id":"([0-9a-f]{20})"')
_ACTS: list[Act] = ["assert"] * 6 + ["deny", "demand", "warn", "accuse", "support", "commit", "ask", "feel"]  # type: ignore[assignment]
_FORMS: list[Form] = ["direct", "indirect", "mixed"]
_KINDS: list[Kind] = ["person", "person", "office", "organization", "country", "anonymous"]


def statements(count: int, seed: int = 1) -> Iterator[Statement]:
    """Statements as the engine makes them, of made-up words that are as unevenly frequent as real ones (Zipf)."""
    chance = random.Random(seed)
    letters = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
    words = ["".join(chance.choices(letters, k=chance.randint(3, 7))) for _ in range(50_000)]
    words[:6] = ["الوزير", "الحكومة", "في", "من", "على", "إلى"]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    pool = chance.choices(words, weights, k=2_000_000)
    names = [" ".join(chance.choices(words[6:5000], k=2)) for _ in range(20_000)]
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for n in range(count):
        at, size = chance.randrange(len(pool) - 60), chance.randint(8, 40)
        content = " ".join(pool[at : at + size])
        name = names[min(int(chance.paretovariate(0.6)), len(names)) - 1]
        article = identity("article", seed, n // 4)
        published = begin + timedelta(seconds=n * 20)
        yield Statement(
            statement_id=identity("statement", seed, n), article_id=article, revision="1", status="new",
            outlet=f"صحيفة {n // 4 % 60}", url=f"https://outlet.example/{article}", published_at=published,
            extracted_at=published + timedelta(seconds=3), headline=n % 4 == 0, content=content,
            content_spans=[(n % 4 * 300, n % 4 * 300 + len(content))], cue=Cue("قال", "قال", 0, 3),
            speaker=Speaker(name, identity(name), chance.choice(_KINDS), Mention(name, 4, 4 + len(name)), "named"),
            via=None, form=chance.choice(_FORMS), act=chance.choice(_ACTS), parent=None,
            confidence=round(chance.uniform(0.5, 1), 2), rule="verb", context=f"قال {name} إن {content}.",
        )  # fmt: skip


def table(title: str, rows: list[tuple[str, object]]) -> None:
    """Print measurements."""
    shown = Table(title=title, show_header=False)
    for name, value in rows:
        shown.add_row(name, f"{value:,.1f}" if isinstance(value, float) else f"{value:,}")
    CONSOLE.print(shown)


def percentile(values: list[float], percent: float) -> float:
    """The value that `percent` of `values` do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]


async def produce(settings: Settings, made: Sequence[Statement], rate: float = RATE) -> list[str]:
    """Put statements on the topic at `rate` a second; their ids.

    They are made beforehand: to make them takes seconds, in which a server in this process would stand still.
    """
    producer = AIOKafkaProducer(**client_options(settings), linger_ms=5)
    await producer.start()
    begun, sent = time.time(), []
    for n, statement in enumerate(made):
        await asyncio.sleep(max(0.0, begun + n / rate - time.time()))
        value = encode(statement)
        sent.append(await producer.send(settings.prefix + STATEMENTS.name, value, key=statement.article_id.encode()))
    await asyncio.gather(*sent)
    await producer.stop()
    return [statement.statement_id for statement in made]


class Lean(asyncio.Protocol):
    """A reader that costs next to nothing: five hundred of them share the machine with the server."""

    def __init__(self, port: int, arrived: list[tuple[float, bytes]]) -> None:
        self._port, self._arrived, self._rest = port, arrived, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(f"GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        """Note when each statement came."""
        now, end, text = time.time(), 0, self._rest + data
        for found in _ID.finditer(text):
            self._arrived.append((now, found[1]))
            end = found.end()
        self._rest = text[end:][-60:]


def read_many(port: int, readers: int, seconds: float) -> list[tuple[float, bytes]]:
    """Runs in a process of its own: `readers` streams for `seconds`; when each read which statement."""

    async def main() -> list[tuple[float, bytes]]:
        arrived: list[tuple[float, bytes]] = []
        loop = asyncio.get_running_loop()
        made = [await loop.create_connection(lambda: Lean(port, arrived), "127.0.0.1", port) for _ in range(readers)]
        await asyncio.sleep(seconds)
        for transport, _ in made:
            transport.abort()
        return arrived

    return asyncio.run(main())


async def serving(stack: AsyncExitStack) -> tuple[Settings, str]:
    """A broker and a server, for the while."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    url = await stack.enter_async_context(embedded(folder / "broker"))
    settings = Settings(broker=url, data_dir=folder, port=0)
    await create_topics(settings)
    address = await stack.enter_async_context(run(settings))
    async with aiohttp.ClientSession() as session:
        while (await session.get(address + "/readyz")).status != 200:
            await asyncio.sleep(0.05)
    return settings, address


async def stream() -> bool:
    """Topic → reader, with 500 readers."""
    made = list(statements(SECONDS * RATE))
    async with AsyncExitStack() as stack:
        settings, address = await serving(stack)
        port = int(address.rpartition(":")[2])
        pool = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        reading = asyncio.get_running_loop().run_in_executor(pool, read_many, port, READERS, SECONDS + 8)
        await asyncio.sleep(4)  # until all are connected
        cpu = time.process_time()
        ids = await produce(settings, made)
        used = (time.process_time() - cpu) / SECONDS
        arrived = await reading
        stamps = await timestamps(settings, len(ids))
    times = [at - stamps[key.decode()] for at, key in arrived]
    expected, total = len(ids) * READERS, len(arrived)
    table(
        f"topic → reader: {RATE} statements a second, {READERS} readers, {SECONDS} s",
        [
            ("events expected", expected), ("events read", total),
            ("p50 ms", percentile(times, 50) * 1000), ("p95 ms", percentile(times, 95) * 1000),
            ("p99 ms", percentile(times, 99) * 1000), ("most ms", max(times) * 1000),
            ("server and producer, % of a core", used * 100),
        ],
    )  # fmt: skip
    return total == expected and percentile(times, 99) < 0.5


def drain(port: int, readers: int, seconds: float) -> tuple[float, int, float]:
    """Runs in a process of its own: `readers` streams, read and thrown away for `seconds`, as cheaply as can be: the
    processor is for what is measured; megabytes read, streams that broke off, the share of a core that it took.
    """
    os.nice(NICE)
    waker, read, lost, buffer = select.epoll(), 0, 0, bytearray(1 << 16)
    streams = [socket.create_connection(("127.0.0.1", port)) for _ in range(readers)]
    for stream in streams:
        stream.sendall(f"GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        waker.register(stream.fileno(), select.EPOLLIN)
    by_number, until = {stream.fileno(): stream for stream in streams}, time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        for number, _ in waker.poll(left):
            if size := by_number[number].recv_into(buffer):
                read += size
            else:
                waker.unregister(number)
                lost += 1
        time.sleep(0.02)  # what came meanwhile is read at once
    for stream in streams:
        stream.close()
    return read / 1e6, lost, time.process_time() / seconds


# Run in the page before anything else, and when it is there.
_WATCHED = """
localStorage.setItem("flow", "on");
window.usable = new Promise((done) => {
  const parts = ["html[data-ready]", ".connection[data-state=live]", "main .card", "#search:not([disabled])"];
  (function look() {
    if (parts.every((one) => document.querySelector(one))) done(performance.now());
    else setTimeout(look, 2);
  })();
});
"""
_CARDS = """
window.arrived = [];
new MutationObserver((changes) => {
  const now = Date.now();
  for (const { addedNodes } of changes)
    for (const node of addedNodes)
      for (const card of node.querySelectorAll?.(".card") ?? [])
        window.arrived.push([card.dataset.id, now]);
  for (const { addedNodes } of changes)
    for (const node of addedNodes) if (node.matches?.(".card")) window.arrived.push([node.dataset.id, now]);
}).observe(document.querySelector("main"), { childList: true, subtree: true });
"""


async def usable(browser: Browser, address: str) -> tuple[BrowserContext, Page, float]:
    """The page in a browser that has never seen it, and the ms from the navigation until it can be used: the stream is
    live, statements are shown, and the search takes words."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="ar")
    await context.add_init_script(_WATCHED)
    page = await context.new_page()
    await page.goto(address)
    return context, page, float(await page.evaluate("window.usable"))


async def browser() -> bool:
    """Topic → card in the page's DOM, with 500 readers beside it; and how soon the page can be used."""
    made = list(statements((SECONDS + _VISITING) * RATE + _BEFORE))
    async with AsyncExitStack() as stack:
        settings, address = await serving(stack)
        port = int(address.rpartition(":")[2])
        await produce(settings, made[:_BEFORE], rate=2_000)  # something to show
        playwright = await stack.enter_async_context(async_playwright())
        chromium = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        stack.push_async_callback(chromium.close)
        pool = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))

        async def visits(count: int) -> list[float]:
            times = []
            for _ in range(count):
                context, _page, took = await usable(chromium, address)
                times.append(took)
                await context.close()
            return times

        at_rest = (await visits(11))[1:]  # the first starts the browser's own processes
        _, page, _ = await usable(chromium, address)
        await page.evaluate(_CARDS)
        draining = asyncio.get_running_loop().run_in_executor(pool, drain, port, READERS, SECONDS + _VISITING + 8)
        await asyncio.sleep(5)  # until all are connected
        cpu = time.process_time()
        ids = await produce(settings, made[_BEFORE : _BEFORE + SECONDS * RATE])
        used = (time.process_time() - cpu) / SECONDS
        await asyncio.sleep(2)
        arrived = {key: at / 1000 for key, at in reversed(await page.evaluate("window.arrived"))}
        more = asyncio.create_task(produce(settings, made[_BEFORE + SECONDS * RATE :]))
        under_load = await visits(4)
        await more
        megabytes, lost, drained = await draining
        stamps = await timestamps(settings, len(made))
    times = [(arrived[key] - stamps[key]) * 1000 for key in ids if key in arrived]
    table(
        f"topic → card in Chromium: {RATE} statements a second, {READERS} other readers, {SECONDS} s",
        [
            ("statements", len(ids)), ("cards", len(times)), ("p50 ms", percentile(times, 50)),
            ("p95 ms", percentile(times, 95)), ("p99 ms", percentile(times, 99)), ("most ms", max(times)),
            ("navigation → usable, at rest, p50 ms", percentile(at_rest, 50)), ("… at rest, most ms", max(at_rest)),
            ("… under load, p50 ms", percentile(under_load, 50)), ("… under load, most ms", max(under_load)),
            ("server and producer, % of a core", used * 100),
            (f"the readers (niceness {NICE}), % of a core", drained * 100), ("the readers, MB", megabytes),
            ("readers dropped", lost), ("load of the machine (1 min)", os.getloadavg()[0]),
        ],
    )  # fmt: skip
    return len(times) == len(ids) and percentile(times, 99) < 500 and max(at_rest) < 1000 and not lost


async def timestamps(settings: Settings, count: int) -> dict[str, float]:
    """When each statement was put on the topic, by Kafka."""
    from tests.kafka import messages

    found = await messages(settings, STATEMENTS, count)
    return {json.loads(message.value)["statement_id"]: message.timestamp / 1000 for message in found}


async def reconnect() -> bool:
    """One reader that comes back 200 times under load, and 100 others that stay."""
    made = list(statements(40 * RATE))
    async with AsyncExitStack() as stack:
        settings, address = await serving(stack)
        port = int(address.rpartition(":")[2])
        pool = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        others = asyncio.get_running_loop().run_in_executor(pool, read_many, port, 100, 45)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        source, seen = EventSource(session, address + "/v1/stream?since=0"), list[str]()
        producing = asyncio.create_task(produce(settings, made))
        connections = 0
        while not producing.done() or len(seen) < len(producing.result()):
            connections += 1
            try:
                async with asyncio.timeout(0.15 if connections < 220 else 5), source.open() as events:
                    async for _, data in events:
                        seen.append(data["statement_id"])
            except TimeoutError:
                if connections > 230:
                    break
        ids = await producing
        await others
    table(
        "one reader that comes back under load",
        [
            ("statements", len(ids)), ("connections", connections), ("seen", len(seen)),
            ("missing", len(set(ids) - set(seen))), ("doubles", len(seen) - len(set(seen))),
        ],
    )  # fmt: skip
    return sorted(ids) == sorted(seen) and connections >= 200


async def search() -> bool:
    """Questions to a million statements."""
    url = sys.argv[2] if len(sys.argv) > 2 else ""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url=url)
        async with archive(settings) as opened:
            begun = time.perf_counter()
            batch = Batch()
            for n, statement in enumerate(statements(MANY)):
                batch.statements.append(Arrived(n % 4, n // 4, f"{n:020}", statement))
                if len(batch.statements) == 500:
                    await opened.write(batch)
                    batch = Batch()
            filled = time.perf_counter() - begun
            size = (settings.data_dir / "archive.sqlite3").stat().st_size / 1e9 if not url else 0.0
            table("filling the archive", [("statements a second", MANY / filled), ("size, GB", size)])
            return await ask(opened)


def summary(times: list[float]) -> list[str]:
    """Half of them, 95 of 100, all."""
    return [f"{value:.1f}" for value in (statistics.median(times), percentile(times, 95), max(times))]


async def ask(opened: Archive) -> bool:
    """Time each sort of question; whether 95 of 100 of all come in time."""
    chance = random.Random(5)
    some = list(statements(3000))
    words = [word for s in some for word in s.content.split()]
    speakers = [s.speaker.id or "" for s in some]

    def say(**fields: object) -> Callable[[], Awaitable[object]]:
        return lambda: opened.statements(Filter(**fields).compiled(), None, 50)  # type: ignore[arg-type]

    questions: dict[str, Callable[[], Callable[[], Awaitable[object]]]] = {
        "no filter": say,
        "a word, by frequency": lambda: say(q=chance.choice(words)),
        "the most frequent word": lambda: say(q="الوزير"),
        "two words": lambda: say(q=f"{chance.choice(words)} {chance.choice(words)}"),
        "two frequent words": lambda: say(q="الوزير الحكومة"),
        "a phrase": lambda: say(q='"{} {}"'.format(*some[chance.randrange(3000)].content.split()[:2])),
        "a beginning": lambda: say(q=chance.choice(words)[:3] + "*"),
        "a speaker": lambda: say(speaker_id=(chance.choice(speakers),)),
        "a speaker's name": lambda: say(speaker=chance.choice(some).speaker.name),
        "a frequent word and an act": lambda: say(q="الوزير", act=("deny",)),
        "a rare word and an act": lambda: say(q=chance.choice(words[-500:]), act=("deny",)),
        "a word and a speaker": lambda: say(q="الحكومة", speaker_id=(chance.choice(speakers),)),
        "a frequent word in a month": lambda: say(q="الوزير", from_="2026-03-01", to="2026-04-01"),
        "an outlet and a kind": lambda: say(outlet=(chance.choice(some).outlet,), kind=("office",)),
        "sure headlines of an act": lambda: say(act=("warn",), headline=True, min_confidence=0.95),
        "what was retracted": lambda: say(status="retracted"),
    }
    shown = Table("question", "p50 ms", "p95 ms", "most ms", title="search over 1,000,000 statements")
    every: list[float] = []
    for name, make in questions.items():
        times = []
        for _ in range(40):
            question = make()
            begun = time.perf_counter()
            await question()
            times.append((time.perf_counter() - begun) * 1000)
        every += times
        shown.add_row(name, *summary(times))
    shown.add_row("all", *summary(every))
    CONSOLE.print(shown)
    return percentile(every, 95) < 150


def main() -> None:
    """Run what is named, or all."""
    benches = {"stream": stream, "browser": browser, "reconnect": reconnect, "search": search}
    failed = [name for name in (sys.argv[1:2] or benches) if not asyncio.run(benches[name]())]
    if failed:
        sys.exit(f"missed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
