"""The outlet or document that passes words on (نقلت رويترز عن مسؤول قوله): beside the speaker, never the speaker.

An outlet to which someone spoke (قال لقناة …) is only an audience and no via.
"""

from __future__ import annotations

from agents.extract import gazetteer as g
from agents.extract.gazetteer import word
from agents.extract.layout import Layout
from agents.extract.lexicon import words as classes
from agents.extract.names import describe
from agents.extract.phrases import noun_phrase, subject
from agents.extract.report import Report, Span

# How far from its cue the words that name the outlet may stand.
_REACH = 14


def find(layout: Layout, report: Report) -> None:
    """Fill in `report.via`, where an outlet or document stands between speaker and reader."""
    cue = report.cue
    if cue is None or report.via is not None:
        return
    found = _told_through(layout, report) or _trailing(layout, report)
    if found and (report.mention is None or found[1] <= report.mention[0] or report.mention[1] <= found[0]):
        report.via = found
        report.rule.append("via")


def _told_through(layout: Layout, report: Report) -> Span | None:
    """The subject of a verb of passing on beside the cue, when the mention stands after its عن."""
    text, mention, cue = layout.text, report.mention, report.cue
    if mention is None or cue is None:
        return None
    marks = classes()["quote-both"]
    before = mention[0] - 2 if mention[0] and text.form[mention[0] - 1] in marks else mention[0] - 1
    if before < 0 or text.form[before] not in classes()["from"]:
        return None
    for i in range(before, max(layout.first[before] - 1, before - _REACH), -1):
        if any(r.entry.lemma in classes()["passing-on"] for r in layout.readings[i]):
            after = subject(text, i + 1, before)
            return after if after else _before(layout, i)
    return None


def _before(layout: Layout, i: int) -> Span | None:
    """ذكرت رويترز نقلا عن …: the outlet whose verb stands before نقلا."""
    for j in range(i - 1, max(layout.first[i] - 1, i - _REACH), -1):
        if any(r.form.shape == "finite" for r in layout.readings[j]):
            return subject(layout.text, j + 1, i)
    return None


def _trailing(layout: Layout, report: Report) -> Span | None:
    """An attribution at the end of the sentence that already has its speaker (قال …، بحسب رويترز)."""
    cue = report.cue
    if cue is None or cue.shape == "attribution":
        return None
    text, last = layout.text, report.content[-1][1]
    for i in range(last, min(layout.last[cue.span[0]], last + 4)):
        if any(r.form.shape == "attribution" for r in layout.readings[i]):
            first = i + 1
            while first < len(text) and text.form[first] in classes()["attributing"]:
                first += 1
            end = noun_phrase(text, first, layout.last[cue.span[0]])
            outlet = end > first and describe(text, (first, end)).kind in ("media", "document")
            return (first, end) if outlet else None
        if not word(text.word[i]).classes & g.MARK:
            return None
    return None
