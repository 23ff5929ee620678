"""Who is who in one article: short names and full ones, offices and their holders, bodies and their short forms.

Everything is looked up in the article itself; nothing is known of it before. Built in one pass; a look-up costs a few
dictionary reads.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from functools import cached_property
from itertools import pairwise

from agents.extract.lexicon.words import affixes
from agents.extract.lexicon.words import words as classes
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.agreement import may_be_one
from agents.extract.phrases.gazetteer import word
from agents.extract.phrases.noun_phrases import phrase
from agents.extract.phrases.person_names import name_end
from agents.extract.reading.text import Text
from agents.extract.report import Span
from agents.extract.sources.names import Source, describe, skeleton
from agents.extract.sources.offices import same_person
from streams.letters import HEH, WAW

_LONGEST_NAME = 6
# What stands behind a name, and in none.
_AFTER_NAMES = g.MARK | g.THAT | g.WHICH | g.PREPOSITION | g.LINK | g.TIME | g.VERB


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
        self._full: dict[tuple[tuple[str, ...], str | None], Span] = {}
        self._surnames: set[str] = set()
        self._named: dict[int, Span] = {}  # the names that mentions give, by each of their tokens
        self._genders: dict[tuple[str, ...], str] = {}
        self._scan()

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for form in self._at:
            if len(form) > 3:
                found[form[0]].append(form)
        return found

    def _spelt_alike(self, form: str) -> list[str]:
        """The longer words of the article that may be another spelling of a folded word."""
        wanted = skeleton(form)
        return [other for other in self._by_letter.get(form[0], ()) if skeleton(other) == wanted]

    @cached_property
    def _pairs(self) -> Counter[tuple[str, str]]:
        return Counter(pairwise(self.text.form))

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
            source = self.source((i, end))
            if text.line[i] in bylines:
                i = end
                continue
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

    def forms(self, span: Span) -> tuple[str, ...]:
        """The folded tokens of a span."""
        return tuple(self.text.form[i] for i in range(*span))

    def know(self, name: Span, first: int, gender: str | None = None) -> None:
        """Take it from a mention that these tokens are a person's name, if it is sure where that ends.

        So that who is called by another part of it than the last (حدي for أبو بكر عمر حدي روبله) has all of it.
        `gender`: the verb's, which tells more than a table of names (سيسيل).
        """
        last, next_ = (word(self.text.word[i]) for i in (name[1] - 1, min(name[1], len(self.text) - 1)))
        common = last.classes & (g.ORDINARY | g.VERB | g.ADVERB) and not last.classes & (g.GIVEN | g.NISBA)
        if common and not last.definite and name[1] - name[0] != 2:
            return
        if next_.classes & (_AFTER_NAMES | g.ROLE) or next_.clitic:
            for i in range(*name):
                if i not in self._named or self._named[i][1] - self._named[i][0] < name[1] - name[0]:
                    self._named[i] = name
            if name[1] - name[0] > 1:
                self._surnames.add(self.text.form[name[1] - 1])
            if gender and name[0] == first:
                self._genders[self.forms(name)] = gender

    def full_name(self, name: Span, gender: str | None = None) -> Span:
        """The fullest way in which the article writes the name at `name` of a person of this gender, if it is known."""
        key = self.forms(name), gender
        if key not in self._full:
            self._full[key] = self._fullest(name, gender)
        return self._full[key]

    def _fullest(self, name: Span, gender: str | None) -> Span:
        whole = self.forms(name)
        if whole[0][0] in affixes("conjunction", "complement") and whole[0][1:] in self._at:
            whole = (whole[0][1:], *whole[1:])  # وفقا لهولواي
        words = [skeleton(form) for form in whole]
        counts: dict[tuple[str, ...], int] = {}
        spans: dict[tuple[str, ...], Span] = {}
        last = whole[-1]
        anchors = self._spelt_alike(last) or [last]
        for at in (at for form in anchors for at in self._at.get(form, ())):
            if word(self.text.word[at]).classes & g.BOUND:
                continue
            span = self._around(at)
            if at in self._named:
                span = min(span[0], self._named[at][0]), max(span[1], self._named[at][1])
            forms = self.forms(span)
            longer = len(forms) - len(words)
            if longer > 0 and not may_be_one(gender, self._genders.get(forms) or _gender(forms)):
                continue  # قالت الأسد is not said of بشار الأسد
            if longer >= 0 and _within(words, [skeleton(form) for form in forms]):
                counts[forms] = counts.get(forms, 0) + 1
                spans.setdefault(forms, span)
        if not spans:
            return name
        # Of two people with one surname the office-holder is meant; longer is fuller; a name seen once may be none.
        known = {forms: same_person(" ".join(forms)) is not None for forms in spans}
        if any(span[0] in self._named for forms, span in spans.items() if len(forms) > len(words)):
            known[whole] = False  # who was named in full speaks here, not the office-holder of the same surname
        return spans[max(spans, key=lambda forms: (known[forms], min(len(forms), 4), counts[forms], -spans[forms][0]))]

    def _around(self, at: int) -> Span:
        """The longest name that holds the token `at`: back over the words before it, then on over those after."""
        text, first = self.text, at
        for i in range(at - 1, max(-1, at - _LONGEST_NAME), -1):
            if text.line[i] != text.line[at]:
                break
            if text.form[i] in self._surnames and not word(text.word[i]).classes & g.GIVEN:
                break
            if i and word(text.word[i - 1]).classes & g.PLACE and (known := g.entity(text, i - 1, at)) and known[1] > i:
                break
            before = word(text.word[i - 1]) if i else None
            if at - i == 1 and before and before.definite and before.classes & (g.TITLE | g.ROLE) and _plain(text, i):
                first = i  # النائب ينال القطارنة: whoever is called by the last word alone
                break
            calls = at - i > 1 or word(text.word[i]).classes & g.GIVEN
            lasts = calls and name_end(text, i, at) == at
            if lasts or name_end(text, i, at + 1) == at + 1:
                if self._begins(i):
                    first = i
                if word(text.word[i]).clitic:
                    break
            elif word(text.word[i]).classes & g.COMMON & ~g.PLACE:
                break
        end = at + 1
        if end + 1 < len(text) and text.form[end] in classes()["son-of"]:
            end = max(end, name_end(text, first, min(len(text), end + _LONGEST_NAME)))
        if (first == at and word(text.word[at]).classes & (g.GIVEN | g.COMMON) == g.GIVEN) or (
            first == at and len(text.form[at]) < 4
        ):
            end = max(end, name_end(text, at, min(len(text), at + _LONGEST_NAME)))
        return first, end

    def _begins(self, i: int) -> bool:
        """Token `i` may begin a name: a given name, or an unknown word that stands where names stand."""
        w, form = word(self.text.word[i]), self.text.form[i]
        if w.classes & g.GIVEN:
            return True
        if form.endswith(HEH) or form[0] == WAW:
            return False
        if i == 0 or self.text.line[i - 1] != self.text.line[i]:
            return True
        before = word(self.text.word[i - 1])
        calls = g.ROLE | g.TITLE | g.KIN | g.ADJECTIVE | g.NISBA | g.MARK | g.VERB | g.GIVEN
        return bool(before.classes & calls or before.definite) or self._pairs[form, self.text.form[i + 1]] > 1

    def bearer(self, source: Source, at: int) -> Source | None:
        """The person who holds the office that `source` tells, nearest before token `at`, else nearest after."""
        wanted = source.role
        held = [
            p
            for p in _near(self.people, at)
            if wanted and wanted <= p.role and (p.head == source.head or source.head in p.role) and self._is_name(p)
            if may_be_one(source.gender, p.gender)
        ]
        if len(wanted) > 1:
            # Of a longer office no more may be left out than a reader would (وزير الخارجية of وزير الخارجية الأميركي).
            held = [p for p in held if len(p.role) - len(wanted) <= 2]
            fewest = min((len(p.role) for p in held), default=0)
            held = [p for p in held if len(p.role) == fewest]
        return next((p for p in reversed(held) if p.span[0] < at), held[0] if held else None)

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
        found = {
            body.role: body
            for body in self.bodies
            if body.head in classes()["called-by-field"] and body.number == "s" and w.base in body.role
        }
        return next(iter(found.values())) if len(found) == 1 else None

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


def _plain(text: Text, i: int) -> bool:
    """Token `i` is a word without article and clitic, and no function word or noun of its own."""
    w = word(text.word[i])
    return not (
        w.definite or w.clitic or w.classes & (g.BOUND | g.MARK | g.NUMBER | g.SOME | g.HEAD | g.TITLE | g.PLACE)
    )


def _gender(name: tuple[str, ...]) -> str | None:
    """The gender of a full name: that of the given name, but نور الدين is a man."""
    faithful = len(name) > 1 and name[1] in classes()["of-the-faith"]
    return "m" if faithful else g.given_names().get(name[0])


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


def _within(short: list[str], long: list[str]) -> bool:
    """All words of the short name are in the long one, in order."""
    rest = iter(long)
    return all(word in rest for word in short)
