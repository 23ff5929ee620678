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
_READABLE = {
    "@.3": "content, overlap ≥ 0.3",
    "@.8": "content, overlap ≥ 0.8",
    "joint@.3": "and the right speaker, ≥ 0.3",
    "joint@.8": "and the right speaker, ≥ 0.8",
    "speaker named": "  where the text names one beside the cue",
    "speaker implied": "  where it is only implied",
    "in full": "  people by their full names",
    "no speaker": "no speaker found",
}


def evaluate(
    gold: Annotated[
        list[Path],
        typer.Argument(help="Annotated articles: files of JSON lines or of text, folders of text files.", exists=True),
    ],
    errors: Annotated[int, typer.Option(help="How many errors of each kind to show.", min=0)] = _KEEP,
    by: Annotated[str, typer.Option(help="Also apart, for each value of this field of the articles (source, …).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The measures as one JSON object.")] = False,
) -> None:
    """Measure the engine on articles whose statements you have annotated, and show where it errs.

    An article is a line of JSON, whose offsets are code points of "text":

    \b
      {"doc": "a1", "published": "2026-01-31", "text": "…", "statements": [
        {"content": [[start, end], …], "cue": [start, end] or null,
         "mention": [start, end] or null, "speaker": "name" or null,
         "aliases": ["another right answer", …], "kind": "person",
         "form": "direct", "act": "assert", "optional": false}, …]}

    Easier to write by hand is a .txt file: the article, a blank line, and such a statement a line, in which a place is
    [line, "words"] or [line, "first words", "last words"]; lines count from 0, the headline:

    \b
      {"content": [[1, "first words", "last words"]], "cue": [1, "words"], …}

    Required are text and statements, and of a statement content, cue, speaker, kind, form and act, which
    streams/schemas/STATEMENT.md explains. All else may be left out: aliases are answers that are right as well, mention
    the words that name the speaker, and an optional statement counts neither way.
    """
    from agents.extract.annotated import AnnotationError, annotated_articles
    from agents.extract.engine import extract
    from agents.extract.evaluate import Score
    from agents.extract.jsonl import moment

    score, words, began = Score(), 0, time.perf_counter()
    apart: dict[str, Score] = {}
    fields: set[str] = set()
    try:
        for article in annotated_articles(gold):
            words += len(article["text"].split())
            found = extract(article["text"], moment(article.get("published")))
            score.add(article, found)
            fields.update(article)
            if by:
                apart.setdefault(str(article.get(by)), Score()).add(article, found)
    except AnnotationError as error:
        options.fail(str(error))
    if not score.articles:
        options.fail(f"no annotated articles in {', '.join(map(str, gold))}")
    if by and by not in fields:
        options.fail(f"--by {by}: no article has this field; they have {', '.join(sorted(fields))}", status=2)
    took = time.perf_counter() - began
    if as_json:
        told: dict[str, object] = {"measures": score.table(), "reliability": score.reliability()}
        if by:
            told["by"] = {value: part.table() for value, part in sorted(apart.items())}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return

    from rich.markup import escape
    from rich.table import Table

    from agents.cli import show

    console = show.Terminal()
    counts = score.counts
    console.print(
        f"{len(score.articles):,} articles, {counts['gold']:,} statements annotated, {counts['predicted']:,} found; "
        f"{words:,} words in {took:.1f} s, scoring included\n"
    )
    table = Table("", "precision", "recall", "F1", "95 %", box=None)
    for name, values in score.findings().items():
        low, high = score.interval(name)
        table.add_row(_READABLE[name], *(f"{value:.1f}" for value in values), f"[dim]{low:.1f} to {high:.1f}[/dim]")
    console.print(table)
    table = Table("of the statements found", "%", box=None)
    for name, share in score.shares().items():
        table.add_row(_READABLE.get(name, name), f"{share:.1f}")
    console.print("\n", table)
    if apart:
        table = Table(by, "articles", "annotated", "≥ 0.3", "≥ 0.8", "and speaker", "speaker %", title="F1", box=None)
        for value, part in sorted(apart.items()):
            counts, findings = part.counts, part.findings()
            f1s = (f"{findings[name][2]:.1f}" for name in ("@.3", "@.8", "joint@.8"))
            table.add_row(
                escape(value), f"{len(part.articles)}", f"{counts['gold']}", *f1s, f"{part.shares()['speaker']:.1f}"
            )
        console.print("\n", table)
    if trusted := score.reliability():
        table = Table("confidence", "statements", "said", "right", title="reliability", box=None)
        for low, high, count, said, right in trusted:
            table.add_row(f"{low:.1f}-{high:.1f}", str(count), f"{said:.2f}", f"{right:.2f}")
        console.print("\n", table)
    console.print("\n[bold]errors by kind[/bold]")
    for kind, count in score.commonest(10):
        console.print(f"{count:5}  {kind}")
        for _, doc, what in itertools.islice((e for e in score.errors if e[0] == kind), errors):
            console.print(f"       [dim]{escape(doc)}[/dim]  {escape(what)}", soft_wrap=True)
