"""Learn the weights of lexicon/sources.tsv.gz: which phrase beside a cue speaks, where it ends, whom a bare verb means.

usage: python -m agents.extract.learning.train_sources GOLD.jsonl|FOLDER … [--by source]

Each annotated report is a lesson: the phrases around its cue are the candidates, the annotated mention (or none) the
right one; so are the ends of that phrase, and its stretches of which one may be a person's name; and for a report
without a mention those who spoke or were named before, of whom the annotated speaker (or an alias) is right. Earlier
reports have their annotated speakers then, so that one mistake teaches no other. With --by FIELD no weights are
written; instead each value of the field is left out in turn, and the share of right choices and speakers on what was
left out is shown. Deterministic. Needs numpy and scipy (development only).
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from agents.extract.annotated import annotated_articles
from agents.extract.contents.cues import read
from agents.extract.jsonl import moment
from agents.extract.learning.ranking import Group, Learned, answered, rank, write
from agents.extract.learning.variations import flattened, varied
from agents.extract.lexicon.cues import cues
from agents.extract.lexicon.tables import rows
from agents.extract.model import Facts, Ranking, features
from agents.extract.phrases.chunks import PHRASE, steps
from agents.extract.phrases.gazetteer import GIVEN, VERB, word
from agents.extract.phrases.sorts import sort
from agents.extract.reading.layout import Layout
from agents.extract.reading.text import Text
from agents.extract.report import KINDS, Cue, Kind, Report, Span
from agents.extract.source_tables import use
from agents.extract.sources.beside import Neighbourhood, Others
from agents.extract.sources.extents import ends
from agents.extract.sources.kinds import features as kind_features
from agents.extract.sources.mentions import find_mention
from agents.extract.sources.names import describe
from agents.extract.sources.naming import Stretches
from agents.extract.sources.speakers import Resolver
from streams.arabic import fold

# Whom a bare verb means is learned from few articles and many times over: its weights are held the smallest.
_PENALTY = {"beside": 2.0, "extent": 2.0, "name": 2.0, "kind": 3.0, "antecedent": 10.0}
# Smaller weights are left out: most of a table. Where a source stands and how far it goes is told by many small ones.
_NEGLIGIBLE = {"beside": 0.03, "extent": 0.03, "name": 0.03, "kind": 0.15, "antecedent": 0.12}
# Marks within a name (ج. ب.).
_IN_NAMES = frozenset((".", "-"))
# Who spoke last is learned from articles with gaps too, as the engine does not find every statement.
_EACH, _GAPS, _FLAT_GAPS = 5, 0, 2
# Of so many reports one teaches a second time, its content begun too late, as the engine begins some.
_LATE = 3
# The share of known verbs in a class from which on its other members are taken for verbs too.
_MOSTLY = 0.37
# The facts of each candidate, and the right one, if it is among them.
Lesson = tuple[list[tuple[Facts, ...]], int | None]


def folded(name: str | None) -> str:
    """A name as the scorer compares names."""
    return " ".join(re.findall(r"[^\W_]+", fold(name or "")))


@dataclass(frozen=True, slots=True)
class Annotated:
    """One annotated statement as the engine would report it, with the answers that count as right.

    person: the folded words of the speaker's name, when a person speaks.
    """

    report: Report
    answers: frozenset[str]
    optional: bool
    person: tuple[str, ...] = ()
    kind: Kind | None = None


def cue_of(layout: Layout, span: Sequence[int] | None) -> Cue | None:
    """The cue at code points `span`, read as the lexicon reads it; a finite verb where it knows none."""
    if not span:
        return None
    tokens = layout.text.tokens(span[0], span[1])
    return read(layout, tokens) or Cue(tokens, layout.text.form[tokens[0]], "finite", person=3)


def annotated(document: dict[str, Any], layout: Layout) -> list[Annotated]:
    """The statements of an annotated document, in the order of the text."""
    text, found, by_id = layout.text, [], {}
    for s in sorted(document["statements"], key=lambda s: (s["content"][0][0], -s["content"][-1][1])):
        report = Report(cue_of(layout, s["cue"]), [text.tokens(a, b) for a, b in s["content"]])
        report.mention = text.tokens(*s["mention"]) if s["mention"] else None
        by_id[s["id"]] = report
        answers = frozenset(folded(name) for name in [s["speaker"], *s["aliases"]]) - {""}
        person = tuple(folded(s["speaker"]).split()) if s["kind"] == "person" else ()
        found.append((s, Annotated(report, answers, s["optional"], person, s["kind"])))
    for s, one in found:
        one.report.parent = by_id.get(s["parent"])
    return [one for _, one in found]


def name_of(text: Text, mention: Span, person: Sequence[str]) -> Span | None:
    """The longest run of words in a mention that are the person's name; no noun by itself (الأم) is one."""
    first, last = mention
    wordlike = [form for form in text.form[first:last] if form[0].isalnum()]
    head = word(text.word[first])
    noun = head.noun is not None and not head.classes & GIVEN
    best: Span | None = None
    i = first
    while i < last:
        j = i
        while j < last and (text.form[j] in person or (j > i and text.form[j] in _IN_NAMES)):
            j += 1
        if j > i and (best is None or j - i > best[1] - best[0]):
            best = i, j
        i = max(j, i + 1)
    if noun and (wordlike == list(person) or (best == (first, first + 1) and last - first > 1)):
        return None
    return best


