"""What both trainings share: weights under which the right candidates are likeliest, and their tables.

Needs numpy and scipy (development only).
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

Group = tuple[list[list[str]], int]  # the candidates' features, and which is right
Learned = dict[str, float]

# Features seen less often than this teach nothing that holds elsewhere.
_RARE = 2


def rank(groups: list[Group], penalty: float, negligible: float) -> Learned:
    """Weights under which the right candidate of each group is likeliest; L2 penalty, L-BFGS.

    Those below `negligible` are left out.
    """
    seen = Counter(f for candidates, _ in groups for f in {f for c in candidates for f in c})
    names = {f: n for n, f in enumerate(sorted(f for f, c in seen.items() if c >= _RARE and f.isprintable()))}
    rows, columns, sizes, right = [], [], [], []
    row = 0
    for candidates, best in groups:
        right.append(row + best)
        for c in candidates:
            for f in c:
                if f in names:
                    rows.append(row)
                    columns.append(names[f])
            row += 1
        sizes.append(len(candidates))
    x = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(row, len(names)))
    edges = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    owner = np.repeat(np.arange(len(sizes)), sizes)
    answer = np.asarray(x[right].sum(axis=0)).ravel()

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        s = x @ w
        top = np.maximum.reduceat(s, edges)
        e = np.exp(s - top[owner])
        z = np.add.reduceat(e, edges)
        value = float(np.sum(np.log(z) + top) - s[right].sum() + 0.5 * penalty * w @ w)
        return value, x.T @ (e / z[owner]) - answer + penalty * w

    w = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 120, "ftol": 1e-7}).x
    return {f: float(w[n]) for f, n in names.items() if abs(w[n]) >= negligible}


def answered(lessons: Iterable[tuple[list[str], str]], answers: Sequence[str]) -> list[Group]:
    """Groups for what has the same few answers: these are the candidates, each feature told apart by its answer."""
    return [([[f"{a}|{f}" for f in found] for a in answers], answers.index(right)) for found, right in lessons]


def write(path: str, tables: Mapping[str, Learned], by: str) -> None:
    """Write the tables, zipped, as `model.tables` reads them; `by`: which program learned them."""
    lines = [f"# Learned by {by}; do not edit by hand.\nmodel\tfeature\tweight\n"]
    for name, table in sorted(tables.items()):
        lines += [f"{name}\t{feature}\t{weight:.3f}\n" for feature, weight in sorted(table.items())]
    # Without the time, so that the same weights are the same file.
    Path(path).write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
