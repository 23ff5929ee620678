"""How many feeds one worker on one core polls, and whether any outlet would complain.

    python -m tests.bench.fetch                            10,000 feeds due every 15 minutes, for 20 minutes
    python -m tests.bench.fetch --feeds 2000 --minutes 3 --every 120

The outlets are a loopback server in a process of its own, on many host names (a resolver sends all of `*.outlet.test`
to it). It answers conditional requests as it should, changes a share of its feeds now and then, says 429 or 503 with
Retry-After to some, and counts: requests that came before Retry-After was over, requests to one host that came too soon
after the one before or while that was under way, and unchanged feeds asked for unconditionally. The worker and the
broker have a core each where the machine has two.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import resource
import socket
import tempfile
import time
import zlib
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated, Any

import typer
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from streams.settings import Settings

_ITEMS = 10
_CHANGES = 0.05  # the share of polls that find something new
_BUSY = 0.002  # the share of requests answered with Retry-After
_TOLERANCE = 0.002  # seconds: two clocks' difference


@dataclass
class Counts:
    """What the outlets have seen."""

    requests: int = 0
    whole: int = 0
    not_changed: int = 0
    busy: int = 0
    conditional_of_unchanged: int = 0
    repeated: int = 0
    broke_retry_after: int = 0
    broke_spacing: int = 0
    broke_one_in_flight: int = 0
    latencies: list[float] = field(default_factory=list)


class Outlets:
    """The server's side: a feed at every path of every host."""

    def __init__(self, spacing: float) -> None:
        self.spacing = spacing
        self.counts = Counts()
        self.version: dict[str, int] = {}
        self.quiet: dict[str, float] = {}
        self.last: dict[str, float] = defaultdict(float)
        self.flight: dict[str, int] = defaultdict(int)

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        host, counts, now = request.host, self.counts, time.monotonic()
        counts.requests += 1
        counts.broke_retry_after += now < self.quiet.get(host, 0.0) - _TOLERANCE
        counts.broke_spacing += now - self.last[host] < self.spacing - _TOLERANCE
        counts.broke_one_in_flight += self.flight[host] > 0
        self.flight[host] += 1
        try:
            await asyncio.sleep(random.uniform(0.005, 0.1))
            return self.answer(request, host)
        finally:
            self.flight[host] -= 1
            self.last[host] = time.monotonic()

    def answer(self, request: web.BaseRequest, host: str) -> web.Response:
        counts, name = self.counts, host + request.path
        if random.random() < _BUSY:
            counts.busy += 1
            self.quiet[host] = time.monotonic() + 30.0
            date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 31))
            status, wait = random.choice([(429, "30"), (503, date)])
            return web.Response(status=status, headers={"Retry-After": wait})
        first = name not in self.version
        version = self.version.setdefault(name, 0)
        changed = not first and random.random() < _CHANGES
        if changed:
            version = self.version[name] = version + 1
        etag = f'"{version}"'
        if not first and not changed:
            counts.repeated += 1
            counts.conditional_of_unchanged += "If-None-Match" in request.headers
        if request.headers.get("If-None-Match") == etag:
            counts.not_changed += 1
            return web.Response(status=304, headers={"ETag": etag})
        counts.whole += 1
        body = zlib.compress(feed(name, version), wbits=31)
        return web.Response(
            body=body, headers={"ETag": etag, "Content-Encoding": "gzip", "Content-Type": "application/rss+xml"}
        )


