"""`tasrih doctor`: what is here, what is reachable, what is missing and what to do about it."""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import os
import shutil
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams import options

if TYPE_CHECKING:
    from streams.settings import Settings

_ROOM = 1 << 30
_PATIENCE = 20.0


class ProblemError(Exception):
    """Something is wrong; the message says what and what to do."""


def doctor(
    offline: Annotated[bool, typer.Option("--offline", help="Leave the network out.")] = False,
    broker: options.Broker = None,
    data_dir: options.DataDir = None,
) -> None:
    """Check everything that Tasrih needs; the exit status is 1 when something needed is missing."""
    from streams.settings import NAMES, PREFIX, unknown

    settings = options.settings(broker=broker, data_dir=data_dir)
    for name in unknown(os.environ):
        near = difflib.get_close_matches(name.upper().removeprefix(PREFIX), NAMES, 1)
        hint = f": {PREFIX}{near[0]} is meant?" if near else ""
        typer.echo(f"{typer.style('!', fg=typer.colors.YELLOW)} {'settings':13} {name} is none, and does nothing{hint}")
    checks: list[tuple[str, Callable[[Settings], Coroutine[Any, Any, str]]]] = [
        ("python", _python),
        ("data folder", _data_dir),
        ("broker", _broker),
        ("engine", _engine),
        ("page and API", _port),
    ]
    if not offline:
        checks.append(("a feed", _feed))
    sound = True
    for name, check in checks:
        try:
            mark, words = typer.style("✓", fg=typer.colors.GREEN), options.run(check(settings))
        except ProblemError as problem:
            mark, words, sound = typer.style("✗", fg=typer.colors.RED), str(problem), False
        typer.echo(f"{mark} {name:13} {words}")
    raise typer.Exit(0 if sound else 1)


async def _python(_: Settings) -> str:
    names = ("tasrih", "faust-streaming", "aiokafka", "feedparser", "camel-tools")
    return f"{sys.version.split()[0]} · " + " · ".join(f"{name} {metadata.version(name)}" for name in names)


async def _data_dir(settings: Settings) -> str:
    here = next(folder for folder in (settings.data_dir, *settings.data_dir.absolute().parents) if folder.exists())
    try:
        with TemporaryFile(dir=here):
            pass
    except OSError as error:
        raise ProblemError(
            f"{settings.data_dir} cannot be written ({error}): set TASRIH_DATA_DIR or --data-dir"
        ) from None
    free = shutil.disk_usage(here).free
    if free < _ROOM:
        raise ProblemError(f"{settings.data_dir} has only {free >> 20} MB of room left")
    return f"{settings.data_dir} · {free >> 30} GB free"


async def _broker(settings: Settings) -> str:
    from streams.broker import administering, reach
    from streams.errors import SetupError
    from streams.topics import TOPICS

    kind = "cluster" if settings.broker else "embedded"
    try:
        with _creating_nothing(settings) as tried:
            async with asyncio.timeout(_PATIENCE), reach(tried, topics=False) as found, administering(found) as admin:
                have = set(await admin.list_topics())
    except TimeoutError:
        raise ProblemError(f"{settings.broker} does not answer: is it running, and is the address right?") from None
    except (SetupError, OSError) as error:
        raise ProblemError(str(error)) from None
    except Exception as error:
        raise ProblemError(f"{settings.broker or 'embedded'}: {error!r}") from None
    missing = [t.name for t in TOPICS if settings.prefix + t.name not in have]
    if len(missing) == len(TOPICS):
        return f"{found.broker} · {kind} · no topics yet: a start makes them"
    topics = f"topics missing: {', '.join(missing)}" if missing else f"all {len(TOPICS)} topics"
    return f"{found.broker} · {kind} · {topics}"


@contextlib.contextmanager
def _creating_nothing(settings: Settings) -> Iterator[Settings]:
    """Where no embedded broker is kept, one is tried elsewhere: who looks creates nothing."""
    if settings.broker or (settings.data_dir / "broker").exists():
        yield settings
    else:
        with TemporaryDirectory() as elsewhere:
            yield settings.model_copy(update={"data_dir": Path(elsewhere)})


async def _engine(_: Settings) -> str:
    from importlib.resources import files

    from agents.extract.engine import extract

    sample = files("agents.cli").joinpath("doctor.txt").read_text("utf-8")
    started = time.perf_counter()
    found = extract(sample)
    if not found or not found[0].speaker:
        raise ProblemError("the engine finds no statement in its sample: the installation is broken; install it again")
    took = 1000 * (time.perf_counter() - started)
    return f"{len(found)} statements in the sample, first by {found[0].speaker} · {took:.0f} ms"


async def _port(settings: Settings) -> str:
    from streams.broker import listening

    where = f"http://{settings.host}:{settings.port}/"
    if not settings.port or not await listening(settings.host, settings.port):
        return f"{where} is free"
    status = await _ours(f"{where}healthz")
    if status is None:
        raise ProblemError(f"something listens on {settings.host}:{settings.port} already: choose another with --port")
    if status != "ok":
        raise ProblemError(f"Tasrih answers at {where}, but is not well: {status}")
    return f"Tasrih is at work at {where}"


async def _ours(url: str) -> str | None:
    """What the Tasrih that answers there says of its health; None when it is something else."""
    import aiohttp
    import msgspec

    from agents.serve.operate import ServerHealth

    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session, session.get(url) as answer:
            return msgspec.json.decode(await answer.read(), type=ServerHealth).status
    except (aiohttp.ClientError, TimeoutError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


async def _feed(settings: Settings) -> str:
    from agents.fetch.lists import packaged
    from agents.fetch.report import check

    url = packaged()[0].url
    found = await check(settings, url)
    if found.error:
        raise ProblemError(f"{url}: {found.error} (no network, or a proxy? `tasrih feeds check` says more)")
    return f"{url} can be read"
