"""What both trainings share: weights under which the right candidates are likeliest, and their tables.

Needs numpy and scipy (development only).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

Table = dict[str, float]

# Features seen less often than this teach nothing that holds elsewhere.
_RARE = 2


class Group(NamedTuple):
    """The features of each candidate, which of them is the right one, and how many times that counts."""

    candidates: list[list[str]]
    right: int
    times: float = 1.0


class Answered(NamedTuple):
    """The features of what has one of the same few answers, its answer, and how many times that counts."""

    features: list[str]
    answer: str
    times: float = 1.0


def rank(groups: list[Group], penalty: float, negligible: float) -> Table:
    """Weights under which the right candidate of each group is likeliest; L2 penalty, L-BFGS.

    Those below `negligible` are left out.
    """
    seen = Counter(f for group in groups for f in {f for c in group.candidates for f in c})
    names = {f: n for n, f in enumerate(sorted(f for f, c in seen.items() if c >= _RARE and f.isprintable()))}
    rows, columns, sizes, right = [], [], [], []
    row = 0
    for group in groups:
        right.append(row + group.right)
        for c in group.candidates:
            for f in c:
                if f in names:
                    rows.append(row)
                    columns.append(names[f])
            row += 1
        sizes.append(len(group.candidates))
    x = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(row, len(names)))
    edges = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    owner = np.repeat(np.arange(len(sizes)), sizes)
    times = np.array([group.times for group in groups])
    answer = x[right].T @ times

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        s = x @ w
        top = np.maximum.reduceat(s, edges)
        e = np.exp(s - top[owner])
        z = np.add.reduceat(e, edges)
        value = float(times @ (np.log(z) + top - s[right]) + 0.5 * penalty * w @ w)
        return value, x.T @ (e * (times / z)[owner]) - answer + penalty * w

    w = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 120, "ftol": 1e-7}).x
    return {f: float(w[n]) for f, n in names.items() if abs(w[n]) >= negligible}


def answered(lessons: Iterable[Answered], answers: Sequence[str]) -> list[Group]:
    """Groups for what has the same few answers: these are the candidates, each feature told apart by its answer."""
    return [
        Group([[f"{a}|{f}" for f in one.features] for a in answers], answers.index(one.answer), one.times)
        for one in lessons
    ]


def write(path: str, tables: Mapping[str, Table], by: str) -> None:
    """Write the tables as `model.tables` reads them; `by`: which program learned them."""
    with open(path, "w", encoding="utf-8") as out:
        out.write(f"# Learned by {by}; do not edit by hand.\nmodel\tfeature\tweight\n")
        for name, table in sorted(tables.items()):
            out.writelines(f"{name}\t{feature}\t{weight:.3f}\n" for feature, weight in sorted(table.items()))
