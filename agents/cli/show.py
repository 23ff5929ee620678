"""Statements as a person reads them in a terminal."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from rich.console import Console
from rich.text import Text

from streams.legible import legible
from streams.records import Statement


class Terminal(Console):
    """A console whose reader may go away (`tasrih up | head`): told as `BrokenPipeError`, to be handled.

    rich would end the process on the spot, agents and all, with what they have begun unfinished.
    """

    def __init__(self) -> None:
        super().__init__(highlight=False)

    def on_broken_pipe(self) -> NoReturn:
        """Raise `BrokenPipeError`; called by rich while it handles one."""
        raise BrokenPipeError


# One colour an act, the same wherever acts are shown.
ACT_STYLES = {
    "assert": "cyan",
    "deny": "yellow",
    "demand": "magenta",
    "warn": "bold yellow",
    "accuse": "bold red",
    "support": "green",
    "commit": "blue",
    "ask": "bright_cyan",
    "feel": "bright_magenta",
}


def line(
    *,
    speaker: str | None,
    verb: str | None,
    act: str,
    content: str,
    outlet: str = "",
    when: datetime | None = None,
    quoted: bool = False,
    gone: bool = False,
) -> Text:
    """One statement in two lines: who and how and where, then the words. Terminals order the letters themselves."""
    text = Text()
    if when:
        text.append(f"{when.astimezone():%H:%M:%S}  ", style="dim")
    text.append(legible(speaker or "?"), style="bold")
    if verb:
        text.append(f" · {legible(verb)}")
    text.append(f" · {act}", style=ACT_STYLES.get(act, ""))
    if outlet:
        text.append(f" · {legible(outlet)}", style="dim")
    if gone:
        text.append(" · retracted", style="red")
    marks = ("«", "»") if quoted else ("", "")
    text.append(f"\n    {marks[0]}{legible(content)}{marks[1]}\n", style="strike dim" if gone else "")
    return text


def statement(console: Console, statement: Statement) -> None:
    """Print a statement of the stream."""
    console.print(
        line(
            speaker=statement.speaker.name,
            verb=statement.cue.text if statement.cue else None,
            act=statement.act,
            content=statement.content,
            outlet=statement.outlet,
            when=statement.published_at,
            quoted=statement.form == "direct",
            gone=statement.status == "retracted",
        ),
        soft_wrap=True,
    )
