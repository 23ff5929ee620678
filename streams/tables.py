"""Tables beside the code that reads them: tab-separated, `#` lines explain, the first other line names the columns."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def rows(package: str, name: str) -> tuple[dict[str, str], ...]:
    """The rows of the table `name` in `package`, each a dict by column."""
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
