"""The noun phrases that may be the source beside a cue, each with the facts that speak for it.

After the verb (قال الوزير إن …), before it (لكن الوزير قال …), as the antecedent of its relative clause (الوزارة التي
أكدت …), as the subject of the verb that a participle goes with (ختم الوزير قائلا …), or none, when the source is only
in the verb's form (وأضاف أن …).
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from itertools import groupby, islice
from typing import NamedTuple

from agents.extract.lexicon.classes import word_classes
from agents.extract.lexicon.words import affixes
from agents.extract.lexicon.words import words as classes
from agents.extract.model import Facts
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.agreement import agreement
from agents.extract.phrases.chunks import PHRASE, Step, steps
from agents.extract.phrases.gazetteer import word
from agents.extract.phrases.noun_phrases import phrase
from agents.extract.phrases.sorts import clitic, sort
from agents.extract.reading.layout import Layout
from agents.extract.report import Cue, Report, Span, meet
from agents.extract.sources import features as named

# How far from a cue its source is looked for, in tokens, and how many phrases on each side are weighed.
_BACK, _ON = 34, 16
_BEFORE, _AFTER = 8, 5
# Of the steps between a phrase and its cue so many are told.
_STEPS = 5
_HEADS = g.HEAD | g.GIVEN | g.PLACE | g.TITLE
# Verbal cues have no subject with a preposition of its own (قال للصحفيين).
_VERBAL, _GOVERNED = frozenset(("finite", "participle")), frozenset(("to", "by", "as"))
_FUNCTION = frozenset(("preposition", "after", "that", "link", "which", "time", "adverb"))


@dataclass(frozen=True, slots=True)
class Others:
    """The tokens of an article that are cues of reports, and those that are their contents."""

    cues: Container[int]
    told: frozenset[int]


NOBODY = Others(frozenset(), frozenset())


class Candidate(NamedTuple):
    """A phrase that may name the source, None for none, and what speaks for it."""

    span: Span | None
    facts: tuple[Facts, ...]


class Near(NamedTuple):
    """A phrase near the cue, and the steps that part them, the nearest to the cue last (after it) or first (before)."""

    span: Span
    path: tuple[str, ...]
    ending: str


class Neighbourhood:
    """What stands around one cue: its phrases on both sides, and what parts them from it."""

    def __init__(self, layout: Layout, report: Report, cue: Cue, others: Others) -> None:
        self.layout, self.text, self.report, self.cue, self.others = layout, layout.text, report, cue, others
        self.at, self.end = cue.span
        self.first, self.last = layout.first[self.at], layout.last[self.at]
        self.inside = self.at in others.told
        self.bound = self._bound()
        self._starts = frozenset(first for first, _ in report.content)

    def _bound(self) -> int:
        """Where a source after the cue must end: the content, the next cue, or the sentence."""
        bound = min(self.last, self.end + _ON)
        for first, _ in self.report.content:
            if self.end <= first < bound:
                bound = first
        return next((i for i in range(self.end, bound) if i in self.others.cues), bound)

    def limit(self, span: Span) -> tuple[int, str]:
        """The token that the phrase at `span` cannot go past, and what stands there."""
        if span[0] >= self.end:
            what = "content" if self.bound in self._starts else "cue" if self.bound in self.others.cues else "end"
            return self.bound, what
        return (self.end, "cue end") if span[0] >= self.at else (self.at, "cue")

    # ---- the phrases

    def candidates(self) -> list[Candidate]:
        """None, then the phrases after the cue, in it and before it."""
        after, inside, before = self._after(), self._inside(), self._before()
        self._shape = self.cue.shape + (" passive" if self.cue.passive else "") + (" of" if self.cue.pronoun else "")
        self._joined = self._how_joined()
        found = [Candidate(None, self._none(after, before))]
        for side, phrases in (("after", after), ("inside", inside), ("before", before)):
            found += [Candidate(near.span, self._facts(near, side, n)) for n, near in enumerate(phrases)]
        return found

    def _after(self) -> list[Near]:
        found: list[Near] = []
        path: tuple[str, ...] = ()
        if self.cue.shape == "finite" and self.cue.number in ("d", "p"):
            return found  # A verb before its subject is singular: وطالبوا الوزير
        for step in steps(self.text, self.end, self.bound, self.others.cues, self.end):
            if step.kind == "that" or len(found) == _AFTER:
                break
            if step.kind == PHRASE and not self._governed(step) and not self._drawn(step):
                found.append(Near((step.first, step.last), path, step.ending))
            path += (step.kind,)
        return found

    def _drawn(self, step: Step) -> bool:
        """What the verb's idiom has for an object: لفت النظر إلى, لفت الانتباه إلى."""
        table = classes()
        return self.cue.lemma in table["draws"] and word(self.text.word[step.first]).base in table["attention"]

    def _governed(self, step: Step) -> bool:
        return self.cue.shape in _VERBAL and clitic(self.text.word[step.first]) in _GOVERNED

    def _inside(self) -> list[Near]:
        """The phrases between a light verb and its noun (وجه الوزير انتقادات)."""
        between = steps(self.text, self.at + 1, self.end) if self.end - self.at > 1 else ()
        found = (step for step in between if step.kind == PHRASE and not self._governed(step))
        return [Near((step.first, step.last), (), step.ending) for step in found]

    def _before(self) -> list[Near]:
        found = self.phrases_before(_BEFORE)
        if found:
            found[1:1] = self._within(found[0])
        return found[:_BEFORE]

    def phrases_before(self, count: int) -> list[Near]:
        """The last phrases of the sentence before the cue, the nearest first, with the steps from each to the cue."""
        found: list[Near] = []
        path: tuple[str, ...] = ()
        steps_to = tuple(steps(self.text, max(self.first, self.at - _BACK), self.at, self.others.cues))
        for step in reversed(steps_to):
            span = step.first, step.last
            if step.kind == PHRASE and not self._theirs(span):
                found.append(Near(span, path, step.ending))
                if len(found) == count:
                    break
            path += (step.kind,)
        return found

    def _within(self, near: Near) -> list[Near]:
        """Phrases that end a longer one and could stand alone (زعيمة الحزب in مقتل زعيمة الحزب)."""
        last = near.span[1]
        starts = (i for i in range(near.span[0] + 1, last) if word(self.text.word[i]).classes & _HEADS)
        ends = ((i, phrase(self.text, i, last)) for i in starts)
        return [Near((i, last), near.path, ending) for i, (end, ending) in ends if end == last][:2]

    def _theirs(self, span: Span) -> bool:
        """The phrase is a part of the content, or of another report's that this cue is not in."""
        if any(meet(part, span) for part in self.report.content):
            return True
        return not self.inside and (span[0] in self.others.told or span[1] - 1 in self.others.told)

    def relayed(self) -> Span | None:
        """The phrase between نقلت … عن and قوله, for which nothing else can be meant; None where there is no such."""
        if not self.cue.pronoun or self.cue.shape != "masdar":
            return None
        near = next(iter(self.phrases_before(1)), None)
        from_him = near and not near.path and self.text.form[near.span[0] - 1] in classes()["on-behalf"]
        return near.span if near and from_him else None

    # ---- the facts

    def _how_joined(self) -> str:
        form, lemma = self.text.form[self.at], self.cue.lemma
        joined = form[0] in affixes("conjunction") and (form[0] != lemma[:1] or form[1:2] == form[0])
        return "joined" if joined else "opening" if self.at <= self.first + 1 else "amid"

    def _none(self, after: list[Near], before: list[Near]) -> tuple[Facts, ...]:
        shape, text = self._shape, self.text
        follows = (
            "content" if self.end in self._starts else sort(text.word[self.end]) if self.end < self.last else "end"
        )
        precedes = sort(text.word[self.at - 1]) if self.at > self.first else "start"
        touching = bool(after and not after[0].path), bool(before and not before[0].path)
        late = self.report.content[0][0] < self.at
        return (
            (named.nobody, shape, self._joined, follows, precedes),
            (named.nobody_of_lemma, self.cue.lemma, self.cue.shape),
            (named.nobody_near, shape, self._joined, *touching),
            (named.nobody_where, shape, late, self.inside, self.bound - self.end < 2),
        )

    def _facts(self, near: Near, side: str, n: int) -> tuple[Facts, ...]:
        text, joined, path = self.text, self._joined, near.path
        first, last = near.span
        token, cue = text.word[first], self.cue
        head, way, touching = sort(token), squeezed(path), not path
        if side == "after" and touching:
            before = "cue"
        else:
            before = "start" if first <= self.first else sort(text.word[first - 1])
        form = text.form[first - 1] if before in _FUNCTION else before
        if last in self._starts:
            after = "content"
        else:
            after = "cue" if last == self.at else "end" if last >= self.last else sort(text.word[last])
        where = f"{side} {cue.shape}"
        deeper = self._quoted(first) - self._quoted(self.at)
        return (
            (named.placed, f"{side} {self._shape}", joined, min(n, 4), way),
            (named.parted, where, way, joined),
            (named.headed, where, head, word(token).definite, clitic(token), near.ending, touching),
            (named.head_class, where, word_classes()[text.form[first]][1]),
            (named.bounded, where, before, after, touching),
            (named.after_form, where, form, head, self._passing()),
            (named.agreeing, where, agreement(cue, text, near.span), joined, touching),
            *named.reached(where, way, head),
            *named.of_lemma(where, cue.lemma, head, touching, after),
            (named.of_head, where, head, joined, touching, after),
            *named.of_first(where, text.form[first]),
            *named.of_last(text.form[last - 1]),
            (named.quoted, side, deeper, self.inside, first in self.others.told),
        )

    def _passing(self) -> str:
        """Verbs whose source a preposition brings: نقلت X عن Y، جاء في بيان Y."""
        table, lemma = classes(), self.cue.lemma
        return "on" if lemma in table["passing-on"] else "in" if lemma in table["comes-in"] else ""

    def _quoted(self, i: int) -> bool:
        return self.layout.quotations.inside[i] >= 0


def squeezed(path: tuple[str, ...]) -> str:
    """The steps of a path, each run of the same as one, no more than five."""
    return " ".join(islice((step for step, _ in groupby(path)), _STEPS))
