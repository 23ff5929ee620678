"""`tasrih alerts`: the rules, tried out before they go live, and the channels."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams import options
from streams.legible import legible

if TYPE_CHECKING:
    from agents.alert.channel_health import ChannelHealth
    from agents.alert.rules import AlertFile
    from agents.alert.trial import Trial
    from streams.records import Alert, AlertRule, Statement
    from streams.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    help="Alert rules: check, try, list, add, pause, resume, remove. Channels: how they fare, try, enable.",
)

File = Annotated[Path, typer.Argument(help="A TOML file of channels and rules.", metavar="FILE")]
Names = Annotated[list[str], typer.Argument(help="Names of rules.", metavar="NAME...")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for scripts.")]


@app.command()
def check(file: File) -> None:
    """Whether FILE is written right: rules, channels, and the secrets that they name."""
    found = options.run(checked(file, options.settings()))
    typer.echo(f"{file} is written right (rules: {len(found.rules)}, channels: {len(found.channels)})")


@app.command("test")
def try_out(
    file: File,
    days: Annotated[float, typer.Option(min=0.01, max=365_000, help="How far back, by the time of publication.")] = 7,
    statements: Annotated[Path | None, typer.Option(help="Statements from this JSON lines file, - for input.")] = None,
    as_json: AsJson = False,
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
) -> None:
    """What FILE's rules would have sent, how often and to whom. Sends nothing."""
    from agents.alert.trial import trial

    rules = _load(file).rules
    if statements is not None:
        result = trial(rules, _from_file(statements))
        if not result.statements:
            options.fail(f"no statements in {statements}: nothing to try the rules on")
    else:
        result = options.run(_try(rules, days, options.settings(broker=broker, data_dir=data_dir)))
    (_print_json if as_json else _print)(result)


@app.command("list")
def list_(as_json: AsJson = False, broker: options.Broker = None, data_dir: options.DataDir = None) -> None:
    """The rules at work."""
    from rich.console import Console
    from rich.table import Table

    from streams.records import encode

    rules, healths = options.run(_rules_and_channels(options.settings(broker=broker, data_dir=data_dir)))
    named = {channel for rule in rules.values() for channel in rule.channels}
    for channel in sorted(name for name in named & healths.keys() if healths[name].failing_since):
        typer.echo(f"tasrih: warning: channel {channel} takes no alerts: {_faring(healths[channel])}", err=True)
    if as_json:
        for rule in rules.values():
            typer.echo(encode(rule))
        return
    table = Table("rule", "from", "when", "how", "channels", box=None, header_style="bold")
    for rule in sorted(rules.values(), key=lambda rule: rule.name):
        style = None if rule.enabled else "dim"
        table.add_row(rule.name, rule.origin, _when(rule), _how(rule), ", ".join(rule.channels), style=style)
    Console(markup=False).print(
        table if rules else "No rules yet: `tasrih alerts add FILE`, or TASRIH_ALERTS=FILE for the worker."
    )


@app.command()
def channels(as_json: AsJson = False, broker: options.Broker = None, data_dir: options.DataDir = None) -> None:
    """The channels: when each last took a message; of one that fails, since when and why."""
    import msgspec
    from rich.console import Console
    from rich.table import Table

    healths = options.run(_channels(options.settings(broker=broker, data_dir=data_dir)))
    if as_json:
        for health in healths:
            typer.echo(msgspec.json.encode(health))
        return
    table = Table("channel", "last took one", "how it fares", box=None, header_style="bold")
    for health in healths:
        took = f"{health.delivered_at:%Y-%m-%d %H:%M} UTC" if health.delivered_at else "never, of late"
        table.add_row(health.channel, took, _faring(health), style="bold" if health.failing_since else None)
    Console(markup=False).print(
        table if healths else "No channels: they stand in the file that the worker reads (TASRIH_ALERTS)."
    )


