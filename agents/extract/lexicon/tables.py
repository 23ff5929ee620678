"""The tables of this folder, read anew each time: who asks makes them into something of his own."""

from __future__ import annotations

from collections.abc import Iterator

from streams import tables

# So many words are remembered, those of late, so that a long run over many texts stays within its memory.
REMEMBERED = 32_768

_HERE = "agents.extract.lexicon"


def lines(name: str) -> Iterator[str]:
    """The lines of a table of this folder, zipped or not, the heads of its columns first."""
    return tables.lines(_HERE, name)


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table of this folder."""
    return tables.read(_HERE, name)
