"""`tasrih evaluate`: how good the engine is on annotated articles, your own or ours."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import Annotated

import typer

from streams import options

_KEEP = 3  # errors shown of each kind, unless told


def evaluate(
    gold: Annotated[
        list[Path],
        typer.Argument(help="Annotated articles: files of JSON lines, or of text; folders of these.", exists=True),
    ],
    errors: Annotated[int, typer.Option(help="How many errors of each kind to show.", min=0)] = _KEEP,
    as_json: Annotated[bool, typer.Option("--json", help="The measures as one JSON object.")] = False,
) -> None:
    """Measure the engine on articles whose statements you have annotated, and show where it errs.

    A line of JSON is {"doc", "text", "published"?, "statements": [{"content": [[start, end], …], "cue": [start, end] or
    null, "speaker", "aliases", "form", "act", "kind", "optional"}]}; offsets are code points of "text". A .txt file is
    easier to write by hand: an article, a blank line, and a statement a line, in which a place is [line, "first words",
    "last words"]; lines count from 0.
    """
    from agents.extract.annotated import AnnotationError, annotated_articles
    from agents.extract.engine import extract
    from agents.extract.evaluate import Score
    from agents.extract.jsonl import moment

    score, words, began = Score(), 0, time.perf_counter()
    try:
        for article in annotated_articles(gold):
            words += len(article["text"].split())
            score.add(article, extract(article["text"], moment(article.get("published"))))
    except AnnotationError as error:
        options.fail(str(error))
    took = time.perf_counter() - began
    if as_json:
        typer.echo(json.dumps({"measures": score.table(), "reliability": score.reliability()}, ensure_ascii=False))
        return

    from rich.markup import escape
    from rich.table import Table

    from agents.cli import show

    console = show.Terminal()
    table = Table("measure", "precision", "recall", "F1", box=None)
    for name, value in score.table().items():
        cells = [f"{x:.1f}" for x in value] if isinstance(value, tuple) else ["", "", f"{value:.1f}"]
        table.add_row(name, *cells)
    console.print(table)
    console.print(f"\n{words:,} words in {took:.1f} s, scoring included")
    if trusted := score.reliability():
        table = Table("confidence", "statements", "said", "right", title="reliability", box=None)
        for low, high, count, said, right in trusted:
            table.add_row(f"{low:.1f}-{high:.1f}", str(count), f"{said:.2f}", f"{right:.2f}")
        console.print("\n", table)
    console.print("\n[bold]errors by kind[/bold]")
    for kind, count in score.commonest(10):
        console.print(f"{count:5}  {kind}")
        for _, doc, what in itertools.islice((e for e in score.errors if e[0] == kind), errors):
            console.print(f"       [dim]{doc}[/dim]  {escape(what)}", soft_wrap=True)
