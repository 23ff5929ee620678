"""The log-linear ranking that decides between candidates: each has named features, the weights are a table.

Choosing one of several is a softmax over the sums of their features' weights, so that a choice comes with a
probability, and can be explained by the features that weighed most. Weights are learned by learning/train.py.

Most candidates are never looked at again, so that a candidate holds not its features but the facts that they are
made of: what the features of some facts weigh together is summed once and remembered. Facts that hardly ever come
again (two words, a lemma and a class) are not worth remembering: they stand as the features themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from agents.extract.lexicon.tables import lines

Weights = Mapping[str, float]
# Rankings of the same few answers for everything share their features: feature → its weight for each answer.
AnswerWeights = Mapping[str, Sequence[float]]
# A function that names features, and its arguments: (by_class, kind, coarse); or a feature itself, by its name.
Facts = tuple[Any, ...] | str

# So many sums are kept, so that a long run over many texts stays within its memory.
_MEMO = 20_000
_EXPLAINED = 2_000


class Ranking:
    """The weights of one kind of candidates, and what the facts seen so far weigh."""

    __slots__ = ("_heaviest", "_of", "weights")

    def __init__(self, weights: Weights) -> None:
        self.weights = weights if isinstance(weights, Table) else Table(weights)
        self._of = self.weights.__getitem__
        # Every choice is explained in its statement, by facts that come up again and again.
        self._heaviest = lru_cache(maxsize=_EXPLAINED)(self._heaviest_of)

    def score(self, described: Iterable[Facts], before: float = 0.0) -> float:
        """The sum of the weights of all features of a candidate, added to what came `before`."""
        return sum(map(self._of, described), before)

    def heaviest(self, described: Iterable[Facts], count: int = 3) -> list[str]:
        """The `count` features, three at most, that weighed most in a choice, for the trace."""
        weights, remembered = self.weights, self._heaviest
        known: list[tuple[float, str]] = []
        for facts in described:
            if not isinstance(facts, str):
                known += remembered(facts)
            elif facts in weights:
                known.append((-abs(weights[facts]), facts))
        known.sort()
        return [f"{name}:{weights[name]:+.1f}" for _, name in known[:count]]

    def _heaviest_of(self, facts: Facts) -> list[tuple[float, str]]:
        """The three heaviest features of some facts: how little they weigh, and their names."""
        weights = self.weights
        return sorted((-abs(weights[name]), name) for name in features((facts,)) if name in weights)[:3]


class Table(dict[Any, float]):
    """Weights by the names of features, among them what some facts weigh together, remembered as it is asked.

    One table of both, as the weights are many and looked up the most.
    """

    __slots__ = ("_room",)

    def __init__(self, weights: Weights) -> None:
        super().__init__(weights)
        self._room = _MEMO

    def __missing__(self, facts: Facts) -> float:
        if isinstance(facts, str):
            return 0.0
        if self._room <= 0:
            for told in list(self):  # a copy, as other threads ask meanwhile; and they may have come here, too
                if not isinstance(told, str):
                    self.pop(told, None)
            self._room = _MEMO
        self._room -= 1
        namer, *values = facts
        weight = self[facts] = sum(filter(None, map(self.get, namer(*values))), 0.0)
        return weight


def features(described: Iterable[Facts]) -> list[str]:
    """The names of the features that some facts have."""
    found: list[str] = []
    for facts in described:
        if isinstance(facts, str):
            found.append(facts)
        else:
            namer, *values = facts
            found += namer(*values)
    return found


@dataclass(frozen=True, slots=True)
class Models:
    """All that the engine has learned: what reports, where content begins and ends, what a report does, how sure."""

    cue: Ranking
    start: Ranking
    end: Ranking
    before: Ranking
    act: AnswerWeights
    confidence: Weights

    @classmethod
    def of(cls, tables: Mapping[str, Weights], acts: Sequence[str]) -> Models:
        """From plain tables, empty where missing; in that of acts a feature is `act|feature`."""
        cue, start, end, before = (Ranking(tables.get(name, {})) for name in ("cue", "start", "end", "before"))
        return cls(cue, start, end, before, by_answer(tables.get("act", {}), acts), tables.get("confidence", {}))


def by_answer(table: Weights, answers: Sequence[str]) -> AnswerWeights:
    """The weights of a table in which a feature is `answer|feature`."""
    found: dict[str, list[float]] = {}
    for name, weight in table.items():
        answer, feature = name.split("|", 1)
        found.setdefault(feature, [0.0] * len(answers))[answers.index(answer)] = weight
    return found


def weigh(features: Iterable[str], weights: AnswerWeights) -> list[float]:
    """What the features weigh together for each answer; empty when none of them is known."""
    return [sum(column) for column in zip(*filter(None, map(weights.get, features)), strict=True)]


def tables(file: str) -> dict[str, Table]:
    """What was learned: the tables of a file of lexicon/ by their names, each of features and weights."""
    found: dict[str, Table] = {}
    number = lru_cache(maxsize=None)(float)  # of many weights few differ to three places
    for line in islice(lines(file), 1, None):
        name, feature, weight = line.rstrip("\n").split("\t")
        found.setdefault(name, Table({}))[feature] = number(weight)
    return found


def load(acts: Sequence[str]) -> Models:
    """The weights of lexicon/weights.tsv.gz."""
    return Models.of(tables("weights.tsv.gz"), acts)


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
