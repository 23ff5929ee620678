"""Who is who in one article: short names and full ones, offices and their holders, bodies and their short forms.

Everything is looked up in the article itself; nothing is known of it before. Built in one pass; a look-up costs a few
dictionary reads.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from functools import cached_property

from agents.extract.lexicon.words import words as classes
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.agreement import may_be_one
from agents.extract.phrases.gazetteer import word
from agents.extract.phrases.noun_phrases import phrase
from agents.extract.reading.text import Text
from agents.extract.report import Span
from agents.extract.sources.full_names import FullNames
from agents.extract.sources.names import Source, describe
from agents.extract.sources.offices import same_person


class Article:
    """The sources that an article names, in order, and where each word stands."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self._at: defaultdict[str, list[int]] = defaultdict(list)
        for i, form in enumerate(text.form):
            self._at[form].append(i)
        self.people: list[Source] = []
        self.bodies: list[Source] = []
        # All sources that the article names anywhere, in order: who may be meant by a verb without a subject.
        self.sources: list[Source] = []
        self._described: dict[Span, Source] = {}
        self._holders: list[Source] = []
        self._surnames: set[str] = set()
        self._scan()
        self.names = FullNames(text, self._at, self._surnames)

    def _scan(self) -> None:
        text, i, size = self.text, 0, len(self.text)
        heads = g.HEAD | g.TITLE | g.GIVEN | g.PLACE
        covered = [False] * size
        found: list[Source] = []
        bylines = _bylines(text)
        classes = {token: word(token).classes for token in text.vocabulary}
        begins = {token for token, c in classes.items() if c & heads and not c & g.BOUND}
        while i < size:
            if text.word[i] not in begins:
                i += 1
                continue
            end, _ = phrase(text, i, size)
            if end == i:
                i += 1
                continue
            if text.line[i] in bylines:
                i = end
                continue
            source = self.source((i, end))
            found.append(source)
            if source.name:
                self.people.append(source)
            elif source.kind in ("organization", "media") and end - i > 1:
                self.bodies.append(source)
            covered[i:end] = [True] * (end - i)
            i = end
        self._surnames = {text.form[person.name[1] - 1] for person in self.people if person.name}
        for form in sorted(self._surnames):
            for at in self._at[form]:
                if not covered[at]:
                    covered[at] = True
                    found.append(self.source((at, at + 1)))
        self.sources = sorted(found, key=lambda source: source.span)

    def source(self, span: Span) -> Source:
        """What the phrase of tokens `span` names."""
        known = self._described.get(span)
        if known is None:
            known = self._described[span] = describe(self.text, span)
        return known

    def __contains__(self, form: str) -> bool:
        return form in self._at

    def is_surname(self, form: str) -> bool:
        """Someone named with an office or a given name has this last name."""
        return form in self._surnames

    def standing(self, source: Source) -> str:
        """How sure it is that a phrase names someone who can speak: what the tables or the article know of it."""
        if source.code:
            return "known"
        if source.name is None:
            return "head" if source.head and word(self.text.word[source.span[0]]).noun else "noun"
        if source.role:
            return "titled"
        first, last = source.name
        if any(word(self.text.word[i]).classes & g.GIVEN for i in range(first, last)):
            return "given"
        if self.is_surname(self.text.form[last - 1]) or same_person(self.text.form[last - 1]):
            return "surname"
        return "repeated" if len(self._at[self.text.form[last - 1]]) > 1 else "unknown"

    def holds(self, person: Source) -> None:
        """Take it from a mention that a person holds an office."""
        insort(self._holders, person, key=lambda holder: holder.span[0])

    def bearer(self, source: Source, at: int) -> Source | None:
        """The person who holds the office that `source` tells, nearest before token `at`, else nearest after."""
        wanted = source.role
        told = (p for p in _near(self._holders, at) if self._of_office(p, source))
        held = [
            p
            for p in (*_near(self.people, at), *told)
            if wanted and wanted <= p.role and (p.head == source.head or source.head in p.role) and self._is_name(p)
            if may_be_one(source.gender, p.gender)
        ]
        if len(wanted) > 1:
            # Of a longer office no more may be left out than a reader would (وزير الخارجية of وزير الخارجية الأميركي).
            held = [p for p in held if len(p.role) - len(wanted) <= 2 or not any(map(str.isupper, p.role - wanted))]
            fewest = min((len(p.role) for p in held), default=0)
            held = [p for p in held if len(p.role) == fewest]
        return next((p for p in reversed(held) if p.span[0] < at), held[0] if held else None)

    def _of_office(self, person: Source, office: Source) -> bool:
        """What is told before the name, or first behind it, is the office (نائب المحافظ is not المحافظ)."""
        assert person.name is not None
        behind = (word(self.text.word[i]) for i in range(person.name[1], person.span[1]))
        first = next((w.noun for w in behind if not w.classes & g.MARK), None)
        return person.head == office.head or (first is not None and first.lemma == office.head)

    def people_near(self, at: int, before: int, after: int) -> list[Source]:
        """The last people named before token `at` and the next ones after it, so many of each."""
        middle = bisect_left(self.people, at, key=lambda person: person.span[0])
        return self.people[max(0, middle - before) : middle + after]

    def around(self, person: Source, before: int, after: int) -> range:
        """The tokens of a person's phrase, with so many before it and after it in its paragraph."""
        line, (first, last) = self.text.line, person.span
        row, least, most = line[first], max(0, first - before), min(len(line), last + after)
        while first > least and line[first - 1] == row:
            first -= 1
        while last < most and line[last] == row:
            last += 1
        return range(first, last)

    def _is_name(self, person: Source) -> bool:
        """Two words, a given name or one that comes again; a single word behind an office may be a verb or a noun."""
        first, last = person.name or person.span
        form = self.text.form[first]
        w = word(self.text.word[first])
        given = w.classes & g.GIVEN
        if not given and (w.clitic or w.classes & g.VERB):
            return False  # وزير الخارجية الألماني بتعقل الطرفين
        return bool(last - first > 1 or given or len(self._at[form]) > 1 or same_person(form))

    def in_full(self, source: Source, at: int) -> Source | None:
        """The body that a short form (الوزارة) stands for: the last before `at` with its head, else the next."""
        same = [
            body
            for body in _near(self.bodies, at)
            if body.head == source.head and source.role <= body.role and body.number == source.number and body.definite
        ]
        same = [body for body in same if body.code or any(word.isupper() for word in body.role)]
        # Two bodies of one kind in an article: the short form is left as it is rather than guessed.
        if len({body.role for body in same}) != 1:
            return None
        return next((body for body in reversed(same) if body.span[0] < at), same[0])

    def of_field(self, source: Source) -> Source | None:
        """The department that is called by its field (الري تنفي), if the article names one of that field in full."""
        first, last = source.span
        w = word(self.text.word[first])
        if last - first > 1 or not w.definite or w.clitic or w.classes & (g.GIVEN | g.HEAD | g.TITLE | g.PLACE):
            return None
        found = self._departments.get(w.base, {})
        return next(iter(found.values())) if len(found) == 1 else None

    @cached_property
    def _departments(self) -> dict[str, dict[frozenset[str], Source]]:
        """The departments that the article names in full, by each word of what they are for, and then by all of it."""
        found: defaultdict[str, dict[frozenset[str], Source]] = defaultdict(dict)
        for body in self.bodies:
            if body.head in classes()["called-by-field"] and body.number == "s":
                for field in body.role:
                    found[field][body.role] = body
        return found

    def in_full_office(self, source: Source) -> Source | None:
        """The office that a short form (الوزير) stands for, if the article has told it in full and no name for it."""
        before = bisect_left(self.sources, source.span[0], key=lambda other: other.span[0])
        for other in reversed(self.sources[max(0, before - _NEAREST) : before]):
            if other.kind == "office" and other.head == source.head and other.definite and source.role < other.role:
                return other if other.gender == source.gender else None
        return None

    def find(self, names: tuple[str, ...]) -> Span | None:
        """Where one of the folded names stands in the article."""
        for name in names:
            words = name.split()
            for at in self._at.get(words[0], ()):
                if tuple(self.text.form[at : at + len(words)]) == tuple(words):
                    return at, at + len(words)
        return None


def _bylines(text: Text) -> frozenset[int]:
    """The lines that only tell who wrote the article (كتب سامر عيد، عمان - سامر عيد): nobody there speaks in it."""
    found = set[int]()
    for number, (first, last) in enumerate(text.lines()):
        if number and 1 < last - first <= _LONGEST_BYLINE and text.form[last - 1] not in classes()["stop"]:
            dash = next((i for i in range(first, last) if text.form[i] in classes()["dash"]), first)
            placed = dash > first and g.entity(text, first, dash) is not None
            if text.form[first] in classes()["byline"] or placed:
                found.add(number)
    return frozenset(found)


_LONGEST_BYLINE = 7


def _near(sources: list[Source], at: int) -> list[Source]:
    """The sources nearest token `at`, so many that only a book has more: time stays linear in the text's length."""
    middle = bisect_left(sources, at, key=lambda source: source.span[0])
    return sources[max(0, middle - _NEAREST) : middle + _NEAREST]


_NEAREST = 60
