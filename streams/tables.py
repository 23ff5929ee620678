"""Tables beside the code that reads them: tab-separated, `#` lines explain, the first other line names the columns."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from io import TextIOWrapper


def lines(package: str, name: str) -> Iterator[str]:
    """The lines of the table `name` in `package`, zipped or not, the names of its columns first."""
    file = files(package).joinpath(name)
    with (
        file.open("rb") as raw,
        gzip.open(raw) if name.endswith(".gz") else raw as plain,
        TextIOWrapper(plain, encoding="utf-8") as table,
    ):
        yield from (line for line in table if not line.startswith("#"))


def read(package: str, name: str) -> Iterator[dict[str, str]]:
    """The rows of the table `name` in `package`, each a dict by column."""
    yield from csv.DictReader(lines(package, name), delimiter="\t", quoting=csv.QUOTE_NONE)


@cache
def rows(package: str, name: str) -> tuple[dict[str, str], ...]:
    """The same, read once."""
    return tuple(read(package, name))
