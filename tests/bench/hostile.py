"""The hostile cases one by one: seconds and memory each; then all of them as feeds of one worker, and how they fare.
And pages that keep a reader of HTML busy: seconds each.

    python -m tests.bench.hostile

Prints a table of the cases, what `tasrih feeds health` says after they were polled, and `tasrih feeds check` of five.
Memory is the growth of the worker's own peak, and of the process that parses large feeds, over a quiet one, in MB.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from agents.fetch import registry, report
from agents.fetch.agent import run
from agents.normalize.page import page_text
from streams.broker import create_topics, embedded
from streams.records import Feed
from streams.settings import Settings
from tests.fetch.server import read, serving
from tests.fetch.test_cases import CASES, come_of, memory

WORST = ("bomb-gzip", "a-byte-at-a-time", "deep-nesting-unclosed", "external-entity", "private-address")
_PARSER = "import agents.fetch.parser"
PAGES = {
    "one tag of 190,000 attributes": f"<div {' '.join(f'a{n}=1' for n in range(190_000))}>أ</div>",
    "tags of 1,000 attributes": f"<p {' '.join(f'a{n}=1' for n in range(1_000))}>أ</p>" * 300,
    "tags that never end": "<a b='" * 300_000,
}


def one(path: Path) -> None:
    """Run one case in this process and print its figures."""

    async def main() -> None:
        case = read(path)
        await come_of(read(CASES[0]), Path("/tmp"))  # imports and buffers are no case's growth
        Path("/proc/self/clear_refs").write_text("5")
        before, began = memory("VmRSS"), time.monotonic()
        seen = await come_of(case, Path("/tmp"))
        seconds, growth = time.monotonic() - began, (memory("VmHWM") - before) / 1024
        child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        result = seen["error"] or f"{len(seen['items'])} items" + (f" ({seen['note']})" if seen["note"] else "")
        print(f"{seconds:.1f}\t{growth:.0f}\t{child:.0f}\t{result[:80]}")

    asyncio.run(main())


async def together() -> None:
    """All hostile cases as feeds of one worker; then what the commands say."""
    hostile = [path for path in CASES if path.parent.name == "hostile"]
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        broker = await stack.enter_async_context(embedded(folder / "broker"))
        settings = Settings(broker=broker, data_dir=folder, allow_private=True, host_spacing=0.1)
        await create_topics(settings)
        urls = {}
        for path in hostile:
            case = read(path)
            base = await stack.enter_async_context(serving(case))
            urls[path.stem] = case.head.get("url", "BASE/feed").replace("BASE", base)
        await registry.add(
            settings,
            [Feed(url=url, outlet=name, full_text="never") for name, url in urls.items() if "ssrf" not in name],
        )
        async with run(settings):
            async with asyncio.timeout(300):
                while not (rows := await registry.rows(settings)) or any(not row.polls for row in rows.values()):
                    await asyncio.sleep(1)
        report.show_health([report.health(row, time.time()) for row in rows.values()])
        for name in WORST:
            careful = settings.model_copy(update={"allow_private": name != "private-address"})
            report.show(await report.check(careful, urls[name]))


def pages() -> None:
    """Read each hostile page, and print how long it took."""
    for name, html in PAGES.items():
        began = time.monotonic()
        page_text(html)
        print(f"{name:36} {time.monotonic() - began:>7.1f}", flush=True)


def main() -> None:
    """Each case in a process of its own, then all together."""
    quiet = subprocess.run(
        [sys.executable, "-c", f"{_PARSER}, resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"],
        check=True, capture_output=True,
    )  # fmt: skip
    base = int(quiet.stdout) / 1024
    print(f"{'case':28} {'seconds':>7} {'worker':>7} {'parser':>7}  outcome")
    for path in CASES:
        if path.parent.name == "hostile" or path.stem == "item-of-5-megabytes":
            found = subprocess.run(
                [sys.executable, "-m", __spec__.name, str(path)], check=True, capture_output=True, text=True
            )
            seconds, growth, child, outcome = found.stdout.strip().split("\t")
            parser = max(0.0, float(child) - base) if float(child) else 0.0
            print(f"{path.stem:28} {seconds:>7} {growth:>7} {parser:>7.0f}  {outcome}", flush=True)
    asyncio.run(together())
    pages()


if __name__ == "__main__":
    one(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
