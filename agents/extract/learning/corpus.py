"""Raw articles in bulk: JSON lines, gzipped or not, each with an "id", "outlet", "title", "body" and "published"."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def articles(file: Path) -> Iterator[dict[str, Any]]:
    """The articles of a corpus in its order; raises ValueError at the first line that is none, OSError for no file."""
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                article = json.loads(line)
                article["title"], article["body"]
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{file}, line {number}: no article ({type(error).__name__}: {error})") from error
            yield article
