"""The same articles as other outlets would set them: for training, so that no house style is taken for the language.

Outlets differ in what stands between a speaker and what is said (an apposition, a time, an occasion, an audience, with
commas or without), in their quotation marks, in whether they break paragraphs, in datelines. Each variation changes
the text and moves the annotated spans with it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from itertools import cycle
from typing import Any, NamedTuple

from agents.extract.lexicon.tables import rows

# Of the places where a variation could stand, the share that gets it; for those of whole articles, of the articles.
_ASIDE, _SET_OFF, _QUOTES, _FLAT, _DATELINE = 0.3, 0.4, 0.5, 0.3, 0.3
_COMMA = "،"
_STRAIGHT = '"'
_STOP = ".؟!?:"


class _Change(NamedTuple):
    """`remove` characters at `at` give way to `insert`."""

    at: int
    remove: int
    insert: str


def varied(document: dict[str, Any], seed: str) -> dict[str, Any]:
    """The annotated article `document` in another outlet's ways, the same for the same `seed`."""
    dice = random.Random(seed)
    text: str = document["text"]
    changes = [*_between(document, dice), *_quotes(text, dice), *_lines(text, dice)]
    return {
        **document,
        "text": _changed(text, changes),
        "statements": [_moved(s, changes) for s in document["statements"]],
    }


def flattened(document: dict[str, Any]) -> dict[str, Any]:
    """The annotated article `document` without paragraphs: all behind the headline on one line."""
    title, line, body = document["text"].partition("\n")
    return {**document, "text": title + line + body.replace("\n", " ")}


def _table(kind: str) -> list[str]:
    return [row["text"] for row in rows("variations.tsv") if row["kind"] == kind]


def _between(document: dict[str, Any], dice: random.Random) -> Iterable[_Change]:
    """Asides and audiences behind the speaker, and the speaker's name set off from the title."""
    text, done = document["text"], set()
    for s in document["statements"]:
        if not (s["cue"] and s["mention"]):
            continue
        (start, end), content = s["mention"], s["content"][0][0]
        if not s["cue"][1] <= start < end < content or end in done or text[end] != " ":
            continue
        done.add(end)
        mention, name = text[start:end], s["speaker"] or ""
        if mention.endswith(f" {name}") and dice.random() < _SET_OFF:
            yield _Change(end - len(name) - 1, 0, _COMMA)
            closing = _COMMA
        else:
            closing = ""
        if dice.random() < _ASIDE:
            if dice.random() < 0.7:
                closing = f"{_COMMA} {dice.choice(_table('aside'))}{_COMMA}"
            else:
                closing += " " + dice.choice(_table("audience"))
        if closing:
            yield _Change(end, 0, closing)


def _quotes(text: str, dice: random.Random) -> Iterable[_Change]:
    if dice.random() < _QUOTES:
        marks = dice.choice(_table("quotes")).split()
        for line in re.finditer(r".+", text):
            places = [line.start() + m.start() for m in re.finditer(_STRAIGHT, line[0])]
            if len(places) % 2 == 0:
                yield from (_Change(at, 1, mark) for at, mark in zip(places, cycle(marks), strict=False))


def _lines(text: str, dice: random.Random) -> Iterable[_Change]:
    breaks = [m.start() for m in re.finditer("\n", text)]
    if dice.random() < _FLAT:
        for at in breaks[1:]:
            yield _Change(at, 1, " " if text[at - 1] in _STOP else ". ")
    if breaks and dice.random() < _DATELINE:
        yield _Change(breaks[0] + 1, 0, dice.choice(_table("dateline")) + " ")


def _changed(text: str, changes: Iterable[_Change]) -> str:
    for at, remove, insert in sorted(changes, reverse=True):
        text = text[:at] + insert + text[at + remove :]
    return text


def _moved(statement: dict[str, Any], changes: list[_Change]) -> dict[str, Any]:
    def span(old: list[int] | None) -> list[int] | None:
        if old is None:
            return None
        start, end = old
        before = sum(len(c.insert) - c.remove for c in changes if c.at <= start and c.at + c.remove <= start)
        until = sum(len(c.insert) - c.remove for c in changes if c.at < end)
        return [start + before, end + until]

    return {
        **statement,
        "cue": span(statement["cue"]),
        "mention": span(statement["mention"]),
        "content": [span(one) for one in statement["content"]],
    }
