"""What rules would have sent, had they been at work: matched and let out as the agent does it, on past statements.

Time is that of publication, so that statements which were read all at once count in the hour they belong to.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agents.alert.matching import Matcher
from agents.alert.policy import plan
from streams.records import AlertRule, Statement

_SAMPLES = 3
_STEP = timedelta(minutes=1)
_HOUR = timedelta(hours=1)


@dataclass
class Tried:
    """What a rule would have matched, and sent to each of its channels."""

    rule: AlertRule
    times: list[datetime] = field(default_factory=list)
    samples: list[Statement] = field(default_factory=list)  # the last published, in their order

    @property
    def busiest(self) -> int:
        """Matches in the busiest hour of the clock."""
        hours = Counter(time.replace(minute=0, second=0, microsecond=0) for time in self.times)
        return max(hours.values(), default=0)

    def messages(self) -> list[datetime]:
        """When a message would have left, with the rule's quiet hours, limit and digest."""
        waiting: deque[datetime] = deque()
        released: list[datetime] = []

        def let_out(now: datetime) -> None:
            # What is older than an hour has no say any more.
            recent = [time for time in released[-(self.rule.max_per_hour or 1) :] if now - time <= _HOUR]
            for size in plan(self.rule, waiting, recent, now):
                released.append(now)
                for _ in range(size):
                    waiting.popleft()

        now = None
        for time in sorted(self.times):
            while waiting and now and now + _STEP < time:
                now += _STEP
                let_out(now)
            now = time
            waiting.append(now)
            let_out(now)
        while waiting and now:
            now += _STEP
            let_out(now)
        return released


@dataclass
class Trial:
    """What a set of rules would have done with the statements seen."""

    tried: list[Tried]
    statements: int = 0
    first: datetime | None = None
    last: datetime | None = None

    @property
    def hours(self) -> float:
        """How long a time the statements span; at least an hour."""
        span = self.last - self.first if self.first and self.last else _HOUR
        return max(span, _HOUR) / _HOUR


def trial(rules: Iterable[AlertRule], statements: Iterable[Statement]) -> Trial:
    """Try `rules` on `statements`. Retractions and what comes again count for nothing."""
    result = Trial([Tried(rule) for rule in rules])
    by_name = {tried.rule.name: tried for tried in result.tried}
    matcher = Matcher(tried.rule for tried in result.tried)
    seen: set[str] = set()
    for statement in statements:
        if statement.status == "retracted" or statement.statement_id in seen:
            continue
        seen.add(statement.statement_id)
        at = statement.published_at
        result.statements += 1
        result.first, result.last = min(result.first or at, at), max(result.last or at, at)
        for rule in matcher.match(statement):
            tried = by_name[rule.name]
            tried.times.append(at)
            # A topic has several partitions, and they are read as they come.
            tried.samples = sorted([*tried.samples, statement], key=lambda one: one.published_at)[-_SAMPLES:]
    return result
