"""The role `alert`: statements are matched against the rules, what matches is queued for its channels and delivered.

    statements → match → [alerts] → route → [deliveries] → deliver → webhooks, chats, mail

What keeps an alert from coming twice:

* `alert_id` is made of the rule and the statement, so every run makes the same one.
* The stage `alert` keeps a row an article of what was raised for it: a replay of statements raises nothing again.
* The stage `route` keeps a row an article of what was queued, by `alert_id`: alerts read once more are not queued once
  more. Their order tells nothing: rules may have come or gone between a worker that was killed and its successor.
* The deliverer folds `deliveries` and knows each alert's id there; see `deliver.py` and `outbox.py`, which also say
  where throttling, quiet hours and digests keep their state.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import msgspec

from agents.alert import metrics
from agents.alert.channels import opened
from agents.alert.deliver import Clock, delivering
from agents.alert.rulebook import Rulebook, doubts, following, publish_channels, publish_file, read
from agents.alert.rules import load
from streams.app import build, running
from streams.identity import identity
from streams.produce import producing
from streams.records import Alert, AlertRule, Delivery, Statement
from streams.settings import Settings
from streams.stage import Outcome, Send, Stage
from streams.topics import ALERTS, DELIVERIES, STATEMENTS

log = logging.getLogger(__name__)


class Raised(msgspec.Struct, frozen=True):
    """What was raised for an article: the rules by statement, and the statements whose retraction was told.

    Each once: an article that an outlet sends in two forms by turns would raise alerts without end.
    """

    rules: dict[str, list[str]]
    retracted: list[str]


class Queued(msgspec.Struct, frozen=True):
    """The alerts of an article that were queued."""

    alert_ids: list[str]


@contextlib.asynccontextmanager
async def run(settings: Settings, clock: Clock = lambda: datetime.now(UTC)) -> AsyncIterator[None]:
    """Match, queue and deliver. Raises `RuleError` or `ChannelError` when the file of alerts is wrong."""
    file = load(settings.alerts) if settings.alerts else None
    async with contextlib.AsyncExitStack() as stack:
        channels = await stack.enter_async_context(opened(file.channels if file else {}, settings))
        producer = await stack.enter_async_context(producing(settings, "alert"))
        await publish_file(producer, file, await read(settings))
        await publish_channels(producer, channels)
        rulebook = await stack.enter_async_context(following(settings, producer))
        for doubt in doubts(rulebook.rules.values(), channels):
            log.warning("%s", doubt)
        await stack.enter_async_context(delivering(settings, producer, rulebook, channels, clock))
        app = build("alert", settings)
        Stage(app, settings, name="alert", source=STATEMENTS, work=matching(rulebook, clock), row=Raised)
        Stage(app, settings, name="route", source=ALERTS, work=routing(clock), row=Queued, by_id=True)
        await stack.enter_async_context(running(app))
        yield


def matching(rulebook: Rulebook, clock: Clock) -> Callable[[Statement, Raised | None], Outcome[Raised]]:
    """The work of the stage `alert`: the alerts that a statement, or its retraction, raises."""

    def work(statement: Statement, raised: Raised | None) -> Outcome[Raised]:
        raised = raised or Raised({}, [])
        before = raised.rules.get(statement.statement_id, [])
        if statement.status == "retracted":
            if not before or statement.statement_id in raised.retracted:
                return Outcome()
            told = [rule for name in before if (rule := rulebook.rules.get(name)) and rule.retractions]
            row = Raised(raised.rules, [*raised.retracted, statement.statement_id])
            return Outcome([_send(rule, statement, clock()) for rule in told], row)
        new = [rule for rule in rulebook.matcher.match(statement) if rule.name not in before]
        if not new:
            return Outcome()
        for rule in new:
            metrics.MATCHED.labels(metrics.rule_label(rule.name)).inc()
        rules = {**raised.rules, statement.statement_id: [*before, *(rule.name for rule in new)]}
        return Outcome([_send(rule, statement, clock()) for rule in new], Raised(rules, raised.retracted))

    return work


def routing(clock: Clock) -> Callable[[Alert, Queued | None], Outcome[Queued]]:
    """The work of the stage `route`: an alert queued for each of its channels."""

    def work(alert: Alert, queued: Queued | None) -> Outcome[Queued]:
        before = queued.alert_ids if queued else []
        if alert.alert_id in before:
            return Outcome()
        sends = [
            Send(
                DELIVERIES, channel, Delivery(channel=channel, step="queued", at=clock(), alerts=[alert]),
                id=identity(channel, alert.alert_id), source=alert.statement.url,
            )
            for channel in dict.fromkeys(alert.channels)
        ]  # fmt: skip
        return Outcome(sends, Queued([*before, alert.alert_id]))

    return work


def _send(rule: AlertRule, statement: Statement, now: datetime) -> Send:
    """The alert of `rule` on `statement`, or of its retraction."""
    alert_id, retracts = identity(rule.name, statement.statement_id), None
    if statement.status == "retracted":
        alert_id, retracts = identity(rule.name, statement.statement_id, "retracted"), alert_id
    alert = Alert(
        alert_id=alert_id,
        rule=rule.name,
        channels=rule.channels,
        statement=statement,
        matched_at=now,
        retracts=retracts,
    )
    return Send(ALERTS, statement.article_id, alert, id=alert_id, source=statement.url)
