"""How fast rules are matched and alerts delivered: `python -m tests.bench.alerts [STATEMENTS.jsonl]`.

Matching: rules made of speakers and words of the statements themselves, so that they match as real ones do. Without a
file, statements are made of made-up words. Delivery: statements put on the topic at a steady rate, until a receiver on
the loopback address has verified the signature of each.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

from rich.console import Console
from rich.table import Table

from agents.alert.agent import run
from agents.alert.matching import Matcher
from streams.arabic import words
from streams.broker import create_topics, embedded
from streams.produce import producing
from streams.records import AlertRule, Statement, Words
from streams.settings import Settings
from streams.topics import STATEMENTS
from streams.wire import decode
from tests.alert.receiver import SECRET, receiving
from tests.alert.samples import statement

_LETTERS = [chr(code) for code in (*range(0x628, 0x63B), *range(0x641, 0x649))]
_RATE, _SECONDS = 50, 20


def made_up(count: int) -> list[Statement]:
    """Statements of words whose frequencies fall as a language's do."""
    random.seed(1)
    lexicon = ["".join(random.choices(_LETTERS, k=random.randint(3, 7))) for _ in range(20_000)]
    weights = [1 / rank for rank in range(1, len(lexicon) + 1)]
    acts = ["assert", "deny", "demand", "warn", "accuse"]
    return [
        statement(
            number, speaker=" ".join(random.choices(lexicon[:3000], k=2)), act=random.choice(acts),
            content=" ".join(random.choices(lexicon, weights, k=25)),
        )
        for number in range(count)
    ]  # fmt: skip


def rules_like(statements: Sequence[Statement], count: int) -> list[AlertRule]:
    """Rules as people write them: half by speaker, half by words, most with an act."""
    random.seed(2)
    speakers = sorted({s.speaker.name for s in statements if s.speaker.name})
    vocabulary = sorted({word for s in statements for word in words(s.content) if len(word) > 4})
    acts = [[], ["warn"], ["deny", "accuse"], ["assert"]]
    rules = []
    for number in range(count):
        given = {"acts": random.choice(acts), "min_confidence": random.choice([0, 0.5, 0.8])}
        if number % 2:
            given["speakers"] = random.sample(speakers, min(len(speakers), random.randint(1, 3)))
        else:
            some = random.sample(vocabulary, 4)
            given["words"] = Words(any=[some[0], f"{some[1]} {some[2]}"], none=[some[3]])
        rules.append(AlertRule(name=f"r{number}", channels=["desk"], **given))
    return rules


def matching(statements: Sequence[Statement]) -> Table:
    """Time to match a statement, by the number of rules."""
    table = Table("rules", "compiled in", "p50 µs", "p99 µs", "statements/s", "matches a statement", box=None)
    for count in (0, 1000, 5000, 20_000):
        rules = rules_like(statements, count)
        started = time.process_time()
        matcher = Matcher(rules)
        compiled = time.process_time() - started
        took, matched = [], 0
        for one in statements:
            started = time.process_time()  # of this process alone: the machine may be busy
            matched += len(matcher.match(one))
            took.append((time.process_time() - started) * 1e6)
        cut = quantiles(took, n=100)
        rate = len(took) / sum(took) * 1e6
        row = (f"{count:,}", f"{compiled:.2f} s", f"{cut[49]:.0f}", f"{cut[98]:.0f}", f"{rate:,.0f}")
        table.add_row(*row, f"{matched / len(statements):.2f}")
    return table


async def delivery() -> Table:
    """From the topic `statements` to a verified webhook."""
    received: dict[str, float] = {}
    count = _RATE * _SECONDS
    with tempfile.TemporaryDirectory() as folder:
        async with receiving() as receiver, embedded(Path(folder) / "broker") as url:
            rules = Path(folder) / "alerts.toml"
            rules.write_text(
                f'[channels.desk]\nkind = "webhook"\nurl = "{receiver.url}"\nsecret = "{SECRET}"\n'
                '[rules.all]\nchannels = ["desk"]\nacts = ["warn"]\n'
            )
            settings = Settings(broker=url, data_dir=Path(folder), alerts=rules, allow_private=True)
            await create_topics(settings)
            async with run(settings), producing(settings, "alert") as producer:
                await asyncio.sleep(3)
                sent: dict[str, float] = {}

                async def put(number: int) -> None:
                    sent[f"s{number}"] = time.perf_counter()
                    await producer.put(STATEMENTS, f"a{number}", statement(number), id=f"s{number}", source="bench")

                async def watch() -> None:
                    while len(received) < count:
                        for _, body in receiver.accepted[len(received) :]:
                            received[body["data"]["statement"]["statement_id"]] = time.perf_counter()
                        await asyncio.sleep(0.002)

                watching = asyncio.create_task(watch())
                started = time.perf_counter()
                puts = set()
                for number in range(count):
                    await asyncio.sleep(max(0, started + number / _RATE - time.perf_counter()))
                    puts.add(asyncio.create_task(put(number)))
                await asyncio.wait_for(watching, 120)
                await asyncio.gather(*puts)
    cut = quantiles(((received[name] - sent[name]) * 1000 for name in sent), n=100)
    table = Table("alerts", "a second", "p50 ms", "p95 ms", "p99 ms", "deliveries", "ids", box=None)
    ids = len({message_id for message_id, _ in receiver.accepted})
    table.add_row(
        f"{count:,}", str(_RATE), *(f"{cut[n]:.0f}" for n in (49, 94, 98)), f"{len(receiver.accepted):,}", f"{ids:,}"
    )
    return table


def main() -> None:
    """Run both and print their tables."""
    console = Console()
    if len(sys.argv) > 1:
        with Path(sys.argv[1]).open("rb") as lines:
            statements = [decode(line, Statement) for line in lines]
    else:
        statements = made_up(5000)
    console.print(f"matching {len(statements):,} statements", matching(statements), sep="\n")
    console.print("delivering", asyncio.run(delivery()), sep="\n")


if __name__ == "__main__":
    main()
