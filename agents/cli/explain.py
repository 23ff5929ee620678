"""`tasrih explain`: one text, its statements, and why each was found."""

from __future__ import annotations

from pathlib import Path

import typer

from agents.cli.extract import File, Html, Published, moment, read_text
from streams.legible import legible

_STYLES = {"mention": "bold green", "cue": "bold yellow", "content": "cyan"}


def explain(file: File = Path("-"), html: Html = False, published: Published = None) -> None:
    """Show a text with its speakers, cues and contents in colour, and for each statement the trace of why it is one."""
    from rich.text import Text

    from agents.cli import show
    from agents.extract.engine import extract

    raw = read_text(file, html=html)
    found = extract(raw, moment(published))
    console = show.Terminal()

    raw = legible(raw)
    marked = Text(raw)
    for s in found:
        for start, end in s.content:
            marked.stylize(_STYLES["content"], start, end)
    for s in found:  # after all contents: a cue inside another's content is still seen
        for name in ("cue", "mention"):
            if span := getattr(s, name):
                marked.stylize(_STYLES[name], *span)
    console.print(marked, soft_wrap=True)
    console.print(Text.assemble("\n", *((f" {name} ", f"{style} reverse") for name, style in _STYLES.items()), "\n"))

    for s in found:
        head = Text(f"{s.id}  ", style="dim")
        head.append(legible(s.speaker or "?"), style=_STYLES["mention"])
        head.append(f"  {s.act}", style=show.ACT_STYLES[s.act])
        head.append(f"  {s.kind or 'kind unknown'} · {s.form} · speaker {s.resolved_by or 'unknown'}", style="dim")
        if s.via:
            head.append(f" · via {legible(s.via)}", style="dim")
        if s.parent:
            head.append(f" · inside {s.parent}", style="dim")
        head.append(f" · confidence {s.confidence:.2f}", style="bold" if s.confidence >= 0.9 else "dim")
        console.print(head)
        cue = f"{raw[slice(*s.cue)]} ({s.cue_lemma})" if s.cue else "none"
        console.print(Text(f"    cue      {cue}", style=_STYLES["cue"]))
        console.print(Text(f"    content  {s.words(raw)}", style=_STYLES["content"]), soft_wrap=True)
        for number, step in enumerate(legible(s.rule).split(" · ")):
            console.print(Text(f"    {'because' if not number else '       '}  {step}", style="dim"), soft_wrap=True)
        console.print()
    if not found:
        typer.echo("No statement found.", err=True)
