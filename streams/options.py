"""The options that every command shares, and the settings that come of them and of the environment."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from streams import stopping
from streams.errors import SetupError

if TYPE_CHECKING:
    from streams.settings import Settings

T = TypeVar("T")

Broker = Annotated[
    str | None, typer.Option(help="kafka://host:port of a cluster; the embedded broker without it.", metavar="URL")
]
DataDir = Annotated[Path | None, typer.Option(help="Where the embedded broker, tables and archive keep their data.")]


def settings(**overrides: Any) -> Settings:
    """The settings of the environment with `overrides` (None means: not given). Ends the command when one is wrong."""
    from pydantic import ValidationError

    from streams.settings import Settings

    # Passwords that are not read for a slip in its name would be missed far from here.
    secrets = Settings.model_config.get("secrets_dir")
    if secrets and not Path(str(secrets)).expanduser().is_dir():
        fail(f"TASRIH_SECRETS_DIR: {secrets} is no folder", status=2)
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        faults = (f"setting {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        fail("; ".join(faults).replace("Value error, ", ""), status=2)


def fail(message: str, *, status: int = 1) -> NoReturn:
    """End the command with one clear sentence on standard error and a non-zero status."""
    typer.secho(f"tasrih: {message}", fg=typer.colors.RED if sys.stderr.isatty() else None, err=True)
    raise typer.Exit(status)


def run(work: Coroutine[Any, Any, T], *told: type[Exception]) -> T:
    """Run `work` to its end, or until the process is told to stop: then the status is 128 and the signal's number.

    A `SetupError`, or one of the errors `told`, names its own remedy: it ends the command with its message.
    """
    try:
        return asyncio.run(_stoppable(work))
    except BaseExceptionGroup as group:  # of roles that run side by side
        mine, others = group.split(SetupError)
        if mine is None or others is not None:
            raise
        fail("\n".join(map(str, _leaves(mine))))
    except Exception as error:
        if isinstance(error, (SetupError, *told)):
            fail(str(error))
        raise
    except asyncio.CancelledError as end:
        raise typer.Exit(128 + (stopping.reason(end) or signal.SIGINT)) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


async def _stoppable(work: Coroutine[Any, Any, T]) -> T:
    stopping.listen()
    try:
        return await work
    finally:
        await stopping.end_others()


def _leaves(group: BaseExceptionGroup[SetupError]) -> Iterator[SetupError]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
