"""The tables of this folder, as rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib.resources import files

# So many words are remembered, those of late, so that a long run over many texts stays within its memory.
REMEMBERED = 32_768


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table of this folder; comment lines start with #."""
    with files("agents.extract").joinpath("lexicon", name).open(encoding="utf-8") as table:
        yield from csv.DictReader(
            (line for line in table if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
        )
