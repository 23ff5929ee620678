"""Articles marked up by hand for tests: [cue], {content}, <mention>."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agents.extract.contents import cues
from agents.extract.reading.layout import Layout
from agents.extract.reading.text import Text
from agents.extract.report import Cue, Report, Span

CASES = Path(__file__).parent / "cases"
_MARK = re.compile(r"[\[\]{}<>]")
_EXPECTED = re.compile(r"= (?P<name>.+) \((?P<kind>\w+), (?P<by>\w+)\)")


@dataclass
class Case:
    layout: Layout
    reports: list[Report]
    mentions: list[Span | None]
    expected: list[tuple[str, str, str]]
    published: datetime | None


def parts(marked: str) -> tuple[str, list[tuple[str, int, int]]]:
    """The text without its marks, and what they mark: opening mark, start, end."""
    text, found, open_at = "", [], []
    last = 0
    for mark in _MARK.finditer(marked):
        text += marked[last : mark.start()]
        last = mark.end()
        if mark.group() in "[{<":
            open_at.append((mark.group(), len(text)))
        else:
            kind, start = open_at.pop()
            found.append((kind, start, len(text)))
    return text + marked[last:], sorted(found, key=lambda part: part[1])


def read(layout: Layout, span: Span) -> Cue:
    cue = cues.read(layout, span)
    assert cue, f"no cue: {layout.text.slice(*span)}"
    return cue


def case(block: str) -> Case:
    lines = block.strip().split("\n")
    published = None
    if lines[0].startswith("published: "):
        published = datetime.fromisoformat(lines.pop(0).removeprefix("published: "))
    expected = [(match["name"], match["kind"], match["by"]) for line in lines if (match := _EXPECTED.fullmatch(line))]
    raw, marked = parts("\n".join(line for line in lines if not line.startswith("= ")))
    layout = Layout(Text(raw))
    spans: dict[str, list[Span]] = {"[": [], "{": [], "<": []}
    for kind, start, end in marked:
        spans[kind].append(layout.text.tokens(start, end))
    reports = [Report(read(layout, cue), [content]) for cue, content in zip(spans["["], spans["{"], strict=True)]
    mentions: list[Span | None] = []
    for report in reports:
        line = layout.text.line[report.cue.span[0]] if report.cue else 0
        near = [m for m in spans["<"] if layout.text.line[m[0]] == line and m not in mentions]
        mentions.append(near[0] if near and "elided" not in expected[len(mentions)] else None)
    assert len(expected) == len(reports), block
    return Case(layout, reports, mentions, expected, published)


def blocks(name: str) -> list[str]:
    text = "\n".join(
        line for line in (CASES / name).read_text(encoding="utf-8").split("\n") if not line.startswith("#")
    )
    return [block for block in text.split("\n\n") if block.strip()]


def lines(name: str) -> list[str]:
    return [
        line for line in (CASES / name).read_text(encoding="utf-8").split("\n") if line and not line.startswith("#")
    ]
