"""Which commands there are. Heavy imports wait until a command runs: `--help` answers at once."""

from __future__ import annotations

from importlib import metadata
from typing import Annotated

import typer

from agents.alert.cli import app as alerts
from agents.cli import dead_letters, doctor, evaluate, explain, extract, replay, tail, up, worker
from agents.fetch.cli import app as feeds
from agents.serve.cli import archive, keys, serve

app = typer.Typer(
    name="tasrih",
    help="Arabic news feeds as a live stream of statements: who said what, tied to the exact characters.",
    no_args_is_help=True,
    rich_markup_mode=None,  # help is plain text: as markup, what stands in square brackets would be left out
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(up.up)
app.command()(up.demo)
app.command()(worker.worker)
app.command()(extract.extract)
app.command()(explain.explain)
app.command()(evaluate.evaluate)
app.command()(tail.tail)
app.command()(serve)
app.add_typer(feeds, name="feeds")
app.add_typer(alerts, name="alerts")
app.add_typer(archive, name="archive")
app.add_typer(keys, name="keys")
app.add_typer(dead_letters.app, name="dead-letters")
app.command()(replay.replay)
app.command()(doctor.doctor)


@app.callback(invoke_without_command=True)
def version(
    version: Annotated[bool, typer.Option("--version", help="Say which version this is, of which engine.")] = False,
) -> None:
    """Options of the command as a whole."""
    if version:
        from agents.extract.version import ENGINE

        typer.echo(f"tasrih {metadata.version('tasrih')} · engine {ENGINE}")
        raise typer.Exit
