"""What was learned of sources: lexicon/sources.tsv by name of its table."""

from __future__ import annotations

from functools import cache

from agents.extract.model import tables


@cache
def source_tables() -> dict[str, dict[str, float]]:
    """beside, extent, antecedent: the weights of features · verbal: the learned classes of words that are verbs."""
    return tables("sources.tsv")
