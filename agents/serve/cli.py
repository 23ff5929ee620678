"""`tasrih serve`, `tasrih archive …`, `tasrih keys …`: the server, its archive, and who may ask."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from streams import options
from streams.errors import SetupError
from streams.stopping import end

if TYPE_CHECKING:
    from agents.serve.access import Keys
    from streams.settings import Settings

archive = typer.Typer(
    help="The archive that the server answers from: its size, pruning, rebuilding.", no_args_is_help=True
)
keys = typer.Typer(help="Who may ask the server from elsewhere: make, list and remove keys.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Whose key: a person's, a program's.", metavar="NAME")]

Json = Annotated[bool, typer.Option("--json", help="JSON, for scripts.")]
Database = Annotated[
    str | None, typer.Option("--database", help="postgresql://…; a file in the data folder without it.", metavar="URL")
]


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; others than this machine need keys.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    database: Database = None,
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
) -> None:
    """Serve the API, the live stream and the page, until SIGTERM or Ctrl-C."""
    settings = options.settings(host=host, port=port, database_url=database, broker=broker, data_dir=data_dir)
    options.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    from agents.serve.agent import run
    from streams import logs, tracing
    from streams.broker import create_topics, reach
    from streams.stopping import until_told

    logs.configure(settings)
    tracing.configure(settings)
    async with reach(settings) as found:
        await create_topics(found)
        async with run(found):
            with until_told():
                await asyncio.Event().wait()


@archive.command("status")
def status(as_json: Json = False, database: Database = None, data_dir: options.DataDir = None) -> None:
    """How much the archive holds."""
    settings = options.settings(database_url=database, data_dir=data_dir)
    found = options.run(_status(settings))
    if as_json:
        import json

        typer.echo(json.dumps(found))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    table.add_column("what")
    table.add_column("how many", justify="right")
    for what, count in found.items():
        table.add_row(what, f"{count:,}")
    Console().print(table)


async def _status(settings: Settings) -> dict[str, int]:
    from agents.serve.archive import kept

    async with kept(settings) as opened:
        return await opened.sizes()


@archive.command("prune")
def prune(
    keep: Annotated[
        str | None,
        typer.Option(help="How long to keep: 48h, 90d, 52w; TASRIH_ARCHIVE_KEEP without it.", metavar="TIME"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    database: Database = None,
    data_dir: options.DataDir = None,
) -> None:
    """Take out of the archive what was published longer ago than TIME; the topics keep what they keep.

    Servers with TASRIH_ARCHIVE_KEEP do it by themselves.
    Readers and servers go on meanwhile.
    What is freed is used again; in SQLite the file becomes smaller, too.
    """
    from streams.settings import span

    settings = options.settings(database_url=database, data_dir=data_dir)
    keep = keep or settings.archive_keep
    if not keep:
        options.fail("say how long to keep: --keep 90d, or the setting TASRIH_ARCHIVE_KEEP", status=2)
    try:
        before = datetime.now(UTC) - span(keep.strip())
    except ValueError as error:
        options.fail(f"--keep: {error}", status=2)
    options.run(_prune(settings, before, dry_run, yes))


async def _prune(settings: Settings, before: datetime, dry_run: bool, yes: bool) -> None:
    from agents.serve.archive import kept
    from agents.serve.archive.pruning import old, prune, told

    async with kept(settings) as opened:
        found = await old(opened, before)
        typer.echo(f"older than {before:%Y-%m-%d %H:%M} UTC: {told(found)}")
        if dry_run or not found.total():
            return
        if not yes:
            typer.confirm(
                "Take them out? Only a rebuild, with a longer TIME, brings back what the topics hold.", abort=True
            )
        typer.echo(f"taken out: {told(await prune(opened, before))}")


@archive.command("rebuild")
def rebuild(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    database: Database = None,
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
) -> None:
    """Drop the archive and make it anew from the topics.

    What is older than the topics' retention, or than TASRIH_ARCHIVE_KEEP, is gone then.
    """
    settings = options.settings(database_url=database, broker=broker, data_dir=data_dir)
    if not yes:
        typer.confirm("Drop the archive? What the topics no longer hold cannot be brought back.", abort=True)
    for what, count in options.run(_rebuild(settings)).items():
        typer.echo(f"{count:>12,}  {what}")


async def _rebuild(settings: Settings) -> dict[str, int]:
    from agents.serve.archive import archive as opening
    from agents.serve.archive.pruning import prune
    from agents.serve.follow import Follower
    from agents.serve.hub import Hub
    from streams.broker import create_topics, reach
    from streams.settings import span

    async with reach(settings) as found, opening(found) as opened:
        await create_topics(found)
        await opened.drop()
        follower = Follower(found, opened, Hub(await opened.position()))
        following = asyncio.create_task(follower.run())
        try:
            await follower.until_caught_up()
        finally:
            await end(following)
        if settings.archive_keep:
            await prune(opened, datetime.now(UTC) - span(settings.archive_keep))
        return await opened.sizes()


@keys.command("add")
def add(
    name: Name,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="read; rules: change alert rules; operate: metrics. May be repeated.", show_default="read"),
    ] = None,
    data_dir: options.DataDir = None,
) -> None:
    """Make a key and show it, once: it is kept nowhere."""
    from agents.serve.access import SCOPES

    wanted = tuple(dict.fromkeys(scope or ["read"]))
    if unknown := [one for one in wanted if one not in SCOPES]:
        options.fail(f"there is no scope {', '.join(unknown)}; there are {', '.join(SCOPES)}", status=2)
    try:
        typer.echo(_keys(options.settings(data_dir=data_dir)).add(name, tuple(s for s in SCOPES if s in wanted)))
    except (ValueError, SetupError) as error:
        options.fail(str(error))
    typer.echo("Keep it now, it is not shown again; it goes into a header: `Authorization: Bearer KEY`.", err=True)


@keys.command("list")
def list_(as_json: Json = False, data_dir: options.DataDir = None) -> None:
    """Whose keys there are, and what for; never the keys."""
    try:
        found = _keys(options.settings(data_dir=data_dir)).all()
    except (ValueError, SetupError) as error:
        options.fail(str(error))
    if as_json:
        import json

        typer.echo(json.dumps([{"name": k.name, "scopes": k.scopes, "made_at": k.made_at.isoformat()} for k in found]))
        return
    if not found:
        typer.echo("no keys yet: `tasrih keys add NAME` makes one")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("whose", "for", "since", box=None, header_style="bold")
    for key in found:
        table.add_row(key.name, ", ".join(key.scopes), f"{key.made_at:%Y-%m-%d}")
    Console(highlight=False, markup=False).print(table)


@keys.command("remove")
def remove(name: Name, data_dir: options.DataDir = None) -> None:
    """Remove a key: it is refused from now on, by servers that run, too."""
    try:
        _keys(options.settings(data_dir=data_dir)).remove(name)
    except (ValueError, SetupError) as error:
        options.fail(str(error))


def _keys(settings: Settings) -> Keys:
    from agents.serve.access import Keys

    return Keys.of(settings)
