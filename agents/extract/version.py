"""Which engine this is: a name that changes with any of its code or tables."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

from streams.identity import identity


def _contents(folder: Traversable) -> list[str]:
    found = []
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir() and item.name != "__pycache__":
            found += _contents(item)
        elif item.name.endswith((".py", ".tsv", ".toml", ".json")):
            found += [item.name, item.read_text("utf-8")]
    return found


ENGINE = identity(*_contents(files(__package__)))
