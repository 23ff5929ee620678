"""How fast the engine is, whether its time is linear, and what memory it takes: `python -m tests.bench.extract`."""

from __future__ import annotations

import json
import resource
import time
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
    for name, unit in (
        ("prose", _UNIT),
        ("no full stop", _UNIT.replace(".", "")),
        ("one line of marks", '"'),
        ("words", "كلمة "),
    ):
        small, large = unit * (62_500 // len(unit)), unit * (1_000_000 // len(unit))
        a, b = _seconds(small), _seconds(large)
        print(f"{name:18} 62 kB {a:6.2f} s · 1 MB {b:6.2f} s · {b / max(a, 1e-9):5.1f} times for 16 times the text")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    typer.run(main)