@app.command()
def add(file: File, broker: options.Broker = None, data_dir: options.DataDir = None) -> None:
    """Put FILE's rules to work, beside those that are; a rule of the same name is replaced.

    Channels are not taken from FILE: they stand in the file that the worker reads (TASRIH_ALERTS).
    """
    import msgspec

    rules = [msgspec.structs.replace(rule, origin="api") for rule in _load(file).rules]
    doubts = options.run(_add(options.settings(broker=broker, data_dir=data_dir), rules))
    typer.echo(f"at work: {', '.join(rule.name for rule in rules) or 'nothing: the file has no rules'}")
    for doubt in doubts:
        typer.echo(f"tasrih: warning: {doubt} (channels stand in the worker's file, TASRIH_ALERTS)", err=True)


@app.command()
def remove(
    names: Names,
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
) -> None:
    """Take rules away. What waits because of them becomes dead letters."""
    settings = options.settings(broker=broker, data_dir=data_dir)
    options.run(_remove(settings, names))
    typer.echo(f"removed: {', '.join(names)}")


@app.command()
def pause(names: Names, broker: options.Broker = None, data_dir: options.DataDir = None) -> None:
    """Let rules rest: they match nothing until `resume`."""
    options.run(_turn(options.settings(broker=broker, data_dir=data_dir), names, enabled=False))
    typer.echo(f"paused: {', '.join(names)}")


@app.command()
def resume(names: Names, broker: options.Broker = None, data_dir: options.DataDir = None) -> None:
    """Put rules to work again that were paused."""
    options.run(_turn(options.settings(broker=broker, data_dir=data_dir), names, enabled=True))
    typer.echo(f"at work: {', '.join(names)}")


@app.command()
def enable(
    channel: Annotated[str, typer.Argument(help="A channel that its receiver disabled (410 Gone).", metavar="CHANNEL")],
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
) -> None:
    """Take a channel up again. `tasrih dead-letters retry --stage alert` then sends what it refused."""
    options.run(_enable(options.settings(broker=broker, data_dir=data_dir), channel))
    typer.echo(f"{channel} is enabled")


@app.command("send-test")
def send_test(
    file: File, channel: Annotated[str, typer.Argument(help="A channel of FILE.", metavar="CHANNEL")]
) -> None:
    """Send a made-up alert through a channel, and say what its receiver answered."""
    from agents.alert.channels import Delivered

    result = options.run(_send_test(_load(file), channel, options.settings()))
    if not isinstance(result, Delivered):
        options.fail(f"channel {channel}: {getattr(result, 'reason', result)}")
    typer.echo(f"{channel}: delivered")


def _load(file: Path) -> AlertFile:
    from agents.alert.rules import RuleError, load

    try:
        return load(file)
    except RuleError as error:
        options.fail(str(error))


async def checked(file: Path, settings: Settings) -> AlertFile:
    """What `file` says, each of its channels opened once for trial. Ends the command with all that is wrong."""
    from agents.alert.channels import ChannelError, opened

    found, problems = _load(file), []
    for name, table in found.channels.items():
        try:
            async with opened({name: table}, settings):
                pass
        except ChannelError as error:
            problems.append(f"{file}: {error}")
    if problems:
        options.fail("\n".join(problems))
    return found


async def _try(rules: tuple[AlertRule, ...], days: float, settings: Settings) -> Trial:
    from agents.alert.trial import trial

    since = datetime.now(UTC) - timedelta(days=days)
    return trial(rules, [one async for one in _from_topic(settings) if one.published_at >= since])


async def _from_topic(settings: Settings) -> AsyncIterator[Statement]:
    from streams.broker import reading
    from streams.records import Statement
    from streams.tail import follow
    from streams.topics import STATEMENTS
    from streams.wire import UnreadableError, decode

    async with reading(settings) as found:
        async for message in follow(found, STATEMENTS, last=None, forever=False):
            try:
                yield decode(message.value, Statement)
            except UnreadableError as error:
                typer.echo(f"tasrih: {message.topic}/{message.partition}/{message.offset} left out: {error}", err=True)


def _from_file(path: Path) -> Iterator[Statement]:
    from streams.records import Statement
    from streams.wire import UnreadableError, decode

    try:
        with sys.stdin.buffer if str(path) == "-" else path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    yield decode(line, Statement)
                except UnreadableError as error:
                    typer.echo(f"tasrih: {path}:{number} left out: {error}", err=True)
    except OSError as error:
        options.fail(f"{path}: {error.strerror}")


