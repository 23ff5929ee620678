"""Measure the engine on annotated articles, with its errors told readably.

The measures: statements are matched one to one to the largest total overlap of their content (Jaccard over words);
a pair is found at a threshold when its overlap reaches it. Optional gold statements count neither way. A speaker is
right when its folded name is one of the folded answers. `joint@.8` is the headline: overlap of 0.8 and the speaker.
How far chance may have moved an F1 is told by drawing the articles anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from agents.extract.engine import Extracted
from streams.arabic import fold

_WORD = re.compile(r"[^\W_]+(?:[\u064b-\u065f\u0670\u0640][^\W_]*)*")
_FOUND, _GOOD = 0.3, 0.8
_BINS = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
_FINDINGS = ("@.3", "@.8", "joint@.3", "joint@.8")
_FIELDS = ("form", "act", "kind")
_SHARES = ("speaker", "speaker named", "speaker implied", "in full", "no speaker", "cue", *_FIELDS)
_DRAWS = 1000

Gold = Mapping[str, Any]
Spans = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A gold statement and the statement matched to it."""

    gold: Gold
    got: Extracted
    overlap: float

    @property
    def speaker(self) -> bool:
        """The speaker is one of the answers."""
        answers = {_name(name) for name in (self.gold.get("speaker"), *self.gold.get("aliases", ()))} - {""}
        return _name(self.got.speaker) in answers

    @property
    def in_full(self) -> bool:
        """The speaker is told by the fullest of his names, which is the first answer."""
        return _name(self.got.speaker) == _name(self.gold.get("speaker"))

    @property
    def cue(self) -> bool:
        """The cues overlap, or there is none in either."""
        gold, got = self.gold.get("cue"), self.got.cue
        return (gold is None and got is None) or bool(gold and got and got[0] < gold[1] and gold[0] < got[1])


@dataclass(slots=True)
class Score:
    """Counts over articles."""

    articles: list[Counter[str]] = field(default_factory=list)
    # How many statements of each step of confidence there were, how many of them right, and their summed confidence.
    trusted: dict[int, list[float]] = field(default_factory=dict)
    errors: list[tuple[str, str, str]] = field(default_factory=list)  # kind, article, what

    def add(self, article: Gold, got: Sequence[Extracted]) -> None:
        """Score one article's statements."""
        text, c = article["text"], Counter[str]()
        self.articles.append(c)
        pairs, missed, extra = match(article, got)
        for pair in pairs:
            c["@.3"] += 1
            c["@.8"] += pair.overlap >= _GOOD
            c["joint@.3"] += pair.speaker
            c["joint@.8"] += pair.speaker and pair.overlap >= _GOOD
            how = "named" if pair.gold.get("mention") else "implied"
            c[how] += 1
            c[f"speaker {how}"] += pair.speaker
            c["speaker"] += pair.speaker
            if pair.gold.get("kind") == "person":
                c["people"] += 1
                c["in full"] += pair.in_full
            c["no speaker"] += pair.got.speaker is None
            c["cue"] += pair.cue
            for name in _FIELDS:
                c[name] += getattr(pair.got, name) == pair.gold.get(name)
        c["gold"] += len(pairs) + len(missed)
        c["predicted"] += len(pairs) + len(extra)
        self._trust(pairs, extra)
        self._tell(str(article.get("doc", "")), text, pairs, missed, extra)

    def _trust(self, pairs: Iterable[Pair], extra: Iterable[Extracted]) -> None:
        said = [(pair.got, pair.speaker and pair.overlap >= _GOOD) for pair in pairs] + [(got, False) for got in extra]
        for got, right in said:
            step = sum(got.confidence >= edge for edge in _BINS) - 1
            row = self.trusted.setdefault(step, [0.0, 0.0, 0.0])
            row[0] += 1
            row[1] += right
            row[2] += got.confidence

    def _tell(
        self, doc: str, text: str, pairs: Iterable[Pair], missed: Iterable[Gold], extra: Iterable[Extracted]
    ) -> None:
        for pair in pairs:
            if pair.overlap < _GOOD:
                (gold_first, gold_last), (first, last) = _edges(pair.gold["content"]), _edges(pair.got.content)
                where = (
                    "begins early"
                    if first < gold_first
                    else "begins late"
                    if first > gold_first
                    else "ends early"
                    if last < gold_last
                    else "ends late"
                    if last > gold_last
                    else "other parts"
                )
                self.errors.append(
                    (f"content {where}", doc, f"{_show(text, pair.gold['content'])} ⟶ {_show(text, pair.got.content)}")
                )
            elif not pair.speaker:
                kind = "speaker unknown" if pair.got.speaker is None else "speaker wrong"
                self.errors.append(
                    (kind, doc, f"{pair.gold.get('speaker')} ⟶ {pair.got.speaker}: {_show(text, pair.got.content)}")
                )
        for gold in missed:
            cue = text[slice(*gold["cue"])] if gold.get("cue") else "no cue"
            self.errors.append((f"missed, {gold.get('form')}", doc, f"{cue}: {_show(text, gold['content'])}"))
        for got in extra:
            self.errors.append((f"no statement, after {got.cue_lemma or 'no cue'}", doc, _show(text, got.content)))

    @property
    def counts(self) -> Counter[str]:
        """Of all articles together."""
        return sum(self.articles, Counter[str]())

    def findings(self) -> dict[str, tuple[float, float, float]]:
        """Precision, recall and F1 in per cent, of contents alone and jointly with the speaker."""
        c = self.counts
        found = {}
        for name in _FINDINGS:
            p, r = c[name] / max(c["predicted"], 1), c[name] / max(c["gold"], 1)
            found[name] = (100 * p, 100 * r, 200 * p * r / (p + r) if p + r else 0.0)
        return found

    def interval(self, name: str) -> tuple[float, float]:
        """Where 95 of 100 draws of as many of these articles, with replacement, put the F1 of a finding."""
        counts = np.array([[2 * c[name], c["predicted"] + c["gold"]] for c in self.articles])
        draws = np.random.default_rng(0).integers(len(counts), size=(_DRAWS, len(counts)))
        hits, statements = counts[draws].sum(axis=1).T
        low, high = np.percentile(100 * hits / np.maximum(statements, 1), (2.5, 97.5))
        return float(low), float(high)

    def shares(self) -> dict[str, float]:
        """Of the statements found, the per cent of which each answer is right; for `no speaker`, that have none."""
        c = self.counts
        of = {"speaker named": c["named"], "speaker implied": c["implied"], "in full": c["people"]}
        return {name: 100 * c[name] / max(of.get(name, c["@.3"]), 1) for name in _SHARES}

    def table(self) -> dict[str, float | tuple[float, float, float]]:
        """All measures in one."""
        shares = {f"{name} % of matched": share for name, share in self.shares().items()}
        return {**self.findings(), **shares, "gold": self.counts["gold"], "predicted": self.counts["predicted"]}

    def reliability(self) -> list[tuple[float, float, int, float, float]]:
        """By step of confidence: from, to, how many statements, their mean confidence, the share of them right."""
        return [
            (_BINS[step], min(_BINS[step + 1], 1.0), int(n), total / n, right / n)
            for step, (n, right, total) in sorted(self.trusted.items())
        ]

    def commonest(self, count: int = 10) -> list[tuple[str, int]]:
        """The commonest kinds of error."""
        return Counter(kind for kind, _, _ in self.errors).most_common(count)


