"""What was learned of sources: lexicon/sources.tsv by name of its table, and its rankings as they are in use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from agents.extract.model import Ranking, Weights, tables


@cache
def source_tables() -> dict[str, dict[str, float]]:
    """beside, extent, name, antecedent: the weights of features · verbal: the learned classes of verbs."""
    return tables("sources.tsv")


@cache
def rankings() -> dict[str, Ranking]:
    """The rankings of lexicon/sources.tsv by name."""
    return {name: Ranking(table) for name, table in source_tables().items()}


def use(tables: Mapping[str, Weights]) -> None:
    """Take these weights in place of those of the file (for train_sources.py)."""
    rankings().clear()
    rankings().update({name: Ranking(tables.get(name, {})) for name in ("beside", "extent", "name", "antecedent")})