def feed(name: str, version: int) -> bytes:
    """A feed of ten items; each version has one more at the top."""
    items = "".join(
        f"<item><title>خبر رقم {n} من غرفة {name}</title><link>http://{name}/{n}</link><guid>{name}-{n}</guid>"
        f"<pubDate>Sun, 22 Nov 2026 {n // 60 % 24:02}:{n % 60:02}:00 +0000</pubDate>"
        f"<description>قال المتحدث إن الأعمال تسير وفق الخطة الموضوعة، وأضاف أن المرحلة رقم {n} تبدأ قريبا. "
        f"وأوضح أن الفرق الفنية أتمت استعداداتها.</description></item>"
        for n in range(version + _ITEMS, version, -1)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'.encode()


def serve(pipe: Connection, spacing: float) -> None:
    """The outlets' process: says its port, and its counts when it is asked for them."""

    async def main() -> None:
        outlets = Outlets(spacing)
        runner = web.ServerRunner(web.Server(outlets, access_log=None))
        await runner.setup()
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        await web.SockSite(runner, listener).start()
        pipe.send(listener.getsockname()[1])
        while await asyncio.to_thread(pipe.recv) == "counts":
            pipe.send(asdict(outlets.counts))
        await runner.cleanup()

    asyncio.run(main())


class ToLoopback(AbstractResolver):
    """Every host is this machine."""

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        """Loopback, whatever `host`."""
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing to close."""


def work(pipe: Connection, settings: Settings, cores: set[int]) -> None:
    """The worker's process: polls until it is told to stop, and says what it has used."""
    os.sched_setaffinity(0, cores)

    async def main() -> None:
        from agents.fetch import metrics
        from agents.fetch.agent import run

        async with run(settings, resolver=ToLoopback()):
            pipe.send("ready")
            while (word := await asyncio.to_thread(pipe.recv)) != "stop":
                assert word == "figures"
                usage = resource.getrusage(resource.RUSAGE_SELF)
                status = Path("/proc/self/status").read_text()
                rss = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
                buckets = {
                    sample.labels["le"]: sample.value
                    for metric in metrics.LATENESS.collect()
                    for sample in metric.samples
                    if sample.name.endswith("_bucket")
                }
                polls = {
                    sample.labels["outcome"]: sample.value
                    for metric in metrics.POLLS.collect()
                    for sample in metric.samples
                    if sample.name.endswith("_total")
                }
                cpu = usage.ru_utime + usage.ru_stime
                pipe.send(
                    {"cpu": cpu, "rss": rss / 1024, "peak": usage.ru_maxrss / 1024, "late": buckets, "polls": polls}
                )

    asyncio.run(main())


async def bench(feeds: int, hosts: int, every: float, minutes: float, spacing: float) -> dict[str, object]:
    """Run it; answers what was measured."""
    from agents.fetch import registry
    from streams.broker import create_topics, embedded
    from streams.records import Feed

    cores = sorted(os.sched_getaffinity(0))
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="tasrih-bench-") as folder:
        async with embedded(Path(folder) / "broker") as broker:
            settings = Settings(broker=broker, data_dir=Path(folder), allow_private=True, host_spacing=spacing)
            await create_topics(settings)
            server_pipe, far = context.Pipe()
            server = context.Process(target=serve, args=(far, spacing), daemon=True)
            server.start()
            port = server_pipe.recv()
            wanted = [
                Feed(
                    url=f"http://h{n % hosts}.outlet{n % hosts}.test:{port}/feed/{n}", outlet=f"outlet {n % hosts}",
                    full_text="never", interval=every,
                )
                for n in range(feeds)
            ]  # fmt: skip
            await registry.add(settings, wanted)
            worker_pipe, far = context.Pipe()
            worker = context.Process(target=work, args=(far, settings, set(cores[:1])), daemon=True)
            worker.start()

            def ask(pipe: Connection, word: str) -> dict[str, Any]:
                pipe.send(word)
                answer: dict[str, Any] = pipe.recv()
                return answer

            await asyncio.to_thread(worker_pipe.recv)
            # The first round polls everything at once; what is measured begins when all have had their turn.
            started = time.monotonic()
            while (await asyncio.to_thread(ask, server_pipe, "counts"))["whole"] < feeds * 0.99:
                await asyncio.sleep(1)
                assert time.monotonic() - started < 3600, "the first round does not end"
            first_round = time.monotonic() - started
            await asyncio.sleep(60.0)  # what was late in the first round is made up for
            before, seen = (
                await asyncio.to_thread(ask, worker_pipe, "figures"),
                await asyncio.to_thread(ask, server_pipe, "counts"),
            )
            began = time.monotonic()
            peak = before["rss"]
            while time.monotonic() - began < minutes * 60:
                await asyncio.sleep(5)
                peak = max(peak, (await asyncio.to_thread(ask, worker_pipe, "figures"))["rss"])
            after, saw = (
                await asyncio.to_thread(ask, worker_pipe, "figures"),
                await asyncio.to_thread(ask, server_pipe, "counts"),
            )
            elapsed = time.monotonic() - began
            worker_pipe.send("stop")
            worker.join(20)
            server_pipe.send("stop")
            server.join(5)
    late = {bound: after["late"][bound] - before["late"][bound] for bound in after["late"]}
    total = late["+Inf"] or 1
    p99 = next((bound for bound, count in late.items() if count >= 0.99 * total), "+Inf")
    repeated = saw["repeated"] - seen["repeated"]
    return {
        "feeds": feeds,
        "hosts": hosts,
        "seconds between polls": every,
        "measured for, s": round(elapsed),
        "first round, s": round(first_round, 1),
        "requests a second": round((saw["requests"] - seen["requests"]) / elapsed, 1),
        "polls": int(total),
        "polls that failed": int(after["polls"].get("failed", 0) - before["polls"].get("failed", 0)),
        "polls that failed in the first round": int(before["polls"].get("failed", 0)),
        "CPU, % of a core": round(100 * (after["cpu"] - before["cpu"]) / elapsed, 1),
        "memory, MB (highest seen)": round(peak),
        "memory, MB (peak with the first round)": round(after["peak"]),
        "lateness p99, s, at most": p99,
        "conditional requests on unchanged feeds, %": round(
            100 * (saw["conditional_of_unchanged"] - seen["conditional_of_unchanged"]) / max(1, repeated), 2
        ),
        "answers that asked for quiet": saw["busy"],
        "violations of Retry-After": saw["broke_retry_after"],
        "violations of spacing": saw["broke_spacing"],
        "violations of one in flight": saw["broke_one_in_flight"],
    }


def main(
    feeds: Annotated[int, typer.Option(help="How many feeds.")] = 10_000,
    hosts: Annotated[int, typer.Option(help="On how many hosts.")] = 4_000,
    every: Annotated[float, typer.Option(help="Seconds between two polls of a feed.")] = 900.0,
    minutes: Annotated[float, typer.Option(help="How long to measure, after the first round.")] = 20.0,
    spacing: Annotated[float, typer.Option(help="Seconds between two requests to a host.")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Measure the fetcher against outlets on loopback."""
    found = asyncio.run(bench(feeds, hosts, every, minutes, spacing))
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, value in found.items():
        typer.echo(f"{name:44} {value}")


if __name__ == "__main__":
    typer.run(main)