def match(article: Gold, got: Sequence[Extracted]) -> tuple[list[Pair], list[Gold], list[Extracted]]:
    """Pairs of gold and extracted statements, gold ones missed, and extracted ones that are nowhere in the gold."""
    words = [m.span() for m in _WORD.finditer(article["text"])]
    gold = list(article["statements"])
    gold_words = [_covered(s["content"], words) for s in gold]
    got_words = [_covered(s.content, words) for s in got]
    overlaps = [[_jaccard(a, b) for b in got_words] for a in gold_words]
    # Of two statements as near, the one that counts is preferred.
    worth = [[o - (0.001 if s.get("optional") else 0.0) for o in row] for s, row in zip(gold, overlaps, strict=True)]
    chosen = zip(*linear_sum_assignment(worth, maximize=True), strict=True) if gold and got else ()
    paired = {i: j for i, j in chosen if overlaps[i][j] >= _FOUND}
    pairs = [Pair(gold[i], got[j], overlaps[i][j]) for i, j in paired.items() if not gold[i].get("optional")]
    missed = [s for i, s in enumerate(gold) if i not in paired and not s.get("optional")]
    taken = set(paired.values())
    spared = {j for i, s in enumerate(gold) if s.get("optional") for j in range(len(got)) if overlaps[i][j] >= _FOUND}
    extra = [s for j, s in enumerate(got) if j not in taken and j not in spared]
    return pairs, missed, extra


def judge(article: Gold, got: Sequence[Extracted]) -> list[bool | None]:
    """For each extracted statement whether content and speaker are right; None when the gold leaves it open."""
    pairs, _, extra = match(article, got)
    right = {pair.got.id: pair.speaker and pair.overlap >= _GOOD for pair in pairs}
    wrong = {s.id for s in extra}
    return [right.get(s.id, False if s.id in wrong else None) for s in got]


def _covered(spans: Spans, words: Sequence[tuple[int, int]]) -> set[int]:
    return {i for i, (a, b) in enumerate(words) if any(first < b and a < last for first, last in spans)}


def _jaccard(a: set[int], b: set[int]) -> float:
    return len(a & b) / len(a | b) if a or b else 0.0


def _edges(spans: Spans) -> tuple[int, int]:
    return spans[0][0], spans[-1][1]


def _show(text: str, spans: Spans) -> str:
    return " … ".join(text[a:b] for a, b in spans)


def _name(name: str | None) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(unicodedata.normalize("NFKC", name or ""))))
