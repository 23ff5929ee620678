"""Learn the weights of lexicon/weights.tsv from annotated articles.

usage: python -m agents.extract.train GOLD.jsonl [GOLD.jsonl …] [--out weights.tsv] [--leave-out FIELD=VALUE]

Deterministic: the same articles give the same weights. Needs numpy and scipy (development only).
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from agents.extract.act import ACTS
from agents.extract.act import features as act_features
from agents.extract.content import Contents
from agents.extract.cues import find
from agents.extract.form import form
from agents.extract.layout import Layout
from agents.extract.text import Text

Group = tuple[list[list[str]], int]  # the candidates' features, and which is right
Model = dict[str, float]

# Features seen less often than this teach nothing that holds elsewhere.
_RARE = 2
_PENALTY = {"start": 0.6, "end": 0.6, "before": 1.0, "act": 0.7}
_NEGLIGIBLE = 0.02


def overlap(a: Sequence[tuple[int, int]], b: Sequence[tuple[int, int]]) -> float:
    """Jaccard of two lists of token spans."""
    x = {i for first, last in a for i in range(first, last)}
    y = {i for first, last in b for i in range(first, last)}
    return len(x & y) / len(x | y) if x | y else 0.0


class Lessons:
    """What the annotated articles teach, by model."""

    def __init__(self) -> None:
        self.groups: dict[str, list[Group]] = {"start": [], "end": [], "before": []}
        self.acts: list[tuple[list[str], str]] = []
        self.unreached: Counter[str] = Counter()

    def add(self, document: dict[str, Any]) -> None:
        layout = Layout(Text(document["text"]))
        text, contents = layout.text, Contents(layout)
        gold = []
        for s in document["statements"]:
            spans = []
            for a, b in s["content"]:
                first, last = text.tokens(a, b)
                last = contents.trim(first, last)
                if first < last:
                    spans.append((first, last))
            if spans:
                gold.append((text.tokens(*s["cue"]) if s["cue"] else None, spans, s))
        by_cue = {}
        for cue_span, spans, s in gold:
            if cue_span:
                for i in range(*cue_span):
                    by_cue[i] = (spans, s)
        for cue in find(layout):
            known = by_cue.get(cue.at)
            starts = contents.starts(cue)
            if known is None:
                self.groups["start"].append(([c.features for c in starts], 0))
                continue
            spans, s = known
            if s["optional"]:
                continue
            cue_at = cue.at
            first = spans[0][0] if spans[0][0] > cue_at or len(spans) == 1 else spans[-1][0]
            if spans[-1][1] <= cue_at:
                right = [n for n, c in enumerate(starts) if c.kind == "before"]
                last, firsts = contents.before(cue)
                if right and firsts:
                    best = max(range(len(firsts)), key=lambda n: (overlap([(firsts[n].first, last)], spans), -n))
                    if overlap([(firsts[best].first, last)], spans) >= 0.5:
                        self.groups["before"].append(([c.features for c in firsts], best))
            else:
                # The same place may be reached in several ways; the nearest within a word is right.
                right = [n for n, c in enumerate(starts) if c.first == first and c.kind not in ("none", "before")] or [
                    n for n, c in enumerate(starts) if abs(c.first - first) <= 2 and c.kind not in ("none", "before")]
                if right:
                    start = starts[right[0]]
                    forward = [(max(a, start.first), b) for a, b in spans if b > start.first]
                    ends = contents.ends(cue, start)
                    if ends and forward:
                        scores = [overlap([(start.first, e.last)], forward) for e in ends]
                        best = max(range(len(ends)), key=lambda n: (scores[n], -n))
                        if scores[best] >= 0.6:
                            self.groups["end"].append(([e.features for e in ends], best))
                        else:
                            self.unreached["end"] += 1
            if right:
                self.groups["start"].append(([c.features for c in starts], right[0]))
            else:
                self.unreached["start"] += 1
            self.acts.append((act_features(layout, cue.cue(), spans, form(layout, spans)), s["act"]))


def rank(groups: list[Group], penalty: float) -> Model:
    """Weights under which the right candidate of each group is likeliest; L2 penalty, L-BFGS."""
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

    w = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return {f: float(w[n]) for f, n in names.items() if abs(w[n]) >= _NEGLIGIBLE}


def learn(lessons: Lessons) -> dict[str, Model]:
    models = {name: rank(groups, _PENALTY[name]) for name, groups in lessons.groups.items()}
    # An act is ranked too: its candidates are the nine acts, each feature told apart by the act it speaks for.
    groups = [([[f"{a}|{f}" for f in found] for a in ACTS], ACTS.index(right)) for found, right in lessons.acts]  # type: ignore[arg-type]
    ranked = rank(groups, _PENALTY["act"])
    for a in ACTS:
        models[f"act {a}"] = {f.split("|", 1)[1]: w for f, w in ranked.items() if f.split("|", 1)[0] == a}
    return models


def documents(paths: Iterable[str]) -> list[dict[str, Any]]:
    out = []
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            out += [json.loads(line) for line in lines]
    return out


def table(models: dict[str, Model]) -> str:
    lines = ["# Learned by train.py; do not edit by hand.", "model\tfeature\tweight"]
    lines += [f"{name}\t{feature}\t{weight:.3f}" for name, model in sorted(models.items()) for feature, weight in sorted(model.items())]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", nargs="+")
    parser.add_argument("--out", default=str(files("agents.extract").joinpath("lexicon", "weights.tsv")))
    arguments = parser.parse_args()
    lessons = Lessons()
    for document in documents(arguments.gold):
        lessons.add(document)
    models = learn(lessons)
    with open(arguments.out, "w", encoding="utf-8") as out:
        out.write(table(models))
    print({name: len(groups) for name, groups in lessons.groups.items()}, {name: len(m) for name, m in models.items()}, dict(lessons.unreached))


if __name__ == "__main__":
    main()
