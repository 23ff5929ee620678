"""The antecedent of a verb without a subject (وأضاف، مشيرا إلى، قوله), among those who spoke or were named before.

A log-linear ranking, as in model.py: each candidate has named features (did it speak last, does it stand in this
sentence, does its gender agree …), the weights are in lexicon/weights.tsv, and the choice can be read from the trace.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from agents.extract import gazetteer as g
from agents.extract.coreference import Article
from agents.extract.gazetteer import word
from agents.extract.layout import Layout
from agents.extract.lexicon import rows
from agents.extract.lexicon import words as classes
from agents.extract.model import score
from agents.extract.names import Source
from agents.extract.report import Report
from streams.arabic import fold

if TYPE_CHECKING:
    from agents.extract.speakers import Speaker

# How many of those who spoke, and how many of those named before the cue, are weighed.
_SPOKE, _NAMED = 4, 8


@cache
def _weights() -> dict[str, float]:
    return {row["feature"]: float(row["weight"]) for row in rows("antecedents.tsv")}


class Antecedents:
    """Who may be meant at each point of an article; grows as its reports are resolved."""

    def __init__(self, layout: Layout, article: Article) -> None:
        self.layout, self.article = layout, article
        self._spoken: list[tuple[Report, Speaker]] = []
        self._of: dict[int, Speaker] = {}

    def spoke(self, report: Report, speaker: Speaker) -> None:
        """Remember who speaks in `report`; to be told in the order of the text."""
        self._spoken.append((report, speaker))
        self._of[id(report)] = speaker

    def choose(self, report: Report, name: Callable[[Source], Speaker]) -> tuple[Speaker, str] | None:
        """The likeliest antecedent and the features that spoke for it; None when nobody was named before."""
        candidates = self.candidates(report, name)
        if not candidates:
            return None
        table = _weights()
        best = max(range(len(candidates)), key=lambda n: (score(candidates[n][1], table), -n))
        speaker, features = candidates[best]
        return speaker, ", ".join(sorted(features, key=lambda f: (-abs(table.get(f, 0.0)), f))[:2])

    def candidates(self, report: Report, name: Callable[[Source], Speaker]) -> list[tuple[Speaker, list[str]]]:
        """Those who may be meant, each with its features; one entry an identity."""
        text, at = self.layout.text, report.cue.span[0] if report.cue else report.content[0][0]
        first = self.layout.first[at]
        shape = self._shape(report)
        found: dict[str, tuple[Speaker, set[str]]] = {}

        def add(speaker: Speaker, *features: str) -> None:
            entry = found.setdefault(speaker.id, (speaker, set()))
            entry[1].update(features)

        rank = 0
        for other, speaker in self._spoken[: -_SPOKE - 4 : -1]:
            if other is report.parent or other is report:
                continue
            level = "sister" if other.parent is report.parent else "inner" if other.parent is not None else "outer"
            where = other.cue.span[0] if other.cue else other.content[0][0]
            near = "same sentence" if where >= first else "same line" if text.line[where] == text.line[at] else "before"
            add(speaker, f"spoke {rank} {level}", f"spoke {near}", f"{shape} spoke {rank}", f"{shape} spoke {near}")
            rank += 1
            if rank == _SPOKE:
                break
        if report.parent is not None:
            outer = self._of.get(id(report.parent))
            if outer:
                add(outer, "parent", f"{shape} parent")
        rank = 0
        for source in reversed(self._before(at)):
            where = source.span[0]
            if source.kind in ("document",) or (rank and where < first - 60):
                continue
            near = "same sentence" if where >= first else "before"
            position = self._position(where)
            add(
                name(source),
                f"named {near} {position}",
                f"named {rank if rank < 3 else 3} {near}",
                f"{shape} named {near} {position}",
            )
            rank += 1
            if rank == _NAMED:
                break
        out = []
        for speaker, features in found.values():
            features |= self._agreement(report, speaker)
            features.add(f"kind {speaker.kind}")
            out.append((speaker, sorted(features)))
        return out

    def _before(self, at: int) -> list[Source]:
        """The last sources named before token `at`."""
        sources = self.article.sources
        low, high = 0, len(sources)
        while low < high:
            middle = (low + high) // 2
            if sources[middle].span[1] <= at:
                low = middle + 1
            else:
                high = middle
        return sources[max(0, low - _NAMED - 4) : low]

    def _position(self, i: int) -> str:
        """What a name is to its clause, by the word before it."""
        if i <= self.layout.first[i]:
            return "opens"
        before = word(self.layout.text.word[i - 1])
        if self.layout.readings[i - 1] and any(r.form.shape == "finite" for r in self.layout.readings[i - 1]):
            return "after cue"
        if before.classes & g.VERB:
            return "after verb"
        if before.classes & g.PREPOSITION or word(self.layout.text.word[i]).clitic:
            return "after preposition"
        if before.classes & (g.THAT | g.LINK):
            return "after that"
        if before.classes & g.MARK:
            return "after mark"
        return "after noun"

    def _shape(self, report: Report) -> str:
        cue = report.cue
        if cue is None:
            return "none"
        form = self.layout.text.form[cue.span[0]]
        joined = cue.shape == "finite" and form[0] in classes()["conjunction"]
        opens = cue.span[0] <= self.layout.first[cue.span[0]] + 1
        return cue.shape + (" joined" if joined else "") + (" opening" if opens else "")

    def _agreement(self, report: Report, speaker: Speaker) -> set[str]:
        cue = report.cue
        if cue is None:
            return set()
        gender: str | None = cue.gender
        number: str | None = cue.number
        if cue.pronoun:
            gender, number = _PRONOUNS.get(cue.pronoun, (gender, number))
        features = set()
        if gender and speaker.gender:
            features.add("gender agrees" if gender == speaker.gender else "gender differs")
        elif gender:
            features.add(f"gender {gender} of {speaker.kind}")
        if number and speaker.number:
            features.add("number agrees" if number == speaker.number else "number differs")
        return features


# What an attached pronoun tells of whom it means: gender, number.
_PRONOUNS: dict[str, tuple[str | None, str | None]] = {
    fold("ه"): ("m", "s"), fold("ها"): ("f", "s"), fold("هم"): (None, "p"), fold("هما"): (None, "d"),
}  # fmt: skip
