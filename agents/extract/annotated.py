"""Annotated articles, to learn from and to measure on: JSON lines, or texts with their statements below them.

A line is {"doc", "text", "published", "statements": [{"cue": [start, end] or null, "mention": [start, end] or null,
"content": [[start, end], …], "speaker", "aliases", "kind", "via", "form", "act", "parent", "optional"}]}; offsets are
code points of "text". `_Statement` tells which of these may be left out.

A text file (`lessons/` is a folder of them) is for writing by hand: an article, a blank line, then one such statement a
line, in which a place is [line, "words"] or [line, "first words", "last words"], and a number at its end says which
hit of the (first) words on that line is meant. Lines count from 0, the title. Statements are s1, s2, …, and a `parent`
is a number of these. Before the article may stand `style: …` (whose ways it is told in) and `published: …`. The name of
the file begins with its desk, which is the article's "source".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta

from agents.extract.report import Act, Form, Kind

_HEAD = re.compile(r"(style|published): (.*)\n")

Article = dict[str, Any]
Place = TypeVar("Place")
_Offsets = Annotated[list[int], Meta(min_length=2, max_length=2)]
_Words = Annotated[list[int | str], Meta(min_length=2)]


class _Statement(msgspec.Struct, Generic[Place]):
    """What an annotation says; all that is measured must be said, be it by null."""

    content: Annotated[list[Place], Meta(min_length=1)]
    cue: Place | None
    speaker: str | None
    kind: Kind | None
    form: Form | None
    act: Act | None
    mention: Place | None = None
    aliases: list[str] = []
    via: str | None = None
    parent: str | int | None = None
    optional: bool = False


class _Article(msgspec.Struct):
    text: str
    statements: list[_Statement[_Offsets]]


class AnnotationError(ValueError):
    """An annotated article cannot be read: in which file, on which line, and why."""


def annotated_articles(paths: Iterable[Path]) -> Iterator[Article]:
    """The annotated articles of files and folders, in turn; raises `AnnotationError` at the first that is none."""
    for path in paths:
        if path.is_dir():
            yield from map(_from_text, sorted(path.glob("*.txt")))
        elif path.suffix == ".txt":
            yield _from_text(path)
        else:
            for number, line in enumerate(_read(path).split("\n"), 1):
                if line.strip():
                    yield _from_json(line, f"{path}, line {number}")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{file}: not a text in UTF-8 ({error})") from error


def _from_json(line: str, where: str) -> Article:
    try:
        given: Article = json.loads(line)
        read = msgspec.convert(given, _Article)
        read.text.encode()
    except ValueError as error:
        raise AnnotationError(f"{where}: not an annotated article ({error})") from error
    pairs = zip(given["statements"], read.statements, strict=True)
    return given | {"statements": [statement | msgspec.structs.asdict(said) for statement, said in pairs]}


def _from_text(file: Path) -> Article:
    raw, head = _read(file), dict[str, str]()
    while found := _HEAD.match(raw):
        head[found[1]] = found[2]
        raw = raw[found.end() :]
    text, blank, below = raw.strip("\n").partition("\n\n")
    if not blank:
        raise AnnotationError(f"{file}: wanted an article, a blank line and its statements")
    statements = []
    for number, line in enumerate(below.split("\n"), 1):
        try:
            statements.append(_statement(number, json.loads(line), text))
        except json.JSONDecodeError as error:
            raise AnnotationError(
                f"{file}, statement {number}: not JSON ({error}); an article ends with its first blank line"
            ) from error
        except (ValueError, TypeError, IndexError) as error:
            raise AnnotationError(f"{file}, statement {number}: {error}") from error
    return {"doc": file.stem, "source": file.stem.partition("-")[0], "text": text, "statements": statements} | head


def _statement(number: int, given: dict[str, Any], text: str) -> dict[str, Any]:
    said = msgspec.convert(given, _Statement[_Words])
    return (
        given
        | msgspec.structs.asdict(said)
        | {
            "id": f"s{number}",
            "parent": said.parent and f"s{said.parent}",
            "cue": said.cue and _span(said.cue, text),
            "mention": said.mention and _span(said.mention, text),
            "content": sorted(_span(place, text) for place in said.content),
        }
    )


def _span(place: list[Any], text: str) -> list[int]:
    """The place [line, words…] of a text file as [start, end) of the text."""
    number, first, *more = place
    nth = more.pop() if more and isinstance(more[-1], int) else 1
    lines = text.split("\n")
    if not 0 <= number < len(lines):
        raise ValueError(f"the article has no line {number}: its first is 0, its last {len(lines) - 1}")
    start = _hits(first, lines[number])[nth - 1]
    last = more[0] if more else first
    end = _hits(last, lines[number], start)[0] + len(last)
    begun = sum(len(line) + 1 for line in lines[:number])
    return [begun + start, begun + end]


def _hits(words: str, line: str, start: int = 0) -> list[int]:
    """Where these words stand in the line from `start` on, whole; there is at least one such place."""
    before, after = (r"(?<!\w)" if words[0].isalnum() else ""), (r"(?!\w)" if words[-1].isalnum() else "")
    found = [hit.start() for hit in re.compile(f"{before}{re.escape(words)}{after}").finditer(line, start)]
    if not found:
        raise ValueError(f"«{words}» is not on its line" + (" behind what it should close" if start else ""))
    return found
