"""The rules of alerts over the API. They go to the topic `alert-rules`, which the alert agent and the archive follow.

It is the only thing that the server writes to Kafka, and only for a key with the scope `rules`.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from aiohttp import web
from msgspec import Meta

from agents.alert.channel_health import ChannelHealth
from agents.alert.matching import Matcher
from agents.alert.rulebook import doubts, publish
from agents.alert.rules import RuleError
from agents.alert.rules import rule as checked
from agents.serve.access import ACCESS
from agents.serve.endpoints import SERVER, Endpoint, Nothing, json, raw
from agents.serve.filters import Filter
from agents.serve.problems import ProblemError, bad_request, not_found
from streams.broker import BrokerError
from streams.produce import writing
from streams.records import AlertRule, Statement

log = logging.getLogger(__name__)

# A trial looks at the newest statements, a few at a time: others want answers, too.
_LOOKED_AT = 20_000
_AT_ONCE = 200
_SHOWN = 50
# How often, and every how many seconds, to look whether the archive has followed a change: whoever has made it finds it
# in the next list.
_LOOKS = 100
_LOOK_EVERY = 0.03
_NOT_SAID = ("name", "origin", "schema_version", "warnings")


class Rules(msgspec.Struct, kw_only=True):
    """The rules of alerts, by name."""

    rules: list[AlertRule]
    channels: Annotated[
        list[str] | None,
        Meta(description="Those that alerts can go to; null before those who deliver have said"),
    ]
    health: Annotated[
        list[ChannelHealth],
        Meta(description="How delivering goes to the channels that there are or that rules name, once it was tried"),
    ]


class KeptRule(AlertRule, frozen=True, kw_only=True):
    """A rule as it is kept, and what is doubtful about it."""

    warnings: Annotated[list[str], Meta(description="Channels that there are not, whose alerts become dead letters")]


class Trial(msgspec.Struct, kw_only=True):
    """What a rule would have matched."""

    statements: Annotated[list[Statement], Meta(description=f"The newest that match, at most {_SHOWN}")]
    matched: int
    looked_at: Annotated[int, Meta(description="How many of the newest statements were tried")]


class TriedRule(AlertRule, frozen=True, kw_only=True):
    """A rule to be tried. It needs no channels: nothing is sent."""

    name: str = ""
    channels: list[str] = msgspec.field(default_factory=list)


class TrialQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far back to look."""

    days: Annotated[float, Meta(gt=0, le=365)] = 7.0


async def list_rules(request: web.Request, query: Nothing) -> web.Response:
    """The rules of alerts, those of the file and those of the API, the channels they may name, and how those fare."""
    archive = request.app[SERVER].archive
    rules, channels = await archive.rules(), await archive.channels()
    named = set(channels or ()).union(*(msgspec.json.decode(rule, type=AlertRule).channels for rule in rules))
    health = [one for one in await archive.channel_healths() if one.channel in named]
    # A reason may tell where alerts go: a host, a chat, an address.
    if not request.app[ACCESS].may(request, "rules"):
        health = [msgspec.structs.replace(one, reason="") for one in health]
    return json(Rules(rules=raw(rules), channels=channels, health=health))


async def get_rule(request: web.Request, query: Nothing) -> web.Response:
    """One rule."""
    return json(await _known(request))


async def put_rule(request: web.Request, query: Nothing) -> web.Response:
    """Make a rule, or change one that was made here. Alerts follow it within moments.

    A channel that there is not is accepted, for it may come; `warnings` says so.
    With the header `If-None-Match: *` a rule that is there is not changed: the answer is 412.
    """
    rule = await _said(request, request.match_info["name"])
    known = await request.app[SERVER].archive.rule(rule.name)
    if known and request.headers.get("If-None-Match") == "*":
        raise ProblemError(HTTPStatus.PRECONDITION_FAILED, f"There is a rule {rule.name} already: take another name.")
    _refuse_the_files(known)
    await _publish(request, rules=[rule])
    await _followed(request, rule.name, rule)
    warnings = doubts([rule], await request.app[SERVER].archive.channels())
    return json(KeptRule(**msgspec.structs.asdict(rule), warnings=warnings))


