"""`tasrih dead-letters`: what could not be processed; see why, send it round again, or let it go."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from streams import options
from streams.legible import legible

if TYPE_CHECKING:
    from streams.dead_letters import Waiting
    from streams.settings import Settings

_BEGINNING, _SHOWN = 12, 200  # of an id, which may be given shortened, and of a reason

app = typer.Typer(no_args_is_help=True, help="What could not be processed: list it, look at it, retry it, drop it.")

Ids = Annotated[list[str] | None, typer.Argument(help="Ids of letters, or their beginnings.", metavar="ID...")]
Id = Annotated[str, typer.Argument(help="The id of a letter, or its beginning.", metavar="ID")]
All = Annotated[bool, typer.Option("--all", help="All that are waiting.")]
Stage = Annotated[str, typer.Option(help="Only those of this stage: fetch, normalize, extract, alert …")]
AsJson = Annotated[bool, typer.Option("--json", help="One letter a line, as on the topic.")]


@app.command("list")
def list_(
    stage: Stage = "", as_json: AsJson = False, broker: options.Broker = None, data_dir: options.DataDir = None
) -> None:
    """The letters that nobody has dealt with, oldest first."""
    letters = options.run(_waiting(options.settings(broker=broker, data_dir=data_dir), stage))
    if as_json:
        for one in letters.values():
            typer.echo(_json(one))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None)
    for column in ("id", "when", "stage"):
        table.add_column(column, no_wrap=True)
    table.add_column("what", ratio=1, overflow="fold")  # the words take the room that the rest leaves
    for name, one in letters.items():
        letter = one.letter
        where = f"{letter.topic}/{letter.partition}/{letter.offset}"
        when = f"{letter.failed_at.astimezone():%d %b %H:%M:%S}"
        what = f"{where}\n{letter.error}: {legible(letter.reason[:_SHOWN])}"
        table.add_row(*map(Text, (name[:_BEGINNING], when, letter.stage, what)))
    Console(highlight=False).print(table if letters else "no dead letters")


@app.command()
def show(id: Id, as_json: AsJson = False, broker: options.Broker = None, data_dir: options.DataDir = None) -> None:
    """One letter whole, with the bytes that could not be processed."""
    settings = options.settings(broker=broker, data_dir=data_dir)
    one = _one(options.run(_waiting(settings, "")), id)
    if as_json:
        typer.echo(_json(one))
        return
    letter = one.letter
    for name in ("letter_id", "stage", "topic", "partition", "offset", "error", "reason", "failed_at"):
        typer.echo(f"{name:10} {legible(str(getattr(letter, name)))}")
    for name, data in (("key", letter.key), ("value", letter.value)):
        typer.echo(f"{name:10} {'none' if data is None else legible(data.decode('utf-8', 'backslashreplace'))}")


@app.command()
def retry(
    ids: Ids = None,
    everything: All = False,
    stage: Stage = "",
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
) -> None:
    """Put the original bytes back on their topic. What fails again comes back as a new letter."""
    from streams import dead_letters

    settings = options.settings(broker=broker, data_dir=data_dir)
    count = options.run(_deal(settings, dead_letters.retry, stage, ids or [], everything))
    typer.echo(f"{count:,} put back" if count else "no dead letters: nothing to put back")


@app.command()
def drop(
    ids: Ids = None,
    everything: All = False,
    stage: Stage = "",
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
) -> None:
    """Take letters off the list. Their bytes stay on the topic for as long as it keeps its messages (30 days)."""
    from streams import dead_letters

    settings = options.settings(broker=broker, data_dir=data_dir)
    count = options.run(_deal(settings, dead_letters.drop, stage, ids or [], everything))
    typer.echo(f"{count:,} dropped" if count else "no dead letters: nothing to drop")


async def _waiting(settings: Settings, stage: str) -> dict[str, Waiting]:
    from streams.broker import reading
    from streams.dead_letters import waiting

    async with reading(settings) as found:
        letters = await waiting(found)
    return {name: one for name, one in letters.items() if stage in ("", one.letter.stage)}


async def _deal(
    settings: Settings,
    how: Callable[[Settings, list[Waiting]], Awaitable[None]],
    stage: str,
    ids: list[str],
    everything: bool,
) -> int:
    """Deal with the letters meant; how many they are."""
    from streams.broker import reading

    if everything == bool(ids):
        options.fail("say which letters, by id, or --all", status=2)
    async with reading(settings) as found:
        letters = await _waiting(found, stage)
        chosen = list(letters.values()) if everything else [_one(letters, beginning) for beginning in ids]
        await how(found, chosen)
    return len(chosen)


def _one(letters: dict[str, Waiting], beginning: str) -> Waiting:
    """The letter meant, or the command ends with a sentence that says what is not clear."""
    from streams.dead_letters import matching

    found = matching(letters, beginning)
    if not found:
        options.fail(f"no letter {beginning} is waiting: `tasrih dead-letters list` shows those that are")
    if len(found) > 1:
        options.fail(f"{beginning} begins the ids of {len(found)} letters: give more of it")
    return found[0]


def _json(one: Waiting) -> str:
    """The record as on the topic, and its value as text where it is text."""
    from streams.records import encode

    letter = json.loads(encode(one.letter))
    if letter["value"] is not None:
        letter["text"] = base64.b64decode(letter["value"]).decode("utf-8", "backslashreplace")
    return json.dumps(letter, ensure_ascii=False)
