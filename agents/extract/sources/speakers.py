"""Who speaks in each report: the mention's person, office or body, or the antecedent of a verb without a subject."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from agents.extract.lexicon.words import affixes, given_names
from agents.extract.lexicon.words import words as classes
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.agreement import may_be_one
from agents.extract.phrases.gazetteer import word
from agents.extract.phrases.noun_phrases import phrase
from agents.extract.reading.layout import Layout
from agents.extract.reading.text import tokens
from agents.extract.report import Kind, Report, ResolvedBy, Span
from agents.extract.source_tables import rankings
from agents.extract.sources import kinds, via
from agents.extract.sources.antecedents import Antecedents
from agents.extract.sources.coreference import Article
from agents.extract.sources.mentions import Others, find_mention
from agents.extract.sources.names import Source, describe
from agents.extract.sources.offices import holders, same_person
from streams.arabic import fold
from streams.letters import ARTICLE, LAM


class Speaker(NamedTuple):
    """Someone or something that speaks: the name to show, the identity, and what agreement needs to know."""

    name: str
    id: str
    kind: Kind
    by: ResolvedBy
    gender: str | None = None
    number: str | None = None
    head: str = ""
    standing: str = ""
    # The phrase that is all that is known of it; None of a person with a name.
    phrase: Source | None = None


def resolve(layout: Layout, reports: list[Report], published: datetime | None = None) -> list[Report]:
    """Fill in mention (where not yet known), via, speaker, speaker_id, kind and resolved_by of each report.

    `reports`: in the order of the text, their parents set. `published`: when the article appeared, for its offices.
    Returns those that stand: an attribution to an outlet that only repeats who speaks (قال X إن …، بحسب رويترز) is no
    report of its own, but the other's via (guidelines, ruling 2).
    """
    return Resolver(layout, reports, published).run() if reports else []


class Resolver:
    """The state of one article's resolution: what has spoken so far."""

    def __init__(self, layout: Layout, reports: list[Report], published: datetime | None) -> None:
        self.layout, self.reports, self.published = layout, reports, published
        self.text = layout.text
        self.article = Article(layout.text)
        self.others = Others(
            frozenset(chain.from_iterable(range(*report.cue.span) for report in reports if report.cue)),
            frozenset(chain.from_iterable(range(*part) for report in reports for part in report.content)),
        )
        self.forget()

    def forget(self) -> None:
        """Begin anew: nobody has spoken yet."""
        self.antecedents = Antecedents(self.layout, self.article, self.others)
        self._known: dict[Span, Speaker] = {}
        self._mentioned: dict[Span, Source] = {}
        self._kinds: dict[Span, Kind] = {}

    def run(self) -> list[Report]:
        """Resolve the reports in the order of their cues; returns those that stand."""
        order = sorted(range(len(self.reports)), key=lambda n: (_at(self.reports[n]), n))
        attributions: set[int] = set()
        for n in order:
            self._mention(self.reports[n])
        for n in order:
            report = self.reports[n]
            self._passed_on(report, report.via or via.find(self.layout, report, self.others))
            verb = report.cue.gender if report.cue else None
            speaker = self.name(report.mention, verb) if report.mention else None
            if speaker is None:
                speaker = self._implied(report)
            if speaker is None:
                continue
            outlet = report.mention and {speaker.kind, self._describe(report.mention).kind} & _OUTLETS
            inner = self._all_of(n) if outlet else None
            if inner is not None:
                self._passed_on(inner, report.mention)
                attributions.add(id(report))
                continue
            self.antecedents.spoke(report, speaker)
            report.speaker, report.resolved_by = speaker.name, speaker.by
            report.kind, report.speaker_id = self._kind(speaker)
        for report in self.reports:
            while report.parent is not None and id(report.parent) in attributions:
                report.parent = report.parent.parent
        return [report for report in self.reports if id(report) not in attributions]

    def _mention(self, report: Report) -> None:
        if report.mention is None:
            report.via = via.from_him(self.layout, report, self.others)
            if report.via is None:
                report.mention = find_mention(self.layout, report, self.others)
        source = self._describe(report.mention) if report.mention else None
        if source and source.name:
            self.article.names.know(source.name, source.span[0], report.cue.gender if report.cue else None)
            if source.role:
                self.article.holds(source)

    def _describe(self, mention: Span) -> Source:
        if mention not in self._mentioned:
            self._mentioned[mention] = describe(self.text, mention, mention=True)
        return self._mentioned[mention]

    def _kind(self, speaker: Speaker) -> tuple[Kind, str]:
        """The kind of a speaker, and the identity that tells it."""
        phrase = speaker.phrase
        if phrase is None or phrase.code:
            return speaker.kind, speaker.id
        if phrase.span not in self._kinds:
            self._kinds[phrase.span] = kinds.kind(self.article, phrase)
        kind = self._kinds[phrase.span]
        return kind, f"{kind}:{slug(speaker.name)}"

    def _passed_on(self, report: Report, outlet: Span | None) -> None:
        if outlet:
            report.via, report.via_name = outlet, self._written(outlet)
            report.rule.append("via")

    def _all_of(self, n: int) -> Report | None:
        """The report that is all of the content of an attribution, the `n`-th report (قال X إن …، بحسب رويترز)."""
        outer = self.reports[n]
        if outer.cue is None or outer.cue.shape != "attribution":
            return None
        first, last = outer.content[0][0], outer.content[-1][1]
        for inner in self.reports[n + 1 : n + 1 + _NESTED]:
            if inner.cue is not None and inner.content[-1][1] == last and self._opens(first, inner.cue.span[0]):
                return inner
        return None

    def _opens(self, first: int, cue: int) -> bool:
        """The cue opens the clause of an attribution that begins at `first`.

        A dateline may stand before it, and the clause may have been cut off behind it (قال X، السبت، إن …).
        """
        text = self.text
        if cue < first:
            return self.layout.first[cue] == self.layout.first[first]
        return cue - first <= 1 or (text.form[cue - 1] in classes()["dash"] and first == self.layout.first[cue])

    def _implied(self, report: Report) -> Speaker | None:
        choice = self.antecedents.choose(report, self.of, rankings()["antecedent"])
        if choice is None:
            return None
        speaker, rule = choice
        report.rule.append(f"speaker {rule}")
        cue = report.cue
        by: ResolvedBy = (
            "continued" if cue is None else "pronoun" if cue.pronoun and cue.shape != "finite" else "elided"
        )
        return speaker._replace(by=by)

    def of(self, source: Source) -> Speaker:
        """The speaker that a phrase anywhere in the article names."""
        known = self._known.get(source.span)
        if known is None:
            known = self._known[source.span] = self._resolve(source)
        return known

    def name(self, mention: Span, gender: str | None = None) -> Speaker:
        """The speaker that the phrase of tokens `mention` names; `gender`: the verb's, which tells whose name it is."""
        source = self._describe(mention)
        if source.name:
            surname = source.name[1] - source.name[0] == 1 and not source.head
            source = source._replace(gender=(surname and gender) or source.gender or gender)
        return self.of(source)

    def _resolve(self, source: Source) -> Speaker:
        department = self.article.of_field(source)
        if department is not None:
            return self._speaker(department, "title")
        source = self._surname(source)
        if source.name:
            return self._person(source)
        if source.kind == "document":
            body = self._author(source)
            if body is not None:
                return body
        if source.kind == "office":
            held = self._holder(source)
            if held is not None:
                return held
        if source.kind in ("anonymous", "office") and source.definite and source.span[1] - source.span[0] == 1:
            anyone = source.head in classes()["anyone"] and source.number == "s"
            one = source.kind == "office" or anyone or source.head in classes()["nameless"]
            same = self._same_head(source) or (self._said_last(source) if one else None)
            if same is not None:
                return same
        if source.kind in ("organization", "media"):
            full = self._in_full(source)
            if full is not None:
                return self._speaker(full, "title")
        return self._speaker(source, "named")

    def _surname(self, source: Source) -> Source:
        """A phrase that ends in the surname of someone whom the article, or the table of offices, knows by name."""
        first, last = source.span
        if last - first == 3 and self.text.form[first] in classes()["quote"]:
            first, last = first + 1, last - 1  # وقال "منصور"، خلال لقائه، إن …
        form = self.text.form[last - 1]
        if source.name or source.code or not (self.article.is_surname(form) or same_person(form)):
            return source
        head = word(self.text.word[first])
        noun = head.noun
        # مستشارو ترامب are not ترامب, الرئيس ترامب and دكتور ترامب are.
        named = noun is not None and noun.number == "s" and (head.definite or head.classes & g.TITLE)
        titled = last - first == 2 and named and head.classes & (g.ROLE | g.TITLE)
        if titled or (last - first == 1 and (noun is None or (source.definite and self.article.is_surname(form)))):
            return source._replace(kind="person", name=(last - 1, last), number="s")
        return source

    def _speaker(self, source: Source, by: ResolvedBy) -> Speaker:
        name = self._written(source.span)
        code = f"{source.kind}:{source.code}" if source.code else f"{source.kind}:{slug(name)}"
        standing = self.article.standing(source)
        return Speaker(name, code, source.kind, by, source.gender, source.number, source.head, standing, source)

    def _person(self, source: Source, by: ResolvedBy = "named") -> Speaker:
        assert source.name is not None
        full = self.article.names.of(source.name, source.gender)
        # A name behind its title begins with no clitic: المخرجة باتي جينكينز.
        titled = full == source.name and full[0] > source.span[0]
        name = self._written(full, titled)
        first = self.text.form[full[0]]
        gender = source.gender or given_names().get(first)
        gender = gender or ("m" if first in classes()["man"] else "f" if first in classes()["woman"] else None)
        return Speaker(
            name,
            f"person:{slug(same_person(fold(name)) or name)}",
            "person",
            by,
            gender,
            "s",
            source.head,
            self.article.standing(source),
        )

    def _written(self, span: Span, whole: bool = False) -> str:
        """The phrase as written, on one line, without the marks around it and, but `whole`, the clitics before it."""
        first, last = span
        marks = classes()["quote"]
        if self.text.word[first] in marks and self.text.word[last - 1] in marks and last - first > 2:
            first, last = first + 1, last - 1
        written = " ".join(self.text.slice(first, last).split())
        if whole:
            return written
        w = word(self.text.word[first])
        if w.definite and w.clitic.endswith(LAM) and not self._of_lam(first):
            return ARTICLE + written[len(w.clitic) + 1 :]  # للجيش is ل and الجيش
        return written[self._clitic(first) :]

    def _of_lam(self, i: int) -> bool:
        """للجنة is ل and لجنة, not ال and جنة."""
        rest = word(self.text.word[i][1:])
        return rest.noun is not None and not rest.clitic

    def _clitic(self, i: int) -> int:
        """How many letters before the word at `i` are clitics."""
        form, w = self.text.form[i], word(self.text.word[i])
        if i and form[0] == LAM and len(form) > 3 and self.text.form[i - 1] in classes()["according"]:
            return 1  # وفقا لكيم ماكينون
        subject = i and word(self.text.word[i - 1]).classes & g.VERB
        if subject and not (w.noun and w.clitic in affixes("complement")):
            return 0  # قال والدي، وقال بوطالب: nothing joins a verb and its subject
        if w.clitic and not self.article.is_surname(form):
            return len(w.clitic) if w.clitic[-1] in affixes("conjunction", "complement") else 0
        if self.article.is_surname(form):
            return 0
        if form[0] in affixes("conjunction") and word(self.text.word[i][1:]).noun:
            return 1  # ومفوضية اللاجئين
        if (
            form[0] in affixes("conjunction", "complement")
            and len(form) > 4
            and form[1:] in self.article
            and not w.classes
        ):
            return 1
        return 0

    def _holder(self, source: Source) -> Speaker | None:
        """The person who holds an office: by the table of offices and a name in the article, or by apposition."""
        at = source.span[0]
        named = {
            names[0]: found for names in holders(source.role, self.published) if (found := self.article.find(names))
        }
        if len(named) == 1:
            ((holder, found),) = named.items()
            name = self._written(self.article.names.of(found))
            return Speaker(name, f"person:{slug(holder)}", "person", "title", source.gender, "s", source.head, "titled")
        person = self.article.bearer(source, at) if source.definite else None
        return self._person(person, "title") if person else None

    def _same_head(self, source: Source) -> Speaker | None:
        """المصدر، المسؤول: the last one who was called so and spoke."""
        for report, speaker in self._last_spoken():
            agrees = may_be_one(source.gender, speaker.gender)
            if agrees and speaker.head == source.head and _at(report) < source.span[0]:
                return speaker._replace(by="title")
        return None

    def _said_last(self, source: Source) -> Speaker | None:
        """سموه، المتحدث نفسه، الخبير: an office without a name or a field of its own is the person who spoke last."""
        at = source.span[0]
        anyone, unnamed = source.head in classes()["anyone"], source.head in classes()["nameless"]
        if not anyone:
            office = self.article.in_full_office(source)
            if office is not None:
                return self._speaker(office, "title")
        for report, speaker in self._last_spoken():
            if _at(report) < at and self.text.line[at] - self.text.line[_at(report)] > _NEAR:
                return None
            agrees = may_be_one(source.gender, speaker.gender) or unnamed
            fits = agrees and (anyone or speaker.head == source.head)
            if _at(report) < at and (speaker.kind == "person" or unnamed) and fits and report.parent is None:
                return speaker._replace(by="title")
        return None

    def _last_spoken(self) -> list[tuple[Report, Speaker]]:
        return self.antecedents.spoken[: -_MEMORY - 1 : -1]

    def _in_full(self, source: Source) -> Source | None:
        if source.code or source.span[1] - source.span[0] > 1:
            return None
        return self.article.in_full(source, source.span[0])

    def _author(self, source: Source) -> Speaker | None:
        """The body whose statement speaks: named in the phrase (بيان الوزارة), or the last body that spoke."""
        first, last = source.span
        figures = word(self.text.word[first]).base in classes()["figures"]
        if not figures and (source.head not in classes()["issued-by-bodies"] or source.number != "s"):
            return None
        i, told = first + 1, False
        while i < last:
            w = word(self.text.word[i])
            adjective = bool(w.classes & (g.ADJECTIVE | g.NISBA)) and not w.classes & g.HEAD and not w.clitic
            between = w.classes & g.BOUND and not w.clitic
            if not (adjective or between or self.text.form[i] in classes()["issued"]):
                break
            told = told or adjective
            i += 1
        if i == last < len(self.text) - 1 and self.text.form[last] in classes()["issued"]:
            i, (last, _) = last + 1, phrase(self.text, last + 1, self.layout.last[last])  # بيان أصدرته البلدية
        if i < last:
            behind = word(self.text.word[i]).classes
            if behind & (g.VERB | g.MARK) and not behind & g.GIVEN:
                return None  # بيان اطلعت عليه الصحيفة
            inner = describe(self.text, (i, last))
            if inner.kind in _AUTHORS and (inner.kind != "person" or i == first + 1):
                return self._resolve(inner)
        if figures or told or (not source.definite and source.head not in classes()["statement"]):
            return None  # بيان حكومي، البيان الختامي: whose it is tells the adjective
        for report, speaker in self._last_spoken():
            at = _at(report)
            near = at < first and self.text.line[first] - self.text.line[at] <= _NEAR and report.parent is None
            if near and speaker.kind in ("organization", "country") and speaker.standing != "noun":
                return speaker._replace(by="title")
        if source.head in classes()["statement"]:
            name = self._written(source.span)
            return Speaker(name, f"organization:{slug(name)}", "organization", "title", None, "s", source.head)
        return None


# Who passes on what others said.
_OUTLETS = frozenset(("media", "document"))
# So many reports inside another are looked at.
_NESTED = 8
# Who issues statements and reports.
_AUTHORS = frozenset(("organization", "country", "media", "office", "group", "person"))
# How many paragraphs back the body is looked for whose statement (البيان) speaks.
_NEAR = 4
# How many of those who spoke last are remembered.
_MEMORY = 30


def _at(report: Report) -> int:
    return report.cue.span[0] if report.cue else report.content[0][0]


@lru_cache(maxsize=4096)
def slug(name: str) -> str:
    """The identity that a name makes: its folded letters and digits, joined by hyphens."""
    return "-".join(form for form in tokens(fold(name)) if form[0].isalnum())
