"""The source beside a cue: the likeliest noun phrase around it and the likeliest end of that, or none.

Two log-linear rankings, as in model.py: `beside` chooses between the phrases of the cue's sentence and none
(beside.py), `extent` between the ends that the chosen one may have (extents.py). Their weights are in
lexicon/sources.tsv.gz, learned by learning/train_sources.py; the features that weighed most in a choice are in the
trace.
"""

from __future__ import annotations

from agents.extract.reading.layout import Layout
from agents.extract.report import Report, Span
from agents.extract.source_tables import rankings
from agents.extract.sources.beside import NOBODY, Neighbourhood, Others
from agents.extract.sources.extents import likeliest

__all__ = ["NOBODY", "Others", "find_mention"]


def find_mention(layout: Layout, report: Report, others: Others = NOBODY) -> Span | None:
    """The noun phrase beside the report's cue that names its source; None when the cue's form or a pronoun tells it.

    `others`: the article's reports, whose cues and contents are no part of a source.
    Appends to `report.rule` what spoke for it. Never overlaps the content.
    """
    if report.cue is None:
        return None
    around = Neighbourhood(layout, report, report.cue, others)
    relayed = around.relayed()
    if relayed is not None:
        report.rule.append("mention relayed")
        return relayed
    candidates = around.candidates()
    beside = rankings()["beside"]
    best = max(range(len(candidates)), key=lambda n: (beside.score(candidates[n].facts), -n))
    span = candidates[best].span
    if span is None:
        return None
    report.rule.append(f"mention {', '.join(beside.heaviest(candidates[best].facts, 2))}")
    bound, reason = around.limit(span)
    return span[0], likeliest(layout, span[0], bound, reason, rankings()["extent"])
