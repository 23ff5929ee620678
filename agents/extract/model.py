"""The log-linear ranking that decides between candidates: each is a list of named features, the weights are a table.

Choosing one of several is a softmax over the sums of their features' weights, so that a choice comes with a
probability, and can be explained by the features that weighed most. Weights are learned by train.py.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.extract.lexicon import rows

Weights = Mapping[str, float]
# Rankings of the same few answers for everything share their features: feature → (number of the answer, weight).
AnswerWeights = Mapping[str, Sequence[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class Models:
    """All that the engine has learned: where content begins and ends, what a report does, how sure it is."""

    start: Weights
    end: Weights
    before: Weights
    act: AnswerWeights
    confidence: Weights

    @classmethod
    def of(cls, tables: Mapping[str, Weights], acts: Sequence[str]) -> Models:
        """From plain tables; in that of acts a feature is `act|feature`."""
        number = {act: n for n, act in enumerate(acts)}
        by_feature: dict[str, list[tuple[int, float]]] = {}
        for name, weight in tables["act"].items():
            act, feature = name.split("|", 1)
            by_feature.setdefault(feature, []).append((number[act], weight))
        return cls(tables["start"], tables["end"], tables["before"], by_feature, tables.get("confidence", {}))


def load(acts: Sequence[str]) -> Models:
    """The weights of lexicon/weights.tsv."""
    tables: dict[str, dict[str, float]] = {}
    for row in rows("weights.tsv"):
        tables.setdefault(row["model"], {})[row["feature"]] = float(row["weight"])
    return Models.of(tables, acts)


def score(features: Sequence[str], table: Weights) -> float:
    """The sum of the features' weights."""
    get = table.get
    total = 0.0
    for feature in features:
        total += get(feature, 0.0)
    return total


def softmax(scores: Sequence[float]) -> list[float]:
    """Probabilities in proportion to the powers of the scores."""
    top = max(scores)
    powers = [math.exp(value - top) for value in scores]
    total = sum(powers)
    return [power / total for power in powers]


def heaviest(features: Sequence[str], table: Weights, count: int = 3) -> list[str]:
    """The features that weighed most in a choice, for the trace."""
    known = sorted((f for f in features if f in table), key=lambda f: (-abs(table[f]), f))
    return [f"{feature}:{table[feature]:+.1f}" for feature in known[:count]]
