"""The options that every command shares, and the settings that come of them and of the environment."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError

from streams.settings import Settings

T = TypeVar("T")

Broker = Annotated[
    str | None, typer.Option(help="kafka://host:port of a cluster; the embedded broker without it.", metavar="URL")
]
DataDir = Annotated[Path | None, typer.Option(help="Where the embedded broker, tables and archive keep their data.")]


def settings(**overrides: Any) -> Settings:
    """The settings of the environment with `overrides` (None means: not given). Ends the command when one is wrong."""
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        fail("; ".join(f"setting {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()), status=2)


def fail(message: str, *, status: int = 1) -> NoReturn:
    """End the command with one clear sentence on standard error and a non-zero status."""
    typer.secho(f"tasrih: {message}", fg=typer.colors.RED if sys.stderr.isatty() else None, err=True)
    raise typer.Exit(status)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end. An error that names its own remedy ends the command with its message, not a traceback."""
    from streams.broker import BrokerError

    try:
        return asyncio.run(work)
    except BrokerError as error:
        fail(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
