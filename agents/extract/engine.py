"""The extraction engine: a text in, its statements out. Pure and deterministic."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from agents.extract import act, form
from agents.extract.confidence import confidence
from agents.extract.content import Contents, Start
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


def beginnings(
    contents: Contents, cues: list[Occurrence], models: Models
) -> dict[int, tuple[Occurrence, Start, float]]:
    """The cues that report something, by token, each with where its content begins and how likely that is."""
    weigh = models.start.score
    chosen: dict[int, tuple[Occurrence, Start, float]] = {}
    for cue in cues:
        starts = contents.starts(cue)
        chances = softmax([weigh(s.facts) for s in starts])
        if len(starts) > 1 and chances[0] <= _DOUBT:
            best = max(range(1, len(starts)), key=lambda n: (chances[n], -n))
            chosen[cue.at] = cue, starts[best], chances[best]
    return chosen


def choose(layout: Layout, models: Models) -> list[Choice]:
    """For each possible cue the likeliest beginning, then the likeliest end; those that are no report left out."""
    contents = Contents(layout)
    begun = beginnings(contents, possible(contents), models)
    accepted = {at: start for at, (_, start, _) in begun.items()}
    choices = (_choose(contents, cue, start, chance, accepted, models) for cue, start, chance in begun.values())
    return [choice for choice in choices if choice]


def _choose(
    contents: Contents, cue: Occurrence, start: Start, chance: float, accepted: dict[int, Start], models: Models
) -> Choice | None:
    trace = [f"{cue.entry.lemma} → {start.kind} {chance:.2f}", *heaviest(start.features, models.start.weights)]
    if start.kind == "before":
        last, firsts = contents.before(cue)
        if not firsts:
            return None
        likely = softmax([models.before.score(f.facts) for f in firsts])
        n, chance_of_first = _best_cut([contents.count(f.first, last) for f in firsts], likely)
        return Choice(cue, start, [(firsts[n].first, last)], chance, chance_of_first, trace)
    ends = contents.ends(cue, start, accepted)
    if not ends:
        return None
    likely = softmax([models.end.score(e.facts) for e in ends])
    n, chance_of_end = _best_cut([contents.count(start.first, e.last) for e in ends], likely)
    trace += [f"end {ends[n].boundary}", *heaviest(ends[n].features, models.end.weights)]
    return Choice(cue, start, [(start.first, ends[n].last)], chance, chance_of_end, trace)


def _best_cut(sizes: list[int], likely: list[float]) -> tuple[int, float]:
    """Of nested candidates, by their sizes in words, the one likeliest to overlap the true one well, and how likely.

    Minimum risk: being a word off costs little, so that several likely neighbours support each other.
    """
    best, top, chance = 0, -1.0, 0.0
    for n, size in enumerate(sizes):
        good = fair = 0.0
        for other, p in zip(sizes, likely, strict=True):
            overlap = min(size, other) / max(size, other, 1)
            if overlap >= _GOOD:
                good += p
            if overlap >= _FAIR:
                fair += p
        value = good + _FAIR_WORTH * fair + _EXACT_WORTH * likely[n]
        if value > top + 1e-12:
            best, top, chance = n, value, good
    return best, chance


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