def _print_json(result: Trial) -> None:
    import msgspec

    for tried in result.tried:
        row = {
            "rule": tried.rule.name,
            "matches": len(tried.times),
            "matches_per_hour": round(len(tried.times) / result.hours, 3),
            "busiest_hour": tried.busiest,
            "messages": len(tried.messages()),
            "channels": tried.rule.channels,
            "samples": [statement.statement_id for statement in tried.samples],
        }
        typer.echo(msgspec.json.encode(row))


def _print(result: Trial) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, soft_wrap=True)
    if not result.statements:
        console.print("No statements in that time: nothing to try the rules on (--days goes further back).")
        return
    table = Table("rule", "matches", "an hour", "busiest hour", "messages", "to", box=None, header_style="bold")
    by_channel: Counter[str] = Counter()
    for tried in result.tried:
        messages = len(tried.messages())
        by_channel.update(dict.fromkeys(tried.rule.channels, messages))
        rate = f"{len(tried.times) / result.hours:.2f}"
        counts = (str(len(tried.times)), rate, str(tried.busiest), str(messages))
        table.add_row(tried.rule.name, *counts, ", ".join(tried.rule.channels), style=None if tried.times else "dim")
    console.print(f"{result.statements:,} statements of {result.first:%d %b %H:%M} to {result.last:%d %b %H:%M} UTC")
    console.print(table)
    console.print("messages: " + ", ".join(f"{name} {count}" for name, count in sorted(by_channel.items())))
    for tried in result.tried:
        if tried.samples:
            console.print(f"\n[bold]{tried.rule.name}[/bold], the last of them:")
        for statement in tried.samples:
            who = f"{statement.speaker.name or '?'} · {statement.act}"  # what is denied must not read as what was said
            line = f"  {statement.published_at:%d %b %H:%M}  {who}: {statement.content[:120]}"
            console.print(legible(line), markup=False)


def _when(rule: AlertRule) -> str:
    """A rule's conditions in short."""
    lists = (rule.speakers, rule.acts, rule.kinds, rule.forms, rule.outlets, rule.words.all, rule.words.any)
    parts = [" / ".join(map(str, items[:3])) + ("…" if len(items) > 3 else "") for items in lists if items]
    parts += [f"not {' / '.join(rule.words.none[:3])}"] if rule.words.none else []
    parts += ["headline"] if rule.headline else []
    parts += [f"confidence ≥ {rule.min_confidence:g}"] if rule.min_confidence else []
    return ", ".join(parts)


def _how(rule: AlertRule) -> str:
    """A rule's limits in short."""
    parts = [f"digest {rule.digest:g} min"] if rule.digest else []
    parts += [f"≤ {rule.max_per_hour}/h"] if rule.max_per_hour else []
    parts += [f"quiet {rule.quiet.begin}–{rule.quiet.end} {rule.quiet.zone}"] if rule.quiet else []
    parts += ["retractions"] if rule.retractions else []
    return ", ".join(parts) if rule.enabled else "paused"


async def _rules(settings: Settings) -> dict[str, AlertRule]:
    from agents.alert.rulebook import read
    from streams.broker import reading

    async with reading(settings) as found:
        return await read(found)


async def _rules_and_channels(settings: Settings) -> tuple[dict[str, AlertRule], dict[str, ChannelHealth]]:
    from agents.alert.channel_health import read
    from streams.broker import reading

    async with reading(settings) as found:
        return await _rules(found), await read(found)


async def _channels(settings: Settings) -> list[ChannelHealth]:
    """Those that the worker has, and those that were sent something, by name."""
    from agents.alert.channel_health import ChannelHealth, read
    from agents.alert.rulebook import known_channels
    from streams.broker import reading

    async with reading(settings) as found:
        known = {name: ChannelHealth(channel=name) for name in await known_channels(found) or ()}
        return [health for _, health in sorted((known | await read(found)).items())]


