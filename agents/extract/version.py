"""Which engine this is: a name that changes with any of its code or tables."""

from __future__ import annotations

import gzip
from importlib.resources import files
from importlib.resources.abc import Traversable

from streams.identity import identity

# What an installed engine lacks, and does not read.
_NOT_OF_IT = frozenset(("__pycache__", "learning"))


def contents(folder: Traversable) -> list[str]:
    """The names and texts of an engine's code and tables in `folder`, in the order of their names."""
    found = []
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name in _NOT_OF_IT:
            continue
        if item.is_dir():
            found += contents(item)
        elif item.name.endswith((".py", ".tsv", ".toml", ".json")):
            found += [item.name, item.read_text("utf-8")]
        elif item.name.endswith(".tsv.gz"):
            found += [item.name, gzip.decompress(item.read_bytes()).decode()]
    return found


ENGINE = identity(*contents(files(__package__)))
