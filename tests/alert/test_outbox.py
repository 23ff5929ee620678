"""A channel's state, folded from its steps: what a worker knows that has just taken it over."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agents.alert.outbox import Outbox
from streams.records import AlertRule, Delivery
from tests.alert.samples import NOON, alert, rule


def queued(*numbers: int, at: datetime = NOON, by: str = "r") -> Delivery:
    return Delivery(channel="desk", step="queued", at=at, alerts=[alert(n, by) for n in numbers])


def outcome(step: str, message: Delivery, **fields: object) -> Delivery:
    return Delivery(
        channel="desk", step=step, at=message.at, message_id=message.message_id, alert_ids=message.alert_ids, **fields
    )  # type: ignore[arg-type]


class Channel:
    """An outbox and its log, so that it can be folded again."""

    def __init__(self, policy: AlertRule) -> None:
        self.log: list[Delivery] = []
        self.outbox, self._policy = Outbox("desk"), policy

    def take(self, *steps: Delivery) -> None:
        for step in steps:
            self.log.append(step)
            self.outbox.apply(step)

    def release(self, now: datetime) -> list[Delivery]:
        steps = self.outbox.releases(lambda name: self._policy, now)
        self.take(*steps)
        return steps

    def folded_again(self) -> Outbox:
        again = Outbox("desk")
        for step in self.log:
            again.apply(step)
        return again


def test_an_alert_that_comes_twice_is_known() -> None:
    channel = Channel(rule())
    channel.take(queued(1), queued(1))
    (message,) = channel.release(NOON)
    channel.take(queued(1), outcome("delivered", message), queued(1))
    assert channel.release(NOON) == []
    assert channel.outbox.count() == 0


def test_a_message_keeps_its_id_and_content_through_its_retries_and_a_crash() -> None:
    channel = Channel(rule(digest=10))
    channel.take(queued(1, 2))
    (message,) = channel.release(NOON + timedelta(minutes=10))
    again_at = NOON + timedelta(hours=1)
    channel.take(queued(3, at=NOON + timedelta(minutes=11)), outcome("failed", message, attempt=1, again_at=again_at))
    outbox = channel.folded_again()
    assert outbox.due(again_at - timedelta(seconds=1)) == []
    (due,) = outbox.due(again_at)
    assert (due.id, due.attempts) == (message.message_id, 1)
    assert [one.alert.alert_id for one in due.taken] == ["alert1", "alert2"]


def test_a_retraction_is_held_until_its_alert_has_arrived_or_was_given_up() -> None:
    for end in ("delivered", "refused"):
        channel = Channel(rule())
        channel.take(queued(1), Delivery(channel="desk", step="queued", at=NOON, alerts=[alert(2, retracts="alert1")]))
        first, retraction = channel.release(NOON)
        channel.take(outcome("failed", first, attempt=1, again_at=NOON + timedelta(seconds=5)), queued(3))
        (other,) = channel.release(NOON)
        assert [message.id for message in channel.outbox.due(NOON)] == [other.message_id]
        channel.take(outcome(end, first))
        assert [message.id for message in channel.folded_again().due(NOON)] == [
            retraction.message_id,
            other.message_id,
        ]


def test_a_retraction_in_its_alerts_own_message_or_before_it_is_not_held() -> None:
    channel = Channel(rule(digest=1))
    back = Delivery(channel="desk", step="queued", at=NOON, alerts=[alert(2, retracts="alert1")])
    channel.take(queued(1), back)
    assert (
        len(channel.release(NOON + timedelta(minutes=1))) == len(channel.outbox.due(NOON + timedelta(minutes=1))) == 1
    )
    channel = Channel(rule())
    channel.take(back, queued(1))
    assert len(channel.release(NOON)) == len(channel.outbox.due(NOON)) == 2


def test_a_limit_is_remembered_through_a_crash() -> None:
    limited = rule(max_per_hour=2)
    channel = Channel(limited)
    channel.take(queued(1, 2, 3))
    assert len(channel.release(NOON)) == 2
    outbox = channel.folded_again()
    assert outbox.releases(lambda name: limited, NOON + timedelta(minutes=59)) == []
    (last,) = outbox.releases(lambda name: limited, NOON + timedelta(minutes=60))
    assert last.alert_ids == ["alert3"]


def test_what_was_given_up_can_be_queued_again() -> None:
    channel = Channel(rule())
    channel.take(queued(1))
    (message,) = channel.release(NOON)
    channel.take(outcome("refused", message, reason="given up"))
    assert channel.outbox.count() == 0
    channel.take(queued(1))
    (again,) = channel.release(NOON)
    assert again.message_id == message.message_id


def test_a_channel_is_disabled_until_it_is_enabled() -> None:
    channel = Channel(rule())
    channel.take(Delivery(channel="desk", step="disabled", at=NOON, reason="410 Gone"))
    assert channel.folded_again().disabled == "410 Gone"
    channel.take(Delivery(channel="desk", step="enabled", at=NOON))
    assert channel.folded_again().disabled == ""


def test_too_many_that_wait_are_told_oldest_first() -> None:
    channel = Channel(rule())
    channel.take(queued(*range(2003)), queued(*range(3000, 3010), by="other"))
    assert [one.alert.alert_id for one in channel.outbox.too_many()] == ["alert0", "alert1", "alert2"]


_moves = st.lists(
    st.one_of(
        st.tuples(st.just("queue"), st.integers(0, 30)),
        st.tuples(st.sampled_from(["wait", "delivered", "failed", "refused", "again"]), st.integers(0, 90)),
    ),
    max_size=60,
)


@given(
    moves=_moves,
    policy=st.builds(
        rule, digest=st.none() | st.just(5.0), max_per_hour=st.none() | st.integers(1, 3)
    ),
)  # fmt: skip
def test_whatever_happens_no_alert_is_in_two_messages_none_is_lost_and_limits_hold(
    moves: list[tuple[str, int]], policy: AlertRule
) -> None:
    channel, now = Channel(policy), NOON
    delivered: list[str] = []
    refused: set[str] = set()
    released: list[datetime] = []
    sent: set[str] = set()
    for move, number in moves:
        if move == "queue":
            sent.add(f"alert{number}")
            refused.discard(f"alert{number}")
            channel.take(queued(number, at=now))
        elif move == "wait":
            now += timedelta(minutes=number)
        elif move == "again":  # a crash: another worker reads the log, steps of the dead one come twice
            if channel.log:
                step = channel.log[number % len(channel.log)]
                if (
                    step.step in ("queued", "delivered")
                    and not refused & set(step.alert_ids) | {a.alert_id for a in step.alerts} & refused
                ):
                    channel.take(step)
            channel.outbox = channel.folded_again()
        elif due := channel.outbox.due(now):
            message = due[number % len(due)]
            ids = [one.alert.alert_id for one in message.taken]
            step = Delivery(
                channel="desk", step=move, at=now, message_id=message.id, alert_ids=ids, attempt=1, again_at=now
            )  # type: ignore[arg-type]
            channel.take(step)
            if move == "delivered":
                delivered += ids
            elif move == "refused":
                refused |= set(ids)
        released += [step.at for step in channel.release(now)]
    waiting = [alert_id for waiting in channel.outbox.waiting.values() for alert_id in waiting]
    on_the_way = [one.alert.alert_id for m in channel.outbox.messages.values() for one in m.taken]
    everywhere = delivered + waiting + on_the_way
    assert len(everywhere) == len(set(everywhere))
    assert sent - refused <= set(everywhere)
    if policy.max_per_hour:
        for first, last in zip(released, released[policy.max_per_hour :], strict=False):
            assert last - first >= timedelta(hours=1)
