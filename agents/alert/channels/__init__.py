"""Where alerts go: one file a kind of channel, behind one interface.

To add a kind: write a file here with a class `Channel` and add a row to `KINDS`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import msgspec
from pydantic import SecretStr

from streams.errors import SetupError
from streams.logs import hide
from streams.records import Alert
from streams.settings import Settings

# kind → module; imported when a channel of that kind is opened
KINDS = {
    "webhook": "agents.alert.channels.webhook",
    "apprise": "agents.alert.channels.apprise",
}


@dataclass(frozen=True)
class Message:
    """What is delivered: one alert, or several of one rule that have waited. A retry has the same id and alerts."""

    id: str
    alerts: tuple[Alert, ...]
    about: str = ""  # what people call the rule, where they do


@dataclass(frozen=True)
class Delivered:
    """The receiver has it."""


@dataclass(frozen=True)
class Retry:
    """The receiver did not take it; it is tried again, not before `after`."""

    reason: str
    after: timedelta = timedelta(0)


@dataclass(frozen=True)
class Refused:
    """It will never be taken. `disable`: nor will anything else that goes to this channel."""

    reason: str
    disable: bool = False


Result = Delivered | Retry | Refused


class Channel(Protocol):
    """A way to people or machines."""

    kind: str

    async def deliver(self, message: Message) -> Result:
        """Deliver `message`. Several may be under way at once. What it raises counts as `Retry`."""

    async def close(self) -> None:
        """Let go of connections."""


class ChannelError(SetupError):
    """A channel cannot be opened as it is written; the message says why and what is allowed. Holds no secret."""


@contextlib.asynccontextmanager
async def opened(tables: Mapping[str, Mapping[str, Any]], settings: Settings) -> AsyncIterator[dict[str, Channel]]:
    """The channels of a file's [channels.NAME] tables, by name. Raises `ChannelError`."""
    async with contextlib.AsyncExitStack() as stack:
        channels: dict[str, Channel] = {}
        for name, table in tables.items():
            channels[name] = open_channel(name, table, settings)
            stack.push_async_callback(channels[name].close)
        yield channels


def open_channel(name: str, table: Mapping[str, Any], settings: Settings) -> Channel:
    """The channel that `table` describes. Raises `ChannelError`. Must be called in a running event loop."""
    kind = table.get("kind")
    if kind not in KINDS:
        raise ChannelError(f"channel {name}: kind is {kind!r}; allowed: {', '.join(KINDS)}")
    module = import_module(KINDS[kind])
    try:
        given = {field: _secret(value) for field, value in table.items() if field != "kind"}
        options = msgspec.convert(given, module.Options, dec_hook=_hidden)
        channel: Channel = module.Channel(name, options, settings)
    except msgspec.ValidationError as error:
        fields = ", ".join(field.encode_name for field in msgspec.structs.fields(module.Options))
        raise ChannelError(f"channel {name}: {error}; a channel of kind {kind} has: {fields}") from None
    except OSError as error:
        raise ChannelError(f"channel {name}: {error.filename} cannot be read: {error.strerror}") from None
    except (ValueError, ImportError) as error:
        raise ChannelError(f"channel {name}: {error}") from None
    return channel


def _secret(value: Any) -> Any:
    """`value`, read from where it says: `env:NAME` or `file:PATH`."""
    if not isinstance(value, str):
        return value
    where, _, what = value.partition(":")
    if where == "env":
        if what not in os.environ:
            raise ValueError(f"the environment has no variable {what}")
        return os.environ[what]
    if where == "file":
        return Path(what).read_text(encoding="utf-8").strip()
    return value


def _hidden(wanted: type, value: Any) -> Any:
    if wanted is SecretStr and isinstance(value, str):
        hide(value)
        return SecretStr(value)
    raise ValueError(f"expected text, got {type(value).__name__}")
