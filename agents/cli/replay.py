"""`tasrih replay`: what today's engine makes of the history, compared with what was told then.

By itself it only reads. With --apply it puts back the messages whose outcome differs, and the live workers, who alone
write, tell the differences as they tell any edit.
"""

from __future__ import annotations

import json
import re
import sys
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from streams import options

if TYPE_CHECKING:
    from streams.records import Entry
    from streams.replay import Change, Difference, Replayed
    from streams.settings import Settings
    from streams.stage import Outcome

StageName = Literal["normalize", "extract"]

_AGO = re.compile(r"(\d+)([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def replay(
    stage: Annotated[StageName, typer.Option(help="Which stage's history: its source topic is read.")] = "extract",
    start: Annotated[
        str, typer.Option("--from", help="A time (2026-11-01, 2026-11-01T06:00, 2h, 3d ago), or an offset.")
    ] = "0",
    apply: Annotated[bool, typer.Option("--apply", help="Have the live workers tell the differences.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One difference a line.")] = False,
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
) -> None:
    """Run history through today's engine and say what changed: same, changed, new, retracted. It only reads."""
    since = _start(start)
    settings = options.settings(broker=broker, data_dir=data_dir)
    options.run(_replay(settings, stage, since, apply, as_json))


def _stage(name: StageName) -> Replayed:
    from streams.replay import Replayed
    from streams.topics import ARTICLES, ENTRIES, STATEMENTS

    if name == "normalize":
        return Replayed(ENTRIES, ARTICLES, normalize, lambda article: str(article.article_id))
    from agents.extract.agent import tell

    return Replayed(ARTICLES, STATEMENTS, tell, lambda statement: str(statement.statement_id))


def normalize(entry: Entry, revision: str | None) -> Outcome[Any]:
    """What the stage `normalize` makes of `entry`, but for the mark of a copy, which depends on what else is known."""
    from agents.normalize.article import article
    from streams.identity import identity
    from streams.stage import Outcome, Send
    from streams.topics import ARTICLES

    found = article(entry, datetime.now(UTC))
    if found.revision == revision:
        return Outcome()
    name = identity(found.article_id, found.revision)
    return Outcome([Send(ARTICLES, found.article_id, found, id=name, source=found.url)], found.revision)


async def _replay(settings: Settings, name: StageName, since: datetime | int, apply: bool, as_json: bool) -> None:
    from rich.console import Console

    from streams.broker import reading
    from streams.produce import writing
    from streams.replay import differences, history
    from streams.stage import sequence
    from streams.wire import later

    counts: dict[Change, int] = dict.fromkeys(("same", "changed", "new", "retracted"), 0)
    stage = _stage(name)
    async with reading(settings) as found:
        past = await history(found, stage, since)
        again = []
        async with aclosing(differences(found, stage, past)) as told:
            async for one in told:
                counts[one.change] += 1
                if one.change != "same":
                    again.append(one.key)
                    _show(one, as_json)
        if apply and again:
            async with writing(found) as writer:
                for key in dict.fromkeys(again):
                    last = past[key][-1]
                    headers = [("ce_sequence", later(sequence(last)).encode())]
                    await writer.write(last.topic, last.partition, last.key, last.value, headers)
    parts = ", ".join(f"{count:,} {change}" for change, count in counts.items())
    done = f"; {len(set(again)):,} put back" if apply else ""
    Console(stderr=as_json, highlight=False).print(f"{len(past):,} articles of {stage.source.name}: {parts}{done}")


def _show(one: Difference, as_json: bool) -> None:
    from streams.records import encode

    record = one.after or one.before
    if as_json:
        parts = {
            name: encode(r).decode() if r else "null" for name, r in (("before", one.before), ("after", one.after))
        }
        head = json.dumps({"change": one.change, "key": one.key, "id": one.id})
        sys.stdout.write(f'{head[:-1]}, "before": {parts["before"]}, "after": {parts["after"]}}}\n')
    else:
        text = getattr(record, "content", "") or getattr(record, "title", "")
        typer.echo(f"{one.change:10} {one.key}  {text[:90]}")


def _start(text: str) -> datetime | int:
    """What `--from` means: an offset, a time ago, or a moment (UTC when it names no zone)."""
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        if ago := _AGO.fullmatch(text):
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        options.fail(f"--from {text}: not an offset, not a time such as 2026-11-01T06:00, and not 2h or 3d", status=2)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