def without(statements: list[Annotated], nth: int) -> list[Annotated]:
    """The statements but each fifth, counted from `nth`, as if the engine had missed some; parents one level up."""
    kept = [one for n, one in enumerate(statements) if (n + nth) % _EACH]
    reports = {id(one.report) for one in kept}
    for one in kept:
        while one.report.parent is not None and id(one.report.parent) not in reports:
            one.report.parent = one.report.parent.parent
    return kept


class Article:
    """The lessons of one annotated document; with `gaps`, of it with some statements left out."""

    def __init__(self, document: dict[str, Any], gaps: int | None = None) -> None:
        self.document = document
        self.layout = Layout(Text(document["text"]))
        self.statements = annotated(document, self.layout)
        if gaps is not None:
            self.statements = without(self.statements, gaps)
        self.resolver = Resolver(
            self.layout, [one.report for one in self.statements], moment(document.get("published"))
        )
        self.beside: list[Lesson] = []
        self.extent: list[Lesson] = []
        self.name: list[Lesson] = []
        for n, one in enumerate(self.statements):
            if not one.optional and one.report.cue is not None:
                self._mention(one.report, one.report.cue, self.resolver.others)
                if n % _LATE == 0:
                    self._mention_late(one.report, one.report.cue)
            if not one.optional and one.report.mention is not None:
                self._name(one.report.mention, one.person)

    def _mention_late(self, report: Report, cue: Cue) -> None:
        """The lesson of a report whose content is found to begin a phrase too late (أعلن الوزير بدء [الحوار])."""
        first, last = report.content[0]
        passed = list(steps(self.layout.text, first, last))
        if first >= cue.span[1] and len(passed) > 1 and passed[0].kind == PHRASE:
            others = self.resolver.others
            late = replace(report, content=[(passed[0].last, last), *report.content[1:]])
            self._mention(
                late, cue, Others(others.cues, others.told.difference(range(passed[0].first, passed[0].last)))
            )

    def _mention(self, report: Report, cue: Cue, others: Others) -> None:
        around = Neighbourhood(self.layout, report, cue, others)
        phrases, right = around.candidates(), report.mention
        at = next((n for n, c in enumerate(phrases) if self._begins(c.span, right)), None)
        self.beside.append(([c.facts for c in phrases], at))
        if right is not None:
            bound, reason = around.limit(right)
            possible = ends(self.layout, right[0], max(bound, right[0] + 1), reason)
            at = next((n for n, end in enumerate(possible) if end.last == right[1]), None)
            self.extent.append(([end.facts for end in possible], at))

    def kinds(self) -> Iterator[tuple[list[str], Kind]]:
        """What is known of the phrases that name no person, and their kinds; needs the weights of names."""
        for one in self.statements:
            speaker = self.resolver.name(one.report.mention) if one.report.mention and not one.optional else None
            if speaker and speaker.phrase and one.kind:
                yield kind_features(self.resolver.article, speaker.phrase), one.kind

    def _name(self, mention: Span, person: Sequence[str]) -> None:
        text = self.layout.text
        stretches = Stretches(text, mention, describe(text, mention).name)
        right, possible = name_of(text, mention, person), list(stretches.candidates())
        at = next((n for n, (name, _) in enumerate(possible) if name == right), None)
        self.name.append(([facts for _, facts in possible], at))

    def _begins(self, span: Span | None, right: Span | None) -> bool:
        """The phrase begins where the annotated one does; a quotation mark before it does not count."""
        if span is None or right is None:
            return span is right
        return span[0] == right[0] or (span[0] + 1 == right[0] and sort(self.layout.text.word[span[0]]) == "quote")

    def antecedents(self) -> Iterator[Lesson]:
        """The lessons of the reports without a mention; needs the weights of the mentions."""
        resolver = self.resolver
        resolver.forget()
        known = resolver.antecedents
        in_order = sorted(
            self.statements, key=lambda one: one.report.cue.span if one.report.cue else one.report.content[0]
        )
        for one in in_order:
            report = one.report
            mention = report.mention or find_mention(self.layout, report, resolver.others)
            speaker = resolver.name(mention) if mention else None
            candidates = known.candidates(report, resolver.of)
            right = next((n for n, (name, _) in enumerate(candidates) if folded(name.name) in one.answers), None)
            if not mention and not one.optional:
                yield [tuple(facts) for _, facts in candidates], right
            if right is not None and (speaker is None or folded(speaker.name) not in one.answers):
                speaker = candidates[right][0]
            if speaker:
                known.spoke(report, speaker)

    def speakers(self) -> Counter[str]:
        """How many speakers are right, the contents and cues being given; needs all weights."""
        found: Counter[str] = Counter()
        given = [one.report.mention for one in self.statements]
        for one in self.statements:
            one.report.mention = one.report.via = None
        Resolver(self.layout, [one.report for one in self.statements], self.resolver.published).run()
        for one, mention in zip(self.statements, given, strict=True):
            if not one.optional:
                how = "named" if mention else "implicit"
                found[how] += 1
                found[f"{how} right"] += folded(one.report.speaker) in one.answers
            one.report.mention = mention
        return found


