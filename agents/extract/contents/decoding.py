"""Which cues report something, and where the content of each begins and ends: the likeliest of the candidates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from agents.extract.contents.candidates import End, Start
from agents.extract.contents.content import Contents
from agents.extract.contents.cues import Occurrence, find
from agents.extract.model import Models, softmax
from agents.extract.reading.layout import Layout
from agents.extract.report import Span

# A possible cue is taken for none when that is likelier than this.
_DOUBT = 0.55
# Where a cue's own word and neighbours speak so much against it (as log odds), no content is looked for: half of all.
# Between two sums of weights, which are thousandths, so that no rounding decides.
_HOPELESS = 2.2005
# How much overlap with the true content, in words, is good, and is at all; and what the latter and exactness are worth.
_GOOD, _FAIR = 0.8, 0.3
_FAIR_WORTH, _EXACT_WORTH = 0.15, 0.15
# So many beginnings of a content are followed up, those less likely than this share of the likeliest are not;
# contents less likely than this are not weighed.
_ENOUGH = 0.65
_RIVALS, _RIVAL, _UNLIKELY = 3, 0.15, 0.01


@dataclass(slots=True)
class Choice:
    """A cue with the content chosen for it."""

    cue: Occurrence
    start: Start
    content: list[Span]
    begins: float
    ends: float
    trace: list[str] = field(default_factory=list)


def possible(contents: Contents) -> list[Occurrence]:
    """The cues worth weighing."""
    return [cue for cue in find(contents.layout) if contents.starts.proven(cue)]


@dataclass(slots=True)
class Beginning:
    """A cue that reports something, with the places where its content may begin, likeliest first."""

    cue: Occurrence
    starts: list[tuple[Start, float]]


def beginnings(contents: Contents, cues: list[Occurrence], models: Models) -> dict[int, Beginning]:
    """The cues that report something, by token."""
    doubts, weigh = models.cue.score, models.start.score
    chosen: dict[int, Beginning] = {}
    for cue in cues:
        alone = contents.starts.alone(cue)
        if doubts(alone) > _HOPELESS:
            continue
        starts = contents.starts.of(cue, alone)
        chances = softmax([weigh(s.facts) for s in starts])
        if len(starts) > 1 and chances[0] <= _DOUBT:
            ranked = sorted(zip(starts[1:], chances[1:], strict=True), key=lambda x: -x[1])[:_RIVALS]
            likely = ranked[0][1] * _RIVAL
            chosen[cue.at] = Beginning(cue, [(s, chance) for s, chance in ranked if chance >= likely])
    return chosen


def choose(layout: Layout, models: Models) -> list[Choice]:
    """For each possible cue the likeliest content; those that are no report left out."""
    contents = Contents(layout)
    begun = beginnings(contents, possible(contents), models)
    accepted = {at: beginning.starts[0][0] for at, beginning in begun.items()}
    choices = (_choose(contents, beginning, accepted, models) for beginning in begun.values())
    return _compatible(choice for choice in choices if choice)


@dataclass(slots=True)
class Possible:
    """A content that a cue may have: how likely its beginning is, and its end when it begins there."""

    start: Start
    content: list[Span]
    words: Span  # from its first word to its last, by their numbers
    begins: float
    ends: float
    end: End | None = None


def _possible(
    contents: Contents, cue: Occurrence, start: Start, chance: float, accepted: dict[int, Start], models: Models
) -> list[Possible]:
    words = contents.tokens.words
    first, before = start.first, list[Span]()
    if start.kind in ("before", "around"):
        last, firsts = contents.preceding.starts(cue)
        if not firsts:
            return []
        likely = softmax([models.before.score(one.facts) for one in firsts])
        if start.kind == "before":
            return [
                Possible(start, [(one.first, last)], words(one.first, last), chance, p)
                for one, p in zip(firsts, likely, strict=True)
            ]
        first = firsts[likely.index(max(likely))].first
        before = [(first, last)]
    ends = contents.ends.of(cue, start, accepted)
    likely = softmax([models.end.score(end.facts) for end in ends]) if ends else []
    return [
        Possible(start, [*before, (start.first, end.last)], words(first, end.last), chance, p, end)
        for end, p in zip(ends, likely, strict=True)
    ]


def _choose(contents: Contents, beginning: Beginning, accepted: dict[int, Start], models: Models) -> Choice | None:
    cue = beginning.cue
    found = [p for start, chance in beginning.starts for p in _possible(contents, cue, start, chance, accepted, models)]
    if not found:
        return None
    best, good, fair = _likeliest(found)
    if good + fair < _ENOUGH:
        return None
    start = best.start
    trace = [f"{cue.entry.lemma} → {start.kind} {best.begins:.2f}", *models.start.heaviest(start.facts)]
    if best.end:
        trace += [f"end {best.end.boundary}", *models.end.heaviest(best.end.facts)]
    return Choice(cue, start, best.content, best.begins, good / max(best.begins, good), trace)


def _likeliest(found: list[Possible]) -> tuple[Possible, float, float]:
    """The content likeliest to overlap the true one well, how likely it does, and how likely it does at all.

    Minimum risk: being a word off costs little, so that several likely neighbours support each other.
    """
    best, top, chances = found[0], -1.0, (0.0, 0.0)
    total = sum(p.begins * p.ends for p in found)
    rivals = [(*p.words, p.begins * p.ends) for p in found if p.begins * p.ends >= _UNLIKELY * total]
    for one in found:
        share = one.begins * one.ends
        if share < _UNLIKELY * total:
            continue
        a, b = one.words
        good = fair = 0.0
        for c, d, p in rivals:
            common = min(b, d) - max(a, c)
            overlap = common / (b - a + d - c - common) if common > 0 else 0.0
            if overlap >= _GOOD:
                good += p
            if overlap >= _FAIR:
                fair += p
        value = good + _FAIR_WORTH * fair + _EXACT_WORTH * share
        if value > top + 1e-12:
            best, top, chances = one, value, (good, fair)
    return best, *chances


def _compatible(choices: Iterable[Choice]) -> list[Choice]:
    """One statement a content: of two cues with the same one that which is no attribution, else the likelier, stays."""
    kept: dict[tuple[Span, ...], Choice] = {}
    for choice in choices:
        content = tuple(choice.content)
        if content not in kept or _worth(kept[content]) < _worth(choice):
            kept[content] = choice
    return list(kept.values())


def _worth(choice: Choice) -> tuple[bool, float]:
    return choice.cue.shape != "attribution", choice.begins
