"""The antecedent of a verb without a subject (وأضاف، مشيرا إلى، قوله), among those who spoke or were named before.

A log-linear ranking, as in model.py: each candidate is someone with all the ways in which the article has brought him
up to this point (he spoke last, he is the subject of this sentence, his gender agrees …); the weights are in
lexicon/sources.tsv.gz, and the choice can be read from the trace.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from agents.extract.lexicon.words import affixes
from agents.extract.model import Facts, Ranking
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.gazetteer import word
from agents.extract.phrases.sorts import clitic, sort
from agents.extract.reading.layout import Layout
from agents.extract.reading.text import Text
from agents.extract.report import Report, Span, meet
from agents.extract.sources import antecedent_features as named
from agents.extract.sources.beside import Neighbourhood, Others, squeezed
from agents.extract.sources.coreference import Article
from agents.extract.sources.names import Source
from streams.letters import FATHATAN

if TYPE_CHECKING:
    from agents.extract.sources.speakers import Speaker

# How many of those who spoke, and how many of those named before the cue, are weighed.
_SPOKE, _NAMED = 5, 8


class _Verb(NamedTuple):
    """A report whose source is only in its verb's form: where the verb and its sentence begin, what it looks like."""

    report: Report
    at: int
    first: int
    shape: str
    joined: str
    lemma: str
    opens: str


# Someone who may be meant, and what speaks for him.
_Meant = tuple["Speaker", list[Facts]]