def _faring(health: ChannelHealth) -> str:
    if health.failing_since is None:
        return "takes what it is sent" if health.delivered_at else "was sent nothing, of late"
    return f"{legible(health.reason)} (fails since {health.failing_since:%Y-%m-%d %H:%M} UTC)"


async def _publish(settings: Settings, rules: list[AlertRule], removed: list[str]) -> None:
    from agents.alert.rulebook import publish
    from streams.broker import create_topics, reach
    from streams.produce import writing

    async with reach(settings) as found:
        await create_topics(found)
        async with writing(found) as writer:
            await publish(writer, rules, removed)


async def _add(settings: Settings, rules: list[AlertRule]) -> list[str]:
    """Put them on the topic; why alerts of theirs could not be delivered, if so."""
    from agents.alert.rulebook import doubts, known_channels
    from streams.broker import reach

    async with reach(settings) as found:
        known = await _rules(found)
        _ours(known[rule.name] for rule in rules if rule.name in known)
        await _publish(found, rules, [])
        return doubts(rules, await known_channels(found))


async def _remove(settings: Settings, names: list[str]) -> None:
    from streams.broker import reach

    async with reach(settings) as found:
        _chosen(await _rules(found), names)
        await _publish(found, [], names)


async def _turn(settings: Settings, names: list[str], *, enabled: bool) -> None:
    import msgspec

    from streams.broker import reach

    async with reach(settings) as found:
        rules = _chosen(await _rules(found), names)
        await _publish(found, [msgspec.structs.replace(rule, enabled=enabled) for rule in rules], [])


def _chosen(known: dict[str, AlertRule], names: list[str]) -> list[AlertRule]:
    """The rules of these names, which may be changed here; or the command ends with why not."""
    for name in names:
        if name not in known:
            options.fail(f"no rule is named {name}; there are: {', '.join(sorted(known)) or 'none'}")
    rules = [known[name] for name in names]
    _ours(rules)
    return rules


def _ours(rules: Iterable[AlertRule]) -> None:
    """The next start of the worker would take back what is changed here of the file's rules."""
    for rule in rules:
        if rule.origin == "file":
            options.fail(f"rule {rule.name} stands in the worker's file (TASRIH_ALERTS): change it there")


async def _enable(settings: Settings, channel: str) -> None:
    from streams.broker import create_topics, reach
    from streams.produce import writing
    from streams.records import Delivery
    from streams.topics import DELIVERIES

    step = Delivery(channel=channel, step="enabled", at=datetime.now(UTC))
    async with reach(settings) as found:
        await create_topics(found)
        if not await _disabled(found, channel):
            options.fail(f"channel {channel} is not disabled: there is nothing to enable")
        async with writing(found) as writer:
            await writer.put(DELIVERIES, channel, step, id=f"enabled-{step.at}", source=f"alert-channel:{channel}")


async def _disabled(settings: Settings, channel: str) -> bool:
    """Whether the channel is, by its steps on `deliveries`."""
    from agents.alert.channel_health import read

    health = (await read(settings)).get(channel)
    return health is not None and health.disabled


async def _send_test(file: AlertFile, name: str, settings: Settings) -> object:
    from agents.alert.channels import ChannelError, Message, opened
    from streams.identity import identity

    if name not in file.channels:
        options.fail(f"{file.path} has no channel named {name}; it has: {', '.join(sorted(file.channels)) or 'none'}")
    now = datetime.now(UTC)
    try:
        async with opened({name: file.channels[name]}, settings) as channels:
            message = Message(f"msg_{identity('send-test', name, now.isoformat())}", (_example(now),))
            return await channels[name].deliver(message)
    except ChannelError as error:
        options.fail(f"{file.path}: {error}")


def _example(now: datetime) -> Alert:
    """A made-up alert of this moment."""
    import msgspec

    from streams.records import Alert

    alert = msgspec.json.decode(files("agents.alert").joinpath("example.json").read_bytes(), type=Alert)
    said = msgspec.structs.replace(alert.statement, published_at=now, extracted_at=now)
    return msgspec.structs.replace(alert, statement=said, matched_at=now)
