"""How fast the engine is, whether its time is linear, and what memory it takes: `python -m tests.bench.extract`."""

from __future__ import annotations

import json
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer

from agents.extract.engine import extract

_UNIT = (
    "قال وزير الزراعة سليم الهادي، الثلاثاء، إن المخزون يكفي ستة أشهر، مشيرا إلى أن الأسعار لن ترتفع قبل الصيف. "
    "وزارت لجنة من البرلمان ثلاث قرى في الشمال وتفقدت المدارس والطرق التي تضررت من السيول في الشهر الماضي. "
)


def _seconds(text: str) -> float:
    start = time.process_time()
    extract(text)
    return time.process_time() - start


def main(
    articles: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help='JSON lines with a "text"; without it, made here.'),
    ] = None,
) -> None:
    """Print the figures."""
    texts = [f"\n{_UNIT * 6}"] * 200
    if articles:
        with articles.open(encoding="utf-8") as lines:
            texts = [json.loads(line)["text"] for line in lines]
    for text in texts[:20]:
        extract(text)
    words = sum(len(text.split()) for text in texts)
    seconds = sum(_seconds(text) for text in texts)
    print(f"{len(texts)} texts, {words} words: {words / seconds:,.0f} words a second on one core")
    kinds = {
        "prose": _UNIT,
        "no full stop": _UNIT.replace(".", ""),
        "words": "كلمة ",
        "one line of marks": '"',
        "a mark a line": '"\n',
    }
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as alone:
        for name, (small, large, peak) in zip(kinds, alone.map(_growth, kinds.values()), strict=True):
            times = f"{large / small:5.1f} times for 16 times the text"
            print(f"{name:18} 62 kB {small:6.2f} s · 1 MB {large:6.2f} s · {times} · {peak:.0f} MB in all")


def _growth(unit: str) -> tuple[float, float, float]:
    """Seconds for 62 kB and for 1 MB of repetitions, and the most memory that this process has had, in MB."""
    extract(_UNIT)  # tables are read with the first text
    small, large = (_seconds(unit * (size // len(unit))) for size in (62_500, 1_000_000))
    return small, large, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    typer.run(main)
