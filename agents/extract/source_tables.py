"""What was learned of sources: lexicon/sources.tsv by name of its table, and its rankings as they are in use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from agents.extract.model import AnswerWeights, Ranking, Weights, by_answer, tables
from agents.extract.report import KINDS


@cache
def source_tables() -> dict[str, dict[str, float]]:
    """beside, extent, name, antecedent, kind: the weights of features · verbal: the learned classes of verbs."""
    return tables("sources.tsv")


@cache
def rankings() -> dict[str, Ranking]:
    """The rankings of lexicon/sources.tsv by name."""
    return {name: Ranking(table) for name, table in source_tables().items()}


@cache
def _kind_weights() -> list[AnswerWeights]:
    return [by_answer(source_tables().get("kind", {}), KINDS)]


def kind_weights() -> AnswerWeights:
    """The weights of features for each kind of source, in the order of `KINDS`."""
    return _kind_weights()[0]


def use(tables: Mapping[str, Weights]) -> None:
    """Take these weights in place of those of the file (for train_sources.py)."""
    rankings().clear()
    rankings().update({name: Ranking(tables.get(name, {})) for name in ("beside", "extent", "name", "antecedent")})
    _kind_weights()[0] = by_answer(tables.get("kind", {}), KINDS)
