"""Learn the weights of lexicon/weights.tsv.gz from annotated articles.

usage: python -m agents.extract.learning.train GOLD.jsonl|FOLDER … [--out weights.tsv.gz] [--quick]

Deterministic: the same articles give the same weights. Needs numpy and scipy (development only).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from agents.extract.act import ACTS
from agents.extract.act import features as act_features
from agents.extract.annotated import annotated_articles
from agents.extract.confidence import features as confidence_features
from agents.extract.contents.candidates import Start
from agents.extract.contents.content import Contents
from agents.extract.contents.cues import Occurrence
from agents.extract.contents.decoding import beginnings, possible
from agents.extract.engine import models as known
from agents.extract.engine import read, statements
from agents.extract.evaluate import judge
from agents.extract.form import form
from agents.extract.jsonl import moment
from agents.extract.learning import train_sources
from agents.extract.learning.ranking import Group, Learned, answered, rank, write
from agents.extract.learning.reorderings import reordered
from agents.extract.learning.variations import varied
from agents.extract.lexicon.cues import cues
from agents.extract.model import Models, features
from agents.extract.reading.layout import Layout
from agents.extract.reading.text import Text
from agents.extract.report import Span
from agents.extract.source_tables import source_tables, use

_PENALTY = {"cue": 4.0, "start": 4.0, "end": 4.0, "before": 3.0, "act": 3.0, "confidence": 2.0}
# Smaller weights are left out: most of a table. What is reported, and where it begins and ends, is told by many small
# ones; an act is told better without them.
_NEGLIGIBLE = {"cue": 0.06, "start": 0.06, "end": 0.06, "before": 0.06, "act": 0.14, "confidence": 0.14}
_PARTS = 2
# One article in so many is held out to learn how sure the engine may be.
_HELD_OUT = 4


def overlap(a: Sequence[tuple[int, int]], b: Sequence[tuple[int, int]]) -> float:
    """Jaccard of two lists of token spans."""
    x = {i for first, last in a for i in range(first, last)}
    y = {i for first, last in b for i in range(first, last)}
    return len(x & y) / len(x | y) if x | y else 0.0


class Lesson:
    """What one annotated article teaches."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.layout = Layout(Text(document["text"]))
        self.contents = Contents(self.layout)
        self.cues = possible(self.contents)
        text = self.layout.text
        self.gold: dict[int, tuple[list[Span], dict[str, Any]]] = {}
        for s in document["statements"]:
            spans = []
            for a, b in s["content"]:
                first, last = text.tokens(a, b)
                last = self.contents.tokens.trim(first, last)
                if first < last:
                    spans.append((first, last))
            if spans and s["cue"]:
                self.gold.update((i, (spans, s)) for i in range(*text.tokens(*s["cue"])))
        self.doubts: list[Group] = []
        self.starts: list[Group] = []
        self.befores: list[Group] = []
        self.acts: list[tuple[list[str], str]] = []
        self.right: list[tuple[Occurrence, Start, list[Span]]] = []
        for cue in self.cues:
            self._begin(cue)

    def _begin(self, cue: Occurrence) -> None:
        alone = self.contents.starts.alone(cue)
        starts = self.contents.starts.of(cue, alone)
        known = self.gold.get(cue.at)
        if known is None or not known[1]["optional"]:
            self.doubts.append(([features(alone), []], 0 if known is None else 1))
        if known is None:
            self.starts.append(([c.features for c in starts], 0))
            return
        spans, s = known
        if s["optional"]:
            return
        if spans[-1][1] <= cue.at:
            right = [n for n, c in enumerate(starts) if c.kind == "before"]
            last, firsts = self.contents.preceding.starts(cue)
            if firsts:
                best = max(range(len(firsts)), key=lambda n: (overlap([(firsts[n].first, last)], spans), -n))
                if overlap([(firsts[best].first, last)], spans) >= 0.5:
                    self.befores.append(([c.features for c in firsts], best))
        else:
            first = spans[0][0] if spans[0][0] > cue.at or len(spans) == 1 else spans[-1][0]
            around = spans[0][1] <= cue.at < spans[-1][0]
            # The same place may be reached in several ways; the nearest within a word is right.
            forward = [
                (n, c)
                for n, c in enumerate(starts)
                if c.kind not in ("none", "before") and (c.kind == "around") == around
            ]
            right = [n for n, c in forward if c.first == first] or [n for n, c in forward if abs(c.first - first) <= 2]
            if around and not right:
                right = [n for n, c in enumerate(starts) if c.kind == "before"]
            elif right:
                self.right.append((cue, starts[right[0]], spans))
        if right:
            self.starts.append(([c.features for c in starts], right[0]))
        self.acts.append((act_features(self.layout, cue.cue(), spans, form(self.layout, spans)), s["act"]))

    def ends(self, models: Models) -> list[Group]:
        """The ends of contents, seen among the other cues as `models` would accept them."""
        begun = beginnings(self.contents, self.cues, models)
        accepted = {at: beginning.starts[0][0] for at, beginning in begun.items()}
        groups: list[Group] = []
        for cue, start, spans in self.right:
            ends = self.contents.ends.of(cue, start, accepted)
            forward = [(max(a, start.first), b) for a, b in spans if b > start.first]
            if not ends or not forward:
                continue
            scores = [overlap([(start.first, e.last)], forward) for e in ends]
            best = max(range(len(ends)), key=lambda n: (scores[n], -n))
            if scores[best] >= 0.6:
                groups.append(([e.features for e in ends], best))
        return groups


