"""The whole pipeline on real articles: does every one arrive once, how fast, in how much memory.

    python -m tests.bench.corpus --corpus articles.jsonl.gz                    all of them, 20 a second
    python -m tests.bench.corpus --corpus articles.jsonl.gz --items 600
    python -m tests.bench.corpus --corpus articles.jsonl.gz --kafka                 on Apache Kafka (Java 17, Maven)
    python -m tests.bench.corpus --corpus articles.jsonl.gz --rate 0.87 --no-stop   a soak: see how memory grows

The corpus is a file of JSON lines, perhaps gzipped: {id, outlet, url, title, summary, body, published, author}. Its
articles appear in the RSS feeds of their outlets, on loopback, `--rate` a second, with their own dates and their pages
behind them. `tasrih up` polls the feeds once a second; in the middle, unless told otherwise, it is stopped with Ctrl-C
and started again. What comes is read back from the topics by a client of its own. Latency is the time from an item's
fetch until this client has the last of its article's statements; the seconds after a start, when there is a backlog to
catch up with, are told apart. Memory is the resident set of `tasrih up` and its children, sampled once a second; the
broker is not among them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from agents.extract.learning.corpus import articles
from agents.fetch.registry import offer
from agents.newsroom.press import Item, Outlet
from agents.newsroom.server import serving
from streams.broker import create_topics, embedded
from streams.records import Article, DeadLetter, Statement
from streams.settings import Settings
from streams.tail import follow
from streams.topics import ARTICLES, DEAD_LETTERS, STATEMENTS
from streams.wire import decode
from tests.kafka_server import kafka

_CATCHING_UP = 10.0  # seconds after a start
_SOAK = 1200.0  # seconds that a run lasts at least for its growth to be told
_PATIENCE = 60.0  # seconds without anything new, after which no more is waited for


@dataclass
class Arrivals:
    """What a reader of the topics has seen."""

    articles: Counter[str] = field(default_factory=Counter)  # by the item's name
    revisions: Counter[tuple[str, str]] = field(default_factory=Counter)
    fetched: dict[str, datetime] = field(default_factory=dict)  # by article_id
    told: dict[str, float] = field(default_factory=dict)  # when the article's last statement came
    statements: Counter[str] = field(default_factory=Counter)
    letters: list[str] = field(default_factory=list)
    copies: int = 0
    last: float = field(default_factory=time.time)

    async def read(self, settings: Settings) -> None:
        """Follow the topics for good."""
        async for message in follow(settings, ARTICLES, STATEMENTS, DEAD_LETTERS, last=None):
            self.last = time.time()
            if message.topic == ARTICLES.name:
                article = decode(message.value, Article)
                self.articles[article.url.rpartition("/")[2]] += 1
                self.revisions[article.article_id, article.revision] += 1
                self.fetched.setdefault(article.article_id, article.fetched_at)
                self.copies += article.duplicate_of is not None
            elif message.topic == STATEMENTS.name:
                statement = decode(message.value, Statement)
                self.statements[statement.statement_id] += 1
                self.told[statement.article_id] = self.last
            else:
                self.letters.append(decode(message.value, DeadLetter).reason)

    def latencies(self, starts: list[float]) -> tuple[list[float], list[float]]:
        """Seconds from fetch to statement: at a steady pace, and while catching up after a start."""
        steady: list[float] = []
        catching_up: list[float] = []
        for name, told in self.told.items():
            if name in self.fetched:
                fetched = self.fetched[name].timestamp()
                backlog = any(start <= fetched < start + _CATCHING_UP for start in starts)
                (catching_up if backlog else steady).append(told - fetched)
        return steady, catching_up


class Service:
    """`tasrih up` as a process of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.starts: list[float] = []
        self.largest = self.largest_alone = 0
        self.resident: list[list[tuple[float, int]]] = []  # of each run: seconds since its start, bytes
        self.processor = 0.0  # seconds, children too

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run it while the body runs; then Ctrl-C."""
        environment = os.environ | {"TASRIH_ALLOW_PRIVATE": "1", "TASRIH_HOST_SPACING": "0.1"}
        log = self._settings.data_dir / "service.log"
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "agents.cli", "up", "--broker", self._settings.broker,
                "--data-dir", str(self._settings.data_dir), "--port", "0",
                stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, env=environment,
            )  # fmt: skip
        self.starts.append(time.time())
        self.resident.append([])
        sampling = asyncio.create_task(self._sample(process.pid))
        try:
            yield
            if process.returncode is not None:
                raise SystemExit(f"tasrih up ended by itself:\n{log.read_text()[-2000:]}")
        finally:
            sampling.cancel()
            if process.returncode is None:
                stopped = time.monotonic()
                process.send_signal(signal.SIGINT)
                await asyncio.wait_for(process.wait(), 120)
                typer.echo(f"  stopped in {time.monotonic() - stopped:.1f} s, status {process.returncode}")
            self.processor = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])

    async def _sample(self, pid: int) -> None:
        while True:
            alone = _resident(pid)
            self.largest_alone = max(self.largest_alone, alone)
            self.largest = max(self.largest, alone + sum(map(_resident, _children(pid))))
            self.resident[-1].append((time.time() - self.starts[-1], alone))
            await asyncio.sleep(1)


def _resident(pid: int) -> int:
    """The resident set in bytes; 0 when the process is gone."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    return []


