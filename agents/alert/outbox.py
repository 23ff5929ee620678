"""What one channel has been sent and what waits for it: a fold of its steps on `deliveries`.

There is no other state. Whoever takes a channel over (after a crash, a rebalance, a restart) reads its steps from the
beginning and knows what waits, since when, what left at which time, and which message failed how often; so throttling,
quiet hours and digests neither forget nor repeat. Steps may come twice and in the wake of a worker that was given up
for dead: each is applied once, or not at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from agents.alert.policy import plan
from streams.identity import identity
from streams.records import Alert, AlertRule, Delivery

# Alerts of a rule that may wait; a rule that matches faster than its limits let out would fill the memory.
_MOST_WAITING = 2000
# Ids remembered, so that an alert that comes again is known; crashes repeat the last few hundred.
_REMEMBERED = 100_000
_HOUR = timedelta(hours=1)
# How long an alert may wait, for its rule and for its receiver; a day later its topic forgets that it was queued.
LONGEST = timedelta(days=4)


class Waiting(NamedTuple):
    """An alert that has not left, since when it waits, and the place (partition, offset) of the step that queued it."""

    alert: Alert
    since: datetime
    place: tuple[int, int]


@dataclass(frozen=True)
class Released:
    """A message: alerts of a rule that leave together, and how far they have come."""

    id: str
    taken: tuple[Waiting, ...]
    at: datetime
    due: datetime
    attempts: int = 0


@dataclass
class Outbox:
    """The state of a channel."""

    channel: str
    waiting: dict[str, dict[str, Waiting]] = field(default_factory=dict)  # by rule, by alert_id; oldest first
    messages: dict[str, Released] = field(default_factory=dict)  # released and not yet delivered or refused
    released: dict[str, deque[datetime]] = field(default_factory=dict)  # by rule: of the last hour
    disabled: str = ""  # why, when it is
    _known: dict[str, None] = field(default_factory=dict)

    def apply(self, step: Delivery, place: tuple[int, int] = (0, 0)) -> None:
        """Take `step`, read at `place` (partition, offset), into account."""
        match step.step:
            case "queued":
                for alert in step.alerts:
                    self._queue(alert, step.at, place)
            case "released":
                self._release(step)
            case "failed" if step.message_id in self.messages:
                message = self.messages[step.message_id]
                self.messages[step.message_id] = replace(message, attempts=step.attempt, due=step.again_at or step.at)
            case "delivered" | "refused":
                self.messages.pop(step.message_id, None)
                if step.step == "refused":
                    self._forget(step.alert_ids)
            case "disabled":
                self.disabled = step.reason or "disabled"
            case "enabled":
                self.disabled = ""

    def _queue(self, alert: Alert, at: datetime, place: tuple[int, int]) -> None:
        if alert.alert_id in self._known:
            return
        self._known[alert.alert_id] = None
        if len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]
        self.waiting.setdefault(alert.rule, {})[alert.alert_id] = Waiting(alert, at, place)

    def _release(self, step: Delivery) -> None:
        taken: list[Waiting] = []
        for rule, waiting in list(self.waiting.items()):
            taken += [waiting.pop(alert_id) for alert_id in step.alert_ids if alert_id in waiting]
            if not waiting:
                del self.waiting[rule]
        if not taken:
            return
        self.messages[step.message_id] = Released(step.message_id, tuple(taken), at=step.at, due=step.at)
        times = self.released.setdefault(taken[0].alert.rule, deque())
        times.append(step.at)
        while times[0] <= step.at - _HOUR:
            times.popleft()

    def _forget(self, alert_ids: Iterable[str]) -> None:
        """Alerts that were given up may be queued again, when their dead letter is sent round again."""
        for alert_id in alert_ids:
            self._known.pop(alert_id, None)
            for waiting in self.waiting.values():
                waiting.pop(alert_id, None)
        self.waiting = {rule: waiting for rule, waiting in self.waiting.items() if waiting}

    def releases(self, rule_of: Callable[[str], AlertRule], now: datetime) -> list[Delivery]:
        """The messages that leave now, as steps to be written."""
        steps: list[Delivery] = []
        for rule, waiting in self.waiting.items():
            alert_ids = list(waiting)
            since = [one.since for one in waiting.values()]
            begin = 0
            for size in plan(rule_of(rule), since, self.released.get(rule, ()), now):
                ids = alert_ids[begin : begin + size]
                begin += size
                message_id = f"msg_{identity(self.channel, *ids)}"
                steps.append(
                    Delivery(channel=self.channel, step="released", at=now, message_id=message_id, alert_ids=ids)
                )
        return steps

    def too_many(self) -> list[Waiting]:
        """The oldest alerts of rules of which more wait than may."""
        return [
            one
            for waiting in self.waiting.values()
            for one in list(waiting.values())[: max(0, len(waiting) - _MOST_WAITING)]
        ]

    def too_long(self, now: datetime) -> list[Waiting]:
        """The alerts that have waited for longer than any may."""
        return [one for waiting in self.waiting.values() for one in waiting.values() if now - one.since > LONGEST]

    def due(self, now: datetime) -> list[Released]:
        """The messages to be tried now, the longest due first.

        What takes an alert back is held as long as that alert is on its way in an earlier message.
        """
        found: list[Released] = []
        before: set[str] = set()
        for message in self.messages.values():  # in the order of their release
            if message.due <= now and not any(one.alert.retracts in before for one in message.taken):
                found.append(message)
            before.update(one.alert.alert_id for one in message.taken)
        return sorted(found, key=lambda message: message.due)

    def count(self) -> int:
        """How many alerts have not arrived yet."""
        held = sum(map(len, self.waiting.values()))
        return held + sum(len(message.taken) for message in self.messages.values())
