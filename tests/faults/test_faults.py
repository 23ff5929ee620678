"""A short run of the harness, on Apache Kafka with workers as processes; and a run that must be caught."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from tests.faults.run import Plan, run

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(400)]


async def test_a_short_run_keeps_every_promise(tmp_path: Path) -> None:
    faults = ("kill", "zombie", "cut", "poison", "no-dead-letters", "failing-receiver")
    roles = ("normalize", "extract", "alert")
    books = await run(Plan(tmp_path, seed=125, articles=750, rate=35, kills=4, faults=faults, roles=roles))
    books.show(Console(width=150))
    assert books.kept
    assert books.kills >= 4
    assert books.retractions
    assert books.letters.expected
    assert books.books["→ desk"].expected


async def test_acknowledging_before_writing_is_caught(tmp_path: Path) -> None:
    plan = Plan(
        tmp_path, seed=7, articles=600, rate=60, kills=2, faults=("kill",), toy=True,
        broken="acknowledge-before-write", boundaries=("produce",), armed=1.0, patience=60,
    )  # fmt: skip
    books = await run(plan)
    assert not books.kept
    assert books.books["articles"].missing or books.books["statements"].missing