def groups(lessons: Iterable[Lesson]) -> list[Group]:
    """The lessons whose right answer is among the candidates, with their features."""
    return [([features(facts) for facts in candidates], right) for candidates, right in lessons if right is not None]


def verbal() -> Learned:
    """The learned classes of words (word_classes.py) most of whose members are known as verbs, with their share."""
    known: dict[str, list[bool]] = {}
    for row in rows("wordclasses.tsv"):
        shapes = {reading.form.shape for reading in cues().readings(row["word"])}
        is_verb = shapes == {"finite"} or bool(word(row["word"]).classes & VERB)
        known.setdefault(row["fine"], []).append(is_verb)
    shares = {fine: sum(verbs) / len(verbs) for fine, verbs in known.items()}
    return {fine: share for fine, share in shares.items() if share > _MOSTLY}


def _rank(name: str, taught: list[Group]) -> Learned:
    return rank(taught, _PENALTY[name], _NEGLIGIBLE[name])


def learn(articles: Sequence[Article]) -> dict[str, Learned]:
    """The weights of all rankings; they are in use afterwards.

    Articles teach in other outlets' ways, too: how far a source goes, with other words around it; whom a bare verb
    means, without paragraphs.
    """
    others = [Article(varied(a.document, str(a.document["doc"]))) for a in articles]
    tables = {
        "beside": _rank("beside", groups(lesson for a in articles for lesson in a.beside)),
        "extent": _rank("extent", groups(lesson for a in [*articles, *others] for lesson in a.extent)),
        "name": _rank("name", groups(lesson for a in articles for lesson in a.name)),
    }
    use(tables)
    kinds = (lesson for a in articles for lesson in a.kinds())
    tables["kind"] = _rank("kind", answered(kinds, KINDS))
    gapped = [Article(a.document, _GAPS) for a in articles]
    flat = [Article(flattened(a.document), _FLAT_GAPS) for a in articles]
    bare = groups(lesson for a in [*articles, *gapped, *flat] for lesson in a.antecedents())
    tables["antecedent"] = _rank("antecedent", bare)
    use(tables)
    return tables


def right_share(lessons: Sequence[Lesson], weights: Learned) -> float:
    """How often the likeliest candidate is the right one."""
    score: Callable[[tuple[Facts, ...]], float] = Ranking(weights).score
    chosen = (max(range(len(c)), key=lambda n: (score(c[n]), -n)) == right for c, right in lessons if c)
    return 100 * sum(chosen) / max(len(lessons), 1)


def show(name: str, articles: Sequence[Article], tables: dict[str, Learned]) -> None:
    """One line: the share of right choices of each ranking, and of right speakers."""
    counts = sum((a.speakers() for a in articles), Counter[str]())
    bare = [lesson for a in articles for lesson in a.antecedents()]
    print(
        f"{name:20} {counts['named'] + counts['implicit']:5}",
        *(
            f"{what} {right_share([lesson for a in articles for lesson in getattr(a, what)], tables[what]):5.1f}"
            for what in ("beside", "extent", "name")
        ),
        f"antecedent {right_share(bare, tables['antecedent']):5.1f}",
        *(f"{how} {100 * counts[f'{how} right'] / max(counts[how], 1):5.1f}" for how in ("named", "implicit")),
    )


def main() -> None:
    """Learn, or with --by leave out and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", nargs="+", type=Path)
    parser.add_argument("--by", help="leave out each value of this field in turn, and only show the results")
    parser.add_argument("--test", type=Path, help="show the results on these articles too")
    parser.add_argument("--out", default=str(files("agents.extract").joinpath("lexicon", "sources.tsv.gz")))
    arguments = parser.parse_args()
    articles = [Article(document) for document in annotated_articles(arguments.gold)]
    if arguments.by:
        for value in sorted({str(a.document.get(arguments.by)) for a in articles}):
            left = [a for a in articles if str(a.document.get(arguments.by)) == value]
            show(value, left, learn([a for a in articles if a not in left]))
        return
    tables = {**learn(articles), "verbal": verbal()}
    if arguments.test:
        show(arguments.test.name, [Article(document) for document in annotated_articles([arguments.test])], tables)
    write(arguments.out, tables, "train_sources.py")
    print({name: len(table) for name, table in tables.items()})


if __name__ == "__main__":
    main()