def _corpus(path: Path, count: int | None) -> list[Item]:
    """The corpus as items of the newsroom, in its order; their names are their numbers."""
    if not path.exists():
        raise SystemExit(f"There is no corpus at {path}: --corpus wants a file of JSON lines (see --help).")
    return [
        Item(
            outlet=row["outlet"],
            name=str(number),
            title=row["title"],
            paragraphs=tuple(row["body"].splitlines()),
            author=row["author"] or "",
            summary=row["summary"] or "",
            published=datetime.fromisoformat(row["published"]).astimezone(UTC),
        )
        for number, row in enumerate(islice(articles(path), count))
    ]


def _growth(service: Service) -> str:
    """The slope of the resident set in the second half of each run, by least squares, and the way there."""
    told = []
    for seconds, sizes in (np.array(run).T for run in service.resident if len(run) > 1):
        if seconds[-1] >= _SOAK:
            later = seconds > seconds[-1] / 2
            slope = np.polyfit(seconds[later], sizes[later], 1)[0] * 3600 / 1e6
            tenths = [f"{np.median(part) / 1e6:.0f}" for part in np.array_split(sizes, 10)]
            hours = seconds[-1] / 3600
            told.append(f"{slope:+.1f} MB an hour in the second half of {hours:.1f} h; by tenths {' '.join(tenths)} MB")
    return "; ".join(told) or f"needs runs of {_SOAK / 60:.0f} minutes to be told"


@contextlib.asynccontextmanager
async def _broker(folder: Path, apache: bool) -> AsyncIterator[str]:
    if apache:
        async with kafka(folder) as cluster:
            yield cluster.inside
    else:
        async with embedded(folder) as url:
            yield url


async def _run(items: list[Item], rate: float, stop: bool, apache: bool) -> bool:
    outlets = {name: Outlet(id=name, name=name) for name in sorted({item.outlet for item in items})}
    arrivals = Arrivals()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True, prefix="bench-corpus-") as folder:
        async with _broker(Path(folder) / "broker", apache) as url, contextlib.AsyncExitStack() as stack:
            settings = Settings(broker=url, data_dir=Path(folder))
            await create_topics(settings)
            reader = asyncio.create_task(arrivals.read(settings))
            service = Service(settings)
            async with service.running():
                feeds = await stack.enter_async_context(serving(items, outlets, rate))
                await offer(settings, feeds)
                await _until(arrivals, len(items) // 2 if stop else len(items))
            async with service.running():
                await _until(arrivals, len(items))
                await asyncio.sleep(5)  # what comes twice comes late
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
    return _report(items, arrivals, service)


async def _until(arrivals: Arrivals, count: int) -> None:
    """Wait for `count` articles, and say how it goes."""
    began = said = time.time()
    while len(arrivals.articles) < count:
        await asyncio.sleep(0.5)
        if time.time() - max(arrivals.last, began) > _PATIENCE:
            typer.echo(f"  nothing more comes: {len(arrivals.articles)} of {count}")
            return
        if time.time() - said > 20:
            said = time.time()
            typer.echo(f"  {len(arrivals.articles):,} articles, {len(arrivals.statements):,} statements")


def _report(items: list[Item], arrivals: Arrivals, service: Service) -> bool:
    missing = [item for item in items if not arrivals.articles[item.name]]
    doubled = [name for name, count in arrivals.articles.items() if count > 1]
    again = sum(count > 1 for count in arrivals.revisions.values())
    steady, catching_up = arrivals.latencies(service.starts)
    p50, p99 = np.percentile(steady, (50, 99)) if steady else (np.nan, np.nan)
    late = np.percentile(catching_up, (50, 99)) if catching_up else (np.nan, np.nan)
    typer.echo(
        f"articles    {len(items):,} expected, {len(arrivals.articles):,} arrived, {len(missing)} missing, "
        f"{len(doubled)} doubled ({again} with the same revision), {arrivals.copies} marked as copies, "
        f"{len(arrivals.letters)} dead letters\n"
        f"statements  {len(arrivals.statements):,}, {sum(c > 1 for c in arrivals.statements.values())} told twice\n"
        f"fetch → statement  p50 {p50:.2f} s, p99 {p99:.2f} s at a steady pace ({len(steady):,} articles); "
        f"p50 {late[0]:.2f} s, p99 {late[1]:.2f} s while catching up ({len(catching_up):,})\n"
        f"memory      {service.largest_alone / 1e6:.0f} MB at the most, {service.largest / 1e6:.0f} MB with children\n"
        f"growth      {_growth(service)}\n"
        f"processor   {1000 * service.processor / len(items):.0f} ms an article, starts and stops included\n"
        f"load        {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores in the last minute"
    )
    for item in missing[:10]:
        typer.echo(f"  missing: {item.outlet} {item.name} {item.title}")
    for reason in arrivals.letters[:10]:
        typer.echo(f"  dead letter: {reason}")
    return not missing and not doubled and p50 < 1 and p99 < 5 and service.largest < 400e6


def main(
    corpus: Annotated[Path, typer.Option(help="The corpus: JSON lines, perhaps gzipped.")],
    items: Annotated[int | None, typer.Option(help="How many of its articles; all without it.")] = None,
    rate: Annotated[float, typer.Option(help="New items a second.")] = 20.0,
    apache: Annotated[bool, typer.Option("--kafka", help="On Apache Kafka; else on the embedded broker.")] = False,
    stop: Annotated[
        bool, typer.Option(help="Stop the service in the middle; else at the end, and start again.")
    ] = True,
) -> None:
    """Run the bench; the exit status says whether it reached its marks."""
    raise typer.Exit(0 if asyncio.run(_run(_corpus(corpus, items), rate, stop, apache)) else 1)


if __name__ == "__main__":
    typer.run(main)
