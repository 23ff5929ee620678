"""What was learned of sources: lexicon/sources.tsv.gz by name of its table, and its rankings as they are in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from agents.extract.model import Ranking, Table, Weights, by_answer, tables
from agents.extract.report import KINDS


@cache
def source_tables() -> dict[str, Table]:
    """beside, extent, name, antecedent, kind: the weights of features · verbal: the learned classes of verbs."""
    return tables("sources.tsv.gz")


@cache
def rankings() -> dict[str, Ranking]:
    """The rankings in use by name."""
    return _rankings(source_tables())


@cache
def kind_weights() -> dict[str, Sequence[float]]:
    """The weights in use of features for each kind of source, in the order of `KINDS`."""
    return _kind_weights(source_tables())


def use(tables: Mapping[str, Weights]) -> None:
    """Take these weights in place of those of the file (for train_sources.py)."""
    rankings().clear()
    rankings().update(_rankings(tables))
    kind_weights().clear()
    kind_weights().update(_kind_weights(tables))


def _rankings(tables: Mapping[str, Weights]) -> dict[str, Ranking]:
    return {name: Ranking(tables.get(name, {})) for name in ("beside", "extent", "name", "antecedent")}


def _kind_weights(tables: Mapping[str, Weights]) -> dict[str, Sequence[float]]:
    return dict(by_answer(tables.get("kind", {}), KINDS))