class Antecedents:
    """Who may be meant at each point of an article; grows as its reports are resolved."""

    def __init__(self, layout: Layout, article: Article, others: Others) -> None:
        self.layout, self.article, self.others = layout, article, others
        self.spoken: list[tuple[Report, Speaker]] = []
        self._of: dict[int, Speaker] = {}
        self._gender: dict[str, str] = {}

    def spoke(self, report: Report, speaker: Speaker) -> None:
        """Remember who speaks in `report`; to be told in the order of the text."""
        self.spoken.append((report, speaker))
        self._of[id(report)] = speaker
        cue = report.cue
        if cue and cue.gender and cue.shape == "finite" and cue.number in ("s", None) and report.mention:
            self._gender.setdefault(speaker.id, cue.gender)

    def choose(self, report: Report, name: Callable[[Source], Speaker], ranking: Ranking) -> tuple[Speaker, str] | None:
        """The likeliest antecedent and the features that spoke for it; None when nobody was named before."""
        candidates = self.candidates(report, name)
        if not candidates:
            return None
        best = max(range(len(candidates)), key=lambda n: (ranking.score(candidates[n][1]), -n))
        speaker, facts = candidates[best]
        return speaker, ", ".join(ranking.heaviest(facts, 2))

    def candidates(self, report: Report, name: Callable[[Source], Speaker]) -> list[tuple[Speaker, list[Facts]]]:
        """Those who may be meant, each with its facts; one entry an identity."""
        verb = self._verb(report)
        found: dict[str, tuple[Speaker, dict[Facts, None]]] = {}
        meant = chain(self._spoken(verb), self._outer(verb), self._beside(verb, name), self._earlier(verb, name))
        for speaker, facts in meant:
            found.setdefault(speaker.id, (speaker, {}))[1].update(dict.fromkeys(facts))
        often = Counter(speaker.id for _, speaker in self.spoken[:-12:-1])
        agreement = {who: self._agreement(report, speaker) for who, (speaker, _) in found.items()}
        fitting = {who: entry for who, entry in found.items() if agreement[who][0] != "differs"}
        return [
            (
                speaker,
                [
                    *facts,
                    # What holds of someone wherever he stands.
                    (named.agrees, *agreement[who], verb.shape),
                    (named.kind, speaker.kind, verb.shape, verb.lemma),
                    (named.standing, speaker.standing, verb.shape, speaker.kind),
                    (named.often, min(often[who], 3), verb.joined),
                ],
            )
            for who, (speaker, facts) in (fitting or found).items()
        ]

    def _spoken(self, verb: _Verb) -> Iterator[_Meant]:
        """Those who spoke last."""
        report, at, first, shape, joined = verb[:5]
        rank, seen = 0, set[str]()
        for other, speaker in self.spoken[: -_SPOKE - 4 : -1]:
            if other is report.parent or other is report:
                continue
            level = "sister" if other.parent is report.parent else "inner" if other.parent is not None else "outer"
            where = other.cue.span[0] if other.cue else other.content[0][0]
            lines = self.layout.text.line[at] - self.layout.text.line[where]
            near = "same sentence" if where >= first else ("same line", "line before", "before")[min(lines, 2)]
            close = other.content[-1][1] >= at - 4
            how = other.cue.shape if other.cue else "none"
            anew = speaker.id not in seen
            facts: list[Facts] = [
                (named.spoke, shape, joined, rank, level, near),
                (named.spoke_how, shape, joined, rank, bool(other.mention), how, close),
                (named.spoke_anew, shape, joined, len(seen) if anew else -1, near),
            ]
            if anew:
                facts.append((named.spoke_of_lemma, verb.lemma, rank, near, len(seen)))
                facts.append((named.spoke_opens, shape, joined, verb.opens, near, min(len(seen), 2)))
            yield speaker, facts
            seen.add(speaker.id)
            rank += 1
            if rank == _SPOKE:
                break

    def _outer(self, verb: _Verb) -> Iterator[_Meant]:
        """Who speaks in the report around this one."""
        parent = verb.report.parent
        outer = self._of.get(id(parent)) if parent is not None else None
        if outer and parent is not None:
            yield outer, [(named.parent, verb.shape, verb.joined, parent.content[0][0] == verb.first)]

    def _beside(self, verb: _Verb, name: Callable[[Source], Speaker]) -> Iterator[_Meant]:
        """Those named before the verb in its sentence."""
        report, _, first, shape, joined = verb[:5]
        if report.cue is None:
            return
        text = self.layout.text
        around = Neighbourhood(self.layout, report, report.cue, self.others)
        phrases = around.phrases_before(_NAMED)
        for n, near_by in enumerate(phrases):
            span, path = near_by.span, near_by.path
            if self._passed_over(report, span):
                continue
            source = self.article.source(span)
            token = text.word[span[0]]
            before = "start" if span[0] <= first else sort(text.word[span[0] - 1])
            as_we_are = all(i in self.others.told for i in range(*span)) == around.inside
            verbs = path.count("verb") + path.count("cue")
            yield (
                name(source),
                [
                    (named.owned, shape, source.kind, self._owned(span), bool(source.name)),
                    (named.here, shape, joined, squeezed(path), before),
                    (named.here_placed, shape, joined, min(n, 4), before, clitic(token), as_we_are),
                    (named.here_subject, shape, joined, len(phrases) - n == 1, before, verbs),
                    (named.here_kind, shape, source.kind, before),
                    (named.here_head, shape, sort(token), before, bool(source.name)),
                ],
            )

    def _earlier(self, verb: _Verb, name: Callable[[Source], Speaker]) -> Iterator[_Meant]:
        """Those named anywhere before."""
        report, at, first, shape, joined = verb[:5]
        line, rank = self.layout.text.line, 0
        for source in reversed(self._before(at)):
            where = source.span[0]
            if source.kind == "document" or (rank and where < first - 60):
                continue
            if self._passed_over(report, source.span):
                continue
            lines = line[at] - line[where]
            back = "here" if where >= first else f"back {min(lines, 3)}" if lines else "same line"
            yield (
                name(source),
                [
                    (named.owned, shape, source.kind, self._owned(source.span), bool(source.name)),
                    (named.earlier, shape, joined, min(rank, 3), back, self._position(where)),
                ],
            )
            rank += 1
            if rank == _NAMED:
                break

    def _passed_over(self, report: Report, span: Span) -> bool:
        """The phrase names who passes the words on, or nobody."""
        return bool(report.via and meet(span, report.via)) or _nobody(self.layout.text, span)

    def _verb(self, report: Report) -> _Verb:
        at = report.cue.span[0] if report.cue else report.content[0][0]
        lemma = report.cue.lemma if report.cue else ""
        return _Verb(report, at, self.layout.first[at], *self._shape(report), lemma, self._opens(at))

    def _before(self, at: int) -> list[Source]:
        """The last sources named before token `at`."""
        sources = self.article.sources
        count = bisect_right(sources, at, key=lambda source: source.span[1])
        return sources[max(0, count - _NAMED - 12) : count]

    def _position(self, i: int) -> str:
        """What a name is to its clause, by the word before it."""
        if i <= self.layout.first[i]:
            return "opens"
        if any(r.form.shape == "finite" for r in self.layout.readings[i - 1]):
            return "after cue"
        return f"after {sort(self.layout.text.word[i - 1])}"

    def _owned(self, span: Span) -> str:
        """Whether the first or the last word of a phrase is somebody's (والدها، استقالته)."""
        first, last = self.layout.text.word[span[0]], self.layout.text.word[span[1] - 1]
        return "first" if first.endswith(_OWNERS) else "last" if last.endswith(_OWNERS) else ""

    def _opens(self, i: int) -> str:
        """What token `i` opens, perhaps with one word before it: a line, a sentence or nothing."""
        if i == 0 or self.layout.text.line[i - 1] != self.layout.text.line[i]:
            return "line"
        return "sentence" if i <= self.layout.first[i] + 1 else ""

    def _shape(self, report: Report) -> tuple[str, str]:
        cue = report.cue
        if cue is None:
            return "none", ""
        form = self.layout.text.form[cue.span[0]]
        joined = "joined" if cue.shape == "finite" and form[0] in affixes("conjunction") else ""
        opens = "opening" if cue.span[0] <= self.layout.first[cue.span[0]] + 1 else ""
        return cue.shape + (" of" if cue.pronoun else ""), f"{joined} {opens}"

    def _agreement(self, report: Report, speaker: Speaker) -> tuple[str, str]:
        cue = report.cue
        if cue is None:
            return "-", "-"
        gender: str | None = cue.gender
        number: str | None = cue.number
        if cue.pronoun and cue.shape != "finite":
            gender, number = _PRONOUNS.get(cue.pronoun, (gender, number))
        theirs = self._gender.get(speaker.id) or speaker.gender
        sexes = (
            "-"
            if not gender
            else f"{gender} of {speaker.kind}"
            if not theirs
            else "agrees"
            if gender == theirs
            else "differs"
        )
        counts = "-" if not number or not speaker.number else "agrees" if number == speaker.number else "differs"
        return sexes, counts


