"""Learn the weights of lexicon/antecedents.tsv: whom a verb without a subject means.

usage: python -m agents.extract.train_antecedents GOLD.jsonl [GOLD.jsonl …] [--by source]

Each annotated report without a mention is a lesson: those who spoke or were named before it are the candidates, the
annotated speaker (or an alias) the right one. Earlier reports have their annotated speakers, so that one mistake
teaches no other. With --by FIELD no weights are written; instead each value of the field is left out in turn, and the
share of right choices on what was left out is shown. Deterministic. Needs numpy and scipy (development only).
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from agents.extract.antecedents import Antecedents
from agents.extract.cues import COLON
from agents.extract.jsonl import moment
from agents.extract.layout import Layout
from agents.extract.mentions import find_mention
from agents.extract.model import score
from agents.extract.report import Cue, Report
from agents.extract.speakers import Resolver
from agents.extract.text import Text
from agents.extract.train import Group, Table, rank
from streams.arabic import fold

_PENALTY = 2.0


def folded(name: str | None) -> str:
    """A name as the scorer compares names."""
    return " ".join(re.findall(r"[^\W_]+", fold(name or "")))


@dataclass(frozen=True, slots=True)
class Annotated:
    """One annotated statement as the engine would report it, with the answers that count as right."""

    report: Report
    answers: frozenset[str]
    implicit: bool
    optional: bool


def cue_of(layout: Layout, span: Sequence[int] | None) -> Cue | None:
    """The cue at code points `span`, read as the lexicon reads it; a finite verb where it knows none."""
    if not span:
        return None
    tokens = layout.text.tokens(span[0], span[1])
    for i in range(*tokens):
        if layout.text.word[i] == COLON.lemma:
            return Cue(tokens, COLON.lemma, "colon")
        for reading in layout.readings[i]:
            form = reading.form
            return Cue(
                tokens,
                reading.entry.lemma,
                form.shape,
                form.gender,
                form.number,
                form.person,
                form.passive,
                reading.pronoun,
            )
    return Cue(tokens, layout.text.form[tokens[0]], "finite", person=3)


def annotated(document: dict[str, Any], layout: Layout) -> list[Annotated]:
    """The statements of an annotated document, in the order of the text."""
    text, found, by_id = layout.text, [], {}
    for s in sorted(document["statements"], key=lambda s: (s["content"][0][0], -s["content"][-1][1])):
        report = Report(cue_of(layout, s["cue"]), [text.tokens(a, b) for a, b in s["content"]])
        report.mention = text.tokens(*s["mention"]) if s["mention"] else None
        by_id[s["id"]] = report
        answers = frozenset(folded(name) for name in [s["speaker"], *s["aliases"]]) - {""}
        found.append((s, Annotated(report, answers, not s["mention"], s["optional"])))
    for s, one in found:
        one.report.parent = by_id.get(s["parent"])
    return [one for _, one in found]


def lessons(document: dict[str, Any]) -> Iterator[Group]:
    """The candidates of each report without a mention, and which of them is right."""
    layout = Layout(Text(document["text"]))
    statements = annotated(document, layout)
    reports = [one.report for one in statements]
    resolver = Resolver(layout, reports, moment(document.get("published")))
    antecedents = Antecedents(layout, resolver.article)
    for one in sorted(statements, key=lambda one: one.report.cue.span if one.report.cue else one.report.content[0]):
        report = one.report
        mention = report.mention or find_mention(layout, report, resolver.others)
        speaker = resolver.name(mention) if mention else None
        candidates = antecedents.candidates(report, resolver.of)
        right = [n for n, (name, _) in enumerate(candidates) if folded(name.name) in one.answers]
        if one.implicit and not mention and not one.optional and right:
            yield [features for _, features in candidates], right[0]
        if right and (speaker is None or folded(speaker.name) not in one.answers):
            speaker = candidates[right[0]][0]
        if speaker:
            antecedents.spoke(report, speaker)
            resolver.spoken.append((report, speaker))


def right_share(groups: Sequence[Group], weights: Table) -> float:
    """How often the likeliest candidate is the right one."""
    chosen = (max(range(len(c)), key=lambda n: (score(c[n], weights), -n)) == right for c, right in groups)
    return sum(chosen) / max(len(groups), 1)


def main() -> None:
    """Learn, or with --by leave out and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", nargs="+")
    parser.add_argument("--by", help="leave out each value of this field in turn, and only show the results")
    parser.add_argument("--out", default=str(files("agents.extract").joinpath("lexicon", "antecedents.tsv")))
    arguments = parser.parse_args()
    documents = []
    for path in arguments.gold:
        with open(path, encoding="utf-8") as lines:
            documents += [json.loads(line) for line in lines if line.strip()]
    taught = [(document, list(lessons(document))) for document in documents]
    everything = [group for _, groups in taught for group in groups]
    if arguments.by:
        for value in sorted({str(document.get(arguments.by)) for document in documents}):
            rest = [
                group for document, groups in taught if str(document.get(arguments.by)) != value for group in groups
            ]
            left = [
                group for document, groups in taught if str(document.get(arguments.by)) == value for group in groups
            ]
            print(f"{value:20} {len(left):5} {100 * right_share(left, rank(rest, _PENALTY)):5.1f}")
        return
    weights = rank(everything, _PENALTY)
    with open(arguments.out, "w", encoding="utf-8") as out:
        out.write("# Learned by train_antecedents.py; do not edit by hand.\nfeature\tweight\n")
        out.writelines(f"{feature}\t{weight:.3f}\n" for feature, weight in sorted(weights.items()))
    print(f"{len(everything)} lessons, {len(weights)} weights, {100 * right_share(everything, weights):.1f} % right")


if __name__ == "__main__":
    main()
