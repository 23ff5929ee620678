"""`tasrih feeds`: the registry of feeds, and how they fare."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams import options
from streams.legible import legible
from streams.records import Feed, FullText

if TYPE_CHECKING:
    from agents.fetch.state import FeedRow
    from streams.settings import Settings

app = typer.Typer(help="The feeds: list, add, remove, check, import, export, health, discover.", no_args_is_help=True)

Url = Annotated[str, typer.Argument(help="The feed's address.", metavar="URL")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for scripts.")]
Private = Annotated[bool | None, typer.Option("--allow-private", help="Permit loopback and private addresses.")]


@app.command("list")
def list_(as_json: Json = False, broker: options.Broker = None, data_dir: options.DataDir = None) -> None:
    """Which feeds are in the registry."""
    from rich.console import Console
    from rich.table import Table

    from agents.fetch import registry
    from agents.fetch.report import span

    async def work(settings: Settings) -> list[Feed]:
        return list((await registry.feeds(settings)).values())

    feeds = _read(work, broker, data_dir)
    if as_json:
        _json_lines(feeds)
        return
    table = Table(box=None, header_style="bold")
    for column in ("outlet", "category", "full text", "every", "address"):
        table.add_column(column, overflow="fold")
    for feed in feeds:
        every = span(feed.interval) if feed.interval else "adapted"
        style = None if feed.active else "dim"
        cells = (feed.outlet, feed.category, feed.full_text, every if feed.active else "paused", feed.url)
        table.add_row(*map(legible, cells), style=style)
    console = Console(markup=False)
    console.print(table if feeds else "No feeds yet: `tasrih feeds import` adds the packaged list.")


@app.command()
def add(
    url: Url,
    outlet: Annotated[str, typer.Option(help="The outlet's name; its host without it.")] = "",
    category: Annotated[str, typer.Option(help="The folder it is listed in.")] = "",
    language: Annotated[str, typer.Option(help="Its language (BCP 47).")] = "ar",
    full_text: Annotated[FullText, typer.Option(help="Whether to fetch the articles' pages.")] = "when-short",
    interval: Annotated[
        float | None, typer.Option(help="Seconds between polls; adapted to the feed without it.")
    ] = None,
    paused: Annotated[bool, typer.Option("--paused", help="List it, but do not poll it.")] = False,
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
) -> None:
    """Add a feed, or change one; it is polled at once."""
    from agents.fetch import lists, registry

    fields = {
        "url": url, "outlet": outlet, "category": category, "language": language, "full_text": full_text,
        "interval": interval, "active": not paused,
    }  # fmt: skip
    try:
        feed = lists.feed(fields, "feeds add")
    except lists.FeedListError as error:
        options.fail(str(error), status=2)
    _reach(lambda settings: registry.add(settings, [feed]), broker, data_dir)
    typer.echo(f"added {feed.url} ({feed.outlet})")


@app.command()
def remove(url: Url, broker: options.Broker = None, data_dir: options.DataDir = None) -> None:
    """Remove a feed; it is polled no more, what came of it stays."""
    from agents.fetch import registry

    async def work(settings: Settings) -> bool:
        known = url in await registry.feeds(settings)
        if known:
            await registry.remove(settings, [url])
        return known

    if not _reach(work, broker, data_dir):
        options.fail(f"{url} is not in the registry; `tasrih feeds list` shows what is.")
    typer.echo(f"removed {url}")


@app.command("import")
def import_(
    file: Annotated[
        Path | None, typer.Argument(help="OPML or TOML; the packaged list without it.", dir_okay=False)
    ] = None,
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
) -> None:
    """Add the feeds of an OPML or TOML file, or the packaged Arabic list."""
    from agents.fetch import lists, registry

    try:
        count = _reach(lambda settings: registry.import_feeds(settings, file), broker, data_dir)
    except lists.FeedListError as error:
        options.fail(str(error), status=2)
    typer.echo(f"feeds new or changed: {count}")


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; standard output without it.")] = None,
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
) -> None:
    """Write the registry as OPML."""
    from agents.fetch import lists, registry

    async def work(settings: Settings) -> list[Feed]:
        return [*(await registry.feeds(settings)).values()]

    feeds = _read(work, broker, data_dir)
    for feed in feeds:
        if lists.legal(feed) != feed:
            typer.echo(f"tasrih: characters of {legible(feed.url)} left out, which XML cannot hold", err=True)
    opml = lists.opml(map(lists.legal, feeds))
    if file is None:
        typer.echo(opml.decode())
        return
    try:
        file.write_bytes(opml)
    except OSError as error:
        options.fail(f"Cannot write {file}: {error.strerror}.")


@app.command()
def check(url: Url, as_json: Json = False, allow_private: Private = None) -> None:
    """Fetch one feed and explain what came: nothing is published, and no broker is needed."""
    from agents.fetch import report

    settings = options.settings(allow_private=allow_private, host_spacing=0.0)
    found = options.run(report.check(settings, url))
    if as_json:
        _json_lines([found])
    else:
        report.show(found)
    if found.error:
        raise typer.Exit(1)


@app.command()
def health(as_json: Json = False, broker: options.Broker = None, data_dir: options.DataDir = None) -> None:
    """How every feed fares: last success and error, interval, items a day, share of polls answered by 304."""
    from agents.fetch import registry, report

    async def work(settings: Settings) -> dict[str, FeedRow]:
        return await registry.rows(settings)

    standing = [report.health(row, time.time()) for row in _read(work, broker, data_dir).values()]
    if as_json:
        _json_lines(standing)
    elif standing:
        report.show_health(standing)
    else:
        typer.echo("No feed has been polled yet: `tasrih up` or `tasrih worker fetch` does.")


@app.command()
def discover(
    url: Annotated[str, typer.Argument(help="The site's address.", metavar="SITE")],
    as_json: Json = False,
    allow_private: Private = None,
) -> None:
    """Find the feeds of a site."""
    from agents.fetch import report

    settings = options.settings(allow_private=allow_private, host_spacing=0.2)
    found, error = options.run(report.discovered(settings, url))
    if error:
        options.fail(error)
    if as_json:
        _json_lines([{"url": feed.url, "title": feed.parsed.title, "items": len(feed.parsed.items)} for feed in found])
        return
    for feed in found:
        about = f"{feed.parsed.title or '(no title)'} · {feed.parsed.format} · {len(feed.parsed.items)} items"
        typer.echo(legible(f"{feed.url}\n    {about}"))
    if not found:
        options.fail(f"No feeds found at {url}: its page names none, and none answers at the usual places.")


def _read(work: Any, broker: str | None, data_dir: Path | None) -> Any:
    """What `work` returns, given settings with a broker that answers; nothing is created."""
    from streams.broker import reading

    async def read() -> Any:
        async with reading(options.settings(broker=broker, data_dir=data_dir)) as settings:
            return await work(settings)

    return options.run(read())


def _reach(work: Any, broker: str | None, data_dir: Path | None) -> Any:
    """What `work` returns, given settings with a broker that answers and has the topics."""
    from streams.broker import create_topics, reach

    async def reached() -> Any:
        async with reach(options.settings(broker=broker, data_dir=data_dir)) as settings:
            await create_topics(settings)
            return await work(settings)

    return options.run(reached())


def _json_lines(values: Any) -> None:
    import msgspec

    for value in values:
        typer.echo(msgspec.json.encode(value).decode())
