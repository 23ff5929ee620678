"""`tasrih tail`: follow a topic, for a person or for a program."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import aclosing
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from streams import options
from streams.legible import legible
from streams.topics import TOPICS

if TYPE_CHECKING:
    from streams.settings import Settings

Name = Enum("Name", {topic.name: topic.name for topic in TOPICS}, type=str)  # type: ignore[misc]


def tail(
    topic: Annotated[Name, typer.Argument(help="Which topic.")] = Name.statements,  # type: ignore[attr-defined]
    as_json: Annotated[bool, typer.Option("--json", help="One JSON record a line, as on the topic.")] = False,
    last: Annotated[int, typer.Option("-n", "--last", min=0, help="Begin with the last N a partition.")] = 10,
    beginning: Annotated[bool, typer.Option("--from-beginning", help="Begin with the oldest.")] = False,
    follow: Annotated[bool, typer.Option(help="Wait for more; --no-follow ends at what is there now.")] = True,
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
) -> None:
    """Follow a topic: the statements as they come, or any other topic's records. Ctrl-C ends it."""
    settings = options.settings(broker=broker, data_dir=data_dir)
    options.run(_tail(settings, str(topic.value), as_json, None if beginning else last, follow))


async def _tail(settings: Settings, name: str, as_json: bool, last: int | None, follow: bool) -> None:
    from agents.cli import show
    from streams.broker import reading
    from streams.records import Statement
    from streams.tail import follow as messages
    from streams.wire import UnreadableError, decode

    topic = next(topic for topic in TOPICS if topic.name == name)
    console = show.Terminal()
    async with (
        reading(settings, live=follow) as found,
        aclosing(messages(found, topic, last=last, forever=follow)) as come,  # closed before its broker ends
    ):
        async for message in come:
            where = f"{message.topic}/{message.partition}/{message.offset}"
            if message.value is None:  # a feed or rule removed, a dead letter dealt with: all as it should be
                key = legible((message.key or b"").decode("utf-8", "replace"))
                typer.echo(f"tasrih: {where}: {key} is no more", err=True)
                continue
            try:
                record = decode(message.value, topic.record)
            except UnreadableError as error:
                typer.echo(f"tasrih: {where} left out: {error}", err=True)
                continue
            if as_json:
                sys.stdout.write(message.value.decode() + "\n")
                sys.stdout.flush()
            elif isinstance(record, Statement):
                show.statement(console, record)
            else:
                console.print_json(legible(json.dumps(json.loads(message.value), ensure_ascii=False)))
            await asyncio.sleep(0)