def _nobody(text: Text, span: Span) -> bool:
    """What only looks like a name: a verb (وانقسم), a participle (ممازحا), a letter, with what manner, a particle."""
    first, last = span
    token = text.word[first]
    w = word(token)
    if w.classes & g.GIVEN:
        return False
    if w.classes & (g.THAT | g.WHICH | g.LINK | g.TIME):
        return True
    if last - first > 1 or w.classes & g.HEAD:
        return False
    if w.classes & g.PLACE:
        return not w.definite and g.entity(text, first, last) is None  # جنوب
    odd = w.classes & (g.VERB | g.NUMBER | g.ADVERB | g.BOUND | g.SOME) or len(token) == 1 or FATHATAN in token
    return bool(odd) or (w.clitic in affixes("preposition") and not w.definite)


# What an attached pronoun tells of whom it means: gender, number.
_AGREEMENT: dict[str, tuple[str | None, str | None]] = {
    "pronoun-3ms": ("m", "s"), "pronoun-3fs": ("f", "s"), "pronoun-3mp": (None, "p"), "pronoun-3d": (None, "d"),
}  # fmt: skip
# As they are written, unfolded, so that teh marbuta is none of them.
_OWNERS = tuple(affixes(*_AGREEMENT))
_PRONOUNS = {pronoun: told for name, told in _AGREEMENT.items() for pronoun in affixes(name)}
