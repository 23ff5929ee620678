"""The README's code, run as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any


def code(word: str) -> str:
    """The README's only piece of Python in which `word` stands."""
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    (found,) = (block for block in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if word in block)
    return str(found)


def names(word: str) -> dict[str, Any]:
    """What is defined in it."""
    found: dict[str, Any] = {}
    exec(code(word), found)
    return found
