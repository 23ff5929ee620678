"""`tasrih extract`: the statements of a text, an HTML page or JSON lines. No broker, no network."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import signal
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, cast

import typer

from streams import options

File = Annotated[Path, typer.Argument(help="The file to read; - for standard input.")]
Published = Annotated[
    str | None, typer.Option(help="When the text appeared (ISO 8601): decides who held an office.", metavar="TIME")
]
Html = Annotated[bool, typer.Option("--html", help="The input is an HTML page, in any encoding.")]
Answer = bytes | str
Numbered = tuple[int, bytes]
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_BATCH = 64  # lines of one process
_ERASED = "\r\x1b[K"


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
    jobs: Annotated[int, typer.Option(help="With --jsonl: so many processes, each some 130 MB.", min=1)] = 1,
) -> None:
    """Find the statements of a text: its first line is the headline (possibly empty).

    With --jsonl, writes one line for each article read, in their order. A line that is no article is told on standard
    error, the others are worked through, and the exit status is 1. With --html, too, each "text" is a page, and the
    answer has the text that was found in it.

    What is packed by gzip or zstd is unpacked. "engine" names the code and the tables: what has the same was found by
    the same engine.

    A statement in JSON has its places as annotated articles have them ("content": [[start, end], …], "cue" and
    "mention": [start, end] or null; code points of the text) and beside them the words there, "content_text",
    "cue_text", "mention_text". The stream's records, which belong to an article, have more:
    streams/schemas/STATEMENT.md tells which field is which.
    """
    if jsonl:
        if published:
            options.fail('--published is for one text: of several, each line says its "published"', status=2)
        raise typer.Exit(_lines(file, jobs, html))
    from agents.extract.jsonl import statements
    from agents.extract.version import ENGINE

    text = read_text(file, html=html)
    found = statements(text, moment(published))
    if as_json:
        typer.echo(json.dumps({"engine": ENGINE, "text": text, "statements": found}, ensure_ascii=False, indent=2))
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


def opened(file: Path) -> io.BufferedReader:
    """The bytes of `file` (- for standard input) as they are. Ends the command when it cannot be read."""
    if str(file) == "-":
        return cast(io.BufferedReader, sys.stdin.buffer)
    try:
        return file.open("rb")
    except OSError as error:
        options.fail(f"cannot read {file}: {error.strerror}", status=2)


def unpacked(file: Path, stream: io.BufferedReader) -> Iterator[bytes]:
    """The lines of `stream`, which may be packed by gzip or zstd. Ends the command where they are damaged."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    beginning = stream.peek(4)
    packed = gzip.open if beginning.startswith(_GZIP) else zstd.open if beginning.startswith(_ZSTD) else None
    try:
        with packed(stream) if packed else stream as lines:
            yield from lines
    except (gzip.BadGzipFile, zlib.error, zstd.ZstdError, EOFError) as error:
        options.fail(f"{file} is damaged, or did not come whole: {error}")


def read_text(file: Path, *, html: bool) -> str:
    """The text of `file` (- for standard input), from its HTML where it is a page. Ends the command if it has none."""
    with opened(file) as stream:
        data = b"".join(unpacked(file, stream))
    if html:
        return _page_text(file, data)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        options.fail(f"{file} is not UTF-8 (byte {error.start}): convert it first, for example with iconv")


def _page_text(file: Path, data: bytes) -> str:
    """The text of a saved page, in the encoding that it declares, or in the one that makes it readable."""
    from agents.fetch.charset import decode, readable
    from agents.normalize.page import page_text

    page = decode(data)
    if not readable(page.text):
        options.fail(f"{file} cannot be read, in {page.charset} least badly: is it an HTML page?")
    return page_text(page.text)


def moment(published: str | None) -> datetime | None:
    """The time that --published gives. Ends the command when it is none."""
    try:
        return datetime.fromisoformat(published) if published else None
    except ValueError:
        options.fail(f"--published {published}: not a time such as 2026-01-31 or 2026-01-31T09:30:00Z", status=2)


def _lines(file: Path, jobs: int, html: bool) -> int:
    """Work through JSON lines; the status is 1 when a line was no article."""
    status = number = 0
    progress = Progress() if sys.stderr.isatty() else None
    with opened(file) as packed, _workers(jobs, html) as answers:
        try:
            for number, answer in answers(enumerate(unpacked(file, packed), 1)):
                if isinstance(answer, bytes):
                    sys.stdout.buffer.write(answer + b"\n")
                elif answer:
                    typer.echo(f"{_ERASED if progress else ''}tasrih: line {number} of {file}: {answer}", err=True)
                    status = 1
                if progress:
                    progress.told(number, packed)
            sys.stdout.buffer.flush()
        except KeyboardInterrupt:
            sys.stdout.buffer.flush()
            typer.echo(f"\ntasrih: stopped after line {number} of {file}: go on from the next", err=True)
            raise
    if progress:
        typer.echo(_ERASED, err=True, nl=False)
    return status


@contextlib.contextmanager
def _workers(jobs: int, html: bool) -> Iterator[Callable[[Iterable[Numbered]], Iterator[tuple[int, Answer]]]]:
    """What answers numbered lines in their order: by itself, or by as many processes."""
    from agents.extract.engine import models

    if jobs == 1:
        yield lambda lines: ((number, answered(line, html)) for number, line in lines)
        return
    from concurrent.futures import ProcessPoolExecutor

    models()  # loaded once, and shared by those who are forked
    with ProcessPoolExecutor(jobs, initializer=_uninterrupted) as pool:

        def answers(lines: Iterable[Numbered]) -> Iterator[tuple[int, Answer]]:
            lines = iter(lines)
            # By the batch: of a pool that is given all, all would be in memory.
            while batch := list(islice(lines, _BATCH * jobs)):
                numbers, texts = zip(*batch, strict=True)
                yield from zip(
                    numbers, pool.map(partial(answered, html=html), texts, chunksize=_BATCH // 8), strict=True
                )

        try:
            yield answers
        except KeyboardInterrupt:
            _uninterrupted()  # a second one would cut short the end of the others, and they would wait for good
            raise


def _uninterrupted() -> None:
    """Ctrl-C is for who started us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def answered(line: bytes, html: bool) -> Answer:
    """The line that answers `line`; as text, why there is none ("" for an empty line)."""
    from agents.extract.jsonl import extract_line

    if html:
        from agents.normalize.page import page_text

    if not line.strip():
        return ""
    try:
        found = extract_line(line.decode("utf-8-sig"), page_text if html else None)
    except ValueError as error:
        return str(error)
    try:
        return json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half of a surrogate pair in the text: only escapes can carry it
        return json.dumps(found).encode()


class Progress:
    """How far a long run is, for a person who waits: once a second, in one line."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()

    def told(self, number: int, packed: io.BufferedReader) -> None:
        """`number` lines have been read; how far `packed` is tells how much is left, where it is a file."""
        now = time.monotonic()
        if now - self._last < 1:
            return
        self._last, took = now, now - self._began
        told = f"{number:,} lines, {number / took:,.0f} a second"
        if size := os.fstat(packed.fileno()).st_size:
            done = packed.tell() / size
            told += f", {done:.0%}, {timedelta(seconds=round(took / done - took))} left"
        typer.echo(f"{_ERASED}{told}", err=True, nl=False)
