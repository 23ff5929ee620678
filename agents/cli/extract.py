"""`tasrih extract`: the statements of a text, an HTML page or JSON lines. No broker, no network."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from streams import options

File = Annotated[Path, typer.Argument(help="The file to read; - for standard input.")]
Published = Annotated[
    str | None, typer.Option(help="When the text appeared (ISO 8601): decides who held an office.", metavar="TIME")
]
Html = Annotated[bool, typer.Option("--html", help="The input is an HTML page, in any encoding.")]
# Progress is for a person who waits: on a terminal, after so many lines.
_PROGRESS_EVERY = 200


def extract(
    file: File = Path("-"),
    html: Html = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='One JSON object a line: {"doc", "text", "published"?}.')
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of lines for a person.")
    ] = False,
    published: Published = None,
) -> None:
    """Find the statements of a text: its first line is the headline (possibly empty).

    With --jsonl, writes one line for each article read, in their order. A line that is no article is told on standard
    error, the others are worked through, and the exit status is 1.

    A statement in JSON has its places as annotated articles have them ("content": [[start, end], …], "cue" and
    "mention": [start, end] or null; code points of the text) and beside them the words there, "content_text",
    "cue_text", "mention_text". The stream's records, which belong to an article, have more:
    streams/schemas/STATEMENT.md tells which field is which.
    """
    if jsonl:
        if html or published:
            options.fail(
                '--html and --published are for one text: of several, each line says its "published"', status=2
            )
        raise typer.Exit(_lines(file))
    from agents.extract.jsonl import statements

    text = read_text(file, html=html)
    found = statements(text, moment(published))
    if as_json:
        typer.echo(json.dumps({"text": text, "statements": found}, ensure_ascii=False, indent=2))
        return
    from agents.cli import show

    console = show.Terminal()
    for s in found:
        console.print(
            show.line(
                speaker=s["speaker"],
                verb=s["cue_text"],
                act=s["act"],
                content=s["content_text"],
                quoted=s["form"] == "direct",
            ),
            soft_wrap=True,
        )
    if not found:
        typer.echo("No statement found.", err=True)


def source(file: Path) -> BinaryIO:
    """The bytes of `file` (- for standard input). Ends the command when it cannot be read."""
    if str(file) == "-":
        return sys.stdin.buffer
    try:
        return file.open("rb")
    except OSError as error:
        options.fail(f"cannot read {file}: {error.strerror}", status=2)


def read_text(file: Path, *, html: bool) -> str:
    """The text of `file` (- for standard input), from its HTML where it is a page. Ends the command if it has none."""
    with source(file) as stream:
        data = stream.read()
    if html:
        return _page_text(file, data)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        options.fail(f"{file} is not UTF-8 (byte {error.start}): convert it first, for example with iconv")


def _page_text(file: Path, data: bytes) -> str:
    """The text of a saved page, in the encoding that it declares, or in the one that makes it readable."""
    from agents.fetch.charset import declared, decode, readable
    from agents.normalize.page import page_text

    page = decode(data, declared(data))
    if not readable(page.text):
        options.fail(f"{file} cannot be read, in {page.charset} least badly: is it an HTML page?")
    return page_text(page.text)


def moment(published: str | None) -> datetime | None:
    """The time that --published gives. Ends the command when it is none."""
    try:
        return datetime.fromisoformat(published) if published else None
    except ValueError:
        options.fail(f"--published {published}: not a time such as 2026-01-31 or 2026-01-31T09:30:00Z", status=2)


def _lines(file: Path) -> int:
    """Work through JSON lines; the status is 1 when a line was no article."""
    from agents.extract.jsonl import extract_line

    status = 0
    progress = sys.stderr.isatty()
    with source(file) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                found = extract_line(line.decode("utf-8-sig"))
                try:
                    answer = json.dumps(found, ensure_ascii=False).encode()
                except UnicodeEncodeError:  # half of a surrogate pair in the text: only escapes can carry it
                    answer = json.dumps(found).encode()
            except ValueError as error:
                typer.echo(f"tasrih: line {number} of {file}: {error}", err=True)
                status = 1
                continue
            sys.stdout.buffer.write(answer + b"\n")
            if progress and number % _PROGRESS_EVERY == 0:
                typer.echo(f"\r{number:,} lines", err=True, nl=False)
        sys.stdout.buffer.flush()
    if progress:
        typer.echo("\r", err=True, nl=False)
    return status
