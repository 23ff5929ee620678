"""The books of a run: what was injected, what came out, and every way in which the two may differ."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import quantiles

from aiokafka import ConsumerRecord
from rich.console import Console
from rich.table import Table

from streams.records import Alert, Article, DeadLetter, Statement
from streams.wire import decode
from tests.faults.oracle import Told, told

_RECORDS = {"articles": Article, "statements": Statement, "alerts": Alert}


@dataclass
class Book:
    """One topic's account. A reader who keeps ids sees `expected` records; all but the first three must be zero."""

    expected: int = 0
    on_the_topic: int = 0
    duplicates_before_ids: int = 0
    missing: int = 0
    duplicates_after_ids: int = 0
    foreign: int = 0
    different: int = 0  # the right id with another body
    out_of_order: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.missing or self.duplicates_after_ids or self.foreign or self.different or self.out_of_order)


def ids(message: ConsumerRecord[bytes, bytes]) -> str:
    return dict(message.headers).get("ce_id", b"").decode()


def book(topic: str, expected: Sequence[Told], messages: Iterable[ConsumerRecord[bytes, bytes]]) -> Book:
    """Compare a topic with what should be on it."""
    account = Book(expected=len(expected))
    place = {one.id: number for number, one in enumerate(expected)}
    if len(place) != len(expected):
        doubled = [one for one, count in Counter(one.id for one in expected).items() if count > 1]
        raise ValueError(f"{topic}: the oracle itself gives {len(doubled)} ids twice, {doubled[0]} first")
    seen: dict[str, Told] = {}
    last: dict[str, int] = defaultdict(lambda: -1)
    bodies: Counter[tuple[str, str]] = Counter((one.key, one.body) for one in expected)
    for message in messages:
        account.on_the_topic += 1
        one = told(ids(message), message.key.decode(), decode(message.value, _RECORDS[topic]))
        if one.id in seen:
            account.duplicates_before_ids += 1
            account.different += one != seen[one.id]
            continue
        seen[one.id] = one
        bodies[one.key, one.body] -= 1
        if bodies[one.key, one.body] < 0 and one.id not in place:
            account.duplicates_after_ids += 1
        if one.id not in place:
            account.foreign += 1
            account.examples.append(f"foreign {one.key} {one.id} at {message.partition}/{message.offset}")
            continue
        account.different += one.body != expected[place[one.id]].body
        if place[one.id] < last[one.key]:
            account.out_of_order += 1
            account.examples.append(f"out of order {one.key} {one.id} at {message.partition}/{message.offset}")
        last[one.key] = max(last[one.key], place[one.id])
    gone = [one for one in expected if one.id not in seen]
    account.missing = len(gone)
    account.examples += [f"missing {one.key} {one.id}" for one in gone]
    del account.examples[20:]
    return account


def live(statements: Iterable[Told]) -> dict[str, set[str]]:
    """What stands at the end: for each article, the statements that are new and not retracted since."""
    standing: dict[str, set[str]] = defaultdict(set)
    for one in statements:
        body = json.loads(one.body)
        (standing[one.key].add if body["status"] == "new" else standing[one.key].discard)(body["statement_id"])
    return standing


def first_of_each(messages: Iterable[ConsumerRecord[bytes, bytes]], topic: str) -> list[Told]:
    """What a reader who keeps ids sees."""
    seen: dict[str, Told] = {}
    for message in messages:
        one = told(ids(message), message.key.decode(), decode(message.value, _RECORDS[topic]))
        seen.setdefault(one.id, one)
    return list(seen.values())


@dataclass
class Letters:
    """The dead letters' account: one for each poison, with its bytes."""

    expected: int = 0
    on_the_topic: int = 0
    missing: int = 0
    foreign: int = 0
    different: int = 0


def letters(poisoned: dict[tuple[str, int, int], bytes], messages: Iterable[ConsumerRecord[bytes, bytes]]) -> Letters:
    """Compare the dead letters with the poison: (topic, partition, offset) and bytes."""
    account = Letters(expected=len(poisoned))
    found: set[tuple[str, int, int]] = set()
    for message in messages:
        account.on_the_topic += 1
        letter = decode(message.value, DeadLetter)
        place = (letter.topic, letter.partition, letter.offset)
        if place not in poisoned:
            account.foreign += 1
        elif letter.value != poisoned[place]:
            account.different += 1
        found.add(place)
    account.missing = len(poisoned.keys() - found)
    return account


@dataclass
class Ledger:
    """Everything about a run."""

    seed: int
    nodes: int
    articles: int
    seconds: float = 0
    published: int = 0
    books: dict[str, Book] = field(default_factory=dict)
    letters: Letters = field(default_factory=Letters)
    retractions: int = 0
    articles_left_wrong: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    kills: int = 0
    kills_at: dict[str, int] = field(default_factory=dict)
    rebalances: int = 0
    ended_by_themselves: list[str] = field(default_factory=list)
    not_drained: int = 0
    drained: bool = False
    recovery: dict[str, list[float]] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        lost = self.letters.missing or self.letters.foreign or self.letters.different or self.articles_left_wrong
        return self.drained and not lost and all(account.clean for account in self.books.values())

    def to_json(self) -> str:
        return json.dumps({"kept": self.kept, **asdict(self), "recovery_seconds": self.percentiles()}, indent=1)

    def percentiles(self) -> dict[str, dict[str, float]]:
        """Recovery of each kind of fault: how often it was measured, p50, p95 and the longest, in seconds."""
        found = {}
        for kind, times in sorted(self.recovery.items()):
            steps = quantiles(times, n=20, method="inclusive") if len(times) > 1 else times * 19
            found[kind] = {
                "n": len(times),
                "p50": round(steps[9], 1),
                "p95": round(steps[18], 1),
                "max": round(max(times), 1),
            }
        return found

    def show(self, console: Console) -> None:
        """Print the ledger for people."""
        console.print(
            f"\n[bold]Ledger[/bold] · seed {self.seed} · {self.nodes} node(s) · {self.articles:,} articles, "
            f"{self.published:,} publications in {self.seconds:,.0f} s · {self.kills} kills {self.kills_at or ''} · "
            f"{self.rebalances} rebalances"
        )
        table = Table("topic", *(name.replace("_", " ") for name in asdict(Book()) if name != "examples"))
        for name, account in self.books.items():
            table.add_row(name, *(f"{value:,}" for key, value in asdict(account).items() if key != "examples"))
        console.print(table)
        told_letters = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in asdict(self.letters).items())
        console.print(f"dead letters: {told_letters}")
        console.print(
            f"retractions: {self.retractions:,}; articles whose statements end up wrong: {self.articles_left_wrong}"
        )
        console.print(f"faults: {self.faults}")
        times = Table("recovery after", "n", "p50 s", "p95 s", "max s")
        for kind, row in self.percentiles().items():
            times.add_row(kind, *(str(value) for value in row.values()))
        console.print(times)
        if self.ended_by_themselves:
            console.print(f"workers that ended by themselves: {Counter(self.ended_by_themselves)}")
        if self.not_drained:
            console.print(f"workers that did not drain in time: {self.not_drained}")
        for name, account in self.books.items():
            for example in account.examples:
                console.print(f"  {name}: {example}")
        verdict = "[green]every promise kept[/green]" if self.kept else "[red]a promise was broken[/red]"
        console.print(verdict if self.drained else f"{verdict}: the pipeline did not finish its work")
