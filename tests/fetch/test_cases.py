"""Odd and hostile feeds and answers: every file under `cases/` says in its own head what must come of it.

A head has `what` (what it is about) and `expect` (expressions that must be true; several lines allowed). Known to them:

    items    the entries that came, in the feed's order, over all polls
    polls    what came of each poll: .items, .error
    row      the feed's row at the end; `error` and `note` are its fields
    asked    the requests that the server saw: (path, headers)
    ids      the article ids, without repetition
"""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from agents.fetch.client import Client
from agents.fetch.feed import plain
from agents.fetch.lanes import Lanes
from agents.fetch.pages import Pages
from agents.fetch.parser import Parser
from agents.fetch.poll import poll
from agents.fetch.poller import entry
from agents.fetch.state import FeedRow
from streams.records import Feed
from streams.settings import Settings
from tests.fetch.server import Case, read, serving

CASES = sorted((Path(__file__).parent / "cases").glob("*/*.case"))
_GROWTH = 64 * 1024  # kilobytes


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 120


@pytest.mark.timeout(30)
@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_case(path: Path, tmp_path: Path) -> None:
    case = read(path)
    assert case.head.get("what")
    assert case.head.all("expect")
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of earlier tests
    before = memory("VmRSS")
    seen = await come_of(case, tmp_path)
    assert memory("VmHWM") - before < _GROWTH
    for expression in case.head.all("expect"):
        assert eval(expression, {}, seen), f"{expression}\n{shown(seen)}"


async def come_of(case: Case, tmp_path: Path) -> dict[str, Any]:
    """What comes of polling the case's feed, by the names that its expectations use."""
    settings = Settings(allow_private=case.head.get("private") != "refused", data_dir=tmp_path)
    polls: list[SimpleNamespace] = []
    async with (
        serving(case) as base,
        Client(settings, Lanes(0.0), total=float(case.head.get("patience", "3"))) as client,
        Parser() as parser,
    ):
        url = case.head.get("url", "BASE/feed").replace("BASE", base)
        full_text: Any = case.head.get("full_text", "never")
        feed = Feed(url=url, outlet="صحيفة التجربة", full_text=full_text)
        row = FeedRow(feed=feed, partition=0, since=time.time())
        pages = Pages(client)
        for _ in range(int(case.head.get("polls", "1"))):
            reading = await poll(row, client, parser, settings)
            found = [await entry(feed, news, pages) for news in reading.news]
            row = replace(reading.row, seen=(*[news.seen for news in reading.news], *reading.row.seen))
            polls.append(SimpleNamespace(items=found, error=row.error))
    items = [item for each in polls for item in each.items]
    return {
        "items": items, "polls": polls, "row": row, "error": row.error, "note": row.note, "asked": case.asked,
        "ids": list(dict.fromkeys(item.article_id for item in items)), "plain": plain, "base": base, "now": time.time(),
        "wait": row.due - time.time(),
    }  # fmt: skip


def memory(what: str) -> int:
    """A figure of this process from the kernel, in kilobytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(what)))


def shown(seen: dict[str, Any]) -> str:
    lines = [f"{name}: {seen[name]!r}"[:600] for name in ("error", "note", "asked", "row")]
    return "\n".join([*lines, *(f"{item!r}"[:600] for item in seen["items"][:5])])