@cache
def examples() -> list[tuple[list[str], str]]:
    """What the lexicon's own examples do, so that rare cues are known by more than a row's default.

    They teach no beginnings: all of them report, and text at large does not.
    """
    told = []
    for entry in cues().entries:
        plain, *spans = entry.read_example()
        cue, content = ((start + 1, end + 1) for start, end in spans)  # behind an empty headline
        statement = {"cue": cue, "content": [content], "act": entry.act, "optional": False}
        told += Lesson({"text": f"\n{plain}", "statements": [statement]}).acts
    return told


def _rank(name: str, taught: list[Group], copies: int = 1) -> Learned:
    """The weights of one model; an article counts once, however many `copies` of it teach."""
    return rank(taught, _PENALTY[name] * copies, _NEGLIGIBLE[name])


def learn(lessons: Sequence[Sequence[Lesson]]) -> dict[str, Learned]:
    """All models, from articles that each teach by some lessons, the first the article as it stands.

    Ends are learned among cues accepted by a model that has not seen their article.
    """
    copies = max(map(len, lessons), default=1)
    tables = {
        "cue": _rank("cue", [g for told in lessons for lesson in told for g in lesson.doubts], copies),
        "start": _rank("start", [g for told in lessons for lesson in told for g in lesson.starts], copies),
        "before": _rank("before", [g for told in lessons for lesson in told for g in lesson.befores], copies),
    }
    ends: list[Group] = []
    for part in range(_PARTS):
        seen = [lesson for n, told in enumerate(lessons) if n % _PARTS != part for lesson in told]
        others = Models.of({"start": _rank("start", [g for lesson in seen for g in lesson.starts], copies)}, ACTS)
        ends += [g for told in lessons[part::_PARTS] for lesson in told for g in lesson.ends(others)]
    tables["end"] = _rank("end", ends, copies)
    acts = [a for told in lessons for a in told[0].acts] + examples()
    tables["act"] = _rank("act", answered(acts, ACTS))
    return tables


def calibrate(articles: Sequence[dict[str, Any]], lessons: Sequence[Sequence[Lesson]]) -> Learned:
    """Weights of confidence, from what models, those of sources too, say of articles that they have not seen."""
    train_sources.learn([train_sources.Article(a) for n, a in enumerate(articles) if n % _HELD_OUT])
    models = Models.of(learn([told for n, told in enumerate(lessons) if n % _HELD_OUT]), ACTS)
    groups: list[Group] = []
    for article in articles[::_HELD_OUT]:
        layout = Layout(Text(article["text"]))
        reports = read(layout, moment(article.get("published")), models)
        found = statements(layout, reports)
        for report, right in zip(reports, judge(article, found), strict=True):
            if right is not None:
                groups.append(([confidence_features(report), []], 0 if right else 1))
    use(source_tables())
    return _rank("confidence", groups)


def retold(article: dict[str, Any]) -> list[dict[str, Any]]:
    """The article, and the same as another outlet would tell it."""
    seed = str(article["doc"])
    return [article, varied(reordered(article, seed), seed)]


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", nargs="+", type=Path)
    parser.add_argument("--out", default=str(files("agents.extract").joinpath("lexicon", "weights.tsv.gz")))
    parser.add_argument("--quick", action="store_true", help="keep the present weights of confidence: half the time")
    arguments = parser.parse_args()
    articles = list(annotated_articles(arguments.gold))
    lessons = [[Lesson(told) for told in retold(article)] for article in articles]
    tables = learn(lessons)
    tables["confidence"] = dict(known().confidence) if arguments.quick else calibrate(articles, lessons)
    write(arguments.out, tables, "train.py")
    print({name: len(model) for name, model in tables.items()})


if __name__ == "__main__":
    main()
