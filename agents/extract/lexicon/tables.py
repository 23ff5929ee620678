"""The tables of this folder, as rows."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from importlib.resources import files
from io import TextIOWrapper

# So many words are remembered, those of late, so that a long run over many texts stays within its memory.
REMEMBERED = 32_768


def lines(name: str) -> Iterator[str]:
    """The lines of a table of this folder, zipped or not, the heads of its columns first; comments start with #."""
    file = files("agents.extract").joinpath("lexicon", name)
    with (
        file.open("rb") as raw,
        gzip.open(raw) if name.endswith(".gz") else raw as plain,
        TextIOWrapper(plain, encoding="utf-8") as table,
    ):
        yield from (line for line in table if not line.startswith("#"))


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table of this folder."""
    yield from csv.DictReader(lines(name), delimiter="\t", quoting=csv.QUOTE_NONE)
