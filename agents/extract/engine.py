"""The extraction engine: a text in, its statements out. Pure and deterministic."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from agents.extract import act, form
from agents.extract.candidates import End, Start
from agents.extract.confidence import confidence
from agents.extract.content import Contents
from agents.extract.cues import Occurrence, find
from agents.extract.layout import Layout
from agents.extract.model import Models, heaviest, load, softmax
from agents.extract.report import Act, Form, Kind, Report, ResolvedBy, Span
from agents.extract.speakers import resolve
from agents.extract.text import Text

Offsets = tuple[int, int]

# A possible cue is taken for none when that is likelier than this.
_DOUBT = 0.62
# How much overlap with the true content, in words, is good, and is at all; and what the latter and exactness are worth.
_GOOD, _FAIR = 0.8, 0.3
_FAIR_WORTH, _EXACT_WORTH = 0.15, 0.15
# So many beginnings of a content are followed up, those less likely than this share of the likeliest are not;
# contents less likely than this are not weighed.
_ENOUGH = 0.6
_RIVALS, _RIVAL, _UNLIKELY = 3, 0.15, 0.01


@dataclass(frozen=True, slots=True)
class Extracted:
    """One statement. All spans are code point offsets [start, end) of the text given."""

    id: str
    content: list[Offsets]
    cue: Offsets | None
    cue_lemma: str | None
    mention: Offsets | None
    speaker: str | None
    speaker_id: str | None
    kind: Kind | None
    via: Offsets | None
    form: Form
    act: Act
    parent: str | None
    resolved_by: ResolvedBy | None
    confidence: float
    rule: str
    context: Offsets
    headline: bool


@dataclass(slots=True)
class Choice:
    """A cue with the content chosen for it."""

    cue: Occurrence
    start: Start
    content: list[Span]
    begins: float
    ends: float
    trace: list[str] = field(default_factory=list)


@cache
def models() -> Models:
    """What the engine has learned, loaded once."""
    return load(act.ACTS)


def extract(raw: str, published: datetime | None = None, headline: bool = True) -> list[Extracted]:
    """The statements of `raw`, in the order of their beginnings.

    `raw`: the article, its first line the headline (perhaps empty) when `headline`. `published`: when it appeared,
    for who held an office then. Never raises, whatever the text; the time is linear in its length.
    """
    text = Text(raw)
    layout = Layout(text)
    reports = read(layout, published, models())
    return statements(layout, reports, headline)


def read(layout: Layout, published: datetime | None, models: Models) -> list[Report]:
    """The reports of a text, complete."""
    reports = find_reports(layout, models)
    resolve(layout, reports, published)
    for report in reports:
        report.confidence = confidence(report, models.confidence)
    return reports


def possible(contents: Contents) -> list[Occurrence]:
    """The cues worth weighing."""
    return [cue for cue in find(contents.layout) if contents.proven(cue)]


@dataclass(slots=True)
class Beginning:
    """A cue that reports something, with the places where its content may begin, likeliest first."""

    cue: Occurrence
    starts: list[tuple[Start, float]]


def beginnings(contents: Contents, cues: list[Occurrence], models: Models) -> dict[int, Beginning]:
    """The cues that report something, by token."""
    weigh = models.start.score
    chosen: dict[int, Beginning] = {}
    for cue in cues:
        starts = contents.starts(cue)
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
    return [choice for choice in choices if choice]


@dataclass(slots=True)
class Possible:
    """A content that a cue may have."""

    start: Start
    content: list[Span]
    words: Span  # from its first to its last, in words
    begins: float  # how likely its beginning is, and its end when it begins there
    ends: float
    trace: End | None = None


def _possible(
    contents: Contents, cue: Occurrence, start: Start, chance: float, accepted: dict[int, Start], models: Models
) -> list[Possible]:
    if start.kind == "before":
        last, firsts = contents.before(cue)
        if not firsts:
            return []
        likely = softmax([models.before.score(f.facts) for f in firsts])
        return [
            Possible(start, [(f.first, last)], contents.words(f.first, last), chance, p)
            for f, p in zip(firsts, likely, strict=True)
        ]
    before: list[Span] = []
    if start.kind == "around":
        last, firsts = contents.before(cue)
        if not firsts:
            return []
        likely = softmax([models.before.score(f.facts) for f in firsts])
        before = [(max(zip(firsts, likely, strict=True), key=lambda x: x[1])[0].first, last)]
    ends = contents.ends(cue, start, accepted)
    if not ends:
        return []
    likely = softmax([models.end.score(e.facts) for e in ends])
    return [
        Possible(
            start,
            [*before, (start.first, e.last)],
            contents.words((before or [(start.first, 0)])[0][0], e.last),
            chance,
            p,
            e,
        )
        for e, p in zip(ends, likely, strict=True)
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
    trace = [f"{cue.entry.lemma} → {start.kind} {best.begins:.2f}", *heaviest(start.features, models.start.weights)]
    if best.trace:
        trace += [f"end {best.trace.boundary}", *heaviest(best.trace.features, models.end.weights)]
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


def find_reports(layout: Layout, models: Models) -> list[Report]:
    """The reports of speech of a text, without their speakers."""
    choices = _compatible(choose(layout, models))
    reports = []
    for choice in choices:
        cue = choice.cue.cue()
        cue.rule = choice.start.kind
        shape = form.form(layout, choice.content)
        reports.append(
            Report(
                cue,
                choice.content,
                shape,
                act.act(layout, cue, choice.content, shape, models),
                chances=(choice.begins, choice.ends),
                rule=choice.trace,
            )
        )
    reports.sort(key=lambda r: (r.content[0][0], -r.content[-1][1]))
    _nest(reports)
    return reports


def _compatible(choices: list[Choice]) -> list[Choice]:
    """One statement a content: of two cues with the same content the likelier stays."""
    kept: dict[tuple[Span, ...], Choice] = {}
    for choice in choices:
        key = tuple(choice.content)
        if key not in kept or kept[key].begins < choice.begins:
            kept[key] = choice
    return list(kept.values())


def _nest(reports: list[Report]) -> None:
    """Each report's parent: the smallest one before it whose content holds its cue and its content."""
    stack: list[Report] = []
    for report in reports:
        first, last = report.content[0][0], report.content[-1][1]
        while stack and stack[-1].content[-1][1] <= first:
            stack.pop()
        cue = report.cue.span[0] if report.cue else first
        for outer in reversed(stack[-8:]):
            if any(a <= first and last <= b and a <= cue < b for a, b in outer.content):
                report.parent = outer
                break
        stack.append(report)


def statements(layout: Layout, reports: list[Report], headline: bool) -> list[Extracted]:
    """Reports as records, numbered in order, their spans in code points."""
    text = layout.text
    names = {id(report): f"s{n}" for n, report in enumerate(reports, 1)}

    def span(tokens: Span | None) -> Offsets | None:
        return text.offsets(*tokens) if tokens else None

    out = []
    for report in reports:
        at = report.cue.span[0] if report.cue else report.content[0][0]
        first = min(layout.first[at], report.content[0][0])
        last = max(layout.last[at], report.content[-1][1])
        out.append(
            Extracted(
                id=names[id(report)],
                content=[text.offsets(*part) for part in report.content],
                cue=span(report.cue.span) if report.cue else None,
                cue_lemma=report.cue.lemma if report.cue else None,
                mention=span(report.mention),
                speaker=report.speaker,
                speaker_id=report.speaker_id,
                kind=report.kind,
                via=span(report.via),
                form=report.form,
                act=report.act,
                parent=names[id(report.parent)] if report.parent else None,
                resolved_by=report.resolved_by,
                confidence=round(report.confidence, 2),
                rule=" · ".join(report.rule),
                context=text.offsets(first, last),
                headline=headline and text.line[at] == 0,
            )
        )
    return out
