"""The command: `python -m tests.faults`."""

from __future__ import annotations

import asyncio
import logging
import random
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tests.faults.injections import FAULTS
from tests.faults.run import Plan, run


def main(
    seed: Annotated[int | None, typer.Option(help="What a failing run left; a new one without it.")] = None,
    articles: Annotated[int, typer.Option(help="How many are published.")] = 1000,
    rate: Annotated[float, typer.Option(help="Publications a second.")] = 50.0,
    kills: Annotated[int, typer.Option(help="Go on until there have been so many.")] = 4,
    faults: Annotated[str, typer.Option(help=f"Of these: {', '.join(FAULTS)}; or none.")] = ",".join(FAULTS),
    roles: Annotated[str, typer.Option(help="Which roles.")] = "normalize,extract",
    workers: Annotated[int, typer.Option(help="Of each role.")] = 2,
    nodes: Annotated[int, typer.Option(help="Brokers: 1 or 3.")] = 1,
    partitions: Annotated[int, typer.Option(help="Of every topic.")] = 4,
    store: Annotated[str, typer.Option(help="memory or rocksdb.")] = "memory",
    broken: Annotated[str, typer.Option(help="A promise to break on purpose: acknowledge-before-write.")] = "",
    toy: Annotated[bool, typer.Option(help="Stand-ins for the roles, which cost no time.")] = False,
    pause: Annotated[float, typer.Option(help="Seconds between two kills, and two other faults, at the most.")] = 3.0,
    patience: Annotated[float, typer.Option(help="Seconds to finish the work when the faults are over.")] = 180.0,
    out: Annotated[Path | None, typer.Option(help="Where logs, ledger and data go; kept.")] = None,
) -> None:
    """Try to break the stream's promises; the exit status says whether they held."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # that a broker does not answer is what we are here for
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    folder = out or Path(tempfile.mkdtemp(prefix=f"tasrih-faults-{seed}-"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"seed {seed}, in {folder}", flush=True)
    plan = Plan(
        folder, seed, articles, rate, kills,
        () if faults == "none" else tuple(faults.split(",")), tuple(roles.split(",")), workers, nodes, partitions,
        store, broken, toy, pause=pause, patience=patience,
    )  # fmt: skip
    books = asyncio.run(run(plan))
    (folder / "ledger.json").write_text(books.to_json())
    books.show(Console(width=150))
    if not books.kept:
        print(f"again: python -m tests.faults --seed {seed} …; logs and ledger in {folder}")
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
