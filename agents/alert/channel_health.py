"""How channels fare, as their steps on `deliveries` tell: what operators see of one that fails."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from streams.records import Delivery
from streams.settings import Settings
from streams.tail import follow
from streams.topics import DELIVERIES
from streams.wire import UnreadableError, decode


class ChannelHealth(msgspec.Struct, kw_only=True, frozen=True):
    """How delivering to a channel goes."""

    channel: str
    delivered_at: Annotated[datetime | None, Meta(description="When it last took a message")] = None
    failing_since: Annotated[
        datetime | None, Meta(description="Since when it has taken none of those it was sent; null while it does")
    ] = None
    reason: Annotated[str, Meta(description="Why not, the last time; of those who may change rules")] = ""
    disabled: Annotated[bool, Meta(description="Whether nothing is sent to it, as its receiver asked")] = False


def after(health: ChannelHealth, step: Delivery) -> ChannelHealth:
    """The channel's health after one more of its steps."""
    match step.step:
        case "delivered":
            return msgspec.structs.replace(health, delivered_at=step.at, failing_since=None, reason="")
        # What is given up without being tried (its rule is gone) is no message, and says nothing of the channel.
        case "failed" | "disabled" | "refused" if step.message_id or step.step == "disabled":
            since, disabled = health.failing_since or step.at, health.disabled or step.step == "disabled"
            return msgspec.structs.replace(health, failing_since=since, reason=step.reason, disabled=disabled)
        case "enabled":
            return msgspec.structs.replace(health, failing_since=None, reason="", disabled=False)
    return health


async def read(settings: Settings) -> dict[str, ChannelHealth]:
    """The channels that were sent something lately, by name. Raises `BrokerError`."""
    found: dict[str, ChannelHealth] = {}
    async for message in follow(settings, DELIVERIES, last=None, forever=False):
        with contextlib.suppress(UnreadableError):
            step = decode(message.value, Delivery)
            found[step.channel] = after(found.get(step.channel) or ChannelHealth(channel=step.channel), step)
    return found
