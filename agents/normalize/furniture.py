"""What stands around an article and is no part of it: "read also", share buttons, newsletters (furniture.tsv)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from agents.normalize.clean import clean
from streams.arabic import fold
from streams.tables import rows

_WORD = re.compile(r"\w+")
_PART = re.compile(r"[a-z0-9]+")
_LONGEST = 30  # words: a line that begins as furniture does and goes on for longer is a paragraph of the article


class Line:
    """A line in the making: its text, and whether all of it is a link."""

    def __init__(self, text: str = "") -> None:
        self._text = [text]
        self._separator = ""
        self._linked = self._unlinked = False

    def add(self, piece: str | None, *, link: bool = False) -> None:
        """Put `piece` at the end."""
        if not piece:
            return
        if piece.strip():
            self._text.append(self._separator)
            self._separator = ""
            self._linked |= link
            self._unlinked |= not link
        self._text.append(piece)

    def separate(self, separator: str) -> None:
        """Put `separator` between what is there and what comes, if both are."""
        if self._linked or self._unlinked:
            self._separator = separator

    @property
    def text(self) -> str:
        """The line's clean text."""
        return clean("".join(self._text))

    @property
    def is_link(self) -> bool:
        """Whether there is a link and nothing else."""
        return self._linked and not self._unlinked


def without_furniture(lines: Iterable[Line]) -> list[str]:
    """The clean texts of `lines`, without empty ones, furniture, and the links that follow a heading of furniture."""
    kept: list[str] = []
    heading = False
    for line in lines:
        text = line.text
        if not text:
            continue
        words = _words(text)
        length = _furniture(words)
        if length:
            heading = length == len(words)
        elif not (heading and line.is_link):
            heading = False
            kept.append(text)
    return kept


def is_furniture(*names: str) -> bool:
    """Whether an element with these classes or ids is furniture: a name has a row's words among its parts."""
    return any(not _classes().isdisjoint(_PART.findall(name.lower())) for name in names if name)


def _furniture(words: tuple[str, ...]) -> int:
    """How many words of furniture a line begins with; 0 when it is none."""
    if not words or len(words) > _LONGEST:
        return 0
    return max((len(row) for row in _lines().get(words[0], ()) if words[: len(row)] == row), default=0)


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(text[: _LONGEST * 50])))


@cache
def _lines() -> dict[str, list[tuple[str, ...]]]:
    table: dict[str, list[tuple[str, ...]]] = {}
    for row in rows("agents.normalize", "furniture.tsv"):
        if row["where"] == "line":
            words = _words(row["words"])
            table.setdefault(words[0], []).append(words)
    return table


@cache
def _classes() -> frozenset[str]:
    return frozenset(row["words"] for row in rows("agents.normalize", "furniture.tsv") if row["where"] == "class")