async def delete_rule(request: web.Request, query: Nothing) -> web.Response:
    """Remove a rule that was made here."""
    known = await _known(request)
    _refuse_the_files(known)
    await _publish(request, removed=[known.name])
    await _followed(request, known.name, None)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def try_rule(request: web.Request, query: TrialQuery) -> web.Response:
    """What a rule would have matched in the archive; nothing is changed or sent."""
    matcher = Matcher([await _said(request, "trial", channels=["none"], enabled=True)])
    archive = request.app[SERVER].archive
    since = (datetime.now(UTC) - timedelta(days=query.days)).isoformat()
    selection, before = Filter(from_=since).compiled(), None
    matching, matched, looked_at = list[bytes](), 0, 0
    while looked_at < _LOOKED_AT:
        page = await archive.statements(selection, before, _AT_ONCE)
        for record in page.records:
            if matcher.match(msgspec.json.decode(record, type=Statement)):
                matched += 1
                matching += [record] if matched <= _SHOWN else []
        looked_at, before = looked_at + len(page.records), page.next
        if before is None:
            break
    return json(Trial(statements=raw(matching), matched=matched, looked_at=looked_at))


async def _said(request: web.Request, name: str, **instead: Any) -> AlertRule:
    """The rule in the body, with these fields `instead` of its own. Raises `ProblemError` with all that is wrong."""
    if request.content_type != "application/json":  # which a form of another page cannot say
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "A rule is sent as application/json.")
    try:
        fields = msgspec.json.decode(await request.read(), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"The body is not a JSON object: {error}") from error
    # A rule as it was read from here may be sent back.
    said = {key: value for key, value in fields.items() if key not in _NOT_SAID}
    try:
        return checked(name, said | instead, "api")
    except RuleError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error


async def _known(request: web.Request) -> AlertRule:
    name = request.match_info["name"]
    rule = None if "\0" in name else await request.app[SERVER].archive.rule(name)
    if rule is None:
        raise not_found("There is no rule of this name.")
    return rule


def _refuse_the_files(known: AlertRule | None) -> None:
    if known is not None and known.origin == "file":
        raise ProblemError(HTTPStatus.CONFLICT, f"The rule {known.name} stands in the file of rules: change it there.")


async def _publish(request: web.Request, **changes: Any) -> None:
    try:
        async with writing(request.app[SERVER].settings) as writer:
            await publish(writer, **changes)
    except BrokerError as error:
        log.error("Rules were not written: %s", error)
        detail = "The broker did not confirm the change; it may have been made all the same. Try again."
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail) from error


async def _followed(request: web.Request, name: str, change: AlertRule | None) -> None:
    """Wait until the archive has the change; not for long, for it is made, and an archive may lag."""
    for _ in range(_LOOKS):
        if await request.app[SERVER].archive.rule(name) == change:
            return
        await asyncio.sleep(_LOOK_EVERY)


_NAME = "/v1/rules/{name}"
_SENT = (400, 415, 422)
ENDPOINTS = (
    Endpoint(path="/v1/rules", answer=list_rules, returns=Rules),
    Endpoint(path=_NAME, answer=get_rule, returns=AlertRule, errors=(400, 404)),
    Endpoint(
        path=_NAME, method="PUT", answer=put_rule, body=AlertRule, returns=KeptRule, scope="rules",
        errors=(*_SENT, 409, 412),
    ),
    Endpoint(path=_NAME, method="DELETE", answer=delete_rule, scope="rules", errors=(400, 404, 409)),
    Endpoint(
        path="/v1/rules/trial", method="POST", answer=try_rule, query=TrialQuery, body=TriedRule, returns=Trial,
        errors=_SENT,
    ),
)  # fmt: skip
