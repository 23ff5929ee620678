"""The extraction engine: a text in, its statements out. Pure and deterministic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from agents.extract import act, form
from agents.extract.confidence import confidence
from agents.extract.contents.content import whole
from agents.extract.contents.decoding import choose
from agents.extract.model import Models, load
from agents.extract.reading.layout import Layout
from agents.extract.reading.text import Text
from agents.extract.report import Act, Form, Kind, Report, ResolvedBy, Span
from agents.extract.sources.speakers import resolve

Offsets = tuple[int, int]
_BETWEEN_SPANS = " … "


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
    via: str | None
    form: Form
    act: Act
    parent: str | None
    resolved_by: ResolvedBy | None
    confidence: float
    rule: str
    context: Offsets
    headline: bool

    def words(self, raw: str) -> str:
        """What was said, as it stands in the text given; several spans are joined by ' … '."""
        return _BETWEEN_SPANS.join(raw[start:end] for start, end in self.content)


@cache
def models() -> Models:
    """What the engine has learned, loaded once."""
    return load(act.ACTS)


def extract(raw: str, published: datetime | None = None) -> list[Extracted]:
    """The statements of `raw`, in the order of their beginnings.

    `raw`: the article, its first line the headline (perhaps empty). `published`: when it appeared,
    for who held an office then. Never raises, whatever the text; the time is linear in its length.
    """
    text = Text(raw)
    layout = Layout(text)
    reports = read(layout, published, models())
    return statements(layout, reports)


def read(layout: Layout, published: datetime | None, models: Models) -> list[Report]:
    """The reports of a text, complete."""
    reports = find_reports(layout, models)
    reports = resolve(layout, reports, published)
    for report in reports:
        report.confidence = confidence(report, models.confidence)
    return reports


def find_reports(layout: Layout, models: Models) -> list[Report]:
    """The reports of speech of a text, without their speakers."""
    reports = []
    for choice in choose(layout, models):
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


def statements(layout: Layout, reports: list[Report]) -> list[Extracted]:
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
                content=[text.offsets(*whole(layout, part)) for part in report.content],
                cue=span(report.cue.span) if report.cue else None,
                cue_lemma=report.cue.lemma if report.cue else None,
                mention=span(report.mention),
                speaker=report.speaker,
                speaker_id=report.speaker_id,
                kind=report.kind,
                via=report.via_name,
                form=report.form,
                act=report.act,
                parent=names[id(report.parent)] if report.parent else None,
                resolved_by=report.resolved_by,
                confidence=round(report.confidence, 2),
                rule=" · ".join(report.rule),
                context=text.offsets(first, last),
                headline=text.line[at] == 0,
            )
        )
    return out
